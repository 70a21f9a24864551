"""Every snippet, as the page shows it, against a provider at its worst."""

from collections.abc import Callable
from pathlib import Path

import pytest

from costcalc.streaming.snippets.kinds import Kind
from tests.streaming import hostile
from tests.streaming.chunks import chunk, event
from tests.streaming.hostile import TEXT, Answer, Provider, Reset, bytewise, cut
from tests.streaming.relay.asking import soon
from tests.streaming.running import Run, all_ran, ran, shown

ALONE = (Kind.HTTPX, Kind.OPENAI, Kind.NODE, Kind.CURL)
JSON = {"content-type": "application/json"}
REFUSAL = b'{"error":{"message":"Not today","type":"no","code":null}}'
HALF = hostile.openai("Xin ", finish=None, usage=None, done=False)
FINE = Answer(cut(hostile.openai()))

Asks = Callable[..., Run]
AsksAll = Callable[..., dict[Kind, Run]]


@pytest.fixture
def ask(site: str, provider: Provider, tmp_path: Path) -> Asks:
    """Run a snippet against answers, one after the other."""

    def asks(kind: Kind, *answers: Answer, of: str = "openai", silence: int = 20) -> Run:
        base = provider.plays(tmp_path.name, *answers)
        page = shown(site, provider=of, model="m-1", kind=kind, base=base, silence=str(silence))
        return ran(page, tmp_path)

    return asks


@pytest.fixture
def ask_all(site: str, provider: Provider, tmp_path: Path) -> AsksAll:
    """Run every snippet against answers, all at once: for what takes its time. Each asks under a name of its own."""

    def asks(*answers: Answer, silence: int = 20) -> dict[Kind, Run]:
        pages = {}
        for kind in ALONE:
            base = provider.plays(f"{tmp_path.name}-{kind}", *answers)
            pages[kind] = shown(site, provider="openai", model="m-1", kind=kind, base=base, silence=str(silence))
        return all_ran(pages, tmp_path)

    return asks


def requests(provider: Provider, path: Path) -> int:
    return len(provider.requests(path.name))


@pytest.mark.parametrize("kind", ALONE)
@pytest.mark.parametrize(
    "pieces",
    [
        bytewise(hostile.openai()),
        cut(hostile.openai().replace(b"\n", b"\r\n")),
        bytewise(b": hello\n\n:\n\n" + hostile.openai().replace(b"data: ", b"id: 7\nretry: 9\nevent: message\ndata:")),
        cut(hostile.openai(done=False)),
    ],
    ids=["bytewise", "crlf", "comments", "no-done"],
)
def test_an_answer_is_read_however_it_is_cut(ask: Asks, kind: Kind, pieces: tuple[bytes, ...]) -> None:
    run = ask(kind, Answer(pieces))
    assert (run.code, run.out) == (0, TEXT + "\n"), run.err
    assert '"completion_tokens":34' in run.err.replace(" ", "")


@pytest.mark.parametrize("kind", [Kind.HTTPX, Kind.OPENAI, Kind.NODE])
def test_what_the_standard_allows_and_hardly_anybody_sends(ask: Asks, kind: Kind) -> None:
    stream = hostile.openai().replace(b'"choices":', b'\ndata: "choices":')
    run = ask(kind, Answer(bytewise(b"\xef\xbb\xbf" + stream.replace(b"\n", b"\r") + b"\r\r")))
    assert (run.code, run.out) == (0, TEXT + "\n"), run.err


@pytest.mark.parametrize("kind", ALONE)
def test_a_megabyte_in_one_line(ask: Asks, kind: Kind) -> None:
    long = "được " * 170_000
    stream = hostile.raw(chunk({"content": long})) + hostile.openai("!")
    run = ask(kind, Answer(tuple(stream[at : at + 1460] for at in range(0, len(stream), 1460))))
    assert (run.code, run.out) == (0, long + "!\n"), run.err[-500:]


@pytest.mark.parametrize("kind", ALONE)
def test_bytes_that_are_no_text_are_replaced(ask: Asks, kind: Kind) -> None:
    run = ask(kind, Answer(bytewise(hostile.openai("a?b").replace(b"?", b"\xff"))))
    assert (run.code, run.out) == (0, "a�b\n"), run.err


@pytest.mark.parametrize("kind", ALONE)
def test_usage_that_is_not_reported_is_said_to_be_so(ask: Asks, kind: Kind) -> None:
    run = ask(kind, Answer(cut(hostile.openai(usage=None))))
    assert (run.code, run.out) == (0, TEXT + "\n"), run.err
    assert run.err.strip() == "usage: not reported"


@pytest.mark.parametrize("kind", ALONE)
@pytest.mark.parametrize("ending", [(), (Reset,)], ids=["quietly", "reset"])
def test_a_stream_that_is_cut_is_an_error_and_is_not_asked_for_again(
    ask: Asks, provider: Provider, tmp_path: Path, kind: Kind, ending: tuple[type[Reset], ...]
) -> None:
    run = ask(kind, Answer((HALF, 0.2, *ending)))
    assert run.code != 0
    assert run.out.startswith("Xin ")
    assert run.err
    assert requests(provider, tmp_path) == 1


