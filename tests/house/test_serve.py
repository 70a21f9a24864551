"""`manage.py serve`, as people start it."""

import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import httpx
import psutil
import psycopg
import pytest
from django.conf import settings

from tests.processes import PATIENCE, ROOT, Served, answers, environment, free_port

# Seconds that a busy machine may take to end what takes two on a quiet one; what hangs takes for ever.
AT_ONCE = 15


@contextmanager
def database() -> Iterator[dict[str, str]]:
    """A database of its own: SQLite in the data folder, or one more in the suite's PostgreSQL."""
    url = os.environ.get("DATABASE_URL")
    if not url:
        yield {}
        return
    name = f"serve_{uuid.uuid4().hex[:12]}"
    with psycopg.connect(url, autocommit=True) as admin:
        admin.execute(f'CREATE DATABASE "{name}"')
        try:
            head, _, query = url.partition("?")
            yield {"DATABASE_URL": f"{head.rsplit('/', 1)[0]}/{name}{'?' + query if query else ''}"}
        finally:
            admin.execute(f'DROP DATABASE "{name}" WITH (FORCE)')


@pytest.fixture(scope="module")
def prepared(static_files: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, str]]:
    """Variables of an installation that has been served before."""
    folder = tmp_path_factory.mktemp("data")
    # Compressing static files again would be the longest part of these tests.
    shutil.copytree(settings.STATIC_ROOT, folder / "static", copy_function=shutil.copy2)
    with database() as variables:
        env = environment(DATA_DIR=str(folder), **variables)
        with Served(sys.executable, "manage.py", "prepare", env=env) as served:
            assert served.process.wait(120) == 0
        yield env


@contextmanager
def serving(env: dict[str, str], **variables: str) -> Iterator[tuple[Served, str]]:
    """The product being served, and its address."""
    with Served(sys.executable, "manage.py", "serve", env={**env, "PORT": str(free_port()), **variables}) as served:
        yield served, served.address()


def test_a_second_start_serves_and_its_last_line_is_the_address(prepared: dict[str, str]) -> None:
    port = free_port()
    with serving(prepared, PORT=str(port)) as (served, address):
        assert address == f"http://127.0.0.1:{port}"
        assert httpx.get(f"{address}/readyz", trust_env=False).text == "ready\n"
        for path in ["/", "/prices/", "/no-such-page", "/api/v1/nope"]:
            httpx.get(address + path, trust_env=False)
        assert served.end(signal.SIGINT, everybody=True) < AT_ONCE
        assert served.process.returncode == 0
        assert served.rest() == []


