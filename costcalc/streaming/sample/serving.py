"""From a request to the pieces of its answer, each with its wait. Pure."""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Final

from costcalc.streaming.sample import refusals
from costcalc.streaming.sample.answering import answer
from costcalc.streaming.sample.asking import Asked
from costcalc.streaming.sample.faults import FAULTS, Circumstances, Fault, Piece, write
from costcalc.streaming.sample.pace import waits
from costcalc.streaming.sample.writing import Telling, stream, whole

# What each healthy model does beside answering in the prompt's language.
HEALTHY: Final[dict[str, dict[str, Any]]] = {
    "sample-plain": {},
    "sample-vietnamese": {"language": "vi"},
    "sample-reasoning": {"thinks": True},
    "sample-tools": {"calls": True},
}
SOUND: Final = Fault()


@dataclass(frozen=True, slots=True)
class Served:
    """What is sent: a stream of events or one JSON text, in pieces."""

    streams: bool
    pieces: Iterable[Piece]


def served(asked: Asked, seed: int, name: str, created: int) -> Served:
    """The answer to a request, told under this name at this moment (Unix seconds). Raises RefusedError."""
    if asked.model not in HEALTHY and asked.model not in FAULTS:
        raise refusals.no_such_model()
    fault, given = FAULTS.get(asked.model, SOUND), Circumstances(seed, asked.sample_pace)
    if fault.refuses:
        raise fault.refuses(given)
    telling = _telling(asked, seed, name, created)
    return _stream(telling, fault, given) if asked.stream else _whole(telling, fault, given)


def _telling(asked: Asked, seed: int, name: str, created: int) -> Telling:
    said = answer(asked, seed, **HEALTHY.get(asked.model, {}))
    return Telling(
        id=f"chatcmpl-{name}",
        created=created,
        model=asked.model,
        answer=said,
        prompt_tokens=asked.prompt_tokens,
        waits=waits(said.completion_tokens, seed, asked.sample_pace),
        with_usage=asked.stream_options is not None and asked.stream_options.include_usage,
    )


def _stream(telling: Telling, fault: Fault, given: Circumstances) -> Served:
    said = stream(telling)
    pieces = write(fault.events(list(said)) if fault.events else said)
    return Served(streams=True, pieces=fault.pieces(list(pieces), given) if fault.pieces else pieces)


def _whole(telling: Telling, fault: Fault, given: Circumstances) -> Served:
    text = json.dumps(whole(telling), ensure_ascii=False).encode()
    pieces = [Piece(sum(telling.waits), text)]
    return Served(streams=False, pieces=fault.pieces(pieces, given) if fault.pieces and fault.whole else pieces)
