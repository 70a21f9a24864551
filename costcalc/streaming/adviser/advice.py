"""From answers to advice: which transport, and whether a relay of one's own or a vendor's fits. Pure.

Every recommendation comes with what speaks for it and against it; what was not chosen, with why not.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from costcalc.streaming.adviser.questions import ASSUMED, QUESTIONS, Answers
from costcalc.streaming.adviser.rules import OUT, RULES, TRANSPORTS, Rule, Subject

# A lead of one nuisance is none to build on.
CLOSE: Final = 1
FITS_FROM: Final = 2


class Fit(StrEnum):
    """Whether a relay fits."""

    YES = "yes"
    PERHAPS = "perhaps"
    NO = "no"


@dataclass(frozen=True, slots=True)
class Standing:
    """How one subject stands: the codes of what speaks for and against it, the heaviest first."""

    subject: Subject
    speaks_for: tuple[str, ...]
    speaks_against: tuple[str, ...]
    weight: int

    @property
    def is_out(self) -> bool:
        """Whether it cannot be done with this at all."""
        return self.weight <= OUT // 2


@dataclass(frozen=True, slots=True)
class Advice:
    """What is advised. `others` are the transports not chosen, the nearest first; `mind` what to mind with the choice.

    `is_close`: the next best would do nearly as well.
    """

    chosen: Standing
    others: tuple[Standing, ...]
    is_close: bool
    mind: tuple[str, ...]
    own: Standing
    own_fit: Fit
    vendor: Standing
    vendor_fit: Fit


# What to mind with the chosen transport, where these answers were given.
MIND: Final[tuple[tuple[str, Subject, Mapping[str, tuple[str, ...]]], ...]] = (
    ("fetch-not-eventsource", Subject.SSE, {"reader": ("browser",)}),
    ("no-buffering", Subject.SSE, {}),
    ("heartbeat", Subject.SSE, {}),
    ("keep-what-was-sent", Subject.SSE, {"cut": ("resume",)}),
    ("offer-http2", Subject.SSE, {"reader": ("browser",), "streams": ("http1",)}),
    ("function-limit", Subject.SSE, {"hosting": ("functions",)}),
    ("parse-app", Subject.SSE, {"reader": ("app",)}),
    ("ping", Subject.WEBSOCKET, {}),
    ("check-origin", Subject.WEBSOCKET, {"reader": ("browser",)}),
    ("back-pressure", Subject.WEBSOCKET, {}),
    ("wss", Subject.WEBSOCKET, {"network": ("corporate",)}),
    ("number-messages", Subject.WEBSOCKET, {"cut": ("resume",)}),
    ("gateway", Subject.WEBSOCKET, {"hosting": ("functions",)}),
    ("short-token", Subject.WEBSOCKET, {"reader": ("browser", "app"), "up": ("flow",)}),
    ("time-out", Subject.HTTP, {"show": ("whole",)}),
    ("poll-slowly", Subject.HTTP, {"show": ("notices",)}),
    ("keep-answer", Subject.HTTP, {"cut": ("resume",)}),
    ("chunks", Subject.HTTP, {"show": ("written",)}),
)


def advise(answers: Answers) -> Advice:
    """The advice for these answers; what is not answered is as `ASSUMED`. Raises ValueError for an unknown answer."""
    said = {**ASSUMED, **answers}
    unknown = [name for name, answer in said.items() if answer not in QUESTIONS.get(name, ())]
    if unknown:
        raise ValueError(f"No such answer: {', '.join(unknown)}")
    # The sort is stable and the transports go from the simplest on: of two that are as good, the simpler one.
    first, *others = sorted((standing(subject, said) for subject in TRANSPORTS), key=lambda one: -one.weight)
    own, vendor = standing(Subject.OWN_RELAY, said), standing(Subject.VENDOR, said)
    return Advice(
        chosen=first,
        others=tuple(others),
        is_close=first.weight - others[0].weight <= CLOSE,
        mind=tuple(code for code, subject, when in MIND if subject == first.subject and applies(when, said)),
        own=own,
        own_fit=fit(own),
        vendor=vendor,
        vendor_fit=fit(vendor),
    )


def standing(subject: Subject, answers: Answers) -> Standing:
    """How a subject stands under these answers."""
    found = sorted(_applying(subject, answers), key=lambda rule: -abs(rule.weight))
    return Standing(
        subject,
        tuple(rule.code for rule in found if rule.weight > 0),
        tuple(rule.code for rule in found if rule.weight < 0),
        sum(rule.weight for rule in found),
    )


def fit(relay: Standing) -> Fit:
    """Whether a relay that stands so fits."""
    if relay.weight >= FITS_FROM:
        return Fit.YES
    return Fit.PERHAPS if relay.weight >= 0 else Fit.NO


def applies(when: Mapping[str, tuple[str, ...]], answers: Answers) -> bool:
    """Whether every question of a condition has been answered so."""
    return all(answers[name] in said for name, said in when.items())


def _applying(subject: Subject, answers: Answers) -> Iterable[Rule]:
    return (rule for rule in RULES if rule.subject == subject and applies(rule.when, answers))
