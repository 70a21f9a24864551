"""Backups: whole while the server writes, and back again."""

import hashlib
import json
import os
import shutil
import sqlite3
import subprocess
import sys
import tarfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing, suppress
from pathlib import Path
from urllib.parse import quote

import psycopg
import pytest
from django.db import connection
from pytest_django.plugin import DjangoDbBlocker

from tests.processes import ROOT, environment

ADD = "from costcalc.accounts.models import User; User.objects.create_user('{}@example.org', name='{}')"


def manage(folder: Path, *command: str, **variables: str) -> subprocess.CompletedProcess[str]:
    env = environment(DATA_DIR=str(folder), **variables)
    return subprocess.run(
        [sys.executable, "manage.py", *command], cwd=ROOT, env=env, capture_output=True, text=True, check=False
    )


def people(folder: Path) -> list[str]:
    with closing(sqlite3.connect(folder / "db.sqlite3")) as database:
        return [name for (name,) in database.execute("SELECT name FROM accounts_user ORDER BY id")]


def add(folder: Path, name: str) -> None:
    done = manage(folder, "shell", "-v0", "-c", ADD.format(name.lower(), name))
    assert done.returncode == 0, done.stderr


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder with a schema, Alice in it, and a file."""
    folder = tmp_path_factory.mktemp("data")
    assert manage(folder, "migrate", "-v0").returncode == 0
    add(folder, "Alice")
    (folder / "media").mkdir()
    (folder / "media" / "logo.txt").write_text("hers")
    return folder


@pytest.fixture
def data(made: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(made, tmp_path / "data"))


@pytest.fixture
def writing(data: Path) -> Iterator[list[int]]:
    """Somebody who writes pairs of rows, each pair in one transaction, while all else happens."""
    count, stop = [0], threading.Event()
    with closing(sqlite3.connect(data / "db.sqlite3", timeout=60, isolation_level=None)) as database:
        database.execute("CREATE TABLE pairs (number INTEGER)")

    def write() -> None:
        with closing(sqlite3.connect(data / "db.sqlite3", timeout=60, isolation_level=None)) as database:
            while not stop.wait(0.001):
                database.execute("BEGIN IMMEDIATE")
                database.executemany("INSERT INTO pairs VALUES (?)", [(count[0],)] * 2)
                database.execute("COMMIT")
                count[0] += 1

    thread = threading.Thread(target=write)
    thread.start()
    yield count
    stop.set()
    thread.join()


def test_a_backup_while_somebody_writes_is_whole(data: Path, writing: list[int], tmp_path: Path) -> None:
    done = manage(data, "backup", str(tmp_path / "b.tar.gz"))
    assert done.returncode == 0, done.stderr
    assert writing[0] > 10
    with tarfile.open(tmp_path / "b.tar.gz") as archive:
        archive.extractall(tmp_path / "out", filter="data")
    with closing(sqlite3.connect(tmp_path / "out" / "database")) as copy:
        assert copy.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        assert copy.execute(
            "SELECT count(*) FROM (SELECT 1 FROM pairs GROUP BY number HAVING count(*) <> 2)"
        ).fetchone() == (0,)
        assert copy.execute("SELECT name FROM accounts_user").fetchall() == [("Alice",)]
    assert (tmp_path / "out" / "secret_key").read_text() == (data / "secret_key").read_text()
    assert (tmp_path / "out" / "media" / "logo.txt").read_text() == "hers"
    assert (tmp_path / "b.tar.gz").stat().st_mode & 0o077 == 0, "It holds the secret key."


def test_what_is_restored_is_what_was_backed_up_and_what_it_replaced_is_kept(data: Path, tmp_path: Path) -> None:
    key = (data / "secret_key").read_text()
    assert manage(data, "backup", str(tmp_path / "b.tar.gz")).returncode == 0
    add(data, "Mallory")
    (data / "media" / "logo.txt").write_text("another")
    (data / "media" / "later.txt").write_text("later")
    # A reader that has the database open all the while, as a server has.
    with closing(sqlite3.connect(data / "db.sqlite3")) as reader:
        assert reader.execute("SELECT count(*) FROM accounts_user").fetchone() == (2,)
        done = manage(data, "restore", str(tmp_path / "b.tar.gz"))
        assert done.returncode == 0, done.stderr
        assert reader.execute("SELECT count(*) FROM accounts_user").fetchone() == (1,)
    assert people(data) == ["Alice"]
    assert (data / "secret_key").read_text() == key
    assert (data / "media" / "logo.txt").read_text() == "hers"
    assert not (data / "media" / "later.txt").exists(), "What came later is in the copy of what was there."
    assert not list(data.glob(".media*"))
    (kept,) = data.glob("before-restore-*.tar.gz")
    assert manage(data, "restore", str(kept)).returncode == 0
    assert people(data) == ["Alice", "Mallory"]
    assert (data / "media" / "later.txt").read_text() == "later"


def test_a_backup_makes_an_installation_where_there_was_none(data: Path, tmp_path: Path) -> None:
    assert manage(data, "backup", str(tmp_path / "b.tar.gz")).returncode == 0
    done = manage(tmp_path / "new", "restore", str(tmp_path / "b.tar.gz"))
    assert done.returncode == 0, done.stderr
    assert people(tmp_path / "new") == ["Alice"]
    assert (tmp_path / "new" / "secret_key").read_text() == (data / "secret_key").read_text()


def spoilt(path: Path, folder: Path) -> None:
    """A backup whose database lost its middle."""
    with tarfile.open(path) as archive:
        archive.extractall(folder, filter="data")
    database = bytearray((folder / "database").read_bytes())
    database[4096 : len(database) // 2] = os.urandom(len(database) // 2 - 4096)
    (folder / "database").write_bytes(database)
    with tarfile.open(path, "w:gz") as archive:
        for file in folder.iterdir():
            archive.add(file, file.name)


def test_a_damaged_backup_changes_nothing(data: Path, tmp_path: Path) -> None:
    assert manage(data, "backup", str(tmp_path / "b.tar.gz")).returncode == 0
    spoilt(tmp_path / "b.tar.gz", tmp_path / "out")
    refused = manage(data, "restore", str(tmp_path / "b.tar.gz"))
    assert refused.returncode == 1
    assert "damaged" in refused.stderr
    (tmp_path / "b.tar.gz").write_bytes(b"nothing")
    assert "is no backup" in manage(data, "restore", str(tmp_path / "b.tar.gz")).stderr
    assert "is no backup" in manage(data, "restore", str(tmp_path / "none")).stderr
    assert people(data) == ["Alice"]


def test_a_backup_that_was_changed_anywhere_changes_nothing(data: Path, tmp_path: Path) -> None:
    whole = tmp_path / "b.tar.gz"
    assert manage(data, "backup", str(whole)).returncode == 0
    kept = whole.read_bytes()
    flipped = bytearray(kept)
    flipped[len(kept) // 3] ^= 0x10
    whole.write_bytes(flipped)
    refused = manage(data, "restore", str(whole))
    assert refused.returncode == 1
    assert "Traceback" not in refused.stderr
    repacked(whole, kept, tmp_path / "out", lambda folder: (folder / "media" / "logo.txt").write_text("other"))
    assert "is damaged: media/logo.txt." in manage(data, "restore", str(whole)).stderr
    repacked(whole, kept, tmp_path / "out2", lambda folder: (folder / "secret_key").unlink())
    assert "is damaged: secret_key." in manage(data, "restore", str(whole)).stderr
    repacked(whole, kept, tmp_path / "out3", from_a_newer_release)
    assert "newer release, which has accounts.9999_later" in manage(data, "restore", str(whole)).stderr
    assert people(data) == ["Alice"]
    assert not list(data.glob("before-restore-*")), "Not even a copy was made."


def repacked(path: Path, kept: bytes, folder: Path, change: Callable[[Path], object]) -> None:
    path.write_bytes(kept)
    with tarfile.open(path) as archive:
        archive.extractall(folder, filter="data")
    change(folder)
    with tarfile.open(path, "w:gz") as archive:
        for file in folder.iterdir():
            archive.add(file, file.name)


def from_a_newer_release(folder: Path) -> None:
    manifest = json.loads((folder / "manifest.json").read_text())
    manifest["schema"].append(["accounts", "9999_later"])
    (folder / "manifest.json").write_text(json.dumps(manifest))


@pytest.fixture
def postgres(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[str]:
    """The address of an empty PostgreSQL database of this test's own."""
    if connection.vendor != "postgresql":
        pytest.skip("needs DATABASE_URL to name a PostgreSQL")
    name, said = f"kept_{os.getpid()}", connection.settings_dict
    with django_db_blocker.unblock(), connection.cursor() as cursor:
        cursor.execute(f"CREATE DATABASE {name}")
        host = quote(said["HOST"] or "localhost", safe="")
        port = f":{said['PORT']}" if said["PORT"] else ""
        yield f"postgres://{quote(said['USER'])}:{quote(said['PASSWORD'] or '')}@{host}{port}/{name}"
        cursor.execute(f"DROP DATABASE {name} WITH (FORCE)")


