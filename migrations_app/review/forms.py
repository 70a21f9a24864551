"""What people type about a review."""

from __future__ import annotations

import datetime as dt
import itertools
from decimal import Decimal
from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from costcalc.digits import write_number
from costcalc.figures import FigureError, read_number
from costcalc.wire.plain_text import PlainField
from migrations_app.link_forms import LinkForm
from migrations_app.review.words import BETTER, METRICS, UNITS, VERDICTS
from migrations_app.rules.commands import MOST_TEXT
from migrations_app.rules.review import MOST, Figure, Metric
from migrations_app.rules.workdays import EARLIEST, LATEST

HIGHEST, PLACES = Decimal(10**13), 4
BLANKS = 2


class NumberField(PlainField):
    """A figure as the reader's language writes it; None for nothing."""

    def __init__(self, **options: Any) -> None:
        super().__init__(
            required=False, max_length=40, widget=forms.TextInput(attrs={"inputmode": "decimal"}), **options
        )

    def clean(self, value: Any) -> Any:
        """What was typed."""
        text = super().clean(value)
        try:
            return _read(text) if text else None
        except FigureError as error:
            raise forms.ValidationError(_(error.message) % error.params) from None

    def prepare_value(self, value: Any) -> Any:
        """A number as this field reads it; what was typed stays so."""
        return write_number(value, get_language() or "en") if isinstance(value, Decimal) else value


def _read(text: str) -> Decimal:
    return read_number(text, get_language() or "en", low=-HIGHEST, high=HIGHEST, places=PLACES)


class FigureForm(forms.Form):
    """One line of the table."""

    metric = forms.ChoiceField(choices=[(one.value, one.value) for one in Metric], widget=forms.HiddenInput)
    name = PlainField(label=gettext_lazy("Name"), max_length=200, required=False)
    unit = PlainField(label=gettext_lazy("Unit"), max_length=30, required=False)
    better = forms.ChoiceField(label=gettext_lazy("Good is"), choices=list(BETTER.items()), required=False)
    before = NumberField(label=gettext_lazy("Before"))
    forecast = NumberField(label=gettext_lazy("Forecast"))
    after = NumberField(label=gettext_lazy("After"))
    source = PlainField(label=gettext_lazy("How it was measured"), max_length=200, required=False)

    @property
    def known(self) -> Metric | None:
        """Which of the metrics that everybody has; None for one's own."""
        said = self["metric"].value()
        return next((metric for metric in METRICS if metric == said), None)

    @property
    def title(self) -> str:
        """What the line is called."""
        return str(METRICS[self.known] if self.known else self["name"].value() or _("A figure of your own"))

    @property
    def measured_in(self) -> str:
        """The unit of a metric that is not their own."""
        return str(UNITS[self.known]) if self.known else ""

    def clean(self) -> dict[str, Any]:
        """A metric of one's own has a name; of the others, none is less than 0."""
        said = self.cleaned_data
        values = [name for name in ("before", "forecast", "after") if said.get(name) is not None]
        own = said.get("metric") == Metric.OWN
        if own and not said.get("name") and (values or said.get("source") or said.get("unit")):
            self.add_error("name", _("Say what this figure is called."))
        for name in [] if own else values:
            if said[name] < 0:
                self.add_error(name, _("This cannot be less than 0."))
            if said["metric"] == Metric.ERRORS and said[name] > 100:
                self.add_error(name, _("A rate is at most 100 %."))
        return said

    def said(self) -> dict[str, Any] | None:
        """The line as a command takes it; None where it says nothing."""
        found = {name: value for name, value in self.cleaned_data.items() if value not in (None, "")}
        if found.get("metric") != Metric.OWN:
            found = {name: value for name, value in found.items() if name not in {"name", "unit", "better"}}
        return found if found.keys() - {"metric", "better"} else None


class FigureTable:
    """The whole table: what was sent, line by line, or what stands."""

    def __init__(self, figures: tuple[Figure, ...], sent: QueryDict | None = None) -> None:
        rows = figure_rows(figures)
        self.sent = sent
        count = len(rows) if sent is None else _lines(sent)
        rows += [{}] * (count - len(rows))
        self.forms = [FigureForm(sent, prefix=f"line-{place}", initial=rows[place]) for place in range(count)]
        self.error = ""

    def is_valid(self) -> bool:
        """Whether each line can be read, and each metric stands there once."""
        wrong = [form for form in self.forms if not form.is_valid()]
        if self.sent is None or wrong or not self.forms:
            return False
        keys = [(form.cleaned_data["metric"], form.cleaned_data["name"].casefold()) for form in self.forms]
        keys = [key for key in keys if key != (Metric.OWN, "")]
        if len(set(keys)) < len(keys):
            self.error = _("Each figure stands in the table once: two have the same name.")
        elif len(keys) > MOST:
            self.error = _("A table has %(most)d figures at most.") % {"most": MOST}
        return not self.error

    def said(self) -> list[dict[str, Any]]:
        """The table as a command takes it."""
        return [line for line in (form.said() for form in self.forms) if line]


def _lines(sent: QueryDict) -> int:
    """How many lines a form holds, from the first on; a table that is too long is read only so far."""
    names = itertools.takewhile(lambda name: name in sent, (f"line-{place}-metric" for place in range(2 * MOST)))
    return sum(1 for _name in names)


def figure_rows(figures: tuple[Figure, ...]) -> list[dict[str, Any]]:
    """Every metric in its place, those of their own after them, and room for more."""
    held = {figure.metric: figure for figure in figures}
    rows = [_initial(held.get(metric) or Figure(metric=metric)) for metric in METRICS]
    rows += [_initial(figure) for figure in figures if figure.metric is Metric.OWN]
    return rows + [{"metric": Metric.OWN.value, "better": "lower"}] * min(BLANKS, MOST - len(rows))


def _initial(figure: Figure) -> dict[str, Any]:
    return {name: getattr(figure, name) for name in FigureForm.base_fields} | {"metric": figure.metric.value}


class SeenForm(forms.Form):
    """The revision that was looked at."""

    revision = forms.IntegerField(min_value=1, max_value=10**9, widget=forms.HiddenInput)


class ConcludeForm(SeenForm):
    """The verdict."""

    verdict = forms.ChoiceField(
        label=gettext_lazy("Verdict"), choices=[(key.value, words) for key, words in VERDICTS.items()]
    )
    learnt = PlainField(
        label=gettext_lazy("What was learnt"),
        max_length=MOST_TEXT,
        required=False,
        widget=forms.Textarea(attrs={"rows": 6}),
    )


class ReopenForm(SeenForm):
    """Why it is opened again."""

    reason = PlainField(label=gettext_lazy("Reason"), max_length=500)


class DateForm(SeenForm):
    """Another day for it."""

    due_on = forms.DateField(
        label=gettext_lazy("Day of the review"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        help_text=gettext_lazy("Without one: 30 days after the cut-over."),
    )

    def clean_due_on(self) -> dt.date | None:
        """A day that a plan can have."""
        day: dt.date | None = self.cleaned_data["due_on"]
        if day and not EARLIEST <= day <= LATEST:
            raise forms.ValidationError(_("This must be a day between 2020 and 2100."))
        return day


class ShareForm(LinkForm, SeenForm):
    """A link to a review at the revision that was looked at."""
