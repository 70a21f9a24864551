"""What the doctor found, as a page draws it, in the language in force."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from costcalc.formatting import Formatter, formatter_for
from costcalc.secrets import masked
from costcalc.streaming.completion import End
from costcalc.streaming.doctor.examining import Examination
from costcalc.streaming.doctor.findings import Diagnosis, Finding, Level
from costcalc.streaming.doctor.words import LEVELS, told
from costcalc.streaming.endpoints import SAMPLE
from costcalc.streaming.key_test import KeyTest, Outcome

# Of the answer, as much as shows which one it was.
EXCERPT: Final = 1000
ENDS: Final = {
    End.COMPLETE: gettext_lazy("complete"),
    End.TRUNCATED: gettext_lazy("cut"),
    End.ERROR: gettext_lazy("in an error"),
    End.CANCELLED: gettext_lazy("stopped by the reader"),
}
KINDS: Final = {Level.FAULT: "costs", Level.WARNING: "doubt", Level.NOTE: "muted", Level.GOOD: "saves"}


@dataclass(frozen=True, slots=True)
class Row:
    """One finding: its level's word and colour, what it says, the cure, and what to write where."""

    level: str
    kind: str
    says: str
    cure: str
    servers: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Report:
    """A whole report. `text` is the beginning of what the model said."""

    verdict: str
    kind: str
    facts: tuple[tuple[str, str], ...]
    rows: tuple[Row, ...]
    text: str


def shown(
    found: Examination, timings: Mapping[str, float | int | None] | None = None, secrets: Sequence[str] = ()
) -> Report:
    """The report of an examination; of a live one, `timings` are milliseconds by name, and `secrets` are masked."""
    write = formatter_for()
    verdict, kind = _verdict(found.findings)
    facts = (*_facts(found, write), *(_spans(found, write) if timings is None else _timed(timings, write)))
    text = found.seen.reading.text[:EXCERPT] if found.seen else ""
    rows = tuple(_row(finding, write, secrets) for finding in found.findings)
    return Report(verdict, kind, facts, rows, masked(text, secrets))


def _verdict(findings: tuple[Finding, ...]) -> tuple[str, str]:
    faults = sum(finding.level is Level.FAULT for finding in findings)
    doubts = sum(finding.level is Level.WARNING for finding in findings)
    if faults:
        return ngettext("%(count)s fault", "%(count)s faults", faults) % {"count": faults}, "costs"
    if doubts:
        return ngettext("%(count)s warning, no fault", "%(count)s warnings, no fault", doubts) % {
            "count": doubts
        }, "doubt"
    return _("nothing wrong"), "saves"


def _row(finding: Finding, write: Formatter, secrets: Sequence[str]) -> Row:
    said = told(finding, _figure(write), secrets)
    level = str(LEVELS[finding.level])
    return Row(level, KINDS[finding.level], said["says"], said["cure"], said.get("servers", {}))


def _figure(write: Formatter) -> Callable[[str], str]:
    """Numbers as this language writes them; whatever else it is as it is."""

    def written(figure: str) -> str:
        whole, point, fraction = figure.partition(".")
        if not (whole.isdecimal() and whole.isascii() and len(whole) < 16 and (fraction.isdecimal() or not point)):
            return figure
        return write.number(Decimal(figure), len(fraction))

    return written


def _facts(found: Examination, write: Formatter) -> Iterator[tuple[str, str]]:
    if found.seen is None:
        yield _("Requests"), write.number(found.requests)
        return
    seen = found.seen
    yield _("Events"), write.number(len(seen.events))
    yield _("It ended"), str(ENDS[seen.reading.end])
    yield _("Tokens"), _tokens(seen, write)


def _spans(found: Examination, write: Formatter) -> Iterator[tuple[str, str]]:
    """What a recording tells of time."""
    seen = found.seen
    if seen is None:
        return
    if seen.recording.waited is not None:
        yield _("Until the first byte"), _seconds(seen.recording.waited, write)
    if seen.recording.span is not None:
        yield _("From the first byte to the last"), _seconds(seen.recording.span, write)


def _tokens(seen: Diagnosis, write: Formatter) -> str:
    usage: dict[str, Any] = seen.reading.usage or {}
    counts = [usage.get("input_tokens"), usage.get("output_tokens")]
    if None in counts:
        return _("unknown")
    read, written = (write.number(count) for count in counts if count is not None)
    return _("%(read)s in, %(written)s out") % {"read": read, "written": written}


def _seconds(seconds: float, write: Formatter) -> str:
    return _("%(figure)s s") % {"figure": write.number(Decimal(str(round(seconds, 3))), 3)}


TIMINGS: Final = {
    "connect_ms": gettext_lazy("Connected"),
    "head_ms": gettext_lazy("Head of the answer"),
    "first_reasoning_ms": gettext_lazy("First reasoning token"),
    "first_token_ms": gettext_lazy("First token"),
    "gap_p50_ms": gettext_lazy("Between tokens, p50"),
    "gap_p95_ms": gettext_lazy("Between tokens, p95"),
    "total_ms": gettext_lazy("In all"),
}


def _timed(timings: Mapping[str, float | int | None], write: Formatter) -> Iterator[tuple[str, str]]:
    for name, label in TIMINGS.items():
        value = timings.get(name)
        if value is not None:
            # The unit's sign is the same in every language.
            yield str(label), f"{write.number(Decimal(str(round(value, 1))), 1)} ms"


OUTCOMES: Final = {
    Outcome.WORKS: ("saves", gettext_lazy("works")),
    Outcome.REFUSED: ("costs", gettext_lazy("is refused")),
    Outcome.NO_MODEL: ("doubt", gettext_lazy("meets no such model")),
    Outcome.OVER_QUOTA: ("doubt", gettext_lazy("is over its quota or rate")),
    Outcome.BAD_REQUEST: ("doubt", gettext_lazy("meets a refused request")),
    Outcome.BROKEN: ("doubt", gettext_lazy("meets a provider that is broken")),
    Outcome.UNREACHABLE: ("doubt", gettext_lazy("could not be tried: the provider is not reached")),
}


@dataclass(frozen=True, slots=True)
class Trial:
    """A key's test: what the key does, in words, and the facts."""

    verdict: str
    kind: str
    facts: tuple[tuple[str, str], ...]
    said: str
    doubt: str


def any_key(endpoint: str, outcome: Outcome) -> str:
    """What a key's test does not show, where it was made at the built-in provider, which takes any."""
    if endpoint != SAMPLE.name or outcome is not Outcome.WORKS:
        return ""
    return _("The built-in sample takes any key: this shows that the way works, and nothing of the key.")


def trial_shown(tried: KeyTest, endpoint: str) -> Trial:
    """The test of a key at an endpoint of this name, as a page draws it; nothing of the key is in it."""
    write = formatter_for()
    kind, verdict = OUTCOMES[tried.outcome]
    facts = [(_("Status"), _("unknown") if tried.status is None else f"HTTP {tried.status}")]
    if tried.seconds is not None:
        facts.append((_("In all"), _seconds(tried.seconds, write)))
    return Trial(str(verdict), kind, tuple(facts), tried.said, any_key(endpoint, tried.outcome))
