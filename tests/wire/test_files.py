"""Exports are written to a file piece by piece, and sent from it piece by piece."""

import gzip
import json
import tracemalloc
from collections.abc import Iterator
from typing import Any

import pytest
from django.middleware.gzip import GZipMiddleware
from django.test import RequestFactory
from hypothesis import given, strategies

from costcalc.wire.files import IN_MEMORY, PIECE, SentFile, json_pieces, written
from tests.loops import run

JSON = strategies.recursive(
    strategies.none() | strategies.booleans() | strategies.integers() | strategies.text(),
    lambda inner: strategies.lists(inner) | strategies.dictionaries(strategies.text(), inner),
    max_leaves=20,
)


def lazy(value: Any) -> Any:
    """The same, its lists as iterators."""
    if isinstance(value, list):
        return map(lazy, value)
    return {name: lazy(item) for name, item in value.items()} if isinstance(value, dict) else value


@given(JSON)
def test_json_in_pieces_is_the_same_json(value: Any) -> None:
    assert json.loads(b"".join(json_pieces(lazy(value)))) == value


def many(megabytes: int) -> Iterator[bytes]:
    for number in range(megabytes * 1024):
        yield bytes([number % 251]) * 1024


async def received(answer: SentFile) -> tuple[int, int]:
    """How many bytes came, and how large the largest piece was."""
    total = largest = 0
    async for piece in answer:
        total, largest = total + len(piece), max(largest, len(piece))
    return total, largest


def test_a_large_file_is_never_whole_in_memory() -> None:
    tracemalloc.start()
    try:
        with written(many(32)) as file:
            total, largest = run(lambda: received(SentFile(file, "a.zip", "application/zip")))
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert (total, largest) == (32 * 1024 * 1024, PIECE)
    assert peak < 4 * IN_MEMORY


def test_a_file_that_is_said_to_be_compressed_is(db: None) -> None:
    request = RequestFactory().get("/", headers={"accept-encoding": "gzip"})
    answer = GZipMiddleware(lambda _request: SentFile(written(many(3)), "a.csv", "text/csv"))(request)
    assert isinstance(answer, SentFile)
    assert answer["Content-Encoding"] == "gzip"

    async def content() -> bytes:
        return b"".join([piece async for piece in answer])

    assert gzip.decompress(run(content)) == b"".join(many(3))
    answer.close()


def test_the_file_goes_with_its_answer(db: None) -> None:
    file = written([b"a"])
    answer = SentFile(file, "a.csv", "text/csv")
    assert answer["Content-Disposition"] == 'attachment; filename="a.csv"'
    assert answer.getvalue() == b"a"
    answer.close()
    with pytest.raises(ValueError, match="closed"):
        file.read()
