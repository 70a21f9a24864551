"""Somebody was quicker: what has changed since, whether what was wished can still be done, and its form once more."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any, Final

from django.http import HttpRequest, QueryDict

from costcalc.accounts.access import Visit
from migrations_app import carrying
from migrations_app.log_words import shares, told
from migrations_app.plans import StaleError
from migrations_app.refusal_words import in_words
from migrations_app.rules.commands import Command
from migrations_app.rules.deciding import decided
from migrations_app.rules.happening import Moment, Refused

# Fields of a form that are no part of what somebody wishes: each form has its own.
OF_THE_FORM: Final = frozenset({"csrfmiddlewaretoken", "form_key"})
# What people write in words, as opposed to what a form says by itself.
WRITTEN: Final = ("reason", "note", "text", "comment", "title", "name", "body")


@dataclass(frozen=True)
class Late:
    """`refused` says why it can no longer be done, "" where it can; `fields` are the form's, to be sent again."""

    changes: list[dict[str, Any]]
    refused: str
    action: str
    fields: list[tuple[str, str]]
    written: list[str]
    has_files: bool
    # Whether the page holds the form with what was typed anyhow.
    below: bool = False


def late(
    request: HttpRequest, came: Visit, stale: StaleError, asked: Command, now: dt.datetime, *, below: bool = False
) -> Late:
    """What somebody is told whose command was decided on an older revision."""
    fields, plan = sent(request.POST, stale.plan.revision), stale.plan
    after = shares(plan)
    return Late(
        changes=[told(row, plan.state, after.get(row.number)) for row in carrying.since(plan, stale.seen)],
        refused=no_longer(stale, asked, Moment(now, came.user.public_id)),
        action=request.get_full_path(),
        fields=fields,
        written=[text for name, text in fields if name in WRITTEN and text.strip()],
        has_files=bool(request.FILES),
        below=below,
    )


def no_longer(stale: StaleError, asked: Command, moment: Moment) -> str:
    """Why a command can no longer be carried out, now that the plan stands as it does; "" where it can."""
    try:
        decided(stale.plan.state, asked.model_copy(update={"revision": stale.plan.revision}), moment)
    except Refused as refused:
        return in_words(refused)
    return ""


def sent(form: QueryDict, revision: int, beside: Collection[str] = OF_THE_FORM) -> list[tuple[str, str]]:
    """The fields of a form as they were sent, decided on this revision."""
    found = [(name, str(text)) for name, texts in form.lists() for text in texts if name not in beside]
    return [(name, str(revision) if name == "revision" else text) for name, text in found]
