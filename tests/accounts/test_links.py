"""Every link of a workspace on one page: those of scenarios, of reviews and of calendars."""

import datetime as dt
import html
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from costcalc.accounts import links, team
from costcalc.accounts.access import Visit, visit
from costcalc.accounts.audit import faults
from costcalc.accounts.models import User
from costcalc.scenarios import saving
from migrations_app import beginning
from migrations_app.calendars.links import share_days
from migrations_app.review.links import share_review
from tests.factories import Cast, a_cast, a_member, a_token, signed_in
from tests.scenarios.keeping import drafted

pytestmark = pytest.mark.django_db
KINDS = ("scenario", "review", "calendar")


@pytest.fixture
def cast() -> Cast:
    return a_cast()


def by(cast: Cast, user: User) -> Visit:
    return visit(user, cast.workspace)


def shared(cast: Cast, user: User, note: str = "", now: dt.datetime | None = None) -> dict[str, str]:
    """One link of every kind, made by somebody: the address that each opens."""
    came, at = by(cast, user), now or timezone.now()
    scenario = saving.save(came, drafted(cast), "Off GPT-4.1", at)
    plan = beginning.make(came, beginning.Wish("To Gemini"), at)
    return {
        "scenario": f"/s/{saving.share(came, saving.revision_of(scenario), at, note)[1]}/",
        "review": f"/plans/shared/{share_review(came, plan, 1, at, note)[1]}/",
        "calendar": f"/calendar/{share_days(came, plan, 'en', at, note)[1]}.ics",
    }


def kind_of(row: links.Link) -> Any:
    return links.opened_by(row).facts["kind"]


def page(cast: Cast, user: User, query: str = "") -> str:
    response = signed_in(user, cast.workspace).get(f"/w/{cast.workspace.public_id}/links/{query}")
    assert response.status_code == 200
    return html.unescape(response.content.decode())


def test_one_page_lists_the_links_of_every_room(cast: Cast) -> None:
    addresses = shared(cast, cast.bob, "For the board")
    Client().get(addresses["review"])
    shown = page(cast, cast.bob)
    for words in ("scenario, revision 1", "review of a plan, revision 1", "days of a plan, for calendars"):
        assert words in shown
    assert shown.count("For the board") == len(KINDS)
    # Vera may not make links; of calendars even an editor sees only their own, an owner all.
    assert signed_in(cast.vera, cast.workspace).get(f"/w/{cast.workspace.public_id}/links/").status_code == 403
    assert [kind_of(row) for row in links.Seen(by(cast, cast.alice))[:9]].count("calendar") == 1
    a_member(cast.workspace, cast.charlie)
    assert {kind_of(row) for row in links.Seen(by(cast, cast.charlie))[:9]} == {"scenario", "review"}


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("how", ["page", "API"])
def test_each_is_ended_from_there(cast: Cast, kind: str, how: str) -> None:
    addresses = shared(cast, cast.bob)
    (row,) = (row for row in links.Seen(by(cast, cast.bob))[:9] if kind_of(row) == kind)
    assert Client().get(addresses[kind]).status_code == 200
    if how == "page":
        address = f"/w/{cast.workspace.public_id}/links/"
        done = signed_in(cast.bob, cast.workspace).post(f"{address}{row.public_id}/revoke/")
        assert (done.status_code, done.headers["Location"]) == (302, address)
    else:
        program = Client(headers={"authorization": f"Bearer {a_token(cast.workspace, cast.bob)[1]}"})
        assert program.delete(f"/api/v1/links/{row.public_id}").status_code == 204
    assert {name: Client().get(path).status_code for name, path in addresses.items()} == {
        name: 404 if name == kind else 200 for name in KINDS
    }
    states = {kind_of(row): row.state(timezone.now()) for row in links.Seen(by(cast, cast.bob))[:9]}
    assert states == {name: "revoked" if name == kind else "open" for name in KINDS}
    assert list(faults(cast.workspace)) == []


def test_an_editor_does_not_end_the_calendar_of_another(cast: Cast) -> None:
    addresses = shared(cast, cast.alice)
    (row,) = (row for row in links.Seen(by(cast, cast.alice))[:9] if kind_of(row) == "calendar")
    client = signed_in(cast.bob, cast.workspace)
    assert client.post(f"/w/{cast.workspace.public_id}/links/{row.public_id}/revoke/").status_code == 404
    assert Client().get(addresses["calendar"]).status_code == 200


def test_programs_read_what_each_link_opens(cast: Cast) -> None:
    shared(cast, cast.bob, "x")
    program = Client(headers={"authorization": f"Bearer {a_token(cast.workspace, cast.bob)[1]}"})
    listed = program.get("/api/v1/links").json()
    assert listed["total"] == len(KINDS)
    found = {row["kind"]: row for row in listed["items"]}
    assert found.keys() == set(KINDS)
    assert found["review"]["plan"] == found["calendar"]["plan"]
    assert (found["scenario"]["plan"], found["scenario"]["revision"]) == (None, 1)
    assert (found["calendar"]["scenario"], found["calendar"]["revision"]) == (None, None)
    assert {row["note"] for row in found.values()} == {"x"}
    pages = [program.get(f"/api/v1/links?size=1&page={number}").json()["items"] for number in (1, 2, 3, 4)]
    assert [row for items in pages for row in items] == listed["items"]


def test_the_latest_come_first_a_page_at_a_time(cast: Cast, django_assert_max_num_queries: Any) -> None:
    now, client = timezone.now(), signed_in(cast.bob, cast.workspace)
    for number in range(20):
        shared(cast, cast.bob, f"note {number:02}", now - dt.timedelta(days=number))
    with django_assert_max_num_queries(16):
        first = html.unescape(client.get(f"/w/{cast.workspace.public_id}/links/").content.decode())
    second = page(cast, cast.bob, "?page=2")
    order = [int(first[at + 5 : at + 7]) for at in range(len(first)) if first.startswith("note ", at)]
    assert order == [number // 3 for number in range(50)]
    assert [second.count(f"note {number}") for number in (15, 16, 19)] == [0, 1, 3]
    assert "There are no more links" in page(cast, cast.bob, "?page=99999")


def test_who_leaves_leaves_no_open_link_behind(cast: Cast) -> None:
    addresses = shared(cast, cast.bob)
    leaving = f"/w/{cast.workspace.public_id}/members/{cast.bob.public_id}/remove/"
    told = html.unescape(signed_in(cast.bob, cast.workspace).get(leaving).content.decode())
    for words in ("“Off GPT-4.1” (scenario, revision 1)", "“To Gemini” (review of a plan, revision 1)", "(days of a"):
        assert words in told
    team.remove(by(cast, cast.alice), cast.bob, timezone.now())
    a_member(cast.workspace, cast.bob)
    assert {Client().get(path).status_code for path in addresses.values()} == {404}
    acts = set(cast.workspace.audit_entries.values_list("action", flat=True))
    assert {"link.revoked", "review-link.revoked", "calendar-link.revoked"} <= acts


@pytest.mark.parametrize("how", ["no member any more", "switched off"])
def test_a_maker_who_cannot_come_in_has_no_open_link(cast: Cast, how: str) -> None:
    addresses = shared(cast, cast.bob)
    if how == "switched off":
        User.objects.filter(pk=cast.bob.pk).update(is_active=False)
    else:
        cast.workspace.memberships.filter(user=cast.bob).delete()
    assert {Client().get(path).status_code for path in addresses.values()} == {404}
