"""A key is tried with one real call, and so is an endpoint from the page; nothing of the key is left anywhere."""

import asyncio
import json
import logging
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest
from django.conf import settings
from django.db import connection
from pydantic import SecretStr
from pytest_django.fixtures import Settings

from costcalc.streaming.doctor.live_views import AT_ONCE, _places
from costcalc.streaming.endpoints import Endpoint
from costcalc.streaming.key_test import KeyTest, Outcome, judged, try_key
from tests import loops
from tests.factories import a_person, signed_in
from tests.streaming.test_probing import Act, plain
from tests.wire.providers import Provider, Reader, Writer, provider, whole

KEY = "sk-seeded-5ecre7-0a1b2c3d4e5f"
ANSWER = {"object": "chat.completion", "choices": [{"message": {"content": "Yes."}, "finish_reason": "stop"}]}
OK = whole("200 OK", json.dumps(ANSWER).encode(), "content-type: application/json")


def error(status: str, message: str, **more: str) -> bytes:
    """A refusal as OpenAI writes it."""
    return whole(status, json.dumps({"error": {"message": message, **more}}).encode())


def tried(answer: bytes, key: str = KEY) -> tuple[KeyTest, bytes]:
    """The test of a key at a provider that answers so, and the request that it got."""

    async def run() -> tuple[KeyTest, bytes]:
        async with provider(answer) as server:
            found = await try_key(Endpoint("acme", "Acme", server.url("/v1"), private=True), "m", key)
            await asyncio.wait_for(server.left.get(), 5)
            assert len(server.requests) == 1
            return found, server.requests[0]

    return loops.run(run)


@pytest.mark.parametrize(
    ("answer", "outcome", "said"),
    [
        (OK, Outcome.WORKS, ""),
        (error("401 Unauthorized", f"Incorrect API key provided: {KEY}."), Outcome.REFUSED, "provided: …"),
        (error("403 Forbidden", "No."), Outcome.REFUSED, "No."),
        (error("400 Bad Request", "API key not valid."), Outcome.REFUSED, "API key not valid."),
        (error("404 Not Found", "No model m."), Outcome.NO_MODEL, "No model m."),
        (error("400 Bad Request", "m?", code="model_not_found"), Outcome.NO_MODEL, "m?"),
        (error("400 Bad Request", "max_tokens?"), Outcome.BAD_REQUEST, "max_tokens?"),
        (error("429 Too Many Requests", "Slow."), Outcome.OVER_QUOTA, "Slow."),
        (error("402 Payment Required", "Pay."), Outcome.OVER_QUOTA, "Pay."),
        (error("500 Internal Server Error", "Oh."), Outcome.BROKEN, "Oh."),
        (whole("200 OK", b"<p>Sign in"), Outcome.BROKEN, ""),
        (whole("307 Temporary Redirect", b"", "location: https://evil.example/"), Outcome.BROKEN, ""),
        (b"", Outcome.UNREACHABLE, ""),
    ],
)
def test_each_answer_is_told_from_the_others(answer: bytes, outcome: Outcome, said: str) -> None:
    found, request = tried(answer)
    assert found.outcome is outcome
    assert said in found.said
    assert KEY not in repr(found)
    assert found.last == KEY[-4:]
    assert f"authorization: bearer {KEY}".encode() in request.lower()
    assert b'"max_tokens": 16' in request
    assert b'"stream"' not in request


@pytest.mark.parametrize("key", ["two\nlines", "khoá"])
def test_what_no_header_can_hold_is_no_key(key: str) -> None:
    with pytest.raises(ValueError, match="one line of ASCII"):
        tried(OK, key)


def test_of_a_short_key_nothing_is_kept() -> None:
    assert tried(OK, "short")[0].last == ""


