"""Who may do what: every address and every operation of the API, for everybody, with the status that they get.

The rows are checked against the URL table and the OpenAPI document: what has no row fails, and so does a
method that is answered without one. For outsiders, what exists and what does not are one and the same 404.
"""

from __future__ import annotations

import datetime as dt
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

import pytest
from allauth.account.forms import default_token_generator
from allauth.account.utils import user_pk_to_url_str
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction
from django.test import Client
from django.urls import get_resolver, reverse
from django.utils import timezone
from pytest_django.plugin import DjangoDbBlocker

from costcalc.accounts import address, capability, team
from costcalc.accounts.access import Visit, visit
from costcalc.accounts.audit import acting
from costcalc.accounts.models import User
from costcalc.accounts.roles import Role, Scope
from costcalc.api import api
from costcalc.catalog import own
from costcalc.catalog.index import catalogue
from costcalc.engine import Rate
from costcalc.scenarios import saving
from costcalc.scenarios.saved import draft
from costcalc.streaming.measured_bodies import read_measured
from costcalc.streaming.measurements import keep
from migrations_app import beginning, carrying
from migrations_app.calendars import links as calendar_links
from migrations_app.digests.digest import Digest
from migrations_app.document_api import EXAMPLE
from migrations_app.evidence import files as evidence
from migrations_app.hooks import webhooks
from migrations_app.hooks.webhooks import Webhook
from migrations_app.plans import Plan
from migrations_app.playbook import own as playbook
from migrations_app.playbook.templates import TEMPLATES
from migrations_app.review import links
from tests.factories import PASSWORD, Cast, a_cast, a_token, signed_in
from tests.house.test_headers import patterns
from tests.streaming.measured import sent

METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")
API = "api/v1/"
# In an address, the name of a thing that does not exist.
NOWHERE = "AAAAAAAAAAAA"


@dataclass(frozen=True)
class Row:
    """The status that each actor gets, in their order, for a request with this data and query."""

    expected: str
    data: dict[str, Any] = field(default_factory=dict)
    query: str = ""
    # What an application sends that is no JSON.
    body: bytes = b""
    media_type: str = "application/json"

    def by_actor(self, actors: tuple[str, ...]) -> dict[str, int]:
        """The expected status of each."""
        return dict(zip(actors, map(int, self.expected.split()), strict=True))


# Who opens pages. A token opens none: an application gets what somebody who is not signed in gets.
# (Django's views, which allauth's are, take PUT like POST, as an empty form.)
PEOPLE = ("nobody", "outsider", "viewer", "editor", "owner", "token that reads", "token that writes")


def pages(expected: str, query: str = "", **data: Any) -> Row:
    """A row of a page: nobody, outsider, viewer, editor, owner; both tokens are nobody."""
    nobody = expected.split(maxsplit=1)[0]
    return Row(f"{expected} {nobody} {nobody}", data, query)


PUBLIC = pages("200 200 200 200 200")
ABSENT = pages("404 404 404 404 404")
OWN_ACCOUNT = pages("302 200 200 200 200")
READ = pages("302 404 200 200 200")
EDIT = pages("302 404 403 200 200")
OWN = pages("302 404 403 403 200")
ONLY_VISITORS = pages("200 302 302 302 302")
LEAD_ON_ALL = "302 302 302 302 302"
LEAD_ON = pages(LEAD_ON_ALL)
# An address that only takes a form leads everybody to the page that its form stands on, whatever there is.
TO_ITS_FORM = LEAD_ON
PLAN_JSON = json.dumps(EXAMPLE).encode()
TEMPLATE_FILE = b"""{"format": "costcalc template 1", "name": "Ours",
"steps": [{"key": "a", "phase": "prepare", "title": "Begin"}]}"""
# A ladder of one stage, as its form sends it.
FIRST_STAGE: dict[str, Any] = {"revision": "1", "s1-percent": "100"}
READ_FIGURES: dict[str, Any] = {"new-requests": "1"}
NO_LIMITS: dict[str, Any] = {
    f"l{number}-{name}": value
    for number in range(1, 6)
    for name, value in (("metric", "error_rate"), ("kind", "points"), ("better", "lower"))
}
FIGURES_CSV = b"metric,baseline,candidate\nrequests,9,1\n"
PRICES_CSV = b"name,kind,input_mtok\nFrom a file,quote,1\n"


def edits(expected: int = 302, **data: Any) -> Row:
    """What editors do."""
    return pages(f"302 404 403 {expected} {expected}", **data)


def owns(expected: int = 302, **data: Any) -> Row:
    """What owners do."""
    return pages(f"302 404 403 403 {expected}", **data)


