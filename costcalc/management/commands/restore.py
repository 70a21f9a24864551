"""`manage.py restore FILE`: what `backup` wrote, in place of everything."""

from argparse import ArgumentParser
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand
from django.db import connection

from costcalc.management.keeping import back_up, opened, restore
from costcalc.wire.schema import preparing


class Command(BaseCommand):
    help = "Put a backup in place of everything. What was there before is kept beside the data, as a backup of its own."
    requires_system_checks = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path)

    def handle(self, *args: Any, **options: Any) -> None:
        """Check first, keep what there is, then replace it; a schema of an older release is brought up to date."""
        with preparing(), opened(options["file"]) as folder:
            if "django_migrations" in connection.introspection.table_names():
                kept = settings.DATA_DIR / f"before-restore-{datetime.now(UTC):%Y%m%dT%H%M%SZ}.tar.gz"
                back_up(kept)
                self.stdout.write(f"What was there is in {kept}")
            connection.close()
            restore(folder)
            call_command("migrate", interactive=False, verbosity=0)
        self.stdout.write("Restored. Restart the server: it holds the secret key that it started with.")