def test_each_dialect_s_whole_answer_works() -> None:
    for body in (
        {"type": "message", "content": [{"type": "text", "text": "Yes."}], "stop_reason": "end_turn"},
        {"candidates": [{"content": {"parts": [{"text": "Yes."}]}, "finishReason": "STOP"}]},
    ):
        assert judged(200, json.dumps(body).encode()) == (Outcome.WORKS, "")
    assert judged(400, b'{"error": {"code": 400, "status": "INVALID_ARGUMENT", "message": "API key not valid."}}')[
        0
    ] is (Outcome.REFUSED)


@contextmanager
def at(act: Act | bytes, settings: Settings) -> Iterator[Provider]:
    """A provider on a loop of its own, which the operator allows here as `acme`."""
    ready, over = threading.Event(), asyncio.Event()
    made: list[Provider] = []
    loop = asyncio.new_event_loop()

    async def serve(_: Reader, writer: Writer) -> None:
        assert not isinstance(act, bytes)
        await act(made[0].requests[-1], writer)

    async def run() -> None:
        async with provider(act if isinstance(act, bytes) else serve) as server:
            made.append(server)
            ready.set()
            await over.wait()
            async with asyncio.timeout(5):
                for _ in server.requests:
                    await server.left.get()

    thread = threading.Thread(target=lambda: loop.run_until_complete(run()))
    thread.start()
    assert ready.wait(5)
    settings.PROVIDERS, settings.PRIVATE_PROVIDERS = (f"acme={made[0].url('/v1')}",), True
    try:
        yield made[0]
    finally:
        loop.call_soon_threadsafe(over.set)
        thread.join(10)
        loop.close()


class Visitor:
    """Somebody at the page, without JavaScript."""

    def __init__(self, site: str) -> None:
        self.client = httpx.Client(base_url=site, trust_env=False, timeout=60)

    def send(self, path: str, prefix: str, **fields: str) -> httpx.Response:
        """Fill in a form and send it."""
        page = self.client.get("/stream/doctor/").text
        token = re.findall(r'name="csrfmiddlewaretoken" value="(\w+)"', page)[0]
        named = {f"{prefix}-{name}": value for name, value in fields.items()}
        return self.client.post(f"/stream/doctor/{path}/", data={"csrfmiddlewaretoken": token, **named})


@pytest.fixture
def visitor(site: str) -> Iterator[Visitor]:
    """Somebody who is not signed in."""
    found = Visitor(site)
    yield found
    found.client.close()


def left_of(key: str, answers: list[httpx.Response], log: str) -> list[str]:
    """Where a key is found: in an answer, in the log, in a file under DATA_DIR, in a row."""
    found = [str(answer.url) for answer in answers if key in answer.text or key in str(answer.headers)]
    found += ["log"] if key in log else []
    folder = Path(settings.DATA_DIR)
    found += [str(path) for path in folder.rglob("*") if path.is_file() and key.encode() in path.read_bytes()]
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f'SELECT * FROM "{table}"')
            found += [table for row in cursor.fetchall() if key in str(row)]
    return found


@pytest.mark.django_db
def test_the_search_for_a_key_would_find_it() -> None:
    (Path(settings.DATA_DIR) / "found.tmp").write_text(KEY)
    try:
        answer = httpx.Response(200, text=f"<p>{KEY}", request=httpx.Request("GET", "http://x/"))
        assert len(left_of(KEY, [answer], f"a {KEY}")) == 3
    finally:
        (Path(settings.DATA_DIR) / "found.tmp").unlink()


