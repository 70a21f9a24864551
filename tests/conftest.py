"""Fixtures of the whole suite.

The test database always holds the whole catalogue, committed once a session, so `db` tests start
from it and roll back to it. Nobody asks for `transactional_db`: its flush would empty the catalogue.
Tests whose rows other threads or processes must see ask for `committed_db`, browser tests for `site`.
"""

import io
import os
import socket
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import uvicorn
from django.apps import apps
from django.conf import settings
from django.core.cache import cache
from django.core.management import call_command
from django.db import connection, connections
from django.test.utils import setup_databases, teardown_databases
from django.utils import translation
from django.utils.translation import trans_real
from hypothesis import settings as hypothesis_settings
from playwright.sync_api import ConsoleMessage, Page, Playwright, Request, sync_playwright
from pytest_django.plugin import DjangoDbBlocker

from costcalc.management.commands.prepare import collect_if_stale
from costcalc.wire.schema import preparing
from tests.browsers import chromium
from tests.factories import Cast, a_cast

# Playwright's synchronous interface runs an event loop in the thread in which tests use the database.
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"

# The same examples in every run, however slow the machine.
hypothesis_settings.register_profile("suite", derandomize=True, deadline=None, database=None)
hypothesis_settings.load_profile("suite")

KEPT = {"catalog", "contenttypes", "auth"}
# Who asks for none of these, nor has the mark, may not touch the database: pytest-django blocks it.
OF_THE_DATABASE = {"db", "django_db_setup"}
# They start processes, which may have any database.
OF_PROCESSES = "tests/house/"
SAMPLES = "COSTCALC_SAMPLES"


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """On PostgreSQL, leave out what touches no database: SQLite's run has tested it, and here nothing would differ."""
    if settings.DATABASES["default"]["ENGINE"].endswith("sqlite3"):
        return
    kept = [item for item in items if uses_the_database(item)]
    config.hook.pytest_deselected(items=[item for item in items if not uses_the_database(item)])
    items[:] = kept


def uses_the_database(item: pytest.Item) -> bool:
    """Whether the outcome could depend on the database."""
    fixtures = set(getattr(item, "fixturenames", ()))
    marked = item.get_closest_marker("django_db") is not None
    return marked or bool(fixtures & OF_THE_DATABASE) or item.nodeid.startswith(OF_PROCESSES)


@pytest.fixture(scope="session", autouse=True)
def static_files() -> None:
    """Collected once, by whichever test process comes first; pages cannot be rendered without."""
    with preparing():
        collect_if_stale()
        call_command("translations", "compile", verbosity=0)
    # Read before another process had written it, the catalogue of this one would be an old one.
    vars(trans_real)["_translations"].clear()


@pytest.fixture(autouse=True)
def english() -> Iterator[None]:
    """Each test begins in English: the last one's requests leave their language with the thread."""
    with translation.override("en"):
        yield


@pytest.fixture(scope="session")
def django_db_setup(
    django_test_environment: None,
    django_db_modify_db_settings: None,
    django_db_blocker: DjangoDbBlocker,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[None]:
    """The test database, with every price in it; pytest-django's own would make none for tests of the site alone."""
    if connection.vendor == "sqlite":
        # A file: with SQLite in memory every thread of a server would have a database of its own, or lock it.
        connection.settings_dict["TEST"]["NAME"] = str(tmp_path_factory.mktemp("database") / "test.sqlite3")
    with django_db_blocker.unblock():
        made = setup_databases(verbosity=0, interactive=False, serialized_aliases=set())
        call_command("sync_prices", stdout=io.StringIO())
    yield
    with django_db_blocker.unblock():
        connections.close_all()
        teardown_databases(made, verbosity=0)


@pytest.fixture
def prices(db: None) -> None:
    """Says that a test needs the catalogue, which the database always holds."""


@pytest.fixture
def committed_db(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """The database without a transaction around the test; every row but the catalogue's is deleted after it."""
    with django_db_blocker.unblock():
        yield
        for model in apps.get_models():
            if model._meta.app_label not in KEPT and model._meta.managed:
                # Not the model's own manager: the audit log's refuses.
                model._base_manager.all().delete()
        cache.clear()
        connections.close_all()


@pytest.fixture
def cast(db: None) -> Cast:
    """Alice, Bob, Vera and Charlie."""
    return a_cast()


@pytest.fixture(scope="session")
def samples() -> Path:
    """The folder of real traces and exports, which is not part of the project."""
    folder = os.environ.get(SAMPLES)
    if not folder or not Path(folder).is_dir():
        pytest.skip(f"NOT TESTED ON REAL DATA: {SAMPLES} names no folder")
    return Path(folder)


@pytest.fixture(scope="session")
def server(static_files: None, django_db_setup: None) -> Iterator[str]:
    """The address of a real server on the test database: uvicorn in a thread, with the whole ASGI application."""
    listener = socket.create_server(("127.0.0.1", 0))
    # Built here: an application that a test module had imported before would know no file of a fresh folder.
    asked = uvicorn.Config("costcalc.asgi:build", factory=True, log_level="warning", proxy_headers=False)
    serving = uvicorn.Server(asked)
    thread = threading.Thread(target=serving.run, kwargs={"sockets": [listener]}, daemon=True)
    thread.start()
    while not serving.started:
        assert thread.is_alive(), "The test server did not start."
        time.sleep(0.01)
    yield f"http://localhost:{listener.getsockname()[1]}"
    serving.should_exit = True
    thread.join(5)


@pytest.fixture
def site(server: str, committed_db: None, request: pytest.FixtureRequest) -> str:
    """The server's address, while a test may use it."""
    # The transaction around a `db` test holds SQLite's write lock, and its rows are invisible to the server.
    assert "db" not in request.fixturenames, "A test of the site must not ask for `db`."
    return server


@pytest.fixture(scope="session")
def base_url() -> str:
    """Left to `site`: pytest-playwright's own default would be the last test's address."""
    return ""


@pytest.fixture(scope="session")
def playwright() -> Iterator[Playwright]:
    """Playwright, and no connection to the database that nobody can close any more.

    Its event loop runs in the thread of the tests, to which Django gives connections of their own as long as it runs.
    """
    connections.close_all()
    with sync_playwright() as running:
        yield running
        connections.close_all()


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict[str, Any]) -> dict[str, Any]:
    """The machine's own Chromium, as root too. `BROWSER=none` skips what needs one, and says so."""
    if os.environ.get("BROWSER") == "none":
        pytest.skip("NOT TESTED IN A BROWSER: BROWSER=none")
    return {**browser_type_launch_args, "executable_path": chromium(), "chromium_sandbox": False}


@pytest.fixture
def page(page: Page, site: str, request: pytest.FixtureRequest) -> Iterator[Page]:
    """A page that must not complain: no script error, no policy violation, nothing asked of another host.

    Tests that provoke such things are marked `complains`.
    """
    complaints: list[str] = []
    page.set_default_timeout(10_000)
    page.on("console", lambda message: note_error(complaints, message))
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("request", lambda sent: note_stranger(complaints, sent, site))
    yield page
    if not request.node.get_closest_marker("complains"):
        assert complaints == []


def note_error(complaints: list[str], message: ConsoleMessage) -> None:
    """Browsers report violations of the content security policy as errors on the console."""
    if message.type in {"error", "warning"}:
        complaints.append(f"{message.text} ({message.location.get('url')})")


def note_stranger(complaints: list[str], sent: Request, site: str) -> None:
    """A page asks nothing of the internet."""
    if not sent.url.startswith((site + "/", "data:", "blob:", "about:")):
        complaints.append(f"asked for {sent.url}")