def write_pairs(address: str, stop: threading.Event, written: list[int]) -> None:
    """Pairs of rows, each pair in one transaction, whatever happens to the tables meanwhile."""
    with psycopg.connect(address, autocommit=True) as database:
        while not stop.wait(0.002):
            # Between the old tables and the new ones a statement may find neither.
            with suppress(psycopg.Error), database.transaction():
                database.execute("INSERT INTO pairs VALUES (%s)", [written[0]])
                database.execute("INSERT INTO pairs VALUES (%s)", [written[0]])
                written[0] += 1


@pytest.fixture
def writing_postgres(postgres: str, tmp_path: Path) -> Iterator[list[int]]:
    """A schema with Alice, and somebody who writes all the while."""
    for command in (("migrate", "-v0"), ("shell", "-v0", "-c", ADD.format("alice", "Alice"))):
        done = manage(tmp_path / "data", *command, DATABASE_URL=postgres)
        assert done.returncode == 0, done.stderr
    written, stop = [0], threading.Event()
    with psycopg.connect(postgres, autocommit=True) as database:
        database.execute("CREATE TABLE pairs (number integer)")
    thread = threading.Thread(target=write_pairs, args=(postgres, stop, written))
    thread.start()
    yield written
    stop.set()
    thread.join()


def test_postgresql_is_backed_up_and_put_back_while_somebody_writes(
    postgres: str, writing_postgres: list[int], tmp_path: Path
) -> None:
    data, file = tmp_path / "data", str(tmp_path / "b.tar.gz")
    done = manage(data, "backup", file, DATABASE_URL=postgres)
    assert done.returncode == 0, done.stderr
    before = writing_postgres[0]
    assert before > 10
    with psycopg.connect(postgres, autocommit=True) as database:
        database.execute("UPDATE accounts_user SET name = 'Mallory'")
        database.execute("CREATE TABLE later (number integer REFERENCES accounts_user)")
    done = manage(data, "restore", file, DATABASE_URL=postgres)
    assert done.returncode == 0, done.stderr
    came, reached = writing_postgres[0], time.monotonic() + 10
    while writing_postgres[0] == came and time.monotonic() < reached:
        time.sleep(0.01)
    assert writing_postgres[0] > came, "Who wrote before writes on."
    with psycopg.connect(postgres, autocommit=True) as database:
        assert database.execute("SELECT name FROM accounts_user").fetchall() == [("Alice",)]
        assert database.execute("SELECT to_regclass('later')").fetchone() == (None,), "In place of everything."
        odd = "SELECT count(*) FROM (SELECT 1 FROM pairs GROUP BY number HAVING count(*) <> 2) odd"
        assert database.execute(odd).fetchone() == (0,)
    done = manage(data, "shell", "-v0", "-c", ADD.format("bob", "Bob"), DATABASE_URL=postgres)
    assert done.returncode == 0, f"Numbering goes on where it was: {done.stderr}"
    (kept,) = data.glob("before-restore-*.tar.gz")
    assert manage(data, "restore", str(kept), DATABASE_URL=postgres).returncode == 0
    with psycopg.connect(postgres) as database:
        assert database.execute("SELECT name FROM accounts_user").fetchall() == [("Mallory",)]


