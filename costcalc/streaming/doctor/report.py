"""What the doctor found, for machines and for terminals; pages draw it themselves."""

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from costcalc.streaming.doctor.examining import Examination
from costcalc.streaming.doctor.shown import Report
from costcalc.streaming.doctor.words import told


def as_json(found: Examination, secrets: Sequence[str] = ()) -> dict[str, Any]:
    """The report as JSON has it; `secrets` are masked in what it says.

    Of a log there are no events: their place has the number of requests.
    """
    findings = [told(finding, secrets=secrets) for finding in found.findings]
    if found.seen is None:
        return {"requests": found.requests, "findings": findings}
    reading = found.seen.reading
    return {
        "events": [asdict(event) for event in found.seen.events],
        "text": reading.text,
        "reasoning": reading.reasoning,
        "usage": reading.usage,
        "end": reading.end.value,
        "findings": findings,
    }


def as_lines(report: Report) -> str:
    """The report for a terminal: the page's words, in the language in force."""
    lines = [report.verdict, *(f"{name}: {value}" for name, value in report.facts)]
    for row in report.rows:
        lines.append(f"{row.level}: {row.says}")
        lines += [f"  {row.cure}"] if row.cure else []
        lines += [f"  {server}: {directive}" for server, directive in row.servers.items()]
    return "\n".join(map(_printable, lines))


def _printable(text: str) -> str:
    """A stranger's words without what would command a terminal."""
    return "".join(char if char.isprintable() else "\ufffd" for char in text)
