"""What must still be true for a roll-back, as pages say it."""

from __future__ import annotations

import datetime as dt
from typing import Any, Final

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from costcalc.formatting import formatter_for
from migrations_app.rules.safety import Age, Need, Safety

NEEDS: Final = {
    Need.OLD_KEY: gettext_lazy("The old key is alive"),
    Need.OLD_QUOTA: gettext_lazy("The old quota is there"),
    Need.OLD_CODE: gettext_lazy("The old code path works"),
}
AGES: Final = {
    Age.MISSING: gettext_lazy("not shown yet"),
    Age.FRESH: gettext_lazy("shown"),
    Age.AGEING: gettext_lazy("to be shown again"),
    Age.LAPSED: gettext_lazy("lapsed"),
    Age.BROKEN: gettext_lazy("does not hold"),
}
LOOKS: Final = {
    Age.MISSING: "doubt",
    Age.FRESH: "saves",
    Age.AGEING: "doubt",
    Age.LAPSED: "costs",
    Age.BROKEN: "costs",
}


def rows(safety: Safety, now: dt.datetime) -> list[dict[str, Any]]:
    """Every need with its proof."""
    return [_row(safety, need, age, now) for need, age in safety.ages(now).items()]


def _row(safety: Safety, need: Need, age: Age, now: dt.datetime) -> dict[str, Any]:
    proof = safety.of(need)
    return {
        "need": need.value,
        "words": NEEDS[need],
        "age": AGES[age],
        "look": LOOKS[age],
        "since": formatter_for().age(proof.at, now) if proof else "",
        "by": (_("by a call with the key") if proof.tested else _("by a statement")) if proof else "",
        "said": proof.words if proof else "",
    }


def doubts(safety: Safety, now: dt.datetime) -> list[str]:
    """What a roll-back may stumble over, in short sentences."""
    return [f"{NEEDS[need]}: {AGES[age]}." for need, age in safety.doubtful(now).items()]