# By pattern and method. Each form is filled in so that it does what it is for where somebody may do it: a 422 in a
# row is what a person in the right place gets for what cannot be done.
PAGES: dict[str, dict[str, Row]] = {
    "": {"GET": PUBLIC},
    "charts/<str:chart>.<str:kind>": {"GET": PUBLIC},
    "elsewhere/": {"GET": PUBLIC},
    "import/": {"GET": PUBLIC, "POST": pages("422 422 422 422 422", text="[")},
    "return/": {"GET": LEAD_ON},
    "claims/": {"GET": PUBLIC},
    "take/<str:file>": {"GET": PUBLIC},
    "models/": {"GET": PUBLIC},
    "stream/": {"GET": PUBLIC, "POST": pages("200 200 200 200 200", prompt="Why?")},
    "stream/faults/": {"GET": PUBLIC, "POST": pages("422 422 422 422 422", fault="none")},
    "stream/snippets/": {"GET": PUBLIC},
    "stream/adviser/": {"GET": PUBLIC},
    "stream/comparison/": {"GET": PUBLIC, "POST": pages("422 422 422 422 422", rounds="none")},
    # Everybody keeps figures of their own, visitors too; the one that is named is the editor's.
    "stream/measurements/": {
        "GET": LEAD_ON,
        "POST": pages("200 200 200 200 200", measurements=sent().replace("{", "{{").replace("}", "}}")),
    },
    "stream/measurements/delete/": {"GET": TO_ITS_FORM, "POST": LEAD_ON},
    "stream/measurements/<str:measurement>/delete/": {"GET": TO_ITS_FORM, "POST": pages("404 404 404 302 404")},
    "stream/measurements.<str:extension>": {"GET": PUBLIC},
    "stream/doctor/": {"GET": PUBLIC, "POST": pages("200 200 200 200 200", recording="data: 1\n\n")},
    "stream/doctor/endpoint/": {"GET": LEAD_ON, "POST": pages("422 422 422 422 422")},
    "stream/doctor/key/": {"GET": LEAD_ON, "POST": pages("422 422 422 422 422")},
    "plans/": {"GET": OWN_ACCOUNT},
    # It is made in the workspace that one works in: here one's own, or the team's.
    "plans/new/": {
        "GET": pages("302 200 403 200 200"),
        "POST": pages("302 302 403 302 302", name="New", start_on="2026-12-01"),
    },
    "plans/of/<str:public_id>/": {"GET": TO_ITS_FORM, "POST": edits()},
    "plans/<str:plan_id>/": {"GET": READ},
    "plans/<str:plan_id>/commands/": {
        "GET": TO_ITS_FORM,
        "POST": edits(command="start", revision=1),
    },
    "plans/import/": {
        "GET": pages("302 200 403 200 200"),
        "POST": pages("302 302 403 302 302", file=PLAN_JSON),
    },
    "plans/<str:plan_id>.json": {"GET": READ},
    "plans/<str:plan_id>/delete/": {"GET": OWN, "POST": owns(revision=1)},
    "plans/<str:plan_id>/rename/": {"GET": EDIT, "POST": edits(name="New", revision=1)},
    "plans/<str:plan_id>/files/<str:file_id>/": {"GET": READ},
    "plans/<str:plan_id>/template/": {"GET": EDIT, "POST": edits(name="As before")},
    "plans/files/<str:plan_id>/<str:step_id>/": {"GET": LEAD_ON, "POST": edits(file=b"latency 480 ms")},
    "plans/templates/": {
        "GET": OWN_ACCOUNT,
        "POST": pages("302 302 403 302 302", file=TEMPLATE_FILE),
    },
    "plans/templates/<str:key>.json": {"GET": pages("302 404 200 200 200")},
    "plans/templates/<str:key>/delete/": {"GET": TO_ITS_FORM, "POST": edits()},
    # Nothing was started: there is no stage that figures could be of.
    "plans/<str:plan_id>/report/": {"GET": READ},
    "plans/<str:plan_id>/calendar/": {"GET": READ, "POST": edits(200, language="en")},
    "plans/<str:plan_id>/calendar.ics": {"GET": READ},
    # The address is the editor's; owners end any.
    "plans/<str:plan_id>/calendar/<str:link>/revoke/": {"GET": TO_ITS_FORM, "POST": edits()},
    "plans/<str:plan_id>/figures/": {"GET": EDIT, "POST": edits(422, **READ_FIGURES)},
    "plans/<str:plan_id>/limits/": {"GET": EDIT, "POST": edits(revision="1", requests_day="50000", **NO_LIMITS)},
    "plans/<str:plan_id>/stages/": {"GET": EDIT, "POST": edits(**FIRST_STAGE)},
    "plans/<str:plan_id>/way-back/": {
        "GET": EDIT,
        "POST": edits(revision="1", need="old_key", holds="yes", statement="I called it"),
    },
    "plans/<str:plan_id>/way-back/test/": {"GET": TO_ITS_FORM, "POST": edits(422)},
    "plans/<str:plan_id>/review/": {
        "GET": READ,
        "POST": edits(command="review_date", revision=1, due_on="2027-01-15"),
    },
    "plans/<str:plan_id>/review/figures/": {
        "GET": EDIT,
        "POST": pages("302 404 403 302 302", revision="1", **{"line-0-metric": "cost"}),
    },
    "plans/<str:plan_id>/review/share/": {"GET": EDIT, "POST": edits(200, revision=1)},
    "plans/<str:plan_id>/review/share/<str:link>/revoke/": {"GET": TO_ITS_FORM, "POST": edits()},
    "plans/shared/<str:link>/": {"GET": PUBLIC},
    "plans/<str:plan_id>/steps/": {"GET": READ},
    "plans/<str:plan_id>/steps/commands/": {
        "GET": TO_ITS_FORM,
        "POST": edits(command="move_steps", revision=3, steps="s1", to="doing"),
    },
    "plans/<str:plan_id>/steps/new/": {
        "GET": EDIT,
        "POST": edits(revision=3, title="Another", phase="prepare"),
    },
    "plans/<str:plan_id>/steps/start/": {"GET": EDIT, "POST": edits(revision=3, start_on="2026-12-07")},
    "plans/<str:plan_id>/steps/<str:step_id>/": {"GET": READ},
    "plans/<str:plan_id>/steps/<str:step_id>/edit/": {
        "GET": EDIT,
        "POST": edits(revision=3, title="Another", phase="prepare"),
    },
    "plans/<str:plan_id>/keys/": {"GET": READ},
    "plans/<str:plan_id>/keys/commands/": {
        "GET": TO_ITS_FORM,
        "POST": edits(command="rollback_window", revision=1, days=5),
    },
    "plans/<str:plan_id>/keys/new/": {
        "GET": TO_ITS_FORM,
        "POST": edits(revision=1, provider="OpenAI", environment="production", last="w7Lk"),
    },
    # There is no such key.
    "plans/<str:plan_id>/keys/<str:key_id>/test/": {"GET": TO_ITS_FORM, "POST": edits(404)},
    "scenarios/": {"GET": OWN_ACCOUNT},
    # A scenario goes to a workspace that one may change: no other is on offer.
    "scenarios/new/": {
        "GET": OWN_ACCOUNT,
        "POST": pages("302 422 422 302 302", name="New", workspace="{workspace}"),
    },
    "scenarios/compare/": {"GET": pages("302 404 200 200 200", "a={public_id}&b={public_id}.1")},
    "scenarios/compare/charts/<str:chart>.<str:kind>": {
        "GET": pages("302 404 200 200 200", "a={public_id}&b={public_id}.1")
    },
    "scenarios/<str:public_id>/": {"GET": READ},
    "scenarios/<str:public_id>/<int:number>/": {"GET": READ},
    "scenarios/<str:public_id>/<int:number>/charts/<str:chart>.<str:kind>": {"GET": READ},
    "scenarios/<str:public_id>/<int:number>/take/<str:file>": {"GET": READ},
    "scenarios/<str:public_id>/revise/": {
        "GET": pages("302 404 403 200 200", "revision=1"),
        "POST": edits(revision=1),
    },
    "scenarios/<str:public_id>/reprice/": {"GET": EDIT, "POST": edits(revision=1)},
    "scenarios/<str:public_id>/rename/": {"GET": EDIT, "POST": edits(name="New", edition=1)},
    "scenarios/<str:public_id>/duplicate/": {"GET": TO_ITS_FORM, "POST": edits(revision=1)},
    "scenarios/<str:public_id>/archive/": {"GET": TO_ITS_FORM, "POST": edits(archived=1, edition=1)},
    "scenarios/<str:public_id>/delete/": {"GET": OWN, "POST": owns(edition=1)},
    "scenarios/<str:public_id>/share/": {"GET": EDIT, "POST": edits(200, revision=1)},
    "scenarios/<str:public_id>/comments/": {
        "GET": TO_ITS_FORM,
        "POST": pages("302 404 302 302 302", **{"comment-text": "Well"}),
    },
    # The comment is the editor's.
    "scenarios/<str:public_id>/comments/<str:comment>/": {
        "GET": pages("302 404 403 200 403"),
        "POST": pages("302 404 403 302 403", text="Better", edition=1),
    },
    # Of the editor's revision the viewer is asked.
    "scenarios/<str:public_id>/approvals/": {"GET": TO_ITS_FORM, "POST": edits(person="{member}", revision=1)},
    # The owner was asked.
    "scenarios/<str:public_id>/approvals/<str:approval>/": {
        "GET": TO_ITS_FORM,
        "POST": pages("302 404 403 403 302", **{"{approval}-decision": "given", "{approval}-words": "Good"}),
    },
    "s/<str:link>/": {"GET": PUBLIC},
    "s/<str:link>/charts/<str:chart>.<str:kind>": {"GET": PUBLIC},
    "s/<str:link>/take/<str:file>": {"GET": PUBLIC},
    "w/<str:workspace>/links/": {"GET": EDIT},
    "w/<str:workspace>/links/<str:link>/revoke/": {"GET": TO_ITS_FORM, "POST": edits()},
    # The operator of the tests allows no host.
    "w/<str:workspace>/webhooks/": {"GET": OWN, "POST": owns(422, url="https://hooks.example.org/")},
    "w/<str:workspace>/webhooks/<str:webhook>/": {"GET": OWN},
    "w/<str:workspace>/webhooks/<str:webhook>/delete/": {"GET": TO_ITS_FORM, "POST": owns()},
    "w/<str:workspace>/webhooks/<str:webhook>/test/": {"GET": TO_ITS_FORM, "POST": owns()},
    "w/<str:workspace>/webhooks/<str:webhook>/<str:delivery>/again/": {"GET": TO_ITS_FORM, "POST": owns()},
    "prices/": {"GET": PUBLIC},
    "prices/<str:provider>/": {"GET": PUBLIC},
    "prices/<str:provider>/<path:model_id>/": {"GET": PUBLIC},
    # The price of the sample model has never changed: there is nothing to draw.
    "prices/<str:provider>/<path:model_id>/history.<str:kind>": {"GET": ABSENT},
    "w/<str:workspace>/prices/": {"GET": READ},
    "w/<str:workspace>/prices/new/": {"GET": EDIT, "POST": edits(name="New", kind="quote", input_mtok="1")},
    "w/<str:workspace>/prices/prices.csv": {"GET": READ},
    "w/<str:workspace>/prices/import/": {"GET": EDIT, "POST": edits(file=PRICES_CSV)},
    "w/<str:workspace>/prices/<str:price>/": {"GET": READ},
    "w/<str:workspace>/prices/<str:price>/change/": {
        "GET": EDIT,
        "POST": edits(name="New", kind="quote", input_mtok="1", revision=1),
    },
    "w/<str:workspace>/prices/<str:price>/archive/": {"GET": TO_ITS_FORM, "POST": edits(revision=1)},
    "w/<str:workspace>/rates/": {
        "GET": READ,
        "POST": edits(currency="VND", per_dollar="26250", starts_on="2026-11-01", source="Our bank"),
    },
    "preferences/": {"GET": PUBLIC, "POST": pages("302 302 302 302 302", theme="dark")},
    # There are accounts: nobody is the first owner any more.
    "first-owner/<str:link>/": {"GET": ABSENT, "POST": ABSENT},
    "invitations/": {"GET": ABSENT, "POST": ABSENT},
    "invitations/<str:link>/": {"GET": LEAD_ON},
    "me/": {"GET": OWN_ACCOUNT, "POST": pages("302 302 302 302 302", name="New")},
    "me/export/": {"GET": OWN_ACCOUNT},
    "me/calendar/": {"GET": OWN_ACCOUNT, "POST": pages("302 200 200 200 200", language="en")},
    # The address is the editor's own.
    "me/calendar/<str:link>/revoke/": {"GET": TO_ITS_FORM, "POST": pages("302 404 404 302 404")},
    "calendar/<str:link>.ics": {"GET": PUBLIC},
    "me/address/": {"GET": OWN_ACCOUNT, "POST": pages("302 200 200 200 200", email="new@example.net")},
    "me/address/confirm/": {"GET": TO_ITS_FORM, "POST": LEAD_ON},
    "me/digest/": {
        "GET": OWN_ACCOUNT,
        "POST": pages(LEAD_ON_ALL, rhythm="weekly", hour="7", weekday="0"),
    },
    "me/digest/send/": {"GET": TO_ITS_FORM, "POST": LEAD_ON},
    # Whoever has the link stops it; it is the viewer's.
    "me/digest/stop/<str:link>/": {"GET": PUBLIC, "POST": PUBLIC},
    # The link was sent to the viewer.
    "me/address/<str:link>/": {"GET": pages("302 404 200 404 404"), "POST": pages("302 404 302 404 404")},
    # The owner has a workspace to hand over first.
    "me/delete/": {"GET": OWN_ACCOUNT, "POST": pages("302 302 302 302 422", password=PASSWORD)},
    "w/": {"GET": OWN_ACCOUNT, "POST": pages("302 302 302 302 302", name="New")},
    "w/<str:workspace>/": {"GET": READ, "POST": owns(name="New", revision=1)},
    "w/<str:workspace>/switch/": {"GET": TO_ITS_FORM, "POST": pages("302 404 302 302 302")},
    "w/<str:workspace>/export/": {"GET": OWN},
    "w/<str:workspace>/delete/": {"GET": OWN, "POST": owns(name="Platform team")},
    "w/<str:workspace>/members/": {"GET": READ},
    "w/<str:workspace>/members/invite/": {
        "GET": TO_ITS_FORM,
        "POST": owns(200, role="viewer", language="en", days="7"),
    },
    "w/<str:workspace>/members/<str:member>/role/": {"GET": TO_ITS_FORM, "POST": owns(role="editor", was="viewer")},
    # The member is the viewer, who may leave.
    "w/<str:workspace>/members/<str:member>/remove/": {
        "GET": pages("302 404 200 403 200"),
        "POST": pages("302 404 302 403 302"),
    },
    "w/<str:workspace>/invitations/<str:invitation>/renew/": {"GET": TO_ITS_FORM, "POST": owns(200)},
    "w/<str:workspace>/invitations/<str:invitation>/revoke/": {"GET": TO_ITS_FORM, "POST": owns()},
    "w/<str:workspace>/tokens/": {"GET": EDIT, "POST": edits(200, name="New", scope="read", days="90")},
    # The token is the owner's: to an editor it is not there.
    "w/<str:workspace>/tokens/<str:token>/revoke/": {"GET": TO_ITS_FORM, "POST": pages("302 404 403 404 302")},
    "w/<str:workspace>/audit/": {"GET": OWN},
    "w/<str:workspace>/audit.csv": {"GET": OWN},
    "w/<str:workspace>/audit.json": {"GET": OWN},
    "accounts/login/": {"GET": ONLY_VISITORS, "POST": pages(LEAD_ON_ALL, login="bob@example.org", password=PASSWORD)},
    "accounts/logout/": {"GET": OWN_ACCOUNT, "POST": LEAD_ON},
    "accounts/signup/": {
        "GET": ONLY_VISITORS,
        "POST": pages(LEAD_ON_ALL, email="dora@example.org", password1=PASSWORD),
        "PUT": ONLY_VISITORS,
    },
    "accounts/password/again/": {"GET": OWN_ACCOUNT, "POST": pages(LEAD_ON_ALL, password=PASSWORD), "PUT": OWN_ACCOUNT},
    "accounts/inactive/": {"GET": PUBLIC},
    "accounts/password/change/": {
        "GET": OWN_ACCOUNT,
        "POST": pages(LEAD_ON_ALL, oldpassword=PASSWORD, password1="another horse battery"),
        "PUT": OWN_ACCOUNT,
    },
    # Everybody here has a password.
    "accounts/password/set/": {"GET": LEAD_ON, "POST": LEAD_ON, "PUT": LEAD_ON},
    "accounts/password/reset/": {
        "GET": PUBLIC,
        "POST": pages(LEAD_ON_ALL, email="bob@example.org"),
        "PUT": PUBLIC,
    },
    "accounts/password/reset/done/": {"GET": PUBLIC},
    r"accounts/^password/reset/key/(?P<uidb36>[0-9A-Za-z]+)-(?P<key>.+)/$": {
        "GET": LEAD_ON,
        "POST": LEAD_ON,
        "PUT": LEAD_ON,
    },
    "accounts/password/reset/key/done/": {"GET": PUBLIC},
    "api/v1/": dict.fromkeys(METHODS, ABSENT),
    # They change nothing, whatever they are asked with.
    "api/v1/openapi.json": dict.fromkeys(METHODS, PUBLIC),
    "api/v1/docs": dict.fromkeys(METHODS, PUBLIC),
    "readyz": {"GET": PUBLIC},
}
# Where an address has another thing under a name than elsewhere.
STEPPED = {"plan_id": "stepped_plan"}
OTHER_IDS = {
    "plans/<str:plan_id>/files/<str:file_id>/": STEPPED,
    "plans/<str:plan_id>/template/": STEPPED,
    "plans/files/<str:plan_id>/<str:step_id>/": STEPPED,
    "plans/<str:plan_id>/steps/commands/": STEPPED,
    "plans/<str:plan_id>/steps/new/": STEPPED,
    "plans/<str:plan_id>/steps/start/": STEPPED,
    "plans/<str:plan_id>/steps/<str:step_id>/": STEPPED,
    "plans/<str:plan_id>/steps/<str:step_id>/edit/": STEPPED,
    "invitations/<str:link>/": {"link": "invited"},
    "w/<str:workspace>/links/<str:link>/revoke/": {"link": "link_id"},
    "plans/<str:plan_id>/review/share/<str:link>/revoke/": {"link": "review_link_id"},
    "plans/shared/<str:link>/": {"link": "review_link"},
    "/api/v1/plans/{plan_id}/review/links/{link_id}": {"link_id": "review_link_id"},
    "/api/v1/plan-files/{plan_id}/{step_id}": STEPPED,
    "/api/v1/plans/{plan_id}/files/{file_id}": STEPPED,
    "/api/v1/plans/{plan_id}/template": STEPPED,
    "me/address/<str:link>/": {"link": "address_link"},
    "me/calendar/<str:link>/revoke/": {"link": "own_calendar_id"},
    "calendar/<str:link>.ics": {"link": "calendar_link"},
    "plans/<str:plan_id>/calendar/<str:link>/revoke/": {"link": "calendar_link_id"},
    "/api/v1/plans/{plan_id}/calendar-links/{link_id}": {"link_id": "calendar_link_id"},
    "me/digest/stop/<str:link>/": {"link": "digest_link"},
}
UNNAMED = r"accounts/^password/reset/key/(?P<uidb36>[0-9A-Za-z]+)-(?P<key>.+)/$"

