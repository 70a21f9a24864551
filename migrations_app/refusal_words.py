"""Why something may not be done, in the reader's language."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

from django.utils.translation import gettext, gettext_noop
from django.utils.translation import gettext as _

from costcalc.formatting import formatter_for
from migrations_app.canary.metric_words import metric_name
from migrations_app.keys import refusals
from migrations_app.rules.happening import Refused
from migrations_app.steps.words import REFUSALS as OF_STEPS

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


def _another_share(parts: Parts) -> str:
    words = {"percent": parts["percent"], "share": parts["weight"]}
    return _("This leads to %(share)s %%, not to %(percent)s %%.") % words


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


def _undecided(parts: Parts) -> str:
    said = {"metric": metric_name(parts["metric"]), "count": formatter_for().number(parts["needs"] or 0)}
    if parts["needs"]:
        return _("%(metric)s is not decided: about %(count)s more requests on the target are needed.") % said
    return _("%(metric)s is at its limit: no number of requests would decide it.") % said


def _metric(words: str, parts: Parts) -> str:
    return words % {"metric": metric_name(parts["metric"])}


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
    "host-not-allowed": lambda parts: (
        _("Whoever runs this site does not allow that anything is sent to %(host)s.") % parts
    ),
    "no-address": lambda _parts: _("This is no address of a server, such as https://hooks.example.org/costcalc."),
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
    "plan-full": lambda _parts: _(
        "So much has happened in this plan that it takes no more, but a roll-back: go on in a new plan."
    ),
    "review-concluded": lambda _parts: _("The review is concluded: open it again first."),
    "review-empty": lambda _parts: _("Nothing is compared yet: give at least one figure from before and after."),
    "review-open": lambda _parts: _("The review is not concluded."),
    "stage-not-passed": _missing,
    "no-earlier-share": _share,
    "another-share": _another_share,
    "no-stage": lambda _parts: _("No stage holds now: there is nothing that its figures could be of."),
    "nothing-read": lambda _parts: _("Give at least one figure of the target."),
    "limit-twice": lambda _parts: _("Each metric has one limit."),
    "split-is-off": lambda _parts: _(
        "The requests are not split as this stage says: the two sides cannot be compared."
    ),
    "limit-failed": lambda parts: _metric(_("%(metric)s is over its limit."), parts),
    "no-figures": lambda _parts: _("This stage has limits, and no figures of it yet."),
    "limit-unknown": lambda parts: _metric(_("%(metric)s has a limit, and no figures."), parts),
    "limit-undecided": _undecided,
    **OF_STEPS,
    **refusals.WORDS,
}
