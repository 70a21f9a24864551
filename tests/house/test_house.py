"""The rules of the house, held by machines."""

import ast
import re
import shutil
import stat
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.core.management import call_command

from tests.processes import ROOT, environment

TOP = {"manage.py", "pyproject.toml", "costcalc", "migrations_app", "templates", "static", "tests"}
BESIDE = {"README.md", "Makefile", "LICENSE", "CHANGELOG.md"}
LOCKS = sorted(ROOT.glob("requirements*.lock"))
LONGEST = 30


def files() -> list[Path]:
    """Every file of the project, relative to it: in git, or new and not ignored."""
    listed = subprocess.run(
        ["git", "ls-files", "-co", "--exclude-standard"], cwd=ROOT, capture_output=True, text=True, check=True
    )
    return [Path(line) for line in listed.stdout.splitlines() if (ROOT / line).exists()]


def run(*command: str, cwd: Path = ROOT, **variables: str) -> subprocess.CompletedProcess[str]:
    """Run a Python module or script as somebody who has set these variables alone."""
    env = environment(**variables)
    return subprocess.run([sys.executable, *command], cwd=cwd, env=env, capture_output=True, text=True, check=False)


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the project in which nothing has ever been run."""
    folder = tmp_path_factory.mktemp("copy")
    for file in files():
        (folder / file).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(ROOT / file, folder / file)
    return folder


def imports(folder: Path) -> subprocess.CompletedProcess[str]:
    """Check the walls between rooms."""
    program = "import sys; from importlinter.cli import lint_imports; sys.exit(lint_imports(no_cache=True))"
    return run("-c", program, cwd=folder)


@pytest.fixture
def changed(copy: Path) -> Iterator[dict[str, str]]:
    """Lines to append to files of the copy, by name; taken away again after the test."""
    before: dict[Path, str | None] = {}
    wanted: dict[str, str] = {}

    class Changes(dict[str, str]):
        def __setitem__(self, name: str, text: str) -> None:
            path = copy / name
            before.setdefault(path, path.read_text() if path.exists() else None)
            path.write_text((before[path] or "") + text)

    yield Changes(wanted)
    for path, text in before.items():
        path.write_text(text) if text is not None else path.unlink()


def test_rooms_import_one_way() -> None:
    checked = imports(ROOT)
    assert checked.returncode == 0, checked.stdout


@pytest.mark.parametrize(
    ("name", "text", "contract"),
    [
        ("costcalc/helpers.py", "", "every module has a room"),
        ("costcalc/engine/pricing.py", "\nimport django\n", "The core is pure"),
        ("costcalc/wire/sse.py", "\nimport time\n", "The core is pure"),
        ("costcalc/catalog/finding.py", "\nimport costcalc.scenarios\n", "Rooms of costcalc import one way"),
        ("costcalc/scenarios/views.py", "\nimport migrations_app\n", "The planner stands on the rooms"),
        ("costcalc/catalog/models.py", "\nimport costcalc.catalog.views\n", "Inside a room"),
        ("costcalc/catalog/views.py", "\nimport httpx\n", "The network is spoken to by wire alone"),
        ("costcalc/wire/views.py", "\nimport costcalc.settings\n", "Settings are asked of Django"),
    ],
)
def test_a_wall_that_is_broken_is_seen(
    copy: Path, changed: dict[str, str], name: str, text: str, contract: str
) -> None:
    changed[name] = text
    checked = imports(copy)
    assert checked.returncode == 1
    assert re.search(rf"{contract}.* BROKEN", checked.stdout), checked.stdout


def test_the_top_level_is_fixed() -> None:
    top = {file.parts[0] for file in files()}
    assert not {name for name in top - TOP - BESIDE if not name.startswith((".", "requirements"))}
    assert TOP - {"static", "templates"} <= top


def test_functions_are_short() -> None:
    long = []
    for file in files():
        if file.suffix == ".py" and file.parts[0] in {"costcalc", "migrations_app"} and "migrations" not in file.parts:
            tree = ast.parse((ROOT / file).read_text())
            functions = (node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef))
            long += [f"{file}:{node.lineno} {node.name}" for node in functions if lines(node) > LONGEST]
    assert long == []


def lines(function: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    """The lines of a function's body, its docstring not counted."""
    documented = ast.get_docstring(function) is not None and len(function.body) > 1
    first = function.body[1 if documented else 0]
    return (function.end_lineno or 0) - first.lineno + 1


