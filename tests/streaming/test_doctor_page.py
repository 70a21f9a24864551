"""The doctor's page: a recording in, findings out, and nothing kept or lost on the way."""

import json
import logging
from pathlib import Path

import httpx
import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from costcalc.streaming.doctor.forms import LARGEST_FILE, LONGEST_PASTE
from tests.streaming.chunks import ANTHROPIC, DONE, OPENAI, event
from tests.streaming.test_doctor import TOKENS, har, stamped
from tests.streaming.test_hammering import STORM

AT = "/stream/doctor/"
KEY = "sk-proj-9f8e7d6c5b4a3210"


def told(client: Client, recording: str = "", status: int = 200, **other: object) -> str:
    """The page that answers a recording."""
    answer = client.post(AT, {"recording": recording, **other})
    assert answer.status_code == status
    return answer.content.decode()


def test_a_paste_is_examined_and_stays_where_it_was_typed(client: Client) -> None:
    text = stamped(TOKENS, 0.00001).decode()
    page = told(client, text.replace("\n", "\r\n"))
    assert "1 fault" in page
    assert "something held them back" in page
    assert "proxy_buffering off" in page
    assert "12" in page
    assert text.splitlines()[3].replace('"', "&quot;") in page


def test_a_file_counts_and_one_of_several_streams_is_chosen(client: Client) -> None:
    first, second = (json.loads(har(stream, 200, 900))["log"]["entries"][1] for stream in (OPENAI, ANTHROPIC))
    file = json.dumps({"log": {"entries": [first, second]}}).encode()
    page = told(client, file=SimpleUploadedFile("a.har", file), stream="2")
    assert "2 streams" in page
    assert "comments and pings: 1" in page


def test_who_hammers_is_found_in_a_log(client: Client) -> None:
    assert "A client hammers" in told(client, STORM)


@pytest.mark.parametrize(
    ("recording", "other", "word"),
    [
        ("A letter.", {}, "Not a recording."),
        ("", {}, "Paste a recording, or choose a file."),
        ("data: 1\n\n", {"stream": "0"}, "A number from 1 to 99."),
        ("data: 1\n\n", {"stream": "١"}, "A number from 1 to 99."),
        ("data: " + "x" * LONGEST_PASTE, {}, "at most 250000 characters"),
    ],
)
def test_what_is_none_is_said_beside_its_field_and_nothing_is_lost(
    client: Client, recording: str, other: dict[str, str], word: str
) -> None:
    page = told(client, recording, 422, **other)
    assert word in page
    assert recording[:300] in page


def test_a_file_that_is_too_large_is_told_what_reads_it(client: Client) -> None:
    page = told(client, "data: kept\n\n", 422, file=SimpleUploadedFile("a", b"x" * (LARGEST_FILE + 1)))
    assert "larger than 2 MB" in page
    assert "data: kept" in page


def test_a_file_of_no_bytes_and_one_of_any_bytes_are_answered(client: Client) -> None:
    for data in (b"", bytes(range(256)) * 20, b"\x1f\x8b" + bytes(50), b'{"log": {"entries": []}}', b"\0" * 99):
        answer = client.post(AT, {"file": SimpleUploadedFile("a", data)})
        assert answer.status_code in {200, 422}


def test_vietnamese_reads_its_own_numbers(client: Client) -> None:
    client.cookies[settings.LANGUAGE_COOKIE_NAME] = "vi"
    assert "0,33 " in told(client, stamped(TOKENS, 0.03).decode())


@pytest.mark.django_db
def test_a_key_in_a_recording_is_neither_shown_nor_kept(client: Client, caplog: pytest.LogCaptureFixture) -> None:
    trace = Path(__file__).with_name("curl_trace_ascii.txt").read_text()
    sent = trace.replace("Bearer not-a-key-not-a-key", f"Bearer {KEY}")
    texts = [
        sent,
        f"authorization: Bearer {KEY}\n",
        event({"error": {"message": f"Incorrect API key provided: {KEY}."}}).decode() + DONE.decode(),
    ]
    with (
        caplog.at_level(logging.DEBUG),
        CaptureQueriesContext(
            connection,
        ) as queries,
    ):
        pages = [client.post(AT, {"recording": text}).content.decode() for text in texts]
    for page in pages:
        assert KEY not in page
        assert KEY[8:] not in page
        assert "It is masked below" in page
    assert KEY not in caplog.text + str(queries.captured_queries)
    kept = [path for path in settings.DATA_DIR.rglob("*") if path.is_file() and KEY.encode() in path.read_bytes()]
    assert kept == []


def test_a_file_that_is_too_large_is_refused_in_words_with_the_way_back(site: str) -> None:
    sent = {"file": ("rec.txt", b"data: x\n\n" * 400_000)}
    headers = {"Accept": "text/html", "Accept-Language": "vi"}
    with httpx.Client(base_url=site, headers=headers, trust_env=False) as client:
        answer = client.post("/stream/doctor/", files=sent)
    assert answer.status_code == 413
    assert "Tất cả những gì gửi đến đây tối đa là" in answer.text
    assert '<a class="button primary" href="/stream/doctor/">' in answer.text
    assert "content-security-policy" in answer.headers
