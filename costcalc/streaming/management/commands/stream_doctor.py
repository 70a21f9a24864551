"""`manage.py stream_doctor --recording FILE`: what is in a recorded stream, and what is wrong with it."""

import json
from argparse import ArgumentParser
from pathlib import Path
from typing import Any, Final

from django.core.management.base import BaseCommand, CommandError

from costcalc.streaming.doctor.examining import examine
from costcalc.streaming.doctor.recorded import NotARecordingError
from costcalc.streaming.doctor.report import as_json, as_lines
from costcalc.streaming.doctor.words import refusal

LARGEST: Final = 64 * 1024 * 1024
WRONG: Final = 2


class Command(BaseCommand):
    """Needs no database and no network. A file that is no recording: a line, and status 2."""

    help = "Read a recorded stream (curl -N, with time stamps or --trace, or a HAR), and say what is wrong with it."
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        """--recording names the file, --json asks for everything in it."""
        parser.add_argument("--recording", type=Path, required=True, metavar="FILE", help="what was recorded")
        parser.add_argument("--stream", type=int, default=1, metavar="N", help="which stream of a HAR, from 1 on")
        parser.add_argument("--json", action="store_true", help="print events, text, usage, end and findings as JSON")

    def handle(self, *args: Any, **options: Any) -> None:
        """Print the report."""
        try:
            found = examine(_bytes_of(options["recording"]), stream=options["stream"])
        except NotARecordingError as error:
            raise CommandError(f"{options['recording']}: {refusal(str(error))}", returncode=WRONG) from None
        report = as_json(found)
        # ASCII alone: whatever is in a stranger's stream can be printed anywhere.
        self.stdout.write(json.dumps(report, indent=2) if options["json"] else as_lines(report))


def _bytes_of(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            data = file.read(LARGEST + 1)
    except (OSError, ValueError) as error:
        raise CommandError(f"{path} cannot be read: {error}", returncode=WRONG) from None
    if len(data) > LARGEST:
        raise CommandError(f"{path} is larger than {LARGEST} bytes.", returncode=WRONG)
    return data