def test_a_key_is_tried_on_the_page_and_leaves_no_trace(
    visitor: Visitor, settings: Settings, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    answers: list[httpx.Response] = []
    with caplog.at_level(logging.DEBUG):
        for said in (OK, error("401 Unauthorized", f"Incorrect API key provided: {KEY}.")):
            with at(said, settings) as server:
                answers.append(visitor.send("key", "trial", provider="acme", model="m", key=KEY))
                answers.append(visitor.send("endpoint", "live", provider="acme", model="m", key=KEY))
                assert any(KEY.encode() in request for request in server.requests)
        answers.append(visitor.send("key", "trial", provider="acme", model="m" * 201, key=KEY))
        answers.append(visitor.send("key", "trial", provider="acme", model=KEY, key="x"))
        answers.append(
            visitor.send("endpoint", "live", provider="acme", model="m", key="x", address=f"https://x/{KEY}")
        )
        answers.append(visitor.client.post("/stream/doctor/key/", data={"trial-key": KEY}))
    assert [answer.status_code for answer in answers] == [200, 200, 200, 200, 422, 422, 422, 403]
    assert "works" in answers[0].text
    assert "is refused" in answers[2].text
    assert "Incorrect API key provided: …" in answers[2].text
    assert "belongs into the key" in answers[5].text
    printed = capfd.readouterr()
    assert left_of(KEY, answers, caplog.text + printed.out + printed.err) == []


def test_a_live_endpoint_is_diagnosed_on_the_page(visitor: Visitor, settings: Settings) -> None:
    with at(plain, settings) as server:
        page = visitor.send("endpoint", "live", provider="sample", model="m", address=server.url())
        assert page.status_code == 200
        assert "It streams" in page.text
        assert "First token" in page.text
        assert len(server.requests) == 3


def test_the_built_in_provider_is_too(visitor: Visitor) -> None:
    page = visitor.send("endpoint", "live", provider="sample", model="sample-plain").text
    assert "nothing wrong" in page
    assert "It stops when its reader leaves" in page


def test_a_key_that_the_built_in_provider_took_is_not_said_to_be_good(visitor: Visitor, settings: Settings) -> None:
    takes_any = "The built-in sample takes any key"
    assert takes_any in visitor.send("key", "trial", provider="sample", model="sample-plain", key=KEY).text
    with at(OK, settings):
        assert takes_any not in visitor.send("key", "trial", provider="acme", model="m", key=KEY).text


@pytest.mark.parametrize(
    "address", ["https://evil.example/v1", "http://127.0.0.1:1/v1", "http://169.254.169.254/latest", "nonsense"]
)
def test_no_other_address_is_called(visitor: Visitor, settings: Settings, address: str) -> None:
    with at(OK, settings) as server:
        page = visitor.send("endpoint", "live", provider="acme", model="m", address=address)
        assert page.status_code == 422
        assert "under no address that the operator allows" in page.text
        assert f'value="{address}"' in page.text
        assert server.requests == []


def test_the_operator_s_key_is_for_people_who_are_signed_in(visitor: Visitor, settings: Settings) -> None:
    settings.PROVIDER_KEYS = {"acme": SecretStr(KEY)}
    with at(plain, settings) as server:
        visitor.send("endpoint", "live", provider="acme", model="m")
        assert not any(KEY.encode() in request for request in server.requests)
    visitor.client.cookies.update({name: one.value for name, one in signed_in(a_person("alice")).cookies.items()})
    with at(plain, settings) as server:
        page = visitor.send("endpoint", "live", provider="acme", model="m")
        assert sum(KEY.encode() in request for request in server.requests) == 2
        assert KEY not in page.text


def test_a_doctor_who_is_busy_says_so_and_keeps_what_was_typed(visitor: Visitor) -> None:
    for _ in range(AT_ONCE):
        _places.acquire()
    try:
        page = visitor.send("endpoint", "live", provider="sample", model="kept-model")
    finally:
        for _ in range(AT_ONCE):
            _places.release()
    assert page.status_code == 429
    assert "The doctor is busy" in page.text
    assert "kept-model" in page.text


def test_asking_is_rationed(visitor: Visitor, settings: Settings) -> None:
    settings.RATE_LIMIT = 100
    statuses = [visitor.send("key", "trial", provider="acme", model="m", key="x").status_code for _ in range(3)]
    assert statuses == [422, 429, 429]
