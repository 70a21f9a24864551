"""How steps, phases and their progress are called, in the reader's language."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from costcalc.digits import canonical
from costcalc.formatting import formatter_for
from migrations_app.playbook.words import titled
from migrations_app.rules.progress import Progress, Where
from migrations_app.rules.rollout import Rollout
from migrations_app.rules.steps import Doing, EvidenceKind, Phase

PHASES: Final = {
    Phase.PREPARE: gettext_lazy("Prepare"),
    Phase.KEYS: gettext_lazy("Keys"),
    Phase.CANARY: gettext_lazy("Canary"),
    Phase.CUT_OVER: gettext_lazy("Cut over"),
    Phase.VERIFY: gettext_lazy("Verify"),
}
STATES: Final = {
    Doing.TODO: gettext_lazy("to do"),
    Doing.DOING: gettext_lazy("under way"),
    Doing.BLOCKED: gettext_lazy("blocked"),
    Doing.DONE: gettext_lazy("done"),
    Doing.SKIPPED: gettext_lazy("skipped"),
}
EVIDENCE: Final = {
    EvidenceKind.LINK: gettext_lazy("link"),
    EvidenceKind.NOTE: gettext_lazy("note"),
    EvidenceKind.NUMBER: gettext_lazy("number"),
    EvidenceKind.FILE: gettext_lazy("file"),
}
# What a step waits for that ticks itself; where a stage is meant, its share follows a colon.
_EVENTS: Final = {
    "key-created": gettext_lazy("a key is created"),
    "key-set": gettext_lazy("a key is set"),
    "key-tested": gettext_lazy("a key is tested"),
    "key-finished": gettext_lazy("a rotation of keys is finished"),
    "key-revoked": gettext_lazy("an old key is revoked"),
    "canary-started": gettext_lazy("the canary starts"),
    "cut-over": gettext_lazy("all traffic is on the target"),
    "drill-done": gettext_lazy("a roll-back is rehearsed"),
    "rolled-back": gettext_lazy("the canary is rolled back"),
}
_STAGES: Final = {
    "stage-started": gettext_lazy("the stage of {share} % begins"),
    "stage-held": gettext_lazy("the stage of {share} % was held and its limits are kept"),
    "gate-passed": gettext_lazy("the limits of the stage of {share} % are kept"),
}


def waited_for(automatic: str) -> str:
    """When an automatic step ticks itself: `a key is tested`."""
    name, _colon, share = automatic.partition(":")
    if share:
        return str(_STAGES[name]).format(share=share)
    return str(_EVENTS[name])


def told_of(progress: Progress, rollout: Rollout) -> str:
    """What stands under a phase's name on the rail."""
    parts = [_canary(rollout)] if progress.phase is Phase.CANARY else []
    if progress.total:
        parts.append(_("%(settled)d of %(total)d") % {"settled": progress.settled, "total": progress.total})
    parts.append(_end(progress))
    return " · ".join(part for part in parts if part) or _("nothing to do")


def _canary(rollout: Rollout) -> str:
    if rollout.finished_at is not None:
        return _("finished %(day)s") % {"day": formatter_for().day(rollout.finished_at)}
    if rollout.place is None:
        return ""
    words = {"place": rollout.place + 1, "stages": len(rollout.stages), "percent": canonical(rollout.weight)}
    return _("stage %(place)d of %(stages)d, %(percent)s %%") % words


def _end(progress: Progress) -> str:
    if progress.signed:
        return _("signed off %(day)s") % {"day": formatter_for().day(progress.signed.at)}
    if progress.reopened:
        return _("reopened %(day)s") % {"day": formatter_for().day(progress.reopened.at)}
    if progress.due:
        return _("planned %(day)s") % {"day": formatter_for().day(progress.due)}
    return ""


WHERE: Final = {
    Where.SIGNED: gettext_lazy("signed off"),
    Where.DONE: gettext_lazy("finished"),
    Where.NOW: gettext_lazy("now"),
    Where.BEHIND: gettext_lazy("not finished"),
    Where.LATER: gettext_lazy("later"),
    Where.EMPTY: gettext_lazy("nothing to do"),
}

Parts = Mapping[str, Any]


def _titles(parts: Parts) -> str:
    return ", ".join(f"“{titled(title)}”" for title in parts["titles"])


def _phase_open(parts: Parts) -> str:
    count = len(parts["titles"])
    sentence = ngettext("One step is still open: %(titles)s.", "%(count)d steps are still open: %(titles)s.", count)
    return sentence % {"count": count, "titles": _titles(parts)}


REFUSALS: Final = {
    "no-step": lambda parts: _("This plan has no step “%(id)s”.") % {"id": parts["id"]},
    "no-evidence": lambda _parts: _("This evidence is not there any more."),
    "no-member": lambda _parts: _("A step's owner is a member of the workspace."),
    "no-steps": lambda _parts: _("A plan without steps makes no template."),
    "too-many-templates": lambda parts: _("A workspace has %(most)d templates at most.") % {"most": parts["most"]},
    "file-empty": lambda _parts: _("This file is empty, or none was chosen."),
    "file-too-large": lambda parts: _("A file has %(most)d MB at most.") % {"most": parts["most"]},
    "file-holds-key": lambda _parts: _(
        "This file seems to hold a key. Keys are never stored here: mask it, and send the file again."
    ),
    "too-many-files": lambda parts: _("The files of a plan have %(most)d MB at most.") % {"most": parts["most"]},
    "nothing-to-change": lambda _parts: _("Say what is to change: the owner, the day or the phase."),
    "too-many-steps": lambda parts: _("A plan has %(most)d steps at most.") % {"most": parts["most"]},
    "too-many-comments": lambda parts: _("A step has %(most)d comments at most.") % {"most": parts["most"]},
    "too-much-evidence": lambda parts: _("A step has %(most)d pieces of evidence at most.") % {"most": parts["most"]},
    "step-stands-there": lambda parts: _("“%(title)s” stands there already.") % {"title": titled(parts["title"])},
    "step-needs-reason": lambda parts: _("Give the reason for “%(title)s”.") % {"title": titled(parts["title"])},
    "step-ticks-itself": lambda parts: (
        _("“%(title)s” ticks itself when it happens; to mark it done by hand, give the reason.")
        % {"title": titled(parts["title"])}
    ),
    "step-waits": lambda parts: (
        _("“%(title)s” waits for %(titles)s.") % {"title": titled(parts["title"]), "titles": _titles(parts)}
    ),
    "steps-in-a-circle": lambda _parts: _("These steps would wait for each other."),
    "signed-off": lambda _parts: _("This phase is signed off already."),
    "not-signed-off": lambda _parts: _("This phase is not signed off."),
    "phase-open": _phase_open,
    "phase-empty": lambda _parts: _("This phase has no steps: there is nothing to sign off."),
    "canary-not-finished": lambda _parts: _("The canary is not finished."),
    "own-work": lambda _parts: _("Another person signs off: you did some of these steps yourself."),
}
