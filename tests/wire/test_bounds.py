"""Bodies are capped before Django, whether or not they say how long they are."""

import json
from typing import Any

import pytest

from costcalc.wire.bounds import TOO_LARGE, Bounds
from tests.wire.asgi import ask, http, swallow

app = Bounds(swallow, limit=10, overrides={"/big/": 20, "/big/ger/": 30})


def length(value: bytes) -> tuple[bytes, bytes]:
    return (b"content-length", value)


def test_a_body_at_the_limit_passes_and_one_byte_more_does_not() -> None:
    assert ask(app, http(), [b"x" * 10]).body == b"10"
    assert ask(app, http(), [b"x" * 11]).status == 413


def test_a_body_that_comes_in_pieces_is_counted_over_all_of_them() -> None:
    assert ask(app, http(), [b"x" * 5, b"x" * 5]).body == b"10"
    assert ask(app, http(), [b"x" * 5, b"x" * 5, b"x"]).status == 413


def test_a_declared_length_over_the_limit_is_refused_without_reading() -> None:
    async def unread(scope: Any, receive: Any, send: Any) -> None:
        raise AssertionError("asked")

    assert ask(Bounds(unread, 10), http(headers=[length(b"11")]), []).status == 413


@pytest.mark.parametrize("lie", [b"3", b"-1", b"1e9", b"", b"9" * 5000])
def test_a_declared_length_that_lies_changes_nothing_or_is_refused(lie: bytes) -> None:
    assert ask(app, http(headers=[length(lie)]), [b"x" * 11]).status == 413


def test_the_answer_is_problem_json_that_names_the_limit_and_closes_the_connection() -> None:
    answer = ask(app, http(), [b"x" * 11])
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.headers["connection"] == "close"
    assert json.loads(answer.body) == {
        "type": "about:blank",
        "title": "Request Entity Too Large",
        "status": 413,
        "detail": "A body may have 10 bytes here.",
    }


def test_a_path_may_have_a_limit_of_its_own_and_the_longest_prefix_decides() -> None:
    assert ask(app, http("/big/a"), [b"x" * 20]).body == b"20"
    assert ask(app, http("/big/a"), [b"x" * 21]).status == 413
    assert ask(app, http("/big/ger/a"), [b"x" * 30]).body == b"30"


def test_an_answer_that_has_begun_is_cut_rather_than_begun_twice() -> None:
    async def hasty(scope: Any, receive: Any, send: Any) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await swallow(scope, receive, send)

    assert [message["type"] for message in ask(Bounds(hasty, 10), http(), [b"x" * 11]).messages] == [
        "http.response.start"
    ]


def test_another_error_of_the_application_is_not_taken_for_a_large_body() -> None:
    async def broken(scope: Any, receive: Any, send: Any) -> None:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        ask(Bounds(broken, 10), http())


@pytest.mark.parametrize("scope", [http("/a\0b"), http("/", b"q=%00")])
def test_a_nul_in_an_address_is_refused(scope: Any) -> None:
    answer = ask(app, scope)
    assert answer.status == 400
    assert answer.headers["content-type"] == "application/problem+json"


@pytest.mark.parametrize("charset", [b"hex", b"rot13", b"idna", b"undefined", b"utf-7", b'"latin-1"'])
def test_a_body_in_another_character_set_is_refused(charset: bytes) -> None:
    kind = (b"content-type", b"multipart/form-data; boundary=x; charset=" + charset)
    assert ask(app, http(headers=[kind]), [b"x"]).status == 415


@pytest.mark.parametrize("kind", [b"text/plain; charset=UTF-8", b'text/plain; charset="utf-8"', b"text/plain"])
def test_utf_8_is_read(kind: bytes) -> None:
    assert ask(app, http(headers=[(b"content-type", kind)]), [b"x"]).status == 200


FORM = [(b"content-type", b"multipart/form-data; boundary=x"), (b"accept", b"text/html,*/*")]


def test_a_persons_form_is_answered_by_the_page_behind_it_which_sees_no_body() -> None:
    asked: list[Any] = []

    async def page(scope: Any, receive: Any, send: Any) -> None:
        asked.append((scope["method"], scope["headers"], scope[TOO_LARGE], (await receive())["body"]))
        await send({"type": "http.response.start", "status": 413, "headers": [(b"x", b"y")]})
        await send({"type": "http.response.body", "body": b"a page"})

    told = ask(Bounds(page, 10), http(headers=[*FORM, length(b"11")]))
    assert asked == [("GET", [FORM[1]], 10, b"")]
    assert (told.status, told.headers, told.body) == (413, {"x": "y", "connection": "close"}, b"a page")


@pytest.mark.parametrize("headers", [FORM[:1], FORM[1:], [FORM[1], (b"content-type", b"application/json")]])
def test_whoever_is_no_person_with_a_form_gets_problem_json(headers: Any) -> None:
    answer = ask(app, http(headers=[*headers, length(b"11")]))
    assert answer.headers["content-type"] == "application/problem+json"
