"""A consistent copy of the database while others write, and one put back in place of everything."""

from __future__ import annotations

import os
import re
import shutil
import sqlite3
import subprocess
import tempfile
from contextlib import closing
from pathlib import Path

from django.core.management.base import CommandError
from django.db import connection

# What PostgreSQL's programs are told by the environment: arguments are visible to everybody on the machine.
KNOWN = {"HOST": "PGHOST", "PORT": "PGPORT", "USER": "PGUSER", "PASSWORD": "PGPASSWORD", "NAME": "PGDATABASE"}
OPTIONS = {"sslmode": "PGSSLMODE", "sslrootcert": "PGSSLROOTCERT", "sslcert": "PGSSLCERT", "sslkey": "PGSSLKEY"}


def dump(path: Path) -> None:
    """Write a copy of the database. Raises CommandError."""
    if connection.vendor == "sqlite":
        with closing(sqlite3.connect(database_file())) as live, closing(sqlite3.connect(path)) as copy:
            live.backup(copy)
    else:
        must_be_new_enough("pg_dump")
        run("pg_dump", "--format=custom", "--no-owner", "--no-privileges", f"--file={path}")


def check(path: Path) -> None:
    """Raises CommandError for a copy that cannot be put back."""
    if connection.vendor == "sqlite":
        with closing(sqlite3.connect(path)) as copy:
            sound(copy)
    else:
        must_be_new_enough("pg_restore")
        run("pg_restore", "--list", str(path))


def put_back(path: Path) -> None:
    """The copy in place of every table, in one transaction. Raises CommandError, and then nothing has changed."""
    if connection.vendor == "sqlite":
        with closing(sqlite3.connect(path)) as copy, closing(sqlite3.connect(database_file(), timeout=60)) as live:
            copy.backup(live)
        return
    # pg_restore's own --clean leaves tables that the copy does not know, in the way of later changes of the schema.
    with tempfile.TemporaryDirectory() as folder:
        script = Path(folder) / "script.sql"
        run("pg_restore", "--no-owner", "--no-privileges", f"--file={script}", str(path))
        once = ("--no-psqlrc", "--quiet", "--set=ON_ERROR_STOP=1", "--single-transaction")
        run("psql", *once, f"--command={nothing_left()}", f"--file={script}")


def nothing_left() -> str:
    """The statement that drops every table that there is."""
    names = [connection.ops.quote_name(name) for name in connection.introspection.table_names()]
    connection.close()
    return f"DROP TABLE {', '.join(names)} CASCADE" if names else "SELECT"


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


def must_be_new_enough(program: str) -> None:
    """Raises CommandError where a client program is absent, or older than the server, which it then cannot read."""
    said = run(program, "--version")
    found = re.search(r"\b(\d+)", said)
    with connection.cursor() as cursor:
        cursor.execute("SHOW server_version_num")
        server = int(cursor.fetchone()[0]) // 10000
    connection.close()
    if found and int(found[1]) < server:
        raise CommandError(
            f"{program} on the PATH is of PostgreSQL {found[1]}, the server of {server}: "
            f"install PostgreSQL's client of version {server} or newer."
        )


def run(program: str, *arguments: str) -> str:
    """What a client program of PostgreSQL says, run on our database. Raises CommandError with its complaint."""
    if shutil.which(program) is None:
        raise CommandError(f"{program} is not on the PATH: install PostgreSQL's client of the server's version.")
    done = subprocess.run([program, *arguments], env=_environment(), capture_output=True, text=True, check=False)  # noqa: S603 (a list of our own words, no shell)
    if done.returncode:
        raise CommandError(f"{program}: {done.stderr.strip()}")
    return done.stdout


def _environment() -> dict[str, str]:
    said = connection.settings_dict
    env = {**os.environ, **{variable: str(said[name]) for name, variable in KNOWN.items() if said.get(name)}}
    options = said.get("OPTIONS") or {}
    return {**env, **{variable: str(options[name]) for name, variable in OPTIONS.items() if options.get(name)}}
