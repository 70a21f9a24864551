"""Who is removed, and what is revoked, is refused at the next request: by every worker, whatever it has in memory."""

import os
import sys
from collections.abc import Iterator

import httpx
import pytest
from django.conf import settings
from django.db import connection
from django.utils import timezone

from costcalc.accounts import links, team
from costcalc.accounts.access import visit
from costcalc.accounts.roles import Scope
from costcalc.scenarios import saving
from tests.factories import a_cast
from tests.house.test_permissions import made
from tests.processes import Served, answers, environment, free_port


@pytest.fixture
def workers(site: str) -> Iterator[list[str]]:
    """The addresses of two servers on one database: the suite's own, and a process beside it."""
    port = free_port()
    url = os.environ.get("DATABASE_URL", "")
    name = connection.settings_dict["NAME"]
    head, _, query = url.partition("?")
    database = f"{head.rsplit('/', 1)[0]}/{name}{'?' + query if query else ''}" if url else f"sqlite:///{name}"
    env = environment(DATABASE_URL=database, DJANGO_SETTINGS_MODULE="tests.settings")
    command = (sys.executable, "-m", "uvicorn", "costcalc.asgi:application", "--port", str(port))
    with Served(*command, env=env):
        other = f"http://localhost:{port}"
        assert answers(f"{other}/readyz").status_code == 200
        yield [site, other]


def status(worker: str, path: str, cookie: str = "", token: str = "") -> int:
    headers = {"authorization": f"Bearer {token}"} if token else {}
    cookies = {settings.SESSION_COOKIE_NAME: cookie} if cookie else {}
    with httpx.Client(cookies=cookies, headers=headers, trust_env=False, timeout=20) as client:
        return client.get(worker + path).status_code


def test_who_is_removed_and_what_is_revoked_is_refused_by_every_worker_at_once(workers: list[str]) -> None:
    world = made(a_cast())
    cast, now = world.cast, timezone.now()
    page, link = f"/w/{cast.workspace.public_id}/prices/", f"/s/{world.ids['link']}/"
    asked = {
        "removed member": (page, world.cookies["editor"], ""),
        "removed member's token": ("/api/v1/own-prices", "", world.tokens["editor's"]),
        "removed member's calendar of a plan": (f"/calendar/{world.ids['calendar_link']}.ics", "", ""),
        "revoked token": ("/api/v1/own-prices", "", world.tokens["reads"]),
        "revoked link": (link, "", ""),
        "switched off": (page, world.cookies["viewer"], ""),
    }
    before = {name: [status(worker, *what) for worker in workers] for name, what in asked.items()}
    assert before == {name: [200, 200] for name in asked}
    team.remove(visit(cast.alice, cast.workspace), cast.bob, timezone.now())
    for token in cast.workspace.tokens.filter(scope=Scope.READ):
        team.revoke_token(visit(cast.alice, cast.workspace), token, now)
    revision = saving.revision_of(saving.scenario_in(visit(cast.alice, cast.workspace), world.ids["public_id"]))
    for shared in revision.links.all():
        links.end(visit(cast.alice, cast.workspace), shared, now)
    type(cast.vera).objects.filter(pk=cast.vera.pk).update(is_active=False)
    after = {name: [status(worker, *what) for worker in workers] for name, what in asked.items()}
    assert after == {
        "removed member": [404, 404],
        "removed member's token": [401, 401],
        "removed member's calendar of a plan": [404, 404],
        "revoked token": [401, 401],
        "revoked link": [404, 404],
        "switched off": [302, 302],
    }
