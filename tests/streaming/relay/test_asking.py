"""What may be asked of the relay, and by whose pages."""

import json
from typing import Any

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from costcalc.streaming.relay.asking import is_from_elsewhere, is_json, read
from costcalc.wire.raw import Refused
from tests.streaming.relay.asking import RUNS, asked, post

SECRET = "sk-secret-0123456789"
NO_TEXTS: tuple[Any, ...] = (None, "", 1, [])
HOST = "lab.example:8000"


def refusal(body: Any) -> Refused:
    with pytest.raises(Refused) as raised:
        read(body if isinstance(body, bytes) else json.dumps(body).encode())
    return raised.value


@pytest.mark.parametrize(
    ("change", "pointer"),
    [
        *(({name: value}, f"/{name}") for name in ("provider", "model", "prompt") for value in NO_TEXTS),
        *(({"max_tokens": value}, "/max_tokens") for value in (0, -1, "5", True, 10**7)),
        *(({"seed": value}, "/seed") for value in (-1, 2**53, "1")),
        *(({name: value}, f"/{name}") for name in ("resume", "twin") for value in (1, "yes", 0)),
        *(({"key": value}, "/key") for value in ("", 5, "x" * 1001)),
        ({"model": "x" * 201}, "/model"),
        ({"prompt": "x" * 100_001}, "/prompt"),
        ({"extra": [1]}, "/extra"),
        ({"temperature": 1}, "/temperature"),
    ],
)
def test_what_cannot_be_meant_is_told_where_and_not_repeated(change: dict[str, Any], pointer: str) -> None:
    refused = refusal(asked(key=SECRET) | change)
    assert (refused.status, [fault.pointer for fault in refused.faults]) == (422, [pointer])
    assert SECRET not in refused.problem().encode().decode()


@pytest.mark.parametrize("body", [b"", b"{", b"\xff", b'{"key":"%b","key":1}' % SECRET.encode(), b"[" * 9999])
def test_what_is_no_json_is_refused_without_a_word_of_it(body: bytes) -> None:
    refused = refusal(body)
    assert refused.status == 400
    assert SECRET not in str(refused)


def test_a_key_is_in_no_text_of_what_was_asked() -> None:
    run = read(json.dumps(asked(key=SECRET)).encode())
    assert SECRET not in f"{run!r} {run}"
    assert run.key
    assert run.key.get_secret_value() == SECRET


def test_numbers_in_extra_are_such_as_can_be_sent_on() -> None:
    run = read(b'{"provider":"sample","model":"m","prompt":"p","extra":{"a":[0.5,{"b":1e3}],"c":2}}')
    assert json.dumps(run.extra) == '{"a": [0.5, {"b": 1000.0}], "c": 2}'


@given(
    st.binary(max_size=60) | st.recursive(st.none() | st.floats() | st.text(), st.lists).map(json.dumps).map(str.encode)
)
def test_whatever_comes_is_read_or_refused(body: bytes) -> None:
    assert refusal(body).status in {400, 422}


@pytest.mark.parametrize(
    ("headers", "elsewhere"),
    [
        ({}, False),
        ({"sec-fetch-site": "same-origin"}, False),
        ({"origin": f"http://{HOST}"}, False),
        ({"origin": f"http://{HOST.upper()}", "sec-fetch-site": "same-origin"}, False),
        ({"sec-fetch-site": "same-site"}, True),
        ({"sec-fetch-site": "cross-site"}, True),
        ({"sec-fetch-site": "none"}, True),
        ({"origin": "null"}, True),
        ({"origin": "http://evil.example"}, True),
        ({"origin": "http://lab.example"}, True),
        ({"origin": "http://lab.example:8000.evil.example"}, True),
        ({"origin": f"http://{HOST}", "sec-fetch-site": "cross-site"}, True),
        ({"origin": "file://lab.example:8000"}, True),
        ({"origin": "http://[bad"}, True),
        ({"origin": ""}, True),
    ],
)
def test_pages_of_other_sites_are_told_by_what_browsers_say(headers: dict[str, str], elsewhere: bool) -> None:
    assert is_from_elsewhere({"host": HOST, **headers}) is elsewhere


def test_a_ports_default_may_be_said_or_not() -> None:
    assert not is_from_elsewhere({"host": "lab.example:443", "origin": "https://lab.example"})
    assert not is_from_elsewhere({"host": "lab.example", "origin": "https://lab.example:443"})
    assert is_from_elsewhere({"host": "lab.example:443", "origin": "http://lab.example"})


def test_forms_are_no_json() -> None:
    assert is_json({"content-type": "application/json; charset=utf-8"})
    assert not any(is_json({"content-type": kind}) for kind in ("", "text/plain", "application/x-www-form-urlencoded"))


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"origin": "http://evil.example"}, 403),
        ({"sec-fetch-site": "cross-site"}, 403),
        # A name of a stranger's that leads here: the page would be "of this site".
        ({"host": "evil.example", "origin": "http://evil.example"}, 403),
        ({"content-type": "text/plain"}, 415),
        ({"content-type": "application/json; charset=utf-16"}, 415),
    ],
)
def test_a_page_from_elsewhere_starts_no_run_and_calls_none_off(
    server: str, headers: dict[str, str], status: int
) -> None:
    answer = post(server, asked(), **headers)
    assert (answer.status_code, answer.headers["content-type"]) == (status, "application/problem+json")
    assert "access-control-allow-origin" not in answer.headers
    if status == 403:
        stop = httpx.delete(f"{server}{RUNS}/{'0' * 12}.{'x' * 32}", headers=headers, trust_env=False)
        assert stop.status_code == 403


def test_nothing_else_is_answered(server: str) -> None:
    def ask(method: str, path: str) -> tuple[int, str | None]:
        answer = httpx.request(method, server + path, trust_env=False)
        assert answer.headers["content-type"] == "application/problem+json" or method == "HEAD"
        return answer.status_code, answer.headers.get("allow")

    assert ask("GET", RUNS) == (405, "POST")
    assert ask("OPTIONS", RUNS) == (405, "POST")
    assert ask("POST", f"{RUNS}/x") == (405, "GET, DELETE")
    for path in ("x", "..%2f..%2fhealthz", f"{'0' * 12}.{'x' * 32}", f"{'a' * 12}.{'x' * 32}", "", "a/b"):
        assert ask("GET", f"{RUNS}/{path}") == (404, None)


@pytest.mark.parametrize(
    ("members", "pointer"),
    [
        ({"provider": "nobody"}, "/provider"),
        ({"twin": True, "resume": True}, "/twin"),
        ({"key": SECRET, "resume": True}, "/key"),
        ({"key": SECRET, "twin": True}, "/key"),
        ({"key": "one\nline"}, "/key"),
    ],
)
def test_what_does_not_go_together_is_told(server: str, members: dict[str, Any], pointer: str) -> None:
    answer = post(server, asked() | members)
    assert answer.status_code == 422
    assert [error["pointer"] for error in answer.json()["errors"]] == [pointer]
    assert SECRET not in answer.text


def test_a_body_has_a_bound(server: str) -> None:
    assert post(server, asked(prompt="x" * 600_000)).status_code == 413