@pytest.mark.parametrize("kind", ALONE)
def test_an_error_inside_the_stream_is_an_error(ask: Asks, provider: Provider, tmp_path: Path, kind: Kind) -> None:
    told = event({"error": {"message": "Overloaded, sorry", "type": "server_error", "code": 503}})
    run = ask(kind, Answer((*bytewise(HALF + told), *cut(hostile.openai()))))
    assert run.code != 0
    assert "Overloaded, sorry" in run.err
    assert requests(provider, tmp_path) == 1


@pytest.mark.parametrize("kind", ALONE)
def test_a_refused_key_is_an_error_at_once(ask: Asks, provider: Provider, tmp_path: Path, kind: Kind) -> None:
    run = ask(kind, Answer((REFUSAL,), 401, JSON))
    assert run.code != 0
    assert "401" in run.err
    assert "Not today" in run.err
    assert requests(provider, tmp_path) == 1


def test_too_many_requests_wait_as_long_as_they_are_told(ask_all: AsksAll, provider: Provider, tmp_path: Path) -> None:
    full = Answer((REFUSAL,), 429, {**JSON, "retry-after": "2"})
    for kind, run in ask_all(full, FINE).items():
        assert (run.code, run.out) == (0, TEXT + "\n"), f"{kind}: {run.err}"
        first, second = (at for _, at, _, _ in provider.requests(f"{tmp_path.name}-{kind}"))
        assert second - first >= 2, kind


@pytest.mark.parametrize("kind", ALONE)
def test_who_is_told_to_come_back_in_two_minutes_is_told_so(
    ask: Asks, provider: Provider, tmp_path: Path, kind: Kind
) -> None:
    run = ask(kind, Answer((REFUSAL,), 429, {**JSON, "retry-after": "120"}), FINE)
    assert run.code != 0
    assert "429" in run.err
    assert requests(provider, tmp_path) == 1


def test_a_server_error_is_tried_three_times(ask_all: AsksAll, provider: Provider, tmp_path: Path) -> None:
    for kind, run in ask_all(Answer((REFUSAL,), 500, JSON)).items():
        assert run.code != 0, kind
        assert "500" in run.err, kind
        assert len(provider.requests(f"{tmp_path.name}-{kind}")) == 3, kind


@pytest.mark.parametrize("begun", [HALF, b""], ids=["in the middle", "at the start"])
def test_silence_ends_and_the_connection_is_closed(
    ask_all: AsksAll, provider: Provider, tmp_path: Path, begun: bytes
) -> None:
    for kind, run in ask_all(Answer((begun, 30)), FINE, silence=1).items():
        name = f"{tmp_path.name}-{kind}"
        assert run.code != 0, kind
        assert run.out.strip() == ("Xin" if begun else ""), kind
        assert run.err, kind
        assert len(provider.requests(name)) == 1, kind
        soon(lambda name=name: provider.left[name] == 1)


@pytest.mark.parametrize("kind", ALONE)
@pytest.mark.parametrize(
    ("headers", "body"),
    [
        (JSON, b'{"choices":[{"message":{"content":"Xin"},"finish_reason":"stop"}]}\n'),
        ({"content-type": "text/html"}, b"<!doctype html>"),
    ],
    ids=["json", "html"],
)
def test_what_is_no_stream_is_an_error(ask: Asks, kind: Kind, headers: dict[str, str], body: bytes) -> None:
    run = ask(kind, Answer((body,), 200, headers))
    assert run.code != 0
    assert run.out == ""
    assert run.err


@pytest.mark.parametrize("kind", [Kind.HTTPX, Kind.NODE, Kind.CURL])
@pytest.mark.parametrize("of", ["anthropic", "google"])
def test_other_dialects_are_read_and_their_faults_told(
    ask: Asks, provider: Provider, tmp_path: Path, kind: Kind, of: str
) -> None:
    made = hostile.anthropic if of == "anthropic" else hostile.gemini
    run = ask(kind, Answer(bytewise(made())), of=of)
    assert (run.code, run.out) == (0, TEXT + "\n"), run.err
    assert "34" in run.err
    assert "12" in run.err
    assert ask(kind, Answer(cut(made(stop=False))), of=of).code != 0
    told = event({"type": "error", "error": {"type": "overloaded_error", "message": "Overloaded"}}, "error")
    faulty = ask(kind, Answer(cut(made("Xin", stop=False) + told)), of=of)
    assert faulty.code != 0
    assert "Overloaded" in faulty.err
    path, _, body, headers = provider.requests(tmp_path.name)[0]
    if of == "anthropic":
        assert path.endswith("/messages")
        assert body["model"] == "m-1"
        assert headers["x-api-key"] == "sk-test-0123456789"
    else:
        assert path.endswith("/models/m-1:streamGenerateContent")
        assert headers["x-goog-api-key"] == "sk-test-0123456789"


@pytest.mark.parametrize("of", ["anthropic", "google"])
def test_the_sdk_speaks_to_the_compatible_address(ask: Asks, provider: Provider, tmp_path: Path, of: str) -> None:
    assert ask(Kind.OPENAI, FINE, of=of).out == TEXT + "\n"
    ((path, _, body, _),) = provider.requests(tmp_path.name)
    assert path == f"/{tmp_path.name}{'/openai' if of == 'google' else ''}/chat/completions"
    assert body["stream_options"] == {"include_usage": True}
