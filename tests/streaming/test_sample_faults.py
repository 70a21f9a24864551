"""Each fault of the built-in provider is the fault that it is said to be, and meets our own reader."""

import json
from itertools import accumulate, pairwise
from typing import Any

import pytest

from costcalc.streaming.completion import End
from costcalc.streaming.doctor.findings import diagnose
from costcalc.streaming.doctor.recorded import Piece, Recording
from costcalc.streaming.events import Parser
from costcalc.streaming.sample import MODELS
from costcalc.streaming.sample.asking import read
from costcalc.streaming.sample.faults import FAULTS, MEGABYTE
from costcalc.streaming.sample.offered import Model
from costcalc.streaming.sample.pace import SILENCE
from costcalc.streaming.sample.refusals import RefusedError
from costcalc.streaming.sample.serving import served
from tests.streaming.sampled import CAU_HOI, body, events, pieces, reading

REFUSED = {"fault-401": 401, "fault-429": 429, "fault-500": 500}
STREAMS = [name for name in FAULTS if name not in REFUSED]
# What hides the end, or text, from whoever reads; all others tell the whole answer.
LOSES = {"fault-cut", "fault-error-inside", "fault-invalid-utf8"}
USAGE: dict[str, Any] = {"stream_options": {"include_usage": True}}


@pytest.mark.parametrize("name", [name for name in STREAMS if name not in LOSES])
@pytest.mark.parametrize("prompt", ["In English", CAU_HOI])
def test_a_correct_client_reads_the_same_text_through_what_loses_none(name: str, prompt: str) -> None:
    assert reading(name, prompt=prompt, **USAGE).text == reading(prompt=prompt).text


@pytest.mark.parametrize("model", [model for model in MODELS if model.id not in REFUSED], ids=lambda model: model.id)
def test_a_stream_ends_as_its_model_says(model: Model) -> None:
    # Silence is an error by the client's own time-out; these bytes know of none.
    assert reading(model.id).end == (End.COMPLETE if "silent" in model.id else model.end)


@pytest.mark.parametrize(("name", "status"), REFUSED.items())
def test_what_refuses_does_so_streaming_or_not(name: str, status: int) -> None:
    for stream in (True, False):
        with pytest.raises(RefusedError) as caught:
            served(read(json.dumps(body(name, stream=stream)).encode()), 1, "test", 1)
        assert caught.value.status == status
        assert ("retry-after" in caught.value.headers) == (status == 429)


def test_one_piece_is_one_piece_and_comes_last() -> None:
    (piece,) = pieces("fault-one-piece", sample_pace=1)
    assert piece.wait == pytest.approx(sum(each.wait for each in pieces(sample_pace=1)))


def test_a_buffer_is_full_before_anything_comes() -> None:
    sent = pieces("fault-buffered", sample_pace=1)
    assert {len(piece.data) for piece in sent[:-1]} == {4096}
    assert sent[0].wait > pieces(sample_pace=1)[0].wait + 0.1
    recording = Recording(
        tuple(Piece(piece.data, at) for piece, at in zip(sent, accumulate(piece.wait for piece in sent), strict=True))
    )
    assert diagnose(recording).reading.end == End.COMPLETE


@pytest.mark.parametrize(("name", "share"), [("fault-silent-start", 0), ("fault-silent-middle", 1 / 3)])
def test_silence_lasts_two_minutes_at_full_pace(name: str, share: float) -> None:
    for pace in (0, 0.1, 1):
        sent, sound = pieces(name, sample_pace=pace), pieces(sample_pace=pace)
        late = [piece.wait - other.wait for piece, other in zip(sent, sound, strict=True)]
        assert max(late) == pytest.approx(SILENCE * pace)
        assert pace == 0 or late.index(max(late)) == int(len(sent) * share)


def test_a_cut_leaves_half_an_event_behind() -> None:
    parser = Parser()
    for piece in pieces("fault-cut"):
        parser.feed(piece.data)
    assert parser.unfinished
    assert 0 < len(reading("fault-cut").text) < len(reading().text)


def test_without_the_mark_there_is_a_finish_reason_still() -> None:
    last = events(pieces("fault-no-done"))[-1]
    assert json.loads(last.data)["choices"][0]["finish_reason"] == "stop"


def test_without_usage_there_is_none_though_asked_for() -> None:
    assert reading("fault-no-usage", **USAGE).usage is None
    assert reading(**USAGE).usage


@pytest.mark.parametrize("prompt", ["In English", CAU_HOI])
def test_characters_events_and_line_ends_are_really_cut(prompt: str) -> None:
    sent = [piece.data for piece in pieces("fault-split", prompt=prompt)]
    assert sum(is_not_utf8(data) for data in sent) > 2
    assert sum(data == b"\n" for data in sent) > 60
    assert sum(b"\n\n" in data for data in sent) == 0
    within = [later for sooner, later in pairwise(pieces("fault-split")) if sooner.data != b"\n"]
    assert all(piece.wait > 0 for piece in within)


def is_not_utf8(data: bytes) -> bool:
    """Whether these bytes alone are no text."""
    try:
        data.decode()
    except UnicodeDecodeError:
        return True
    return False


def test_line_ends_are_cr_lf_and_cut_between_the_two() -> None:
    sent = [piece.data for piece in pieces("fault-crlf")]
    whole = b"".join(sent)
    assert whole.count(b"\n") == whole.count(b"\r\n") == whole.count(b"\r") > 120
    assert sum(data.endswith(b"\r") for data in sent) > 60
    assert len(events(pieces("fault-crlf"))) == len(events(pieces()))


def test_comments_stand_between_events_and_before_data() -> None:
    parser, whole = Parser(), b"".join(piece.data for piece in pieces("fault-comments"))
    assert len(parser.feed(whole)) == len(events(pieces()))
    assert parser.comments > 10
    assert b"\n: keep-alive\n\n" in whole
    assert b"not data\ndata: {" in whole


def test_an_error_inside_beats_the_mark_after_it() -> None:
    asked = reading("fault-error-inside")
    assert asked.fault is not None
    assert (asked.fault.code, asked.done, asked.end) == ("overloaded", True, End.ERROR)
    assert 0 < len(asked.text) < len(reading().text)


def test_a_megabyte_is_in_one_line_and_the_text_is_as_ever() -> None:
    sent = pieces("fault-long-line")
    assert max(len(event.data) for event in events(sent)) > MEGABYTE
    assert max(len(piece.data) for piece in sent) <= 16 * 1024


def test_bytes_that_are_no_utf8_cost_a_letter_and_nothing_else() -> None:
    asked = reading("fault-invalid-utf8")
    assert is_not_utf8(b"".join(piece.data for piece in pieces("fault-invalid-utf8")))
    assert asked.text.count("\N{REPLACEMENT CHARACTER}") in {1, 2, 3}
    assert asked.text.replace("\N{REPLACEMENT CHARACTER}", "") == reading().text


@pytest.mark.parametrize("name", STREAMS)
def test_without_streaming_a_fault_is_met_where_it_makes_sense(name: str) -> None:
    sent = b"".join(piece.data for piece in pieces(name, stream=False))
    if name == "fault-cut":
        assert sent.startswith(b'{"id"')
        with pytest.raises(ValueError, match=r"Expecting|Unterminated"):
            json.loads(sent)
    else:
        assert json.loads(sent)["choices"][0]["message"]["content"] == reading().text