def test_a_damaged_dump_of_postgresql_changes_nothing(
    postgres: str, writing_postgres: list[int], tmp_path: Path
) -> None:
    data, file = tmp_path / "data", tmp_path / "b.tar.gz"
    assert manage(data, "backup", str(file), DATABASE_URL=postgres).returncode == 0
    repacked(file, file.read_bytes(), tmp_path / "out", cut_dump)
    refused = manage(data, "restore", str(file), DATABASE_URL=postgres)
    assert refused.returncode == 1
    assert "pg_restore: " in refused.stderr
    assert "Traceback" not in refused.stderr
    with psycopg.connect(postgres) as database:
        assert database.execute("SELECT name FROM accounts_user").fetchall() == [("Alice",)]


def cut_dump(folder: Path) -> None:
    """Half of a dump, of which the manifest says that it is right."""
    database, manifest = folder / "database", folder / "manifest.json"
    database.write_bytes(database.read_bytes()[: database.stat().st_size // 2])
    said = json.loads(manifest.read_text())
    said["files"]["database"] = hashlib.sha256(database.read_bytes()).hexdigest()
    manifest.write_text(json.dumps(said))


def test_an_older_client_of_postgresql_is_said_plainly(
    postgres: str, writing_postgres: list[int], tmp_path: Path
) -> None:
    old = tmp_path / "bin"
    old.mkdir()
    (old / "pg_dump").write_text("#!/bin/sh\necho 'pg_dump (PostgreSQL) 9.6.24'\n")
    (old / "pg_dump").chmod(0o755)
    file = tmp_path / "b.tar.gz"
    refused = manage(
        tmp_path / "data", "backup", str(file), DATABASE_URL=postgres, PATH=f"{old}{os.pathsep}{os.environ['PATH']}"
    )
    assert refused.returncode == 1
    assert "pg_dump on the PATH is of PostgreSQL 9, the server of" in refused.stderr
    assert list(tmp_path.glob("*.tar.gz*")) == list(tmp_path.glob(".b*")) == []


def test_postgresql_without_its_client_is_said_plainly(tmp_path: Path) -> None:
    refused = manage(
        tmp_path, "backup", str(tmp_path / "b"), DATABASE_URL="postgresql://nobody@127.0.0.1:1/none", PATH=str(tmp_path)
    )
    assert refused.returncode == 1
    assert "pg_dump is not on the PATH" in refused.stderr
    assert "Traceback" not in refused.stderr