def test_a_taken_port_is_said_plainly_and_at_once(prepared: dict[str, str]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with Served(sys.executable, "manage.py", "serve", env={**prepared, "PORT": str(port)}) as served:
            assert served.process.wait(20) == 1
            assert served.rest() == [
                f"CommandError: Cannot serve on 127.0.0.1:{port}: Address already in use. Set HOST or PORT."
            ]


@pytest.mark.parametrize("host", ["192.0.2.1", "no-such-host.invalid"])
def test_a_host_that_is_not_ours_is_said_plainly(prepared: dict[str, str], host: str) -> None:
    with Served(sys.executable, "manage.py", "serve", env={**prepared, "HOST": host}) as served:
        assert served.process.wait(20) == 1
        assert served.rest()[-1].startswith(f"CommandError: Cannot serve on {host}:8000: ")


def test_a_database_that_is_away_is_said_plainly(prepared: dict[str, str]) -> None:
    env = {
        **prepared,
        "PORT": str(free_port()),
        "DATABASE_URL": "postgres://nobody@127.0.0.1:1/nothing?connect_timeout=2",
    }
    with Served(sys.executable, "manage.py", "serve", env=env) as served:
        assert served.process.wait(60) == 1
        assert served.rest()[-1].startswith("CommandError: The database does not answer: ")


def workers(served: Served, count: int) -> list[psutil.Process]:
    """The server's workers, once there are so many: the first that serves prints the address, and waits for nobody."""
    deadline = time.monotonic() + PATIENCE
    while len(found := psutil.Process(served.process.pid).children()) != count:
        assert time.monotonic() < deadline, found
        time.sleep(0.05)
    return found


def test_a_killed_worker_is_replaced_and_the_address_is_not_printed_again(prepared: dict[str, str]) -> None:
    with serving(prepared, WORKERS="2") as (served, address):
        for worker in workers(served, 2):
            worker.kill()
        assert answers(f"{address}/healthz").text == "alive\n"
        assert served.end(signal.SIGTERM) < AT_ONCE
        assert not [line for line in served.rest() if line.startswith("http")]


def test_the_rate_limit_holds_across_workers_and_believes_only_trusted_proxies(prepared: dict[str, str]) -> None:
    def ask(address: str, client: str) -> int:
        headers = {"x-forwarded-for": client}
        return httpx.get(f"{address}/api/v1/prices/openai/gpt-4.1", headers=headers, trust_env=False).status_code

    with serving(prepared, WORKERS="3", RATE_LIMIT="6", TRUSTED_PROXIES="127.0.0.0/8") as (_, address):
        assert [ask(address, "198.51.100.7") for _ in range(8)] == [200] * 6 + [429] * 2
        # What a client says of itself is left of what the proxy has seen.
        assert ask(address, "203.0.113.9, 198.51.100.7") == 429
        assert ask(address, "203.0.113.9") == 200
    with serving(prepared, RATE_LIMIT="2") as (_, address):
        assert [ask(address, f"192.0.2.{n}") for n in range(4)] == [200, 200, 429, 429]


def test_requests_for_other_hosts_are_refused(prepared: dict[str, str]) -> None:
    with serving(prepared) as (_, address):
        assert httpx.get(f"{address}/readyz", headers={"host": "evil.example"}, trust_env=False).status_code == 400
        assert httpx.get(f"{address}/readyz", headers={"host": "localhost"}, trust_env=False).status_code == 200


def test_in_public_plain_http_is_sent_to_https_and_cookies_are_secure(prepared: dict[str, str]) -> None:
    host = {"host": "costs.example.org"}
    with serving(prepared, PUBLIC_URL="https://costs.example.org") as (_, address):
        moved = httpx.get(f"{address}/prices/", headers=host, trust_env=False)
        assert (moved.status_code, moved.headers["location"]) == (301, "https://costs.example.org/prices/")
        page = httpx.get(f"{address}/preferences/", headers={**host, "x-forwarded-proto": "https"}, trust_env=False)
        assert page.status_code == 200
        assert page.headers["strict-transport-security"] == "max-age=31536000"
        assert all("Secure" in cookie for cookie in page.headers.get_list("set-cookie"))
        assert httpx.get(f"{address}/readyz", headers=host, trust_env=False).status_code == 200


OWNER = """
from costcalc.accounts.access import visit
from costcalc.accounts.models import User
from costcalc.accounts.roles import Scope
from costcalc.accounts.team import new_token
from costcalc.accounts.workspaces import Workspace
user = User.objects.create_user("lan@example.org", name="Lan")
print(new_token(visit(user, Workspace.objects.made_for(user, "Acme")), "deploys", Scope.WRITE, None)[1])
"""


def test_a_stage_that_needs_nobody_is_passed_by_the_server_itself(prepared: dict[str, str]) -> None:
    command = [sys.executable, "manage.py", "shell", "-v0", "-c", OWNER]
    token = subprocess.run(command, env=prepared, cwd=ROOT, capture_output=True, text=True, check=True).stdout.strip()
    headers = {"Authorization": f"Bearer {token}"}
    stages = [{"percent": percent, "hold_hours": 0, "automatic": True} for percent in (10, 100)]
    commands: list[dict[str, Any]] = [
        {"command": "plan_stages", "stages": stages},
        {"command": "set_limits", "limits": []},
        {"command": "start"},
    ]
    with serving(prepared, WORKERS="2") as (_served, address), httpx.Client(trust_env=False) as team:
        team.base_url, team.headers = httpx.URL(f"{address}/api/v1/"), httpx.Headers(headers)
        plan = "plans/" + team.post("plans", json={"name": "To Gemini"}).json()["id"]
        for revision, said in enumerate(commands, 1):
            answer = team.post(f"{plan}/commands", json={"revision": revision, **said})
            assert answer.status_code == 200, answer.text
        deadline = time.monotonic() + PATIENCE
        while (state := team.get(plan).json())["weight"] != "100":
            assert time.monotonic() < deadline, state
            time.sleep(0.2)
