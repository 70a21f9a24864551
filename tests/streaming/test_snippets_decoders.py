"""The decoders inside the snippets against what a conforming reader makes of a stream, whole and byte by byte."""

import ast
import codecs
import io
import json
import subprocess
from collections.abc import Callable, Iterable, Iterator
from typing import Any

import pytest

from costcalc.streaming.endpoints import KNOWN
from costcalc.streaming.snippets.kinds import Kind
from costcalc.streaming.snippets.making import Wish, snippet
from tests.streaming.running import tool
from tests.streaming.vectors import VECTORS, Vector

WISH = Wish(KNOWN["openai"], "m-1", "https://costs.example.org")
HARNESS = """
const cuts = (hex) => [[Buffer.from(hex, "hex")], hex.match(/../g)?.map((byte) => Buffer.from(byte, "hex")) ?? []];
const read = async (chunks) => {
  const found = [];
  for await (const event of events(chunks)) found.push([event.event || "message", event.data]);
  return found;
};
const streams = JSON.parse(require("node:fs").readFileSync(0));
Promise.all(streams.map((hex) => Promise.all(cuts(hex).map(read)))).then((all) => console.log(JSON.stringify(all)));
"""


@pytest.fixture(scope="module")
def events() -> Callable[[Iterable[bytes]], Iterator[str]]:
    """The function of the snippet in Python."""
    tree = ast.parse(snippet(Kind.HTTPX, WISH).text)
    function = next(node for node in tree.body if isinstance(node, ast.FunctionDef) and node.name == "events")
    names: dict[str, Any] = {"codecs": codecs, "io": io}
    exec(ast.unparse(function), names)
    found: Callable[[Iterable[bytes]], Iterator[str]] = names["events"]
    return found


@pytest.mark.parametrize("vector", VECTORS, ids=lambda vector: vector.name)
def test_the_one_in_python(events: Callable[[Iterable[bytes]], Iterator[str]], vector: Vector) -> None:
    # A CR is a line's end once it is known that no LF follows: at the very end of a stream it may be half of one.
    stream = vector.stream + (b"\n" if vector.stream.endswith(b"\r") else b"")
    expected = [event.data for event in vector.events]
    assert list(events([stream])) == expected
    assert list(events(stream[at : at + 1] for at in range(len(stream)))) == expected


def test_the_one_in_javascript() -> None:
    text = snippet(Kind.NODE, WISH).text
    function = text[text.index("async function* events(") : text.index("/** Text, usage")]
    streams = [vector.stream + (b"\n" if vector.stream.endswith(b"\r") else b"") for vector in VECTORS]
    said = json.dumps([stream.hex() for stream in streams])
    done = subprocess.run(
        [tool("node"), "-e", function + HARNESS], input=said, text=True, capture_output=True, check=True
    )
    for vector, read in zip(VECTORS, json.loads(done.stdout), strict=True):
        expected = [[event.event, event.data] for event in vector.events]
        assert read == [expected, expected], vector.name
