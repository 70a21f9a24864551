"""Files of evidence: kept with their hash, taken along as strangers' files, forgotten when they show nothing."""

from __future__ import annotations

import gzip
import hashlib
import random
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from costcalc.asgi import BODY_LIMITS
from migrations_app.evidence import files as evidence
from migrations_app.evidence.files import EvidenceFile
from migrations_app.rules.stepping import LARGEST_FILE
from tests.factories import Cast, signed_in
from tests.planner.test_step_pages import Board

LOG = b"ttft p95 480 ms\n"


@pytest.fixture
def board(cast: Cast) -> Board:
    return Board(cast, "key-rotation")


def add(board: Board, content: bytes = LOG, name: str = "run <1>.log", step: str = "s1") -> int:
    sent = {"file": SimpleUploadedFile(name, content)}
    return int(board.bob.post(f"/plans/files/{board.plan.public_id}/{step}/", sent).status_code)


def address(board: Board) -> str:
    return f"{board.root}files/{board.step('s1').evidence[0].file}/"


def test_a_file_is_kept_with_its_hash_and_taken_along(board: Board) -> None:
    assert add(board) == 302
    (one,) = board.step("s1").evidence
    assert (one.text, one.size, one.sha256) == ("run <1>.log", len(LOG), hashlib.sha256(LOG).hexdigest())
    assert "run &lt;1&gt;.log" in board.page("steps/s1/")
    response = board.bob.get(address(board))
    assert response.getvalue() == LOG
    assert response.headers["Content-Type"] == "application/octet-stream"
    assert response.headers["Content-Disposition"].startswith("attachment")
    assert EvidenceFile.objects.get().added_by == board.cast.bob


def test_what_is_no_html_to_us_is_none_to_a_browser(board: Board) -> None:
    add(board, b"<script>alert(1)</script>", "page.html")
    assert board.bob.get(address(board)).headers["Content-Type"] == "application/octet-stream"


def test_files_that_cannot_be_kept_are_refused_with_the_reason(board: Board) -> None:
    assert add(board, b"") == 422
    assert add(board, b"\0" * (LARGEST_FILE + 1)) == 422
    assert add(board, b"Authorization: Bearer sk-proj-abcdefghijklmnop1234") == 422
    assert add(board, name="sk-proj-abcdefghijklmnop1234.log") == 422
    assert add(board, step="s99") == 404
    assert board.bob.post(f"/plans/files/{board.plan.public_id}/s1/", {}).status_code == 422
    assert (EvidenceFile.objects.count(), board.step("s1").evidence) == (0, ())


SENT = "=> Send header\nAuthorization: Bearer sk-proj-abcdefghijklmnop1234\n"


@pytest.mark.parametrize(
    "content", [SENT.encode() + b"\xff\x00<= Recv data\n", SENT.encode("utf-16"), b'{"a":"' + SENT.encode()]
)
def test_a_recording_with_a_key_in_it_is_not_kept_however_it_is_written(board: Board, content: bytes) -> None:
    assert add(board, content) == 422
    assert not EvidenceFile.objects.exists()


def test_pictures_and_archives_are_no_keys(board: Board) -> None:
    noise = random.Random(6).randbytes(2_000_000)
    assert add(board, noise, "screen.png") == 302
    assert add(board, gzip.compress(noise), "run.har.gz") == 302


def test_the_largest_file_gets_past_the_door(board: Board) -> None:
    assert BODY_LIMITS["/plans/files/"] > LARGEST_FILE
    assert add(board, b"\xff" * LARGEST_FILE) == 302


def test_all_files_of_a_plan_together_have_a_limit(board: Board, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(evidence, "MOST_BYTES", len(LOG))
    assert add(board) == 302
    assert add(board) == 422


def test_bytes_that_show_nothing_any_more_are_forgotten(board: Board) -> None:
    add(board)
    there = address(board)
    board.tell("withdraw_evidence", step="s1", evidence="e1", reason="the wrong run")
    assert (board.bob.get(there).status_code, EvidenceFile.objects.count()) == (404, 0)
    add(board)
    board.tell("remove_steps", steps="s1", reason="twice")
    assert EvidenceFile.objects.count() == 0


def test_a_file_of_another_plan_is_not_there(board: Board) -> None:
    add(board)
    other = Board(board.cast, "relay")
    assert board.bob.get(address(board).replace(board.plan.public_id, other.plan.public_id)).status_code == 404


def test_outsiders_get_no_file_and_add_none(board: Board) -> None:
    add(board)
    charlie = signed_in(board.cast.charlie)
    assert charlie.get(address(board)).status_code == 404
    sent = {"file": SimpleUploadedFile("a.log", LOG)}
    assert charlie.post(f"/plans/files/{board.plan.public_id}/s1/", sent).status_code == 404


def test_a_file_cannot_be_claimed_by_a_command(board: Board) -> None:
    said: dict[str, Any] = {"text": "a.log", "file": "AAAAAAAAAAAA", "size": 1, "sha256": "0" * 64}
    assert board.tell("show_file", step="s1", **said).status_code == 422
