"""Copies of all that a running product holds: its database, its secret key, its files; and back.

Both are safe while the server writes: SQLite copies page by page through its own interface, PostgreSQL by a
snapshot; what is put back arrives in one transaction.
"""

from __future__ import annotations

import json
import os
import shutil
import sqlite3
import subprocess
import tarfile
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import CommandError
from django.db import connection

MANIFEST, DATABASE, KEY, MEDIA = "manifest.json", "database", "secret_key", "media"
FORMAT = 1


def back_up(path: Path) -> None:
    """Write the archive, readable by its owner only: it holds the secret key. Raises CommandError, OSError."""
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        dump(folder / DATABASE)
        manifest = {"format": FORMAT, "database": connection.vendor, "made_at": datetime.now(UTC).isoformat()}
        (folder / MANIFEST).write_text(json.dumps(manifest))
        draft = path.with_name(f".{path.name}.{os.getpid()}")
        draft.touch(mode=0o600)
        with tarfile.open(draft, "w:gz", compresslevel=6) as archive:
            for name in (MANIFEST, DATABASE):
                archive.add(folder / name, name)
            for source, name in ((settings.DATA_DIR / KEY, KEY), (Path(settings.MEDIA_ROOT), MEDIA)):
                if source.exists():
                    archive.add(source, name)
        draft.replace(path)


def restore(path: Path) -> None:
    """Put an archive back in place of everything. Raises CommandError before anything has changed."""
    with opened(path) as folder:
        put_back(folder / DATABASE)
        if (folder / KEY).exists():
            draft = settings.DATA_DIR / f".{KEY}.{os.getpid()}"
            draft.touch(mode=0o600)
            draft.write_bytes((folder / KEY).read_bytes())
            draft.replace(settings.DATA_DIR / KEY)
        if (folder / MEDIA).exists():
            shutil.copytree(folder / MEDIA, settings.MEDIA_ROOT, dirs_exist_ok=True)


@contextmanager
def opened(path: Path) -> Iterator[Path]:
    """The archive's files in a folder. Raises CommandError for what is none of ours, or of another database."""
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        try:
            with tarfile.open(path, "r:gz") as archive:
                # Nothing outside the folder, no devices, no links that lead out.
                archive.extractall(folder, filter="data")
            manifest: dict[str, Any] = json.loads((folder / MANIFEST).read_text())
        except (OSError, tarfile.TarError, EOFError, ValueError) as error:
            raise CommandError(f"{path} is no backup: {error}") from None
        if manifest.get("format") != FORMAT:
            raise CommandError(f"{path} is a backup of another format.")
        if manifest.get("database") != connection.vendor:
            raise CommandError(f"{path} is of {manifest.get('database')}; this installation has {connection.vendor}.")
        yield folder


def dump(path: Path) -> None:
    """A consistent copy of the database."""
    if connection.vendor == "sqlite":
        with closing(sqlite3.connect(database_file())) as live, closing(sqlite3.connect(path)) as copy:
            live.backup(copy)
    else:
        run_postgres("pg_dump", "--format=custom", "--no-owner", f"--file={path}")


def put_back(path: Path) -> None:
    """The copy in place of the database, in one transaction. Raises CommandError for a damaged one."""
    if connection.vendor == "sqlite":
        with closing(sqlite3.connect(path)) as copy, closing(sqlite3.connect(database_file(), timeout=60)) as live:
            sound(copy)
            copy.backup(live)
    else:
        options = ("--clean", "--if-exists", "--no-owner", "--single-transaction", "--exit-on-error")
        run_postgres("pg_restore", *options, f"--dbname={connection.settings_dict['NAME']}", str(path))


def sound(copy: sqlite3.Connection) -> None:
    """Raises CommandError unless every page of this database is in order."""
    try:
        said = copy.execute("PRAGMA integrity_check").fetchone()[0]
    except sqlite3.DatabaseError as error:
        said = str(error)
    if said != "ok":
        raise CommandError(f"The database in the backup is damaged: {said}")


def database_file() -> str:
    """Where SQLite keeps the database."""
    return str(connection.settings_dict["NAME"])


def run_postgres(program: str, *arguments: str) -> None:
    """Run a client program of PostgreSQL on our database. Raises CommandError with what it says."""
    if shutil.which(program) is None:
        raise CommandError(f"{program} is not on the PATH: install PostgreSQL's client of the server's version.")
    known = {"HOST": "PGHOST", "PORT": "PGPORT", "USER": "PGUSER", "PASSWORD": "PGPASSWORD", "NAME": "PGDATABASE"}
    said = connection.settings_dict
    # Not as arguments: those are visible to everybody on the machine.
    env = {**os.environ, **{variable: str(said[name]) for name, variable in known.items() if said.get(name)}}
    done = subprocess.run([program, *arguments], env=env, capture_output=True, text=True, check=False)  # noqa: S603
    if done.returncode:
        raise CommandError(f"{program}: {done.stderr.strip()}")
