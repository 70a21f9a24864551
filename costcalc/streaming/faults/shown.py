"""A run of a fault in words and figures, for the page."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final

from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from costcalc.formatting import Formatter, formatter_for
from costcalc.streaming.completion import End
from costcalc.streaming.doctor.words import LEVELS, told
from costcalc.streaming.faults.seen import Failure, Seen
from costcalc.streaming.sample.offered import Model

ENDS: Final[dict[End, Any]] = {
    End.COMPLETE: _("complete"),
    End.TRUNCATED: _("truncated"),
    End.ERROR: _("error"),
    End.CANCELLED: _("cancelled"),
}
# By what failed and where; otherwise by what failed alone.
FAILURES: Final[dict[str, Any]] = {
    "TooSlow first byte": _("Our client gave up: not a byte in %(seconds)s s after the headers."),
    "TooSlow silence": _("Our client gave up: not a byte for %(seconds)s s in the middle of the answer."),
    "TooSlow": _("Our client gave up: no connection in %(seconds)s s."),
    "Broken": _("The connection was lost before the answer had ended."),
    "TooLarge": _("Our client gave up: the answer is larger than anybody wants to hold."),
}
UNREACHABLE: Final = _("The built-in provider could not be reached.")
EXCERPT: Final = 90


@dataclass(frozen=True, slots=True)
class Line:
    """A figure and what it is."""

    label: str
    value: str


@dataclass(frozen=True, slots=True)
class Shown:
    """A run as the page says it. `right`: it ended as it must; `tail` is the end of an unfinished answer."""

    end: str
    expected: str
    right: bool
    reason: str
    figures: list[Line]
    text: str
    tail: str
    findings: list[dict[str, Any]]


@dataclass(frozen=True, slots=True)
class Row:
    """A fault of the lab, and what our client saw of it, if it was run."""

    model: Model
    expected: str
    seen: Shown | None = None


def row(model: Model, seen: Seen | None, language: str) -> Row:
    """One fault for the page."""
    return Row(model, str(ENDS[model.end]), shown(model, seen, formatter_for(language)) if seen else None)


def shown(model: Model, seen: Seen, write: Formatter) -> Shown:
    """A run in the language in force."""
    return Shown(
        end=str(ENDS[seen.end]),
        expected=str(ENDS[model.end]),
        right=seen.end is model.end,
        reason=_reason(seen),
        figures=_figures(seen, write),
        text=_text(seen, write),
        tail=" ".join(seen.text.split())[-EXCERPT:] if seen.lost else "",
        findings=[told(finding) | {"word": LEVELS[finding.level]} for finding in seen.findings],
    )


def _reason(seen: Seen) -> str:
    failure, fault = seen.run.failure, seen.diagnosis.reading.fault
    if failure:
        return str(_failed(failure)) % {"seconds": f"{failure.seconds:g}"}
    return gettext("The provider says: %(message)s") % {"message": fault.message} if fault else ""


def _failed(failure: Failure) -> Any:
    return FAILURES.get(f"{failure.kind} {failure.stage}") or FAILURES.get(failure.kind) or UNREACHABLE


def _figures(seen: Seen, write: Formatter) -> list[Line]:
    status, usage = seen.run.recording.status, seen.diagnosis.reading.usage
    pieces, events = len(seen.run.recording.pieces), len(seen.diagnosis.events)
    lines = [
        (gettext("Status"), f"HTTP {status}" if status else ""),
        (gettext("Requests sent"), write.number(seen.run.attempts) if seen.run.attempts > 1 else ""),
        (gettext("To come again after"), _seconds(write, seen.run.retry_after)),
        (gettext("First token after"), _milliseconds(write, seen.first)),
        (gettext("Longest silence"), _milliseconds(write, seen.silence)),
        (gettext("In all"), _milliseconds(write, seen.run.total)),
        (gettext("Pieces, events"), f"{write.number(pieces)} · {write.number(events)}" if pieces else ""),
        (gettext("Bytes"), write.number(len(seen.run.recording.body)) if pieces else ""),
        (gettext("Tokens reported"), write.number(usage["output_tokens"]) if usage else ""),
    ]
    return [Line(label, value) for label, value in lines if value]


def _seconds(write: Formatter, said: str) -> str:
    return f"{write.number(int(said))} s" if said.isascii() and said.isdigit() and len(said) < 7 else ""


def _milliseconds(write: Formatter, seconds: float | None) -> str:
    return "" if seconds is None else f"{write.number(Decimal(round(seconds * 1000)))} ms"


def _text(seen: Seen, write: Formatter) -> str:
    """How much of the answer arrived, beside the same answer from the healthy model."""
    whole, replaced = len(seen.run.sound), seen.replaced
    if not seen.text:
        return gettext("Nothing of the answer arrived.")
    if seen.lost:
        figures = {"came": write.number(len(seen.text)), "whole": write.number(whole)}
        return gettext("%(came)s of the answer’s %(whole)s characters arrived; they are shown as unfinished.") % figures
    if replaced:
        said = ngettext(
            "The whole answer arrived, with %(n)s replacement character where the bytes were none.",
            "The whole answer arrived, with %(n)s replacement characters where the bytes were none.",
            replaced,
        )
        return said % {"n": replaced}
    return gettext("The whole answer arrived: letter by letter the healthy model’s.")
