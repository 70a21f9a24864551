"""The days of a plan in the reader's language."""

from __future__ import annotations

from django.utils.translation import gettext as _

from migrations_app.keys.refusals import key_name
from migrations_app.playbook.words import titled
from migrations_app.rules.dates import Named
from migrations_app.rules.overlap import Matter
from migrations_app.rules.steps import Phase
from migrations_app.steps.words import PHASES


def in_words(named: Named) -> str:
    """What a day is, in few words."""
    if named.kind == "step":
        return titled(named.parts["title"])
    if named.kind == "stage":
        return _("Canary at %(percent)s %%") % {"percent": named.parts["percent"]}
    if named.kind == "key":
        return _key(named)
    if named.kind == "sign-off":
        return _("Sign-off of the phase “%(phase)s”") % {"phase": PHASES[Phase(named.parts["phase"])]}
    words = {
        "start": _("The plan begins"),
        "cut-over": _("Everything on the target"),
        "review": _("Review of the move"),
        "window": _("The last day to roll back"),
    }
    return words[named.kind]


def _key(named: Named) -> str:
    words = {
        Matter.EXPIRES: _("The key %(key)s expires"),
        Matter.KEPT_TO: _("The overlap of the key %(key)s ends"),
        Matter.TRY: _("Test the key %(key)s again"),
        Matter.REPLACE: _("Replace the leaked key %(key)s"),
    }
    name = key_name(named.parts["last"], named.parts["environment"])
    return words[Matter(named.parts["matter"])] % {"key": name}
