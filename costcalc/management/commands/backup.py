"""`manage.py backup FILE`: all that the product holds, in one file."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import connection

from costcalc.management.keeping import back_up


class Command(BaseCommand):
    help = "Copy the database, the secret key and the files into one archive, while the server runs."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path)

    def handle(self, *args: Any, **options: Any) -> None:
        path: Path = options["file"]
        if connection.vendor == "sqlite" and "django_migrations" not in connection.introspection.table_names():
            raise CommandError("There is nothing to back up yet: the database is empty.")
        try:
            back_up(path)
        except OSError as error:
            raise CommandError(f"Cannot write {path}: {error.strerror}") from None
        self.stdout.write(
            f"{path}: {path.stat().st_size:,} bytes. It holds the secret key: keep it where nobody reads it."
        )
