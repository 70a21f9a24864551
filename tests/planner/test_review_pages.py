"""The review on its pages: written, concluded, shared by link, and nothing typed is lost."""

from __future__ import annotations

import datetime as dt
import re
from html import unescape
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from costcalc.accounts import team
from costcalc.accounts.access import visit
from costcalc.accounts.audit import AuditEntry
from costcalc.accounts.farewell import delete_account
from costcalc.accounts.models import User
from costcalc.wire.masking import masked
from migrations_app import beginning
from migrations_app.models import ReviewLink
from migrations_app.plans import Plan
from tests.factories import Cast, a_member, signed_in
from tests.planner.test_api import PLANS, Program

SHOWN = re.compile(r"https?://testserver(/plans/shared/[0-9A-Za-z]{32}/)")


@pytest.fixture
def plan(cast: Cast) -> Plan:
    """A plan of Bob's."""
    return beginning.make(visit(cast.bob, cast.workspace), beginning.Wish("To Gemini"), timezone.now())


def table(*lines: dict[str, Any], revision: int = 1) -> dict[str, str]:
    """The form of the figures."""
    said = {
        "revision": str(revision),
    }
    for number, line in enumerate(lines):
        said |= {f"line-{number}-{name}": str(value) for name, value in line.items()}
    return said


COST = {"metric": "cost", "before": "4,200", "forecast": "600", "after": "680"}
QUALITY = {"metric": "own", "name": "Answer quality", "better": "higher", "before": "4.31", "after": "4.22"}


def text(response: Any) -> str:
    """What a page says on a desk."""
    page = re.sub(r'<span class="under-only.*?</span>', "", response.content.decode())
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", " ", page)))


def test_the_table_is_written_shown_and_concluded(cast: Cast, plan: Plan) -> None:
    client, address = signed_in(cast.bob, cast.workspace), f"/plans/{plan.public_id}/review/"
    form = client.get(f"{address}figures/").content.decode()
    assert form.count('type="hidden" name="line-') >= 5 + 2
    sent = client.post(f"{address}figures/", table(COST, {"metric": "latency"}, QUALITY, {"metric": "own"}))
    assert sent.status_code == 302, text(sent)
    page = text(client.get(address))
    assert "1 of 2 figures are better than before. 0 of 1 forecast was kept." in page
    assert "Cost a month $4,200.00 $600.00 not kept $680.00 −84% better" in page
    assert "Answer quality 4.31 — 4.22 −2% worse" in page
    assert "Latency" not in page
    client.post(
        address, {"command": "review_conclude", "revision": 2, "verdict": "partly", "learnt": "Test <b>it</b>."}
    )
    concluded = client.get(address)
    assert "The move was worth it in part" in text(concluded)
    assert "Test &lt;b&gt;it&lt;/b&gt;." in concluded.content.decode()
    assert "There was no cut-over by then." in text(concluded)
    assert "The move was worth it in part" in text(client.get(f"/plans/{plan.public_id}/"))


def test_what_was_typed_is_still_there_where_it_cannot_be_stored(cast: Cast, plan: Plan) -> None:
    client, address = signed_in(cast.bob, cast.workspace), f"/plans/{plan.public_id}/review/figures/"
    wrong = client.post(address, table({**COST, "after": "six"}, {"metric": "own", "before": "4"}))
    assert wrong.status_code == 422
    assert "“six” is not a number" in text(wrong)
    assert "Say what this figure is called." in text(wrong)
    assert 'value="4,200"' in wrong.content.decode()
    secret = client.post(address, table({**COST, "source": "sk-proj-abcdefghijklmnop1234"}))
    assert "This looks like a key" in text(secret)
    twice = client.post(address, table(QUALITY, {**QUALITY, "name": "ANSWER quality"}))
    assert "two have the same name" in text(twice)
    negative = client.post(address, table({**COST, "after": "-1"}))
    assert "This cannot be less than 0." in text(negative)
    rate = client.post(address, table({"metric": "errors", "before": "100", "after": "100.1"}))
    assert text(rate).count("A rate is at most 100 %.") == 1
    endless = table(*[{**QUALITY, "name": f"{number}"} for number in range(30)])
    for hostile in ({}, {"revision": "1"}, {"revision": "0"}, endless, table({"metric": "no"})):
        assert client.post(address, hostile).status_code == 422
    assert Plan.objects.get().revision == 1


def test_whoever_was_slower_sees_what_has_changed_and_keeps_what_they_typed(cast: Cast, plan: Plan) -> None:
    client, address = signed_in(cast.bob, cast.workspace), f"/plans/{plan.public_id}/review/"
    client.post(f"{address}figures/", table(COST))
    late = client.post(f"{address}figures/", table({**COST, "after": "700"}))
    assert late.status_code == 409
    assert "Figures of the review written" in text(late)
    assert 'name="line-0-after" value="700"' in late.content.decode()
    assert 'name="revision" value="2"' in late.content.decode()
    verdict = {"command": "review_conclude", "verdict": "worth_it", "learnt": "Begin with keys."}
    late = client.post(address, {**verdict, "revision": 1})
    assert (late.status_code, "Begin with keys.</textarea>" in late.content.decode()) == (409, True)
    assert client.post(address, {**verdict, "revision": 2}).status_code == 302
    refused = client.post(address, {**verdict, "revision": 3})
    assert (refused.status_code, "open it again first" in text(refused)) == (422, True)
    assert client.post(address, {"command": "dance"}).status_code == 422


