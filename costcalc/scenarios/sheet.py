"""What a ledger is made of: figures that open, lines, the verdict; ready-made strings that draw themselves.

Strings are made in Python and not by filters in the template: a filter in a loop costs more than the table.
"""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.safestring import SafeString

from costcalc.scenarios import markup
from costcalc.scenarios.findings import Finding


@dataclass(frozen=True)
class Figure:
    """A figure that opens: what it says, the steps of its arithmetic, and where its price comes from."""

    text: str
    steps: tuple[str, ...] = ()
    sources: tuple[tuple[str, str], ...] = ()
    kind: str = ""

    def __str__(self) -> SafeString:
        """The figure as the page shows it, safe markup: Django asks `str()` first, and `__html__` only of strings."""
        return markup.figure(self.text, self.kind, self.steps, self.sources)


@dataclass(frozen=True)
class Row:
    """A line of the ledger."""

    label: str
    volume: str
    baseline: Figure
    candidate: Figure
    difference: str
    direction: str
    css: str = ""

    def __str__(self) -> SafeString:
        """The line as the page shows it, safe markup."""
        sides = (str(self.baseline), str(self.candidate))
        return markup.row(self.label, self.volume, sides, self.difference, self.direction, self.css)


@dataclass(frozen=True)
class Group:
    """The lines of one workload, with its name and sides where there are several."""

    title: str
    rows: tuple[Row, ...]


@dataclass(frozen=True)
class Verdict:
    """The statement: a small lead and a large phrase; `kind` is saves, costs, doubt or nothing."""

    lead: str
    phrase: str
    kind: str

    @property
    def sentence(self) -> str:
        """Both in one."""
        return f"{self.lead} {self.phrase}"


@dataclass
class Ledger:
    """Everything that the right-hand column shows."""

    verdict: Verdict
    facts: list[tuple[str, Figure]]
    findings: list[Finding]
    groups: list[Group]
    heads: tuple[str, str]
    total: Row
    year: Row
    complete: bool
    note: str
    grounds: list[str]
    title: str

    @property
    def shown_facts(self) -> SafeString:
        """The figures under the verdict as the page shows them."""
        return markup.facts((label, str(figure)) for label, figure in self.facts)
