"""`manage.py sync_prices`: bring the catalogue up to date, and print what is new, changed or gone."""

from __future__ import annotations

import datetime as dt
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import CommandError
from django.utils import timezone

from costcalc.catalog import genai, reviewed, sync
from costcalc.wire.schema import SchemaCommand

SHOWN = 40


class Command(SchemaCommand):
    """Idempotent; only ever appends. Without --file it reads the installed genai-prices."""

    help = "Take in the prices of genai-prices and the reviewed corrections; append what is new or changed."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """--file names a newer snapshot, --checked the day it was taken."""
        parser.add_argument("--file", type=Path, help="a newer data.json of genai-prices (version 2)")
        parser.add_argument("--checked", type=dt.date.fromisoformat, help="the day of the snapshot (YYYY-MM-DD)")

    def handle(self, *args: Any, **options: Any) -> None:
        """Print one line a change, or that nothing changed."""
        if options["file"] is None and sync.is_up_to_date():
            self.stdout.write("prices: nothing new")
            return
        try:
            snapshot = genai.from_file(options["file"]) if options["file"] else genai.bundled()
            report = sync.sync(snapshot, self._day(options), timezone.now())
        except (genai.SnapshotError, sync.SyncError) as error:
            raise CommandError(str(error)) from error
        self._print(report)

    def _day(self, options: dict[str, Any]) -> dt.date:
        given: dt.date | None = options["checked"]
        known = None if options["file"] else reviewed.released_on(genai.bundled_version())
        return given or known or timezone.now().date()

    def _print(self, report: sync.Report) -> None:
        if report.older:
            self.stdout.write("older: the catalogue already holds a younger snapshot, so this one was left out")
        kinds = {"new": report.new, "changed": report.changed, "gone": report.gone, "described": report.described}
        kinds["exchange rate"] = report.rates
        for word, keys in kinds.items():
            for key in keys[:SHOWN]:
                self.stdout.write(f"{word}: {key}")
            if len(keys) > SHOWN:
                self.stdout.write(f"{word}: {len(keys) - SHOWN} more")
        counts = ", ".join(f"{len(keys)} {word}" for word, keys in kinds.items() if keys or word != "exchange rate")
        said = "nothing new" if report.nothing else counts
        self.stdout.write(f"prices: {said}; {report.providers} providers, {report.models} models")
