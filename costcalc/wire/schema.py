"""The database's schema, brought up to date for whoever needs it: the server, and commands run before it ever was."""

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.db.utils import OperationalError


@contextmanager
def alone(path: Path) -> Iterator[None]:
    """Hold a lock between processes. It goes with its holder, so none is left behind by a crash."""
    with path.open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


@contextmanager
def preparing() -> Iterator[None]:
    """Prepare the data folder; a second process that does so at the same time waits for the first."""
    settings.DATA_DIR.mkdir(mode=0o700, parents=True, exist_ok=True)
    if connection.vendor == "sqlite":
        make_private(Path(connection.settings_dict["NAME"]))
    with alone(settings.DATA_DIR / "prepare.lock"):
        yield


def make_private(path: Path) -> None:
    """Have SQLite's file, made here where it is missing, be its owner's only: addresses and hashes are in it.

    SQLite gives the files beside it the mode that it has; those that a server left before may have another.
    """
    if path.name.startswith((":", "file:")) or not path.parent.is_dir():
        return
    for file in (path, *(path.with_name(path.name + end) for end in ("-wal", "-shm"))):
        # Another owner's file has the mode that they gave it.
        with suppress(FileNotFoundError, PermissionError):
            if file == path:
                file.touch(mode=0o600)
            file.chmod(0o600)


def migrate_if_behind() -> None:
    """Bring the database's schema up to date; asking costs a tenth of what migrating for nothing does."""
    executor = MigrationExecutor(connection)
    if executor.migration_plan(executor.loader.graph.leaf_nodes()):
        call_command("migrate", interactive=False, verbosity=0)


class SchemaCommand(BaseCommand):
    """A command that needs the product's tables: run by hand, it makes them first where they are missing."""

    by_hand = False

    def run_from_argv(self, argv: list[str]) -> None:
        """Remember that nobody has prepared anything."""
        self.by_hand = True
        super().run_from_argv(argv)

    def execute(self, *args: Any, **options: Any) -> str | None:
        """Raises CommandError where the database does not answer."""
        if self.by_hand:
            try:
                with preparing():
                    migrate_if_behind()
            except OperationalError as error:
                raise CommandError(f"The database does not answer: {error}") from None
        return super().execute(*args, **options)