# Who uses the API: without a token, with an owner's cookies alone, with a token of another workspace,
# with an owner's token that reads, and with tokens that write of a viewer, an editor and an owner.
APPLICATIONS = ("nobody", "cookies", "elsewhere", "reads", "viewer's", "editor's", "owner's")
ANYBODY = Row("200 200 200 200 200 200 200")
LISTS = Row("401 401 200 200 200 200 200")
READS = Row("401 401 404 200 200 200 200")


def creates(**data: Any) -> Row:
    """What editors add to a workspace, whichever it is."""
    return Row("401 401 201 403 403 201 201", data)


def changes(
    status: int = 200, query: str = "", body: bytes = b"", media_type: str = "application/json", **data: Any
) -> Row:
    """What editors do to a thing."""
    return Row(f"401 401 404 403 403 {status} {status}", data, query, body, media_type)


def owners(status: int = 200, elsewhere: int = 404, query: str = "", **data: Any) -> Row:
    """What owners do."""
    return Row(f"401 401 {elsewhere} 403 403 403 {status}", data, query)


# By operation; where a row has no data, the body is the example of the OpenAPI document.
OPERATIONS = {
    "estimate": ANYBODY,
    "check_claim": ANYBODY,
    "get_prices": ANYBODY,
    "list_exchange_rates": LISTS,
    "record_exchange_rate": creates(),
    "list_own_prices": LISTS,
    "create_own_price": creates(),
    "get_own_price": READS,
    "supersede_own_price": changes(),
    "archive_own_price": changes(),
    "list_plans": LISTS,
    "create_plan": creates(),
    "get_plan": READS,
    "command_plan": changes(command="start", revision=1),
    "delete_plan": owners(204, query="revision=1"),
    "get_plan_document": READS,
    "get_plan_report": READS,
    "list_plan_dates": READS,
    "list_calendar_links": changes(),
    "create_calendar_link": changes(201),
    "revoke_calendar_link": changes(204),
    "get_plan_file": READS,
    # A file's bytes, as they are.
    "add_file_to_step": changes(query="name=run.log", body=b"latency 480 ms", media_type="application/octet-stream"),
    # Nothing was started: there is no stage that figures could be of.
    "upload_reading": changes(422, query="revision=1", body=FIGURES_CSV, media_type="text/csv"),
    "list_plan_templates": LISTS,
    "get_plan_template": READS,
    "create_plan_template": creates(),
    "create_template_of_plan": changes(201),
    "delete_plan_template": changes(204),
    "import_plan": creates(),
    "list_review_links": changes(),
    "share_review": changes(201),
    "revoke_review_link": changes(204),
    "list_key_of_plan": changes(),
    # There is no such key.
    "test_key_of_plan": changes(404),
    # There is no such provider.
    "test_old_key_of_plan": changes(422, provider="nobody", model="m", secret="an-example-of-a-key-w7Lk"),
    "list_webhooks": owners(200, elsewhere=200),
    # The operator of the tests allows no host.
    "create_webhook": owners(422, elsewhere=422),
    "delete_webhook": owners(204),
    "list_webhook_deliveries": owners(),
    "test_webhook": owners(),
    # It is still to be sent by itself.
    "resend_webhook_delivery": owners(409),
    "list_scenarios": LISTS,
    "create_scenario": creates(),
    "compare_scenarios": Row("401 401 404 200 200 200 200", query="of={scenario_id}&of={scenario_id}.1"),
    "get_scenario": READS,
    "list_revisions": READS,
    "get_revision": READS,
    "revise_scenario": changes(201),
    "rename_scenario": changes(),
    "delete_scenario": owners(204, query="edition=1"),
    "archive_scenario": changes(),
    "duplicate_scenario": changes(201),
    "preview_repricing": READS,
    "reprice_scenario": changes(201),
    "list_comments": READS,
    "create_comment": changes(201),
    "list_approvals": READS,
    "list_scenario_links": changes(),
    "share_scenario": changes(201),
    "list_links": Row("401 401 200 403 403 200 200"),
    "revoke_link": changes(204),
    "get_workspace": LISTS,
    "list_members": LISTS,
    "change_member": owners(role="editor", was="viewer"),
    # The member is the viewer, whose token writes no more than they do.
    "remove_member": owners(204),
    "list_invitations": owners(elsewhere=200),
    "create_invitation": owners(201, elsewhere=201),
    "renew_invitation": owners(201),
    "revoke_invitation": owners(204),
}


