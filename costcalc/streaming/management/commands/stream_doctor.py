"""`manage.py stream_doctor --recording FILE`: what is in a recorded stream, and what is wrong with it."""

import json
from argparse import ArgumentParser
from dataclasses import asdict
from pathlib import Path
from typing import Any, Final

from django.core.management.base import BaseCommand, CommandError

from costcalc.streaming.doctor.findings import Diagnosis, diagnose, findings
from costcalc.streaming.doctor.recorded import NotARecordingError
from costcalc.streaming.doctor.recordings import read_recording
from costcalc.streaming.doctor.words import LEVELS, refusal, told

LARGEST: Final = 64 * 1024 * 1024
WRONG: Final = 2


class Command(BaseCommand):
    """Needs no database and no network. A file that is no recording: a line, and status 2."""

    help = "Read a recorded stream (curl -N, with time stamps or --trace, or a HAR), and say what is wrong with it."
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        """--recording names the file, --json asks for everything in it."""
        parser.add_argument("--recording", type=Path, required=True, metavar="FILE", help="what was recorded")
        parser.add_argument("--json", action="store_true", help="print events, text, usage, end and findings as JSON")

    def handle(self, *args: Any, **options: Any) -> None:
        """Print the report."""
        try:
            seen = diagnose(read_recording(_bytes_of(options["recording"])))
        except NotARecordingError as error:
            raise CommandError(f"{options['recording']}: {refusal(str(error))}", returncode=WRONG) from None
        report = _report(seen)
        # ASCII alone: whatever is in a stranger's stream can be printed anywhere.
        self.stdout.write(json.dumps(report, indent=2) if options["json"] else _lines(report))


def _bytes_of(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            data = file.read(LARGEST + 1)
    except (OSError, ValueError) as error:
        raise CommandError(f"{path} cannot be read: {error}", returncode=WRONG) from None
    if len(data) > LARGEST:
        raise CommandError(f"{path} is larger than {LARGEST} bytes.", returncode=WRONG)
    return data


def _report(seen: Diagnosis) -> dict[str, Any]:
    reading = seen.reading
    return {
        "events": [asdict(event) for event in seen.events],
        "text": reading.text,
        "reasoning": reading.reasoning,
        "usage": reading.usage,
        "end": reading.end.value,
        "findings": [told(finding) for finding in findings(seen)],
    }


def _lines(report: dict[str, Any]) -> str:
    counts = ", ".join(f"{name} {count}" for name, count in (report["usage"] or {}).items())
    lines = [f"{len(report['events'])} events, {report['end']}" + (f"; {counts}" if counts else "")]
    for finding in report["findings"]:
        lines.append(f"{LEVELS[finding['level']]}: {_printable(finding['says'])}")
        lines += [f"  {finding['cure']}"] if finding["cure"] else []
        lines += [f"  {server}: {directive}" for server, directive in finding.get("servers", {}).items()]
    return "\n".join(lines)


def _printable(text: str) -> str:
    """A stranger's words without what would command a terminal."""
    return "".join(char if char.isprintable() else "\ufffd" for char in text)
