"""How the audit log says what plans, templates and webhooks are and become: their fields, in words."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any, Final

from django.utils.translation import gettext_lazy as _

from costcalc.accounts.log_words import WITHIN, Field, Write, act_in_words, day, register_fields
from costcalc.formatting import Formatter
from costcalc.streaming.doctor.shown import OUTCOMES
from migrations_app.canary.metric_words import NAMES, limit_written, metric_name
from migrations_app.canary.page import percentage, stages_in_words
from migrations_app.keys.refusals import key_name
from migrations_app.keys.shown import KNOWN
from migrations_app.playbook.words import titled
from migrations_app.review.words import BETTER, METRICS, VERDICTS
from migrations_app.rules.canary_commands import Stage
from migrations_app.rules.readings import Limit
from migrations_app.steps.words import EVIDENCE, PHASES, waited_for
from migrations_app.way_back.page import AGES, NEEDS


def register() -> None:
    """Have these fields in every log."""
    register_fields({"plan": Field(_("Plan"), kind="plan"), "language": Field(_("Language"))})
    register_fields(PLAN, of="plan")
    register_fields({f"{WITHIN}{name}": field for name, field in PARTS.items()}, of="plan")
    register_fields({"steps": Field(_("Steps"))}, of="template")
    register_fields(WEBHOOK, of="webhook")


def _number(value: Any, write: Formatter) -> str:
    return write.number(Decimal(str(value)))


def _money(value: Any, write: Formatter) -> str:
    return write.money(Decimal(str(value)))


def _share(value: str, _write: Formatter) -> str:
    return percentage(Decimal(value))


def _stages(value: list[dict[str, Any]], _write: Formatter) -> str:
    return stages_in_words(tuple(Stage.model_validate(each) for each in value))


def _limits(value: list[dict[str, Any]], write: Formatter) -> str:
    return "; ".join(_limit(Limit.model_validate(each), write) for each in value)


def _limit(limit: Limit, write: Formatter) -> str:
    said = f"{metric_name(limit.metric)} {limit_written(limit)}"
    if limit.base is None:
        return said
    base = _("base rate %(rate)s %%") % {"rate": write.number(limit.base)}
    return f"{said} ({base})"


def _steps(value: list[dict[str, Any]], _write: Formatter) -> str:
    return "; ".join(titled(each["title"]) for each in value)


def _titles(value: Mapping[str, str], _write: Formatter) -> str:
    return "; ".join(map(titled, value.values()))


def _by(words: Callable[[str], str]) -> Write:
    """What needs no formatter."""
    return lambda value, _write: words(value)


def _in_words(words: Mapping[Any, Any]) -> Write:
    """One of a few values, by its words; one that has none as it is stored."""
    return _by(lambda value: str(words.get(value, value)))


def _print(value: Mapping[str, str], _write: Formatter) -> str:
    return key_name(value["last"], str(_("no fingerprint")))


# What happenings say, each in the order in which it is read best.
PLAN: Final = {
    "name": Field(_("Name")),
    "baseline": Field(_("Old side")),
    "candidate": Field(_("Target")),
    "scenario": Field(_("Scenario"), kind="scenario"),
    "template": Field(_("Template"), kind="template"),
    "start_on": Field(_("Begins on"), day),
    "forecast": Field(_("Forecast")),
    "events": Field(_("Entries"), _number),
    "sha256": Field("SHA-256"),
    "phase": Field(_("Phase"), _in_words(PHASES)),
    "because": Field(_("Since"), _by(act_in_words)),
    "key": Field(_("Key")),
    "provider": Field(_("Provider")),
    "environment": Field(_("Environment")),
    "print": Field(_("Key"), _print),
    "replaces": Field(_("Replaces")),
    "place": Field(_("Set at")),
    "expires_on": Field(_("Expires on"), day),
    "outcome": Field(_("Outcome"), _in_words({outcome: words for outcome, (_look, words) in OUTCOMES.items()})),
    "endpoint": Field(_("Provider")),
    "model": Field(_("Model")),
    "known": Field(_("Recognised"), _in_words(KNOWN)),
    "status": Field(_("Status")),
    "seconds": Field(_("Seconds"), _number),
    "said": Field(_("The provider says")),
    "used_on": Field(_("Last used"), day),
    "until": Field(_("Until"), day),
    "days": Field(_("Days to roll back")),
    "percent": Field(_("Share"), _share),
    "weight": Field(_("Share until then"), _share),
    "entry": Field(_("Stage entered")),
    "stages": Field(_("Stages"), _stages),
    "safety": Field(_("For the way back")),
    "limits": Field(_("Limits"), _limits),
    "requests_day": Field(_("Requests a day"), _number),
    "need": Field(_("For the way back"), _in_words(NEEDS)),
    "holds": Field(_("It holds")),
    "statement": Field(_("How you know")),
    "on": Field(_("As of"), day),
    "figures": Field(_("Figures")),
    "verdict": Field(_("Verdict"), _in_words(VERDICTS)),
    "learnt": Field(_("What was learnt")),
    "due_on": Field(_("Due"), day),
    "steps": Field(_("Steps"), _steps),
    "titles": Field(_("Steps"), _titles),
    "ids": Field(_("Steps")),
    "id": Field(_("Step")),
    "changes": Field(_("Changes")),
    "automatic": Field(_("By itself, when"), _by(waited_for)),
    "evidence": Field(_("Evidence")),
    "text": Field(_("Text")),
    "reason": Field(_("Why")),
}
WEBHOOK: Final = {
    "host": Field(_("Host")),
    "kind": Field(_("What happened"), _by(act_in_words)),
    "message": Field(_("Message")),
}
# What stands within a plan's.
PARTS: Final = {
    "baseline_month": Field(_("Old side, a month"), _money),
    "candidate_month": Field(_("Target, a month"), _money),
    "requests_month": Field(_("Requests a month"), _number),
    "tokens_request": Field(_("Tokens per request"), _number),
    "days_month": Field(_("Days in a month"), _number),
    **{str(need): Field(words, _in_words(AGES)) for need, words in NEEDS.items()},
    **{metric: Field(words, _number) for metric, words in NAMES.items()},
    "requests": Field(_("Requests"), _number),
    "errors": Field(_("Errors"), _number),
    "cost": Field(_("Cost"), _money),
    "tokens": Field(_("Tokens"), _number),
    "own": Field(_("Metrics of your own")),
    "metric": Field(_("Metric"), _in_words({**NAMES, **METRICS})),
    "name": Field(_("Name")),
    "kind": Field(_("Kind"), _in_words(EVIDENCE)),
    "better": Field(_("Direction"), _in_words(BETTER)),
    "value": Field(_("Value"), _number),
    "count": Field(_("Count"), _number),
    "of": Field(_("Of"), _number),
    "before": Field(_("Before"), _number),
    "forecast": Field(_("Forecast"), _number),
    "after": Field(_("After")),
    "unit": Field(_("Unit")),
    "source": Field(_("Source")),
    "title": Field(_("Title"), _by(titled)),
    "details": Field(_("Details")),
    "phase": Field(_("Phase"), _in_words(PHASES)),
    "owner": Field(_("Owner"), kind="member"),
    "due": Field(_("Due"), day),
    "day": Field(_("Working day")),
    "id": Field(_("Number")),
    "text": Field(_("Text")),
    "url": Field(_("Address")),
    "number": Field(_("Figure"), _number),
    "file": Field(_("File")),
    "size": Field(_("Bytes"), _number),
    "sha256": Field("SHA-256"),
}
