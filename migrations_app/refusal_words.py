"""Why something may not be done, in the reader's language."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

from django.utils.translation import gettext, gettext_noop
from django.utils.translation import gettext as _

from migrations_app.happening import Refused

Parts = Mapping[str, Any]


def in_words(refused: Refused) -> str:
    """One or more sentences. An unknown code is a fault of ours, and raises KeyError."""
    return WORDS[refused.code](refused.parts)


def _hold(parts: Parts) -> str:
    hours = int(parts["hours"])
    one, more = (
        _("This stage is to be held for one more hour."),
        _("This stage is to be held for %(hours)d more hours."),
    )
    return one if hours == 1 else more % {"hours": hours}


def _sample(parts: Parts) -> str:
    missing = int(parts["missing"])
    if missing == 1:
        return _("It needs one more request on the target.")
    return _("It needs %(missing)d more requests on the target.") % {"missing": missing}


def _missing(parts: Parts) -> str:
    found = [in_words(Refused(**each)) for each in parts["missing"]]
    return " ".join([*found, _("Wait, or skip the stage with a reason.")])


def _share(parts: Parts) -> str:
    shares = ", ".join(f"{share} %" for share in parts["shares"])
    if not shares:
        return _("No traffic is on the target: there is nothing to roll back.")
    words = {"percent": parts["percent"], "weight": parts["weight"], "shares": shares}
    return (
        _("%(percent)s %% is no earlier share: %(weight)s %% is on the target; it can go back to %(shares)s.") % words
    )


def _no_plan(parts: Parts) -> str:
    words = {"place": parts["place"], "why": parts["why"]}
    if parts["place"]:
        return _("This file is no plan: at %(place)s: %(why)s.") % words
    return _("This file is no plan: %(why)s.") % words


def _event(message: str) -> Callable[[Parts], str]:
    return lambda parts: gettext(message) % {"number": parts["number"]}


def _impossible(parts: Parts) -> str:
    words = {"number": parts["number"], "kind": parts["event"], "why": in_words(Refused(**parts["why"]))}
    return (
        _("In this file, event %(number)d (%(kind)s) could not have happened after the ones before it. %(why)s") % words
    )


WORDS: Final[Mapping[str, Callable[[Parts], str]]] = {
    "archived": lambda _parts: _("This plan is in the archive: take it out first."),
    "not-archived": lambda _parts: _("This plan is not in the archive."),
    "shares-do-not-rise": lambda _parts: _("Each stage has a larger share than the one before."),
    "last-is-not-all": lambda _parts: _("The last stage is 100 %."),
    "finished": lambda _parts: _("The canary is finished."),
    "started": lambda _parts: _("The canary has started already."),
    "not-running": lambda _parts: _("The canary is not running."),
    "not-held": lambda _parts: _("The canary is neither held nor paused."),
    "stage-entered": lambda _parts: _("Stages that were entered already stay as they are."),
    "hold-not-over": _hold,
    "sample-too-small": _sample,
    "file-event-cannot": _impossible,
    "file-event-data": _event(gettext_noop("In this file, event %(number)d holds something that it cannot hold.")),
    "file-event-differs": lambda _parts: _("What follows from it is something else."),
    "file-event-key": _event(
        gettext_noop("In this file, event %(number)d holds what looks like a key. Keys are never stored here.")
    ),
    "file-event-time": _event(
        gettext_noop("In this file, event %(number)d is out of its time: before the one before it, or in the future.")
    ),
    "file-event-unknown": lambda _parts: _("There is no such event."),
    "file-no-beginning": lambda _parts: _("This file does not begin with the making of a plan."),
    "file-no-plan": _no_plan,
    "review-concluded": lambda _parts: _("The review is concluded: open it again first."),
    "review-empty": lambda _parts: _("Nothing is compared yet: give at least one figure from before and after."),
    "review-open": lambda _parts: _("The review is not concluded."),
    "stage-not-passed": _missing,
    "no-earlier-share": _share,
}
