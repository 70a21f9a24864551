"""How the review says its figures and verdicts."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from migrations_app.rules.review import Metric, Verdict

METRICS = {
    Metric.COST: _("Cost a month"),
    Metric.LATENCY: _("Latency"),
    Metric.ERRORS: _("Error rate"),
    Metric.DEBUGGING: _("Debugging an incident"),
    Metric.LINES: _("Lines of code"),
}
UNITS = {
    Metric.COST: "USD",
    Metric.LATENCY: "ms",
    Metric.ERRORS: "%",
    Metric.DEBUGGING: pgettext_lazy("minutes", "min"),
    Metric.LINES: "",
}
BETTER = {"lower": _("less is better"), "higher": _("more is better")}
OUTCOMES = {"better": _("better"), "worse": _("worse"), "same": _("the same"), "unknown": _("unknown")}
VERDICTS = {
    Verdict.WORTH_IT: _("The move was worth it"),
    Verdict.PARTLY: _("The move was worth it in part"),
    Verdict.NOT_WORTH_IT: _("The move was not worth it"),
}
