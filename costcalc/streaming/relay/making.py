"""From what was asked to a run's plan: the provider, the key that pays, the way there."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from costcalc.streaming.calls import Question, completion_call
from costcalc.streaming.endpoints import SAMPLE, Endpoint
from costcalc.streaming.providers import operator_key, provider
from costcalc.streaming.relay import refusals
from costcalc.streaming.relay.admission import Gate, Unknown, cookies_of
from costcalc.streaming.relay.asking import Asked
from costcalc.streaming.relay.feed import Plan
from costcalc.streaming.relay.runs import new_secret
from costcalc.streaming.ways import route_to
from costcalc.wire.inside import inside
from costcalc.wire.upstream import Limits, Route, UpstreamError

# Reasoning models take their time before they say anything.
LIMITS: Final = Limits(connect=10, first_byte=120, silence=60)
gate: Final = Gate()
# The name of a worker that has no door: its runs are its own.
ALONE: Final = "0" * 12


@dataclass(frozen=True, slots=True)
class Visitor:
    """Who asks: `address` as `visitors.subscriber` gives it."""

    address: str
    headers: Mapping[str, str]


async def planned(asked: Asked, visitor: Visitor) -> Plan:
    """The run that is asked for. Raises Refused; that a provider cannot be reached is the run's own affair."""
    endpoint = provider(asked.provider)
    if endpoint is None:
        raise refusals.at("/provider", "No provider of this name may be called here.")
    check(asked, endpoint)
    key = await paying_key(asked, endpoint, visitor)
    try:
        call = completion_call(endpoint, question(asked), key)
    except ValueError:
        raise refusals.at("/key", "A key is one line of ASCII characters.") from None
    return Plan(
        id=f"{inside.name or ALONE}.{new_secret()}",
        visitor=visitor.address,
        provider=endpoint.name,
        model=asked.model,
        call=call,
        way=await way(endpoint),
        key=key,
        resume=asked.resume,
        twin=asked.twin,
        limits=LIMITS,
    )


def check(asked: Asked, endpoint: Endpoint) -> None:
    """Raises Refused for what does not go together."""
    if asked.extra and endpoint != SAMPLE:
        raise refusals.at("/extra", "Only the built-in provider takes more than the common members.")
    if asked.twin and asked.resume:
        raise refusals.at("/twin", "A run that is read twice at once is not resumed.")
    if asked.key and (asked.twin or asked.resume):
        raise refusals.at("/key", "With a key the answer is the stream: it is read once, here and now.")


async def paying_key(asked: Asked, endpoint: Endpoint, visitor: Visitor) -> str:
    """The typed key, or for people who are signed in the operator's. Counts the run. Raises Refused."""
    key = asked.key.get_secret_value() if asked.key else ""
    wants_operator = not key and endpoint != SAMPLE
    try:
        admitted = await gate.admit(visitor.address, cookies_of(visitor.headers) if wants_operator else None)
    except Unknown:
        raise refusals.busy() from None
    if admitted.wait:
        raise refusals.wait(admitted.wait)
    if not wants_operator:
        return key
    if not admitted.signed_in:
        raise refusals.at("/key", "Type a key for this run, or sign in to use the operator's.")
    own = operator_key(endpoint)
    if own is None:
        raise refusals.at("/key", "Type a key for this run: the operator has none for this provider.")
    return own


def question(asked: Asked) -> Question:
    """What is asked, in the words of `calls`."""
    return Question(asked.model, asked.prompt, max_tokens=asked.max_tokens, seed=asked.seed, extra=asked.extra)


async def way(endpoint: Endpoint) -> Route | UpstreamError:
    """The way to the provider, or why there is none: that is told as the run's end, as every failure of it is."""
    try:
        return await route_to(endpoint)
    except UpstreamError as error:
        return error