def test_no_room_is_named_for_a_mechanism() -> None:
    names = {part.removesuffix(".py") for file in files() if file.parts[0] == "costcalc" for part in file.parts}
    assert not names & {"services", "selectors", "managers", "utils", "common", "helpers", "signals", "misc"}


@pytest.mark.parametrize("lock", LOCKS, ids=lambda path: path.name)
def test_a_lock_pins_and_hashes_everything_and_names_no_registry(lock: Path) -> None:
    text = lock.read_text()
    assert not re.search(r"https?://|index-url|find-links", text)
    pinned = re.findall(r"^[a-z0-9][^\s]*==[^\s;]+", text, re.MULTILINE)
    unpinned = [line for line in text.splitlines() if re.match(r"[a-z0-9]", line) and "==" not in line]
    assert len(pinned) > 20
    assert unpinned == []
    assert text.count("--hash=sha256:") >= len(pinned)


def test_each_lock_holds_what_is_declared_and_the_product_s_own_versions() -> None:
    declared = tomllib.loads((ROOT / "pyproject.toml").read_text())
    runtime, test, bench = (versions(ROOT / f"requirements{kind}.lock") for kind in ("", "-test", "-bench"))
    assert {name(line) for line in declared["project"]["dependencies"]} <= runtime.keys()
    assert {name(line) for line in declared["dependency-groups"]["test"]} <= test.keys()
    assert {name(line) for line in declared["dependency-groups"]["bench"]} <= bench.keys()
    assert runtime.items() <= test.items()
    assert runtime.items() <= bench.items()
    assert "litellm" not in {**runtime, **test}


def versions(lock: Path) -> dict[str, str]:
    return dict(re.findall(r"^([a-z0-9][a-z0-9._-]*)(?:\[[^\]]*\])?==([^\s;]+)", lock.read_text(), re.MULTILINE))


def name(requirement: str) -> str:
    return re.split(r"[\[<>=~!; ]", requirement)[0]


@pytest.mark.django_db
def test_models_and_schema_migrations_agree() -> None:
    call_command("makemigrations", check=True, dry_run=True, verbosity=0)


def test_a_public_installation_passes_every_deployment_check(tmp_path: Path) -> None:
    checked = run(
        "manage.py", "check", "--deploy", DATA_DIR=str(tmp_path), PUBLIC_URL="https://costs.example.org", HOST="0.0.0.0"
    )
    assert checked.returncode == 0, checked.stderr
    assert "no issues" in checked.stdout
    assert checked.stderr == ""


def test_every_command_works_with_no_variable_set(copy: Path) -> None:
    program = (
        "import os; os.environ['DJANGO_SETTINGS_MODULE'] = 'costcalc.settings'\n"
        "import django; django.setup()\n"
        "from django.core.management import get_commands, load_command_class as load\n"
        "for name, app in sorted(get_commands().items()):\n"
        "    command = app if hasattr(app, 'handle') else load(app, name)\n"
        "    print(name, len(command.create_parser('manage.py', name).format_help()) > 100)\n"
    )
    listed = run("-W", "error", "-c", program, cwd=copy)
    assert listed.returncode == 0, listed.stderr
    helped = dict(line.split() for line in listed.stdout.splitlines())
    assert {"serve", "prepare", "sync_prices", "translations", "migrate"} <= helped.keys()
    assert set(helped.values()) == {"True"}
    for command in (["check"], ["migrate", "-v0"], ["showmigrations"], ["makemigrations", "--check", "--dry-run"]):
        done = run("manage.py", *command, cwd=copy)
        assert done.returncode == 0, done.stderr
    assert stat.S_IMODE((copy / ".data" / "secret_key").stat().st_mode) == 0o600


def test_a_wrong_variable_is_one_plain_line(tmp_path: Path) -> None:
    refused = run("manage.py", "serve", DATA_DIR=str(tmp_path), SECRET_KEY="")
    assert refused.returncode == 1
    assert refused.stderr == "Not configured: SECRET_KEY: at least 50 random characters, or leave it unset.\n"
