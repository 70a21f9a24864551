"""Django answers in one thread hop: middleware and view share the request's thread."""

import asyncio
import gc
import threading
import warnings
from typing import Any

import pytest
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.test import override_settings
from django.urls import path

from costcalc.wire.handler import OneHopHandler, Threads
from costcalc.wire.raw import Scope
from tests.wire.asgi import Answer, ask, http

seen: list[tuple[str, int]] = []


def note(place: str) -> None:
    seen.append((place, threading.get_ident()))


def noting(get_response: Any) -> Any:
    """A synchronous middleware that notes its thread before and after."""

    def middleware(request: HttpRequest) -> HttpResponse:
        note("in")
        response: HttpResponse = get_response(request)
        note("out")
        return response

    return middleware


def view(request: HttpRequest) -> HttpResponse:
    note("view")
    return HttpResponse("sync")


async def waiting(request: HttpRequest) -> HttpResponse:
    await asyncio.sleep(0)
    return HttpResponse("async")


urlpatterns = [path("", view), path("waiting", waiting)]


def request_for(address: str) -> Scope:
    """The scope of a GET as a server makes it."""
    return {**http(address, headers=[(b"host", b"localhost")]), "method": "GET", "root_path": "", "scheme": "http"}


def answer_to(address: str) -> Answer:
    """What Django answers with two of these middlewares around the product's own."""
    own = f"{__name__}.noting"
    seen.clear()
    with override_settings(ROOT_URLCONF=__name__, MIDDLEWARE=[own, *settings.MIDDLEWARE, own]):
        return ask(OneHopHandler(), request_for(address), patient=True)


def test_middleware_and_view_run_in_one_thread_which_is_not_the_loop_s() -> None:
    assert answer_to("/").body == b"sync"
    assert [place for place, _ in seen] == ["in", "in", "view", "out", "out"]
    assert len({thread for _, thread in seen}) == 1
    assert seen[0][1] != threading.get_ident()


def test_an_answer_that_cannot_be_sent_leaves_nothing_open() -> None:
    async def unsendable(scope: Any, receive: Any, send: Any) -> None:
        async def gone(message: Any) -> None:
            raise OSError("gone")

        await OneHopHandler()(scope, receive, gone)

    with warnings.catch_warnings(record=True) as warned:
        warnings.simplefilter("always")
        with override_settings(ROOT_URLCONF=__name__), pytest.raises(OSError, match="gone"):
            ask(unsendable, request_for("/"), [b"a body"], patient=True)
        gc.collect()
    assert [str(one.message) for one in warned if one.category is ResourceWarning] == []


def test_a_thread_is_kept_for_the_next_request_and_never_shared_by_two() -> None:
    threads = Threads(kept=1)
    with threads.borrowed() as first, threads.borrowed() as second:
        assert first is not second
    with threads.borrowed() as again:
        assert again is second
    with pytest.raises(RuntimeError, match="after shutdown"):
        first.submit(int)


def test_one_thread_serves_one_request_after_another() -> None:
    with override_settings(ROOT_URLCONF=__name__, MIDDLEWARE=[f"{__name__}.noting"]):
        handler = OneHopHandler()
        seen.clear()
        for _ in range(3):
            assert ask(handler, request_for("/"), patient=True).body == b"sync"
    assert len({thread for _, thread in seen}) == 1


def test_an_async_view_still_works() -> None:
    assert answer_to("/waiting").body == b"async"
