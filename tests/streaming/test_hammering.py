"""A client that hammers is told from one that is patient, in a log and in a HAR."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from costcalc.streaming.doctor.examining import examine
from costcalc.streaming.doctor.hammering import Asked, hammering, read_log

BEGIN = datetime(2026, 11, 22, 23, 59, 58, tzinfo=UTC)


def line(seconds: float, status: int, who: str = "10.0.0.1", path: str = "/v1/chat/completions?x=1") -> str:
    """A line in nginx's combined format."""
    at = (BEGIN + timedelta(seconds=seconds)).strftime("%d/%b/%Y:%H:%M:%S +0000")
    return f'{who} - - [{at}] "POST {path} HTTP/1.1" {status} 12 "-" "python-httpx/0.28"\n'


STORM = "".join(line(n * 0.4, 429) for n in range(20)) + line(9, 200)


def codes(data: str | bytes) -> dict[str, dict[str, str]]:
    """The codes found in a file, with their figures."""
    found = examine(data.encode() if isinstance(data, str) else data)
    return {finding.code: finding.figures for finding in found.findings}


def asked(*requests: tuple[float, int | None], retry_after: float | None = None, who: str = "") -> list[Asked]:
    """Requests at these seconds with these statuses."""
    return [Asked(at, at, status, who, "POST /", retry_after if status == 429 else None) for at, status in requests]


def kinds(requests: list[Asked]) -> set[str]:
    """The codes of what is found in them."""
    return {finding.code for finding in hammering(requests)}


def test_a_storm_in_a_log_is_found_across_midnight() -> None:
    found = codes(STORM)
    assert set(found) == {"no-back-off", "many-retries"}
    assert found["no-back-off"] == {"retries": "20", "seconds": "9.0", "times": "1"}


def test_a_patient_client_is_praised() -> None:
    assert codes(line(0, 429) + line(1, 503) + line(3, 200)) == {"backs-off": {"retries": "2"}}
    assert codes(line(0, 200) + line(0, 200)) == {"none-again": {"requests": "2"}}


@pytest.mark.parametrize(
    ("requests", "found"),
    [
        (asked((0, 500), (1, 500), (3, 200)), {"backs-off"}),
        (asked((0, 500), (1, 500), (3, 500), (7, 500), (15, 200)), {"many-retries"}),
        (asked((0, 500), (0.1, 500), (0.2, 500), (0.3, 200)), {"no-back-off", "many-retries"}),
        (asked((0, None), (0.1, None), (0.2, None), (0.3, 200)), {"no-back-off", "many-retries"}),
        (asked((0, 429), (0.3, 200), retry_after=2), {"too-soon"}),
        (asked((0, 429), (2.1, 200), retry_after=2), {"backs-off"}),
        (asked((0, 401), (1, 401), (2, 401), (3, 401)), {"in-vain"}),
        (asked((0, 401), (1, 200)), {"backs-off"}),
        (asked((0, 500), (200, 500), (400, 200)), {"none-again"}),
        (asked((0, 500)) + asked((0.1, 500), who="b") + asked((0.2, 500), who="c"), {"none-again"}),
        ([], {"none-again"}),
    ],
)  # fmt: skip
def test_each_fault_is_told_from_the_others(requests: list[Asked], found: set[str]) -> None:
    assert kinds(requests) == found


@given(st.lists(st.floats(0.5, 1.0), min_size=3, max_size=8), st.floats(0.5, 4))
def test_waits_that_double_with_chance_in_them_are_no_hammering(chances: list[float], base: float) -> None:
    at, requests = 0.0, [(0.0, 503)]
    for place, chance in enumerate(chances):
        at += base * 2**place * chance
        requests.append((at, 503))
    assert "no-back-off" not in kinds(asked(*requests))


@given(st.floats(0, 0.2), st.integers(4, 40))
def test_waits_that_never_grow_are(wait: float, times: int) -> None:
    assert "no-back-off" in kinds(asked(*((n * wait, 429) for n in range(times))))


def entry(seconds: float, status: int, retry_after: str = "") -> dict[str, Any]:
    """One request of a HAR; it took a tenth of a second."""
    headers = [{"name": "Retry-After", "value": retry_after}] if retry_after else []
    return {
        "startedDateTime": (BEGIN + timedelta(seconds=seconds)).isoformat().replace("+00:00", "Z"),
        "time": 100,
        "request": {"method": "POST", "url": "https://llm.example/v1/chat/completions"},
        "response": {"status": status, "headers": headers, "content": {"mimeType": "application/json"}},
    }


def test_a_har_says_to_the_millisecond_who_did_not_wait() -> None:
    har = json.dumps({"log": {"entries": [entry(0, 429, "5"), entry(0.4, 429, "5"), entry(9, 200)]}})
    found = codes(har)
    assert set(found) == {"too-soon", "too-many"}
    assert found["too-soon"] == {"requests": "1", "seconds": "0.3", "told": "5"}


@given(st.binary(max_size=300) | st.text(alphabet='1.- [/]:"POSTNov+0', max_size=300).map(str.encode))
def test_whatever_the_file_is_it_is_a_log_or_none(data: bytes) -> None:
    assert read_log(data) is None or hammering(read_log(data) or [])


@pytest.mark.parametrize("spoilt", ["99/Nov/2026", "22/Abc/2026", "22/Nov/0000"])
def test_a_line_with_no_moment_is_left_out(spoilt: str) -> None:
    log = line(0, 200) + line(1, 200) + line(0, 500).replace("22/Nov/2026", spoilt)
    assert codes(log) == {"none-again": {"requests": "2"}}