@dataclass(frozen=True)
class World:
    """A workspace with one of everything, what its addresses are made of, and what everybody shows to be let in."""

    cast: Cast
    ids: dict[str, str]
    cookies: dict[str, str]
    tokens: dict[str, str]

    def client(self, actor: str) -> Client:
        """A browser or an application of somebody's."""
        client = Client(headers={"accept-language": "en"}, raise_request_exception=False)
        if actor in self.tokens:
            client.defaults["HTTP_AUTHORIZATION"] = f"Bearer {self.tokens[actor]}"
        if actor in self.cookies:
            client.cookies[settings.SESSION_COOKIE_NAME] = self.cookies[actor]
        return client

    def address(self, pattern: str, row: Row | None, ids: dict[str, str]) -> str:
        """An address of the URL table's pattern."""
        if pattern == UNNAMED:
            return self.ids["reset"]
        renamed = {name: ids[other] for name, other in OTHER_IDS.get(pattern, {}).items()}
        path = re.sub(r"<(?:\w+:)?(\w+)>|\{(\w+)\}", lambda m: {**ids, **renamed}[m[1] or m[2]], pattern)
        query = row.query.format(**ids) if row else ""
        return f"/{path.removeprefix('/')}{'?' + query if query else ''}"

    def nowhere(self) -> dict[str, str]:
        """The same with names of things that do not exist."""
        return {
            name: value
            if name in {"number", "step_id", "provider", "model", "model_id", "chart", "kind", "file", "extension"}
            else NOWHERE
            for name, value in self.ids.items()
        }


