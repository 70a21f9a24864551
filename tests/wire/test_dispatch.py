"""Raw routes are found before Django, by path."""

from typing import Any

import pytest

from costcalc.wire.dispatch import Dispatch


def named(name: str) -> Any:
    async def app(scope: Any, receive: Any, send: Any) -> None: ...

    app.__name__ = name
    return app


dispatch = Dispatch(
    {"/healthz": named("healthz"), "/stream/": named("stream"), "/stream/lab/": named("lab")}, default=named("django")
)


@pytest.mark.parametrize(
    ("path", "name"),
    [
        ("/healthz", "healthz"),
        ("/healthz/", "django"),
        ("/healthzz", "django"),
        ("/stream/", "stream"),
        ("/stream/a/b", "stream"),
        ("/stream", "django"),
        ("/stream/lab/1", "lab"),
        ("/", "django"),
        ("", "django"),
    ],
)
def test_a_route_owns_its_path_or_what_is_under_it_and_django_the_rest(path: str, name: str) -> None:
    assert dispatch.find(path).__name__ == name


def test_a_websocket_is_answered_where_one_is_and_refused_elsewhere() -> None:
    both = Dispatch({"/stream/": named("http")}, default=named("django"), sockets={"/stream/": named("socket")})
    assert both.find("/stream/1").__name__ == "http"
    assert both.find_socket("/stream/1").__name__ == "socket"
    assert both.find_socket("/").__name__ == "no_socket"
