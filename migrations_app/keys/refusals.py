"""Why something may not be done with a key, in the reader's language."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from typing import Any, Final

from django.utils.translation import gettext as _

from costcalc.formatting import formatter_for

Parts = Mapping[str, Any]


def key_name(last: str, environment: str = "") -> str:
    """What a key is called: by its end, or else by where it is used."""
    return f"…{last}" if last else environment


def _named(words: Callable[[], str]) -> Callable[[Parts], str]:
    """A sentence with the key's name in it."""
    return lambda parts: words() % {"key": key_name(parts["last"], parts.get("environment", ""))}


def _day(text: str) -> str:
    return formatter_for().day(dt.date.fromisoformat(text))


def _too_short(parts: Parts) -> str:
    words = {"until": _day(parts["until"]), "least": _day(parts["least"]), "days": parts["days"]}
    if not parts["cut_over"]:
        return (
            _(
                "%(until)s is too early: for %(days)d days after the new key is in use one may go back to the old one. "
                "Keep it to %(least)s or longer."
            )
            % words
        )
    return _(
        "%(until)s is too early: the canary ends on %(cut_over)s at the earliest, and for %(days)d days after that one "
        "may go back to this key. Keep it to %(least)s or longer."
    ) % {**words, "cut_over": _day(parts["cut_over"])}


def _runs(parts: Parts) -> str:
    words = {"key": key_name(parts["last"]), "until": _day(parts["until"])}
    return _("The key %(key)s is kept to the end of %(until)s: one may have to go back to it.") % words


def _unknown_use(parts: Parts) -> str:
    words = {"key": key_name(parts["last"]), "days": parts["days"]}
    return (
        _(
            "Say first when the key %(key)s was used last, as its provider shows it: a statement no older than "
            "%(days)d days."
        )
        % words
    )


def _in_use(parts: Parts) -> str:
    words = {"key": key_name(parts["last"]), "day": _day(parts["day"])}
    return (
        _(
            "The key %(key)s was still used on %(day)s: find what uses it, and let a whole day go by without any use. "
            "For a leak, revoke it at once."
        )
        % words
    )


def _listed(parts: Parts) -> str:
    words = {"key": key_name(parts["last"]), "environment": parts["environment"]}
    return _("This key is in the list already: %(key)s, %(environment)s.") % words


WORDS: Final[Mapping[str, Callable[[Parts], str]]] = {
    "no-key": lambda _parts: _("There is no such key."),
    "too-many-keys": lambda parts: _("A plan has %(most)d keys at most.") % parts,
    "key-listed-already": _listed,
    "key-not-current": _named(
        lambda: _("The key %(key)s is not in use: only a key in use, or a leaked one, is replaced.")
    ),
    "key-replaced-already": _named(lambda: _("Another key is to take the place of %(key)s already.")),
    "key-not-pending": _named(lambda: _("The key %(key)s is not a new one any more.")),
    "key-not-set": _named(lambda: _("Say first where the key %(key)s was set.")),
    "key-not-tested": _named(lambda: _("Test the key %(key)s first: no call with it has worked since it was set.")),
    "key-not-previous": _named(lambda: _("The key %(key)s is not one that another key has replaced.")),
    "key-revoked": _named(lambda: _("The key %(key)s is revoked already.")),
    "day-to-come": lambda parts: _("%(day)s is still to come.") % {"day": _day(parts["day"])},
    "overlap-too-short": _too_short,
    "overlap-runs": _runs,
    "overlap-in-canary": _named(lambda: _("The canary is not finished: one may have to go back to the key %(key)s.")),
    "last-use-unknown": _unknown_use,
    "key-in-use": _in_use,
    "other-key": lambda parts: (
        _("What was typed is another key than %(key)s. No call was made.")
        % {"key": key_name(parts["last"], _("the one in the list"))}
    ),
    "key-no-header": lambda _parts: _("A key is one line of ASCII characters."),
    "tests-busy": lambda _parts: _("Too many keys are being tried just now. Try again in a minute."),
}