@pytest.fixture(scope="module")
def world(static_files: None, django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[World]:
    """Made once; what each request does to it is rolled back."""
    with django_db_blocker.unblock(), transaction.atomic():
        yield made(a_cast())
        transaction.set_rollback(True)


def made(cast: Cast) -> World:
    # Signing in makes the link for a new password stale.
    now, workspace, cookies = timezone.now(), cast.workspace, cookies_of(cast)
    bob, alice = visit(cast.bob, workspace), visit(cast.alice, workspace)
    scenario = saving.save(bob, draft(workspace, "", now.date(), catalogue()), "Ours", now)
    link, secret = saving.share(bob, saving.revision_of(scenario), now)
    with acting(workspace, bob.actor) as act:
        sheet = own.sheet_of({"standard": {"input_mtok": Rate(Decimal(1))}})
        price = own.add(act, own.OwnTerms("Ours", own.Kind.NEGOTIATED, sheet), cast.bob)
    plan = beginning.make(bob, beginning.Wish("To Gemini"), now)
    review_link, reads_review = links.share_review(bob, plan, 1, now)
    calendar_link, fetches = calendar_links.share_days(bob, plan, "en", now)
    stepped = beginning.make(bob, beginning.Wish("Keys", to_do=TEMPLATES["key-rotation"]), now)
    hook = Webhook.objects.create(workspace=workspace, url="https://hooks.example.org/", created_at=now)
    invitation, invited = team.invite_somebody(alice, Role.VIEWER, now)
    ids = {
        "workspace": workspace.public_id,
        "public_id": scenario.public_id,
        "number": "1",
        "file": "ledger.csv",
        "comment": saving.comment(bob, scenario, "Well", now).public_id,
        "approval": saving.ask_approval(bob, scenario, 1, cast.alice, now).public_id,
        "link": secret,
        "link_id": link.public_id,
        "plan_id": plan.public_id,
        "review_link": reads_review,
        "review_link_id": review_link.public_id,
        "calendar_link": fetches,
        "calendar_link_id": calendar_link.public_id,
        "own_calendar_id": calendar_links.own_days(calendar_links.at_home(cast.bob), "en", now)[0].public_id,
        "stepped_plan": stepped.public_id,
        "step_id": "s1",
        # No key is in the list.
        "key_id": "kkkkkkkkkkkk",
        "file_id": evidence_of(bob, stepped, now),
        "key": playbook.keep(bob, TEMPLATES["relay"], now).public_id,
        "price": price.public_id,
        "webhook": hook.public_id,
        "delivery": webhooks.test(alice, hook, now).public_id,
        "member": cast.vera.public_id,
        "invitation": invitation.public_id,
        "invited": invited,
        "token": team.new_token(alice, "Program", Scope.READ, None)[0].public_id,
        "digest_link": Digest.objects.create(user=cast.vera, rhythm="daily", next_at=now).link,
        "address_link": address.link_for(cast.vera, "vera@example.net"),
        "reset": reset_path(cast.bob),
        "provider": "openai",
        "model": "gpt-4.1",
        "model_id": "gpt-4.1",
        "chart": "cash",
        "kind": "svg",
        "measurement": keep([read_measured(sent())[0].row()], cast.bob, now)[0].public_id,
        "extension": "csv",
    }
    ids |= {f"{name}_id": ids[name] for name in ("price", "member", "invitation", "webhook", "delivery")}
    ids |= {"scenario_id": scenario.public_id}
    return World(cast, ids, cookies, tokens_of(cast))


def evidence_of(came: Visit, plan: Plan, now: dt.datetime) -> str:
    """A file that shows that the first step was done."""
    file = evidence.checked(plan, "run.log", b"latency 480 ms", now)
    carrying.carry_out(came, plan, evidence.showing("s1", file), now, file.save)
    return file.public_id


def reset_path(user: User) -> str:
    """The link in the message to somebody who has forgotten their password."""
    key = default_token_generator.make_token(user)
    return reverse("account_reset_password_from_key", args=(user_pk_to_url_str(user), key))


def cookies_of(cast: Cast) -> dict[str, str]:
    people = {"outsider": cast.charlie, "viewer": cast.vera, "editor": cast.bob, "owner": cast.alice}
    working = {name: None if name == "outsider" else cast.workspace for name in people}
    clients = {name: signed_in(user, working[name]) for name, user in people.items()}
    found = {name: client.cookies[settings.SESSION_COOKIE_NAME].value for name, client in clients.items()}
    return {**found, "cookies": found["owner"]}


def tokens_of(cast: Cast) -> dict[str, str]:
    theirs = cast.charlie.memberships.get().workspace
    reads = a_token(cast.workspace, cast.alice, Scope.READ)[1]
    writes = a_token(cast.workspace, cast.alice)[1]
    return {
        "token that reads": reads,
        "token that writes": writes,
        "elsewhere": a_token(theirs, cast.charlie)[1],
        "reads": reads,
        "viewer's": a_token(cast.workspace, cast.vera)[1],
        "editor's": a_token(cast.workspace, cast.bob)[1],
        "owner's": writes,
    }


@dataclass(frozen=True)
class Operation:
    """One operation of the OpenAPI document."""

    method: str
    path: str
    statuses: frozenset[str]
    example: Any


def operations() -> dict[str, Operation]:
    """Every operation by its name."""
    schema = api.get_openapi_schema()
    found = {}
    for path, methods in schema["paths"].items():
        for method, said in methods.items():
            example = None
            if "application/json" in (taken := said.get("requestBody", {}).get("content", {})):
                reference = taken["application/json"]["schema"]["$ref"]
                (example, *_more) = schema["components"]["schemas"][reference.rpartition("/")[2]]["examples"]
            statuses = frozenset(map(str, said["responses"]))
            found[said["operationId"]] = Operation(method.upper(), path, statuses, example)
    return found


def ask(world: World, actor: str, method: str, address: str, row: Row | None = None) -> tuple[int, str]:
    """The status and text that somebody gets for a form; whatever it did is undone."""
    data = {name.format(**world.ids): filled(value, world.ids) for name, value in row.data.items()} if row else {}
    with transaction.atomic():
        client = world.client(actor)
        response = client.post(address, data) if method == "POST" else client.generic(method, address)
        transaction.set_rollback(True)
    return response.status_code, response.getvalue().decode(errors="replace")


def filled(value: Any, ids: dict[str, str]) -> Any:
    """What is typed in a field; bytes are a file."""
    if isinstance(value, bytes):
        return SimpleUploadedFile("prices.csv", value)
    return str(value).format(**ids)


def ask_json(
    world: World, actor: str, method: str, address: str, body: Any = None, media_type: str = "application/json"
) -> tuple[int, str]:
    """The status and text that an application gets; whatever it did is undone."""
    with transaction.atomic():
        data = "" if body is None else body if isinstance(body, bytes) else json.dumps(body)
        response = world.client(actor).generic(method, address, data, content_type=media_type)
        transaction.set_rollback(True)
    return response.status_code, response.content.decode()


def same(text: str, ids: dict[str, str]) -> str:
    """A page without the names of things that the reader sent, and without what differs from page to page."""
    for name in sorted(filter(lambda value: len(value) >= len(NOWHERE), ids.values()), key=len, reverse=True):
        text = text.replace(name, NOWHERE)
    return re.sub(r'name="csrfmiddlewaretoken" value="\w+"', "", text)


def test_every_address_has_its_row() -> None:
    table = set(patterns(get_resolver().url_patterns))
    described = {re.sub(r"\{(\w+)\}", r"<\1>", one.path.removeprefix("/")) for one in operations().values()}
    bare = {re.sub(r"<\w+:(\w+)>", r"<\1>", pattern) for pattern in table if pattern.startswith(API)}
    beside = {pattern for pattern in PAGES if pattern.startswith(API)}
    assert {pattern for pattern in table if not pattern.startswith(API)} == PAGES.keys() - beside
    assert bare == described | beside


def test_every_scope_has_its_column(world: World) -> None:
    """A scope that is new fails here until somebody has said what it may."""
    held = {capability.hashed(secret) for actor, secret in world.tokens.items() if actor in APPLICATIONS}
    tokens = world.cast.workspace.tokens.filter(secret_hash__in=held)
    assert set(tokens.values_list("scope", flat=True)) == set(Scope.values)


def test_every_operation_has_its_row_and_its_statuses() -> None:
    found = operations()
    assert found.keys() == OPERATIONS.keys()
    for name, operation in found.items():
        answered = set(OPERATIONS[name].expected.split())
        assert answered <= operation.statuses, name


@pytest.mark.parametrize("pattern", PAGES)
def test_everybody_gets_what_the_matrix_says(world: World, pattern: str) -> None:
    rows = PAGES[pattern]
    for method in METHODS:
        row = rows.get(method)
        address = world.address(pattern, row, world.ids)
        if row is None:
            # allauth's views lead whoever is in the wrong place on, by whatever method they come.
            onward = {rows["GET"].by_actor(PEOPLE)["owner"]} if pattern.startswith("accounts/") else set()
            assert ask(world, "owner", method, address)[0] in {405, *onward}, f"{method} {pattern} has no row"
            continue
        found = {actor: ask(world, actor, method, address, row)[0] for actor in PEOPLE}
        assert found == row.by_actor(PEOPLE), f"{method} {pattern}"


@pytest.mark.parametrize("name", OPERATIONS)
def test_every_application_gets_what_the_matrix_says(world: World, name: str) -> None:
    row, operation = OPERATIONS[name], operations()[name]
    address = world.address(operation.path, row, world.ids)
    sent = (row.body or row.data or operation.example, row.media_type)
    found = {actor: ask_json(world, actor, operation.method, address, *sent)[0] for actor in APPLICATIONS}
    assert found == row.by_actor(APPLICATIONS)


def test_no_operation_is_answered_that_is_not_described(world: World) -> None:
    by_path: dict[str, set[str]] = {}
    for operation in operations().values():
        by_path.setdefault(operation.path, set()).add(operation.method)
    for path, described in by_path.items():
        address = world.address(path, None, world.ids)
        for method in set(METHODS) - described:
            assert ask_json(world, "owner's", method, address)[0] == 405, f"{method} {path}"


@pytest.mark.parametrize("pattern", [one for one in PAGES if "<" in one and "^" not in one])
def test_for_outsiders_what_exists_and_what_does_not_are_the_same(world: World, pattern: str) -> None:
    for method, row in PAGES[pattern].items():
        if row.by_actor(PEOPLE)["outsider"] != 404:
            continue
        there = ask(world, "outsider", method, world.address(pattern, row, world.ids), row)
        nowhere = ask(world, "outsider", method, world.address(pattern, row, world.nowhere()), row)
        assert (there[0], same(there[1], world.ids)) == (nowhere[0], same(nowhere[1], world.ids)), method
        # Nor does a thing of this workspace show under a workspace of their own.
        if "<str:workspace>" in pattern:
            theirs = {**world.ids, "workspace": world.cast.charlie.memberships.get().workspace.public_id}
            mixed = ask(world, "outsider", method, world.address(pattern, row, theirs), row)
            assert mixed[0] == 404 or pattern.count("<") == 1, f"{method} {pattern}"


@pytest.mark.parametrize("name", [name for name, row in OPERATIONS.items() if "404" in row.expected])
def test_for_other_tokens_what_exists_and_what_does_not_are_the_same(world: World, name: str) -> None:
    row, operation = OPERATIONS[name], operations()[name]
    sent = (row.body or row.data or operation.example, row.media_type)
    there, nowhere = (
        ask_json(world, "elsewhere", operation.method, world.address(operation.path, row, ids), *sent)
        for ids in (world.ids, world.nowhere())
    )
    assert there == nowhere
    assert there[0] == 404


def test_nobody_who_clicks_or_reloads_gets_an_empty_page() -> None:
    """An address that answers GET with 405 is a blank page in a browser: each has a row for it."""
    assert [pattern for pattern, rows in PAGES.items() if "GET" not in rows] == []
