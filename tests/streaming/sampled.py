"""Asking the built-in provider without a server, and reading what it would send."""

import json
from collections.abc import Iterable
from typing import Any

from costcalc.streaming.completion import Reader, Reading
from costcalc.streaming.events import Event, Parser
from costcalc.streaming.sample.asking import read
from costcalc.streaming.sample.faults import Piece
from costcalc.streaming.sample.serving import served

PROMPT = "Explain why SSE suits a chatbot."
NAME = "0" * 24
CAU_HOI = "Vì sao SSE hợp với chatbot?"


def body(model: str = "sample-plain", prompt: str = PROMPT, **members: Any) -> dict[str, Any]:
    """A request, streaming and without waiting unless said otherwise."""
    messages = [{"role": "user", "content": prompt}]
    return {"model": model, "messages": messages, "stream": True, "sample_pace": 0, **members}


def pieces(model: str = "sample-plain", seed: int = 1, **members: Any) -> list[Piece]:
    """What is written for a request with this seed."""
    return list(served(read(json.dumps(body(model, **members)).encode()), seed, NAME, 1_795_305_600).pieces)


def events(sent: Iterable[Piece]) -> list[Event]:
    """The events in it, fed as it is cut."""
    parser = Parser()
    return [event for piece in sent for event in parser.feed(piece.data)]


def reading(model: str = "sample-plain", seed: int = 1, **members: Any) -> Reading:
    """What our own reader makes of it."""
    reader = Reader()
    for event in events(pieces(model, seed, **members)):
        reader.take(event)
    return reader.reading()
