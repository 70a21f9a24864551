"""Changes of a plan are heard by everyone who may look at it, within a second, and by nobody else."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Collection, Mapping
from contextlib import ExitStack
from typing import Any

import httpx
import pytest
from django.db import OperationalError

from costcalc.accounts.workspaces import Membership
from migrations_app.live import app as live
from migrations_app.live import watching
from migrations_app.live.watching import Watching
from migrations_app.plans import Plan
from tests import loops
from tests.factories import Cast, a_cast
from tests.planner.looked import a_plan, cookie, looking, rolled_back, started


@pytest.fixture
def people(site: str) -> Cast:
    return a_cast()


def asked(site: str, plan: str, headers: dict[str, str], method: str = "GET") -> httpx.Response:
    return httpx.request(method, f"{site}/live/plans/{plan}", headers=headers, trust_env=False)


def test_who_looks_hears_how_it_stands_and_each_change_within_a_second(site: str, people: Cast) -> None:
    plan = a_plan(people)
    with looking(site, plan, cookie(people.vera)) as events:
        assert next(events) == ("revision", {"revision": 1})
        started(people, plan)
        begun = time.monotonic()
        assert next(events) == ("revision", {"revision": 2})
        rolled_back(people, plan)
        assert next(events) == ("revision", {"revision": 3})
        assert time.monotonic() - begun < 4


def test_who_asks_for_no_stream_gets_the_revision_once(site: str, people: Cast) -> None:
    plan = started(people, a_plan(people))
    answer = asked(site, plan.public_id, cookie(people.vera))
    assert (answer.json(), answer.headers["cache-control"]) == ({"revision": 2}, "no-store")


def test_outsiders_cannot_tell_a_plan_from_none(site: str, people: Cast) -> None:
    plan = a_plan(people)
    real, none = (asked(site, one, cookie(people.charlie)) for one in (plan.public_id, "none"))
    assert (real.status_code, real.content) == (none.status_code, none.content) == (404, real.content)


@pytest.mark.parametrize("headers", [{}, {"cookie": "sessionid=stolen"}, {"cookie": "sessionid="}, {"cookie": "a"}])
def test_nobody_hears_nothing(site: str, people: Cast, headers: dict[str, str]) -> None:
    answer = asked(site, a_plan(people).public_id, headers)
    assert (answer.status_code, answer.headers["content-type"]) == (401, "application/problem+json")


@pytest.mark.parametrize("path", ["", "a/b", "x" * 41, "%F0%9F%92%A9"])
def test_other_addresses_are_nothing(site: str, people: Cast, path: str) -> None:
    assert asked(site, path, cookie(people.vera)).status_code == 404


def test_it_is_only_read(site: str, people: Cast) -> None:
    answer = asked(site, a_plan(people).public_id, cookie(people.bob), "POST")
    assert (answer.status_code, answer.headers["allow"]) == (405, "GET")


def test_who_belongs_no_longer_hears_no_more(site: str, people: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(live, "HEARTBEAT_S", 0.1)
    monkeypatch.setattr(live, "CHECK_S", 0.2)
    plan = a_plan(people)
    with looking(site, plan, cookie(people.vera)) as events:
        assert next(events)[0] == "revision"
        assert [next(events)[0] for _ in range(4)] == ["alive"] * 4
        Membership.objects.filter(user=people.vera).delete()
        heard = list(events)
    assert heard[-1] == ("gone", {})
    assert {name for name, _data in heard[:-1]} <= {"alive"}


def test_a_plan_that_is_deleted_is_gone(site: str, people: Cast) -> None:
    plan = a_plan(people)
    with looking(site, plan, cookie(people.vera)) as events:
        next(events)
        Plan.objects.filter(pk=plan.pk).delete()
        assert list(events) == [("gone", {})]


def test_one_person_looks_at_no_more_than_a_few_dozen(
    site: str, people: Cast, monkeypatch: pytest.MonkeyPatch, settings: Any
) -> None:
    monkeypatch.setattr(live, "OPEN_AT_ONCE", 2)
    settings.RATE_LIMIT = 600
    plan, vera = a_plan(people), cookie(people.vera)
    with looking(site, plan, vera) as one, looking(site, plan, vera) as two:
        next(one), next(two)
        refused = asked(site, plan.public_id, {**vera, "accept": "text/event-stream"})
        assert (refused.status_code, refused.headers["retry-after"]) == (429, "30")
        with looking(site, plan, cookie(people.alice)) as other:
            assert next(other)[0] == "revision"


def test_a_hundred_readers_cost_no_thread_each(site: str, people: Cast, settings: Any) -> None:
    settings.RATE_LIMIT = None
    plan, vera = a_plan(people), cookie(people.vera)
    with looking(site, plan, vera) as first, ExitStack() as stack:
        next(first)
        before = threading.active_count()
        readers = [stack.enter_context(looking(site, plan, vera)) for _ in range(100)]
        assert [next(reader) for reader in readers] == [("revision", {"revision": 1})] * 100
        started(people, plan)
        # On a slow machine some are told before that all is well.
        heard = [next(each for each in reader if each[0] != "alive") for reader in readers]
        assert heard == [("revision", {"revision": 2})] * 100
        assert threading.active_count() <= before + 3


def watched(ask: Any, act: Any) -> Any:
    """What comes of looking for a while at what `ask` says."""
    return loops.run(lambda: act(Watching(ask, every_s=0.01)))


def test_nothing_is_asked_while_nobody_looks() -> None:
    calls: list[list[int]] = []

    def ask(plans: Collection[int]) -> Mapping[int, int]:
        calls.append(sorted(plans))
        return dict.fromkeys(plans, 2)

    async def act(watching: Watching) -> None:
        with watching.looking(7, 1) as seven, watching.looking(8, 1), watching.looking(7, 1) as again:
            await asyncio.wait_for(seven.news.wait(), 1)
            await asyncio.wait_for(again.news.wait(), 1)
        await asyncio.sleep(0.05)
        del calls[1:]
        await asyncio.sleep(0.1)

    watched(ask, act)
    assert calls == [[7, 8]]


def test_a_database_that_is_away_is_asked_again(monkeypatch: pytest.MonkeyPatch, caplog: Any) -> None:
    monkeypatch.setattr(watching, "PAUSE_S", 0.01)
    answers: list[Mapping[int, int] | None] = [None, None, {7: 5}]

    def ask(_plans: Collection[int]) -> Mapping[int, int]:
        answer = answers.pop(0)
        if answer is None:
            raise OperationalError("away")
        return answer

    async def act(watching: Watching) -> int | None:
        with watching.looking(7, 4) as looker:
            await asyncio.wait_for(looker.news.wait(), 1)
            return looker.revision

    assert watched(ask, act) == 5
    assert len(caplog.records) == 2


def test_what_was_asked_before_somebody_came_tells_them_nothing_old() -> None:
    async def act(watching: Watching) -> tuple[int | None, bool]:
        with watching.looking(7, 4) as looker:
            await asyncio.sleep(0.05)
            return looker.revision, looker.news.is_set()

    assert watched(lambda _plans: {7: 3}, act) == (4, False)
