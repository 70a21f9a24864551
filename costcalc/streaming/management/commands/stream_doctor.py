"""`manage.py stream_doctor`: what is in a stream, recorded or live, and what is wrong with it."""

import json
import os
import tempfile
from argparse import ArgumentParser
from pathlib import Path
from typing import Any, Final

from django.core.management.base import BaseCommand, CommandError

from costcalc.streaming.doctor.addresses import typed_endpoint
from costcalc.streaming.doctor.examining import Examination, examine
from costcalc.streaming.doctor.probed import examined, timings
from costcalc.streaming.doctor.probing import Target, first_model, probe
from costcalc.streaming.doctor.recorded import NotARecordingError
from costcalc.streaming.doctor.report import as_json, as_lines
from costcalc.streaming.doctor.shown import shown
from costcalc.streaming.doctor.words import refusal
from costcalc.streaming.endpoints import SAMPLE, Endpoint
from costcalc.streaming.providers import allowed_providers, provider
from costcalc.streaming.sample.app import Provider
from costcalc.wire.drain import Drain
from costcalc.wire.inside import inside
from costcalc.wire.loops import finished

LARGEST: Final = 64 * 1024 * 1024
WRONG: Final = 2


class Command(BaseCommand):
    """Needs no database; a recording needs no network either. What it cannot use: a line, and status 2."""

    help = (
        "Read a recorded stream (curl -N, with time stamps or --trace, a HAR, an access log), or ask a live endpoint "
        "with two short completions, and say what is wrong with it. An address that is typed here is allowed by being "
        "typed, on this machine and in private networks, too."
    )
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        """An address, or --recording with a file; --json asks for everything in it."""
        parser.add_argument(
            "url", nargs="?", metavar="URL", help="a base URL, or an allowed provider's name, or sample"
        )
        parser.add_argument("--recording", type=Path, metavar="FILE", help="what was recorded")
        parser.add_argument("--stream", type=int, default=1, metavar="N", help="which stream of a HAR, from 1 on")
        parser.add_argument("--model", default="", help="which model to ask; else the first one that is listed")
        parser.add_argument("--key-env", default="", metavar="NAME", help="the environment variable that holds the key")
        parser.add_argument("--json", action="store_true", help="print events, text, usage, end and findings as JSON")

    def handle(self, *args: Any, **options: Any) -> None:
        """Print the report."""
        if (options["url"] is None) == (options["recording"] is None):
            raise CommandError("Give an address, or --recording FILE.", returncode=WRONG)
        self.stdout.write(_recorded(options) if options["recording"] else _live(options))


def _recorded(options: dict[str, Any]) -> str:
    try:
        found = examine(_bytes_of(options["recording"]), stream=options["stream"])
    except NotARecordingError as error:
        raise CommandError(f"{options['recording']}: {refusal(str(error))}", returncode=WRONG) from None
    return _json(as_json(found)) if options["json"] else as_lines(shown(found))


def _json(report: dict[str, Any]) -> str:
    """ASCII alone: whatever is in a stranger's stream can be printed anywhere."""
    return json.dumps(report, indent=2)


def _bytes_of(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            data = file.read(LARGEST + 1)
    except (OSError, ValueError) as error:
        raise CommandError(f"{path} cannot be read: {error}", returncode=WRONG) from None
    if len(data) > LARGEST:
        raise CommandError(f"{path} is larger than {LARGEST} bytes.", returncode=WRONG)
    return data


def _live(options: dict[str, Any]) -> str:
    endpoint, model = _endpoint(options["url"])
    key = _key(options["key_env"])

    async def ask() -> tuple[Examination, dict[str, float | int | None]]:
        target = Target(endpoint, options["model"] or model or await first_model(endpoint, key), key)
        found = await probe(target)
        return examined(found), timings(found)

    try:
        found, times = finished(_at_the_sample(ask) if endpoint == SAMPLE else ask)
    except ValueError as error:
        raise CommandError(str(error), returncode=WRONG) from None
    if options["json"]:
        return _json({**as_json(found, (key,)), "timings": times})
    return as_lines(shown(found, times, (key,)))


def _at_the_sample(ask: Any) -> Any:
    """The same with the built-in provider served for it: no server need run."""

    async def served() -> Any:
        with tempfile.TemporaryDirectory() as folder:
            async with inside.served(Provider(Drain(), lambda: None), Path(folder)):
                return await ask()

    return served


def _endpoint(typed: str) -> tuple[Endpoint, str]:
    named = provider(typed)
    if named is not None:
        return named, ""
    try:
        return typed_endpoint(typed)
    except ValueError as error:
        names = ", ".join(endpoint.name for endpoint in allowed_providers())
        told = f"{typed!r} is no provider that is allowed here ({names}), and no address: {error}"
        raise CommandError(told, returncode=WRONG) from None


def _key(name: str) -> str:
    """The key in the environment: an argument would be in every list of processes."""
    if name and not os.environ.get(name):
        raise CommandError(f"The environment variable {name} is not set.", returncode=WRONG)
    return os.environ.get(name, "") if name else ""
