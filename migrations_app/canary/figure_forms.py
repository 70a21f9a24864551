"""What people type about a stage's figures, and about the limits."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from typing import Any, Final

from django import forms
from django.core.files.base import File
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from pydantic import ValidationError

from costcalc.wire.plain_text import PlainField
from migrations_app.canary import figures_file
from migrations_app.canary.forms import NumberField
from migrations_app.canary.metric_words import NAMES, metric_name
from migrations_app.rules.readings import BUILT_IN, MOST_LIMITS, Limit, Side

SPARE: Final = 2
MOST: Final = 10**12
# Field → decimals.
FIGURES: Final = {
    "requests": 0,
    "errors": 0,
    "latency_p50_ms": 3,
    "latency_p95_ms": 3,
    "ttft_p50_ms": 3,
    "ttft_p95_ms": 3,
    "cost": 6,
    "tokens": 0,
}
LABELS: Final = {
    **{name: words for name, words in NAMES.items() if name in FIGURES},
    "requests": gettext_lazy("Requests"),
    "errors": gettext_lazy("Errors"),
    "cost": gettext_lazy("Cost, USD"),
    "tokens": gettext_lazy("Tokens, in and out"),
}


class SideForm(forms.Form):
    """The figures of one side; `own` are metrics of their own, as the limits have them."""

    def __init__(self, *args: Any, language: str, own: Iterable[Limit], **options: Any) -> None:
        super().__init__(*args, **options)
        self.own = tuple(own)
        self.fields = {
            name: NumberField(language, high=10**8 if name.endswith("_ms") else MOST, places=places, label=label(name))
            for name, places in FIGURES.items()
        }
        for number, limit in enumerate(self.own):
            self.fields |= _own_fields(number, limit, language)

    def clean(self) -> dict[str, Any]:
        """The side, if its figures fit together."""
        said = super().clean() or {}
        try:
            self.side = Side.model_validate(self._side(said))
        except ValidationError:
            raise forms.ValidationError(_("These figures do not fit together: more errors than requests?")) from None
        return said

    def _side(self, said: dict[str, Any]) -> dict[str, Any]:
        own = [one for number, limit in enumerate(self.own) if (one := _own_figure(number, limit, said))]
        return {name: said.get(name) for name in FIGURES} | {"own": own}


def label(name: str) -> str:
    """What a figure is called, with its unit."""
    return f"{LABELS[name]}, ms" if name.endswith("_ms") else str(LABELS[name])


def _own_fields(number: int, limit: Limit, language: str) -> dict[str, forms.Field]:
    if limit.kind == "points":
        count, of = _("%(metric)s, how many") % {"metric": limit.metric}, _("%(metric)s, of how many")
        return {
            f"own{number}-count": NumberField(language, high=MOST, label=count),
            f"own{number}-of": NumberField(language, low=1, high=MOST, label=of % {"metric": limit.metric}),
        }
    return {f"own{number}": NumberField(language, low=-MOST, high=MOST, places=6, label=limit.metric)}


def _own_figure(number: int, limit: Limit, said: dict[str, Any]) -> dict[str, Any] | None:
    if limit.kind == "points":
        count, of = said.get(f"own{number}-count"), said.get(f"own{number}-of")
        return None if count is None and of is None else {"name": limit.metric, "count": count, "of": of}
    value = said.get(f"own{number}")
    return None if value is None else {"name": limit.metric, "value": value}


class SourceForm(forms.Form):
    """Where the figures come from, and a file of them in place of what is typed."""

    source = PlainField(label=gettext_lazy("Where they come from"), max_length=200, required=False)
    file = forms.FileField(
        label=gettext_lazy("Or a file (CSV)"),
        required=False,
        help_text=gettext_lazy("Columns metric, baseline, candidate; one metric a line, with a decimal point."),
    )

    def clean_file(self) -> tuple[Side, Side] | None:
        """The two sides that a file says."""
        file: File[bytes] | None = self.cleaned_data["file"]
        if file is None:
            return None
        try:
            return figures_file.read(file.read(figures_file.LARGEST + 1))
        except figures_file.FileFault as fault:
            raise forms.ValidationError(fault_in_words(fault)) from None


def fault_in_words(fault: figures_file.FileFault) -> str:
    """What is wrong with a file."""
    words = {
        "head": _("The first line must be: metric,baseline,candidate."),
        "too-large": _("The file is too large: at most 100 lines."),
        "unreadable": _("The file is not CSV in UTF-8."),
        "columns": _("Line %(line)s has not three columns."),
        "twice": _("Line %(line)s says “%(what)s” again."),
        "value": _("Line %(line)s has a value that is none: “%(what)s”."),
        "errors": _("These figures do not fit together: more errors than requests?"),
    }
    return words[fault.code] % {"line": fault.line, "what": fault.what}


KINDS: Final = (
    ("points", gettext_lazy("points of a rate, over the old side")),
    ("percent", gettext_lazy("per cent over the old side")),
    ("difference", gettext_lazy("in its own unit, over the old side")),
    ("forecast", gettext_lazy("per cent over the forecast cost")),
    ("at_most", gettext_lazy("the value itself")),
)
BETTER: Final = (("lower", gettext_lazy("lower is better")), ("higher", gettext_lazy("higher is better")))
OWN: Final = "own"


class LimitForm(forms.Form):
    """One limit; nothing where its margin is empty."""

    def __init__(self, *args: Any, language: str, **options: Any) -> None:
        super().__init__(*args, **options)
        metrics = [(name, metric_name(name)) for name in BUILT_IN]
        self.fields = {
            "metric": forms.ChoiceField(label=_("Metric"), choices=[*metrics, (OWN, _("one of your own:"))]),
            "name": PlainField(label=_("Its name"), max_length=120, required=False),
            "margin": NumberField(language, high=10**9, places=6, label=_("Limit")),
            "kind": forms.ChoiceField(label=_("How it counts"), choices=KINDS),
            "better": forms.ChoiceField(label=_("Direction"), choices=BETTER),
            "base": NumberField(language, low=Decimal("0.0001"), high=99, places=4, label=_("Expected rate, %")),
        }

    def clean(self) -> dict[str, Any]:
        """The limit, if it means something."""
        said = super().clean() or {}
        self.limit: Limit | None = None
        if said.get("margin") is None or self.errors:
            return said
        own = said["metric"] == OWN
        try:
            metric = said["name"] if own else said["metric"]
            self.limit = Limit(metric=metric, **{key: said[key] for key in ("margin", "kind", "better", "base")})
        except ValidationError as error:
            raise forms.ValidationError(_limit_fault(error)) from None
        return said


def _limit_fault(error: ValidationError) -> str:
    said = str(error)
    if "Percentage points" in said:
        return _("Percentage points are for rates: the error rate, or one of your own.")
    if "forecast" in said:
        return _("Only the cost was forecast.")
    if "lower is better" in said:
        return _("Of this metric, lower is better.")
    return _("Give your metric a name.")


def limit_forms(language: str, limits: Iterable[Limit], sent: Any = None) -> list[LimitForm]:
    """A form for each limit, and some to add."""
    known = list(limits)
    rows: list[Limit | None] = [*known, *[None] * min(SPARE, MOST_LIMITS - len(known))]
    return [
        LimitForm(sent, prefix=f"l{number}", initial=_initial(limit, language), language=language)
        for number, limit in enumerate(rows, 1)
    ]


def _initial(limit: Limit | None, language: str) -> dict[str, Any]:
    if limit is None:
        return {"metric": OWN, "kind": "difference"}
    written = NumberField(language, high=MOST).written
    own = limit.metric not in BUILT_IN
    return {
        "metric": OWN if own else limit.metric,
        "name": limit.metric if own else "",
        "margin": written(limit.margin),
        "kind": limit.kind,
        "better": limit.better,
        "base": "" if limit.base is None else written(limit.base),
    }


class TrafficForm(forms.Form):
    """The traffic that planning counts with."""

    def __init__(self, *args: Any, language: str, said: int | None, **options: Any) -> None:
        super().__init__(*args, **options)
        field = NumberField(language, low=1, high=MOST, label=_("Requests a day, on both sides together"))
        field.initial = "" if said is None else field.written(said)
        field.help_text = _("Nothing: what the scenario forecasts.")
        self.fields = {"requests_day": field}
