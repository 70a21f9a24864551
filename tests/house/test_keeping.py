"""Backups: whole while the server writes, and back again."""

import os
import shutil
import sqlite3
import subprocess
import sys
import tarfile
import threading
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

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
    # A reader that has the database open all the while, as a server has.
    with closing(sqlite3.connect(data / "db.sqlite3")) as reader:
        assert reader.execute("SELECT count(*) FROM accounts_user").fetchone() == (2,)
        done = manage(data, "restore", str(tmp_path / "b.tar.gz"))
        assert done.returncode == 0, done.stderr
        assert reader.execute("SELECT count(*) FROM accounts_user").fetchone() == (1,)
    assert people(data) == ["Alice"]
    assert (data / "secret_key").read_text() == key
    assert (data / "media" / "logo.txt").read_text() == "hers"
    (kept,) = data.glob("before-restore-*.tar.gz")
    assert manage(data, "restore", str(kept)).returncode == 0
    assert people(data) == ["Alice", "Mallory"]


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


def test_postgresql_without_its_client_is_said_plainly(tmp_path: Path) -> None:
    refused = manage(
        tmp_path, "backup", str(tmp_path / "b"), DATABASE_URL="postgresql://nobody@127.0.0.1:1/none", PATH=str(tmp_path)
    )
    assert refused.returncode == 1
    assert "pg_dump is not on the PATH" in refused.stderr
    assert "Traceback" not in refused.stderr