def test_in_vietnamese_figures_are_typed_and_shown_as_there(cast: Cast, plan: Plan) -> None:
    client, address = signed_in(cast.bob, cast.workspace), f"/plans/{plan.public_id}/review/"
    vi = {"accept-language": "vi"}
    client.cookies["django_language"] = "vi"
    client.post(f"{address}figures/", table({**COST, "before": "4.200,5"}), headers=vi)
    assert Plan.objects.get().state.review.figures is not None
    assert "4.200,50 US$" in text(client.get(address, headers=vi))


def shared(cast: Cast, plan: Plan, **form: str) -> str:
    """The path of a link that Bob makes."""
    client = signed_in(cast.bob, cast.workspace)
    page = client.post(f"/plans/{plan.public_id}/review/share/", {"revision": str(plan.revision), **form})
    found = SHOWN.search(page.content.decode())
    assert found is not None, text(page)
    assert "no-store" in page["Cache-Control"]
    return found[1]


def test_a_link_shows_the_review_as_it_stood_and_nothing_else(cast: Cast, plan: Plan) -> None:
    client = signed_in(cast.bob, cast.workspace)
    client.post(f"/plans/{plan.public_id}/review/figures/", table(COST))
    plan.refresh_from_db()
    path = shared(cast, plan, note="For the board")
    client.post(f"/plans/{plan.public_id}/review/figures/", table({**COST, "after": "99"}, revision=2))
    response = Client(headers={"accept-language": "en"}).get(path)
    page = response.content.decode()
    assert "$680.00" in text(response)
    assert "$99.00" not in text(response)
    assert (response["Referrer-Policy"], response["X-Robots-Tag"]) == ("no-referrer", "noindex, nofollow")
    assert "no-store" in response["Cache-Control"]
    for secret in ("Bob", "For the board", plan.public_id, cast.workspace.public_id, "<form"):
        assert secret not in page
    assert "Trước" in text(Client().get(f"{path}?language=vi"))
    assert path.split("/")[-2] not in masked(f"GET {path} 200")


@pytest.mark.parametrize("end", ["revoked", "expired", "forbidden", "deleted", "switched off", "gone"])
def test_a_link_that_has_ended_is_as_one_that_never_was(cast: Cast, plan: Plan, end: str) -> None:
    path = shared(cast, plan, lasts="1")
    row = ReviewLink.objects.get()
    assert Client().get(path).status_code == 200
    client = signed_in(cast.bob, cast.workspace)
    if end == "revoked":
        client.post(f"/plans/{plan.public_id}/review/share/{row.public_id}/revoke/")
    elif end == "expired":
        ReviewLink.objects.update(expires_at=timezone.now() - dt.timedelta(seconds=1))
    elif end == "forbidden":
        cast.workspace.sharing_allowed = False
        cast.workspace.save()
        assert client.post(f"/plans/{plan.public_id}/review/share/", {"revision": "1"}).status_code == 403
    elif end == "switched off":
        User.objects.filter(pk=cast.bob.pk).update(is_active=False)
    elif end == "gone":
        delete_account(cast.bob, timezone.now())
    else:
        Plan.objects.all().delete()
    assert Client().get(path).status_code == 404


def test_who_leaves_a_workspace_leaves_no_open_review_behind(cast: Cast, plan: Plan) -> None:
    path = shared(cast, plan)
    leaving = f"/w/{cast.workspace.public_id}/members/{cast.bob.public_id}/remove/"
    assert "the link to “To Gemini” (review of a plan" in text(signed_in(cast.bob, cast.workspace).get(leaving))
    team.remove(visit(cast.alice, cast.workspace), cast.bob, timezone.now())
    assert Client().get(path).status_code == 404
    a_member(cast.workspace, cast.bob)
    assert Client().get(path).status_code == 404
    acts = AuditEntry.objects.filter(workspace=cast.workspace).values_list("action", flat=True)
    assert "review-link.revoked" in acts


def test_a_membership_that_ended_without_a_farewell_closes_the_link_all_the_same(cast: Cast, plan: Plan) -> None:
    path = shared(cast, plan)
    cast.workspace.memberships.filter(user=cast.bob).delete()
    assert Client().get(path).status_code == 404


def test_a_link_of_another_plan_is_not_revoked_from_here(cast: Cast, plan: Plan) -> None:
    shared(cast, plan)
    other = beginning.make(visit(cast.bob, cast.workspace), beginning.Wish("Another"), timezone.now())
    row = ReviewLink.objects.get()
    client = signed_in(cast.bob, cast.workspace)
    assert client.post(f"/plans/{other.public_id}/review/share/{row.public_id}/revoke/").status_code == 404
    assert ReviewLink.objects.get().revoked_at is None


def test_programs_read_the_review_with_the_plan_and_share_it(cast: Cast) -> None:
    program = Program(cast)
    made = program.plan()
    assert made["review"]["compared"] == 0
    line = {"metric": "cost", "before": "4200", "after": "680"}
    status, measured = program.tell(made, "review_figures", figures=[line])
    assert (status, measured["review"]["better"]) == (200, 1)
    status, done = program.tell(measured, "review_conclude", verdict="worth_it")
    assert (status, done["review"]["verdict"]) == (200, "worth_it")
    links = f"{PLANS}/{made['id']}/review/links"
    status, link = program.post(links, {"note": "board", "days": 30})
    assert (status, link["revision"]) == (201, 3)
    path = link["link"].partition("testserver")[2]
    assert Client().get(path).status_code == 200
    assert [row["state"] for row in program.get(links)[1]["items"]] == ["open"]
    ended = program.client.delete(f"{links}/{link['id']}", headers=program.headers)
    assert ended.status_code == 204
    assert Client().get(path).status_code == 404
    assert program.post(links, {"revision": 99})[0] == 404
