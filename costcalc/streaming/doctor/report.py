"""What the doctor found, for machines and for terminals; pages draw it themselves."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

from costcalc.streaming.doctor.examining import Examination
from costcalc.streaming.doctor.words import LEVELS, told


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


def as_lines(report: Mapping[str, Any]) -> str:
    """The report for a terminal."""
    lines = [_summary(report)]
    times = [f"{name} {value}" for name, value in report.get("timings", {}).items() if value is not None]
    lines += [", ".join(times)] if times else []
    for finding in report["findings"]:
        lines.append(f"{LEVELS[finding['level']]}: {_printable(finding['says'])}")
        lines += [f"  {finding['cure']}"] if finding["cure"] else []
        lines += [f"  {server}: {directive}" for server, directive in finding.get("servers", {}).items()]
    return "\n".join(lines)


def _summary(report: Mapping[str, Any]) -> str:
    if "events" not in report:
        return f"{report['requests']} requests"
    counts = ", ".join(f"{name} {count}" for name, count in (report["usage"] or {}).items())
    return f"{len(report['events'])} events, {report['end']}" + (f"; {counts}" if counts else "")


def _printable(text: str) -> str:
    """A stranger's words without what would command a terminal."""
    return "".join(char if char.isprintable() else "\ufffd" for char in text)
