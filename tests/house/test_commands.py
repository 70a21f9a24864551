"""Commands run by hand before anything else ever was: they find, or make, what they need."""

import subprocess
import sys
from pathlib import Path

import pytest

from costcalc.environment import BASE_DIR
from costcalc.wire.schema import make_private
from tests.processes import environment


def manage(folder: Path, *command: str, database: str = "") -> subprocess.CompletedProcess[str]:
    """`manage.py` with a data folder of its own and nothing else set."""
    env = environment(DATA_DIR=str(folder), DATABASE_URL=database)
    done = [sys.executable, "manage.py", *command]
    return subprocess.run(done, cwd=BASE_DIR, env=env, capture_output=True, text=True, check=False)


def test_a_token_can_be_made_before_the_server_ever_ran(tmp_path: Path) -> None:
    asked = ("create_token", "--email", "a@example.org", "--workspace", "Team", "--scope", "write")
    made = manage(tmp_path, *asked)
    assert made.returncode == 0, made.stderr
    assert made.stdout.startswith("costcalc_")
    assert made.stdout.count("\n") == 1


@pytest.mark.parametrize("command", ["first_owner", "verify_audit_log"])
def test_so_can_a_first_owner_and_a_look_at_the_log(tmp_path: Path, command: str) -> None:
    assert manage(tmp_path, command).returncode == 0


def test_nothing_is_no_backup(tmp_path: Path) -> None:
    done = manage(tmp_path, "backup", str(tmp_path / "backup.tar.gz"))
    assert done.returncode == 1
    assert "nothing to back up yet" in done.stderr
    assert not (tmp_path / "backup.tar.gz").exists()


def test_a_database_that_does_not_answer_is_said_in_a_line(tmp_path: Path) -> None:
    done = manage(tmp_path, "verify_audit_log", database="postgres://nobody:x@127.0.0.1:1/none?connect_timeout=1")
    assert done.returncode == 1
    assert done.stderr.strip().splitlines()[-1].startswith("CommandError: The database does not answer")


def test_what_is_made_is_for_its_owner_s_eyes_only(tmp_path: Path) -> None:
    folder = tmp_path / "deep" / "data"
    assert manage(folder, "first_owner").returncode == 0
    assert folder.stat().st_mode & 0o777 == 0o700
    assert {path.name: path.stat().st_mode & 0o777 for path in folder.glob("db.sqlite3*")} == {"db.sqlite3": 0o600}


def test_so_is_a_database_that_an_older_release_made_but_its_folder_stays_the_operator_s(tmp_path: Path) -> None:
    (tmp_path / "db.sqlite3").touch(mode=0o644)
    (tmp_path / "db.sqlite3").chmod(0o644)
    tmp_path.chmod(0o755)
    assert manage(tmp_path, "first_owner").returncode == 0
    assert (tmp_path / "db.sqlite3").stat().st_mode & 0o777 == 0o600
    assert tmp_path.stat().st_mode & 0o777 == 0o755


def test_the_files_beside_the_database_are_private_too(tmp_path: Path) -> None:
    database = tmp_path / "db.sqlite3"
    for name in ("db.sqlite3", "db.sqlite3-wal", "db.sqlite3-shm"):
        (tmp_path / name).touch()
        (tmp_path / name).chmod(0o644)
    make_private(database)
    assert {path.stat().st_mode & 0o777 for path in tmp_path.iterdir()} == {0o600}
    make_private(Path(":memory:"))
    assert not Path(":memory:").exists()
