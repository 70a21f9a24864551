"""Days in calendar programs: what the files say, who may fetch them, and when they no longer may."""

from __future__ import annotations

import datetime as dt
import json
import re
from typing import Any
from typing import cast as said_to_be

import icalendar
import pytest
from django.test import Client
from django.utils import timezone
from django.utils.translation import override
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import rule, run_state_machine_as_test

from costcalc.accounts import links, team
from costcalc.accounts.access import visit
from costcalc.accounts.archive import own_data, workspace_files
from costcalc.accounts.audit import AuditEntry
from costcalc.accounts.farewell import delete_account
from costcalc.accounts.models import User
from costcalc.accounts.workspaces import Workspace
from costcalc.wire.files import json_pieces
from costcalc.wire.masking import masked
from migrations_app import beginning, carrying, exporting
from migrations_app.calendars import entries as calendar_entries
from migrations_app.calendars import links as calendar_links
from migrations_app.models import CalendarLink
from migrations_app.plans import Plan
from migrations_app.playbook.templates import TEMPLATES
from migrations_app.rules import dates
from migrations_app.rules.state import State
from tests.factories import Cast, a_member, signed_in, types_the_password
from tests.planner.looked import by, does
from tests.planner.test_api import PLANS, Program
from tests.planner.test_machine import Moves
from tests.planner.test_review_pages import text
from tests.planner.test_rollout import COMMANDS, HOUR

SHOWN = re.compile(r'<code id="link">https?://testserver(/calendar/[0-9A-Za-z]{32}\.ics)</code>')
STAMPS = {"DTSTAMP", "LAST-MODIFIED", "SEQUENCE"}


@pytest.fixture
def plan(cast: Cast) -> Plan:
    """A plan of Bob's, with steps."""
    return a_plan(cast)


def a_plan(cast: Cast, name: str = "To Gemini", person: str = "bob") -> Plan:
    wish = beginning.Wish(
        name, to_do=TEMPLATES["four-weeks"], start_on=timezone.now().date(), candidate="google/gemini-2.5-flash"
    )
    return beginning.make(by(cast, person), wish, timezone.now())


def told(cast: Cast, plan: Plan, command: str, **said: Any) -> Plan:
    fresh = Plan.objects.get(pk=plan.pk)
    return does(cast, plan, COMMANDS.validate_python({"command": command, "revision": fresh.revision, **said}))


def path_of(secret: str) -> str:
    return f"/calendar/{secret}.ics"


def shared(cast: Cast, plan: Plan, name: str = "bob", language: str = "en") -> str:
    """The path of an address of a plan's days that somebody makes."""
    return path_of(calendar_links.share_days(by(cast, name), plan, language, timezone.now(), "Team")[1])


def owned(user: User, language: str = "en") -> str:
    """The path of an address of somebody's own days."""
    return path_of(calendar_links.own_days(calendar_links.at_home(user), language, timezone.now())[1])


def events(file: bytes) -> dict[str, icalendar.Event]:
    """The events of a file, by their names; what RFC 5545 says of lines is checked on the bytes themselves."""
    assert file.endswith(b"END:VCALENDAR\r\n")
    lines = file.split(b"\r\n")
    assert not any(b"\n" in line or b"\r" in line or len(line) > 75 for line in lines)
    assert all(re.match(rb" |[A-Z][A-Z-]*[:;]", line) for line in lines[:-1])
    found = icalendar.Calendar.from_ical(file).walk("VEVENT")
    names = [str(event["UID"]) for event in found]
    assert len(set(names)) == len(names)
    return dict(zip(names, found, strict=True))


def fetched(path: str) -> dict[str, icalendar.Event]:
    response = Client().get(path)
    assert response.status_code == 200
    return events(response.content)


def summaries(path: str) -> list[str]:
    return [str(event["SUMMARY"]) for event in fetched(path).values()]


def test_each_day_of_a_plan_is_one_event(cast: Cast, plan: Plan) -> None:
    plan = told(cast, plan, "move_steps", steps=["s1"], to="done")
    plan = told(cast, plan, "move_steps", steps=["s2"], to="skipped", reason="it is ours")
    plan = told(cast, plan, "start")
    found = fetched(shared(cast, plan))
    named = {one.key: one for one in dates.of(plan.state, plan.changed_at)}
    assert found.keys() == {f"{plan.public_id}-{key}@costcalc" for key in named}
    event = {key: found[f"{plan.public_id}-{key}@costcalc"] for key in named}
    assert (event["step-s1"]["SUMMARY"][0], event["step-s1"]["STATUS"]) == ("✓", "CONFIRMED")
    assert event["step-s2"]["STATUS"] == "CANCELLED"
    assert event["step-s3"].decoded("DTSTART") == named["step-s3"].on
    assert event["step-s3"]["URL"] == f"http://testserver/plans/{plan.public_id}/steps/s3/"
    stage = event["stage-1"]
    assert (stage["SUMMARY"], stage.decoded("DTSTART")) == (
        "Canary at 10 %",
        plan.changed_at.replace(microsecond=0),
    )
    assert b"VALUE=DATE:" in event["step-s3"].to_ical()
    assert re.search(rb"DTSTART:\d{8}T\d{6}Z", stage.to_ical())
    assert "foreseen" in event["stage-2"]["DESCRIPTION"]
    assert "foreseen" not in stage["DESCRIPTION"]
    assert event["step-s3"]["TRANSP"] == "TRANSPARENT"


def test_the_file_is_private_and_asks_for_no_session(cast: Cast, plan: Plan) -> None:
    path = shared(cast, plan)
    response = Client().get(path)
    assert response["Content-Type"] == "text/calendar; charset=utf-8"
    assert response["Cache-Control"] == "private, no-cache"
    assert response["Content-Disposition"] == 'inline; filename="to-gemini.ics"'
    assert (response["Referrer-Policy"], response["X-Robots-Tag"]) == ("no-referrer", "noindex, nofollow")
    assert not response.cookies
    head = Client().head(path)
    assert (head.status_code, head["ETag"]) == (200, response["ETag"])
    assert Client().get(path, headers={"if-none-match": response["ETag"]}).status_code == 304
    told(cast, plan, "start")
    assert Client().get(path, headers={"if-none-match": response["ETag"]}).status_code == 200
    assert [Client().generic(method, path).status_code for method in ("POST", "PUT", "DELETE")] == [405] * 3
    assert path.split("/")[-1] not in masked(f"GET {path} 200")
    for secret in ("Bob", cast.workspace.name, cast.workspace.public_id):
        assert secret not in response.content.decode()


def test_a_calendar_is_named_and_says_how_often_it_changes(cast: Cast, plan: Plan) -> None:
    calendar = icalendar.Calendar.from_ical(Client().get(shared(cast, plan)).content)
    assert (calendar["X-WR-CALNAME"], calendar["NAME"], calendar["VERSION"]) == ("To Gemini", "To Gemini", "2.0")
    assert calendar["X-PUBLISHED-TTL"].to_ical() == b"PT1H"
    assert b"REFRESH-INTERVAL;VALUE=DURATION:PT1H" in calendar.to_ical()


def test_each_address_has_its_language(cast: Cast, plan: Plan) -> None:
    assert "Everything on the target" in summaries(shared(cast, plan))
    with override("en"):
        response = Client(headers={"accept-language": "en"}).get(shared(cast, plan, language="vi"))
    assert response["Content-Language"] == "vi"
    found = [str(event["SUMMARY"]) for event in events(response.content).values()]
    assert "Ngày cuối cùng có thể quay lui" in found
    assert "Everything on the target" not in found


def test_a_persons_calendar_has_their_steps_and_the_days_of_all_their_plans(cast: Cast, plan: Plan) -> None:
    theirs = Workspace.objects.made_for(cast.charlie, "Elsewhere")
    a_member(theirs, cast.vera)
    other = beginning.make(visit(cast.charlie, theirs), beginning.Wish("Keys of theirs"), timezone.now())
    told(cast, plan, "set_steps", steps=["s3"], owner=cast.vera.public_id)
    told(cast, plan, "set_steps", steps=["s4"], owner=cast.bob.public_id)
    put_away = told(cast, a_plan(cast, "Put away"), "archive")
    found = fetched(owned(cast.vera))
    mine = {name for name in found if "-step-" in name}
    assert mine == {f"{plan.public_id}-step-s3@costcalc"}
    assert found[f"{plan.public_id}-stage-1@costcalc"]["SUMMARY"] == "Canary at 10 % · To Gemini"
    assert f"{other.public_id}-stage-1@costcalc" in found
    assert not any(name.startswith(put_away.public_id) for name in found)
    assert cast.workspace.name in found[f"{plan.public_id}-stage-1@costcalc"]["DESCRIPTION"]
    assert not any(name.startswith(plan.public_id) for name in fetched(owned(cast.charlie)))


def test_who_leaves_a_workspace_has_its_plans_no_more(cast: Cast, plan: Plan) -> None:
    own, of_plan = owned(cast.bob), shared(cast, plan)
    assert (len(fetched(own)) > 0, Client().get(of_plan).status_code) == (True, 200)
    leaving = f"/w/{cast.workspace.public_id}/members/{cast.bob.public_id}/remove/"
    assert "the link to “To Gemini” (days of a plan" in text(signed_in(cast.bob, cast.workspace).get(leaving))
    team.remove(visit(cast.alice, cast.workspace), cast.bob, timezone.now())
    assert (fetched(own), Client().get(of_plan).status_code) == ({}, 404)
    a_member(cast.workspace, cast.bob)
    assert (len(fetched(own)) > 0, Client().get(of_plan).status_code) == (True, 404)
    acts = AuditEntry.objects.filter(workspace=cast.workspace).values_list("action", flat=True)
    assert "calendar-link.revoked" in acts


def test_where_links_are_not_allowed_a_plans_address_is_closed_and_ones_own_is_not(cast: Cast, plan: Plan) -> None:
    own, of_plan = owned(cast.bob), shared(cast, plan)
    Workspace.objects.filter(pk=cast.workspace.pk).update(sharing_allowed=False)
    assert Client().get(of_plan).status_code == 404
    assert len(fetched(own)) > 0
    client = signed_in(cast.bob, cast.workspace)
    refused = client.post(f"/plans/{plan.public_id}/calendar/", {"language": "en"})
    assert (refused.status_code, "does not allow sharing" in text(refused)) == (403, True)
    assert client.get(f"/plans/{plan.public_id}/calendar.ics").status_code == 200
    assert Program(cast).post(f"{PLANS}/{plan.public_id}/calendar-links", {})[0] == 409


@pytest.mark.parametrize("ended", ["revoked", "expired", "deleted", "switched off", "gone", "mistyped"])
def test_an_address_that_has_ended_is_as_one_that_never_was(cast: Cast, plan: Plan, ended: str) -> None:
    path, own = shared(cast, plan), owned(cast.bob)
    if ended == "revoked":
        for row in CalendarLink.objects.all():
            links.end(by(cast), row, timezone.now())
    elif ended == "expired":
        CalendarLink.objects.update(expires_at=timezone.now() - dt.timedelta(seconds=1))
    elif ended == "deleted":
        Plan.objects.all().delete()
        own = path
    elif ended == "switched off":
        User.objects.filter(pk=cast.bob.pk).update(is_active=False)
    elif ended == "gone":
        delete_account(cast.bob, timezone.now())
        assert not CalendarLink.objects.exists()
    else:
        path, own = path_of("A" * 32), path_of("x" * 500)
    assert [Client().get(one).status_code for one in (path, own)] == [404, 404]


def test_an_address_is_shown_once_listed_and_revoked_on_its_page(cast: Cast, plan: Plan) -> None:
    client, page = signed_in(cast.bob, cast.workspace), f"/plans/{plan.public_id}/calendar/"
    assert page in client.get(f"/plans/{plan.public_id}/").content.decode()
    form = {"note": "Wall screen", "language": "vi", "lasts": "30", "form_key": "k" * 12}
    made = client.post(page, form)
    found = SHOWN.search(made.content.decode())
    assert found is not None, text(made)
    assert "no-store" in made["Cache-Control"]
    assert f'href="webcal://testserver{found[1]}"' in made.content.decode()
    sent_again = client.post(page, {**form, "form_key": "l" * 12}, secure=True).content.decode()
    assert 'href="webcals://testserver/calendar/' in sent_again
    CalendarLink.objects.order_by("-pk")[0].delete()
    assert client.post(page, form).status_code == 302
    row = CalendarLink.objects.get()
    assert (row.language, row.note, row.plan) == ("vi", "Wall screen", plan)
    assert found[1].partition(".")[0].rpartition("/")[2] not in client.get(page).content.decode()
    assert client.post(page, {"language": "de"}).status_code == 422
    assert "This looks like a key" in text(
        client.post(page, {"language": "en", "note": "sk-proj-abcdefghijklmnop1234"})
    )
    Client().get(found[1])
    assert CalendarLink.objects.get().last_used_at is not None
    listed = text(client.get(page))
    assert "Wall screen" in listed
    client.post(f"{page}{row.public_id}/revoke/")
    assert Client().get(found[1]).status_code == 404
    assert "revoked" in text(client.get(page))


def test_editors_see_their_own_addresses_and_owners_all(cast: Cast, plan: Plan) -> None:
    shared(cast, plan, "alice")
    row, page = CalendarLink.objects.get(), f"/plans/{plan.public_id}/calendar/"
    bob = signed_in(cast.bob, cast.workspace)
    assert "There is no calendar link yet." in text(bob.get(page))
    assert bob.post(f"{page}{row.public_id}/revoke/").status_code == 404
    api = Program(cast)
    assert api.get(f"{PLANS}/{plan.public_id}/calendar-links")[1]["items"] == []
    viewer = signed_in(cast.vera, cast.workspace).get(page)
    assert "Make it" not in text(viewer)
    shared(cast, plan, "bob")
    assert signed_in(cast.alice, cast.workspace).get(page).content.decode().count("/revoke/") == 2


def test_ones_own_address_asks_for_the_password_first(cast: Cast, plan: Plan) -> None:
    client = signed_in(cast.vera)
    types_the_password(client, ago=dt.timedelta(hours=1))
    assert "type your password first" in text(client.get("/me/calendar/"))
    assert client.post("/me/calendar/", {"language": "en"}).status_code == 302
    assert not CalendarLink.objects.exists()
    types_the_password(client)
    assert "/me/calendar/" in client.get("/me/").content.decode()
    made = client.post("/me/calendar/", {"language": "en", "note": "Phone"})
    found = SHOWN.search(made.content.decode())
    assert found is not None, text(made)
    assert "Everything on the target · To Gemini" in summaries(found[1])
    row = CalendarLink.objects.get()
    other = signed_in(cast.bob)
    assert other.post(f"/me/calendar/{row.public_id}/revoke/").status_code == 404
    assert client.post(f"/plans/{plan.public_id}/calendar/{row.public_id}/revoke/").status_code == 403
    client.post(f"/me/calendar/{row.public_id}/revoke/")
    assert Client().get(found[1]).status_code == 404


def test_making_and_ending_is_in_the_audit_log_and_in_what_one_takes_along(cast: Cast, plan: Plan) -> None:
    own, path = owned(cast.bob), shared(cast, plan)
    for row in CalendarLink.objects.all():
        came = by(cast) if row.plan else calendar_links.at_home(cast.bob)
        links.end(came, row, timezone.now())
    for workspace in (cast.workspace, calendar_links.at_home(cast.bob).workspace):
        acts = [entry.action for entry in workspace.audit_entries.order_by("sequence")]
        assert acts[-2:] == ["calendar-link.made", "calendar-link.revoked"]
    log = text(signed_in(cast.alice, cast.workspace).get(f"/w/{cast.workspace.public_id}/audit/"))
    assert "Calendar link: To Gemini" in log
    assert "Language: en" in log
    data = json.loads(b"".join(json_pieces(own_data(cast.bob))))["plans"]["calendar_links"]
    assert {row["plan"] for row in data} == {plan.public_id, None}
    contents = dict(exporting.exported(cast.workspace))["calendar-links.json"]
    file = contents if isinstance(contents, bytes) else b"".join(contents)
    assert [row["plan"] for row in json.loads(file)] == [plan.public_id]
    everything = json.dumps(data) + file.decode()
    assert not any(secret.split("/")[-1][:32] in everything for secret in (own, path))
    assert list(workspace_files(cast.workspace))


def test_programs_read_the_days_and_make_and_end_addresses(cast: Cast, plan: Plan) -> None:
    program = Program(cast)
    status, said = program.get(f"{PLANS}/{plan.public_id}/dates")
    assert status == 200
    found = {row["key"]: row for row in said["items"]}
    assert found.keys() == {one.key for one in dates.of(plan.state, timezone.now())}
    assert (found["stage-1"]["what"], found["stage-1"]["foreseen"]) == ("Canary at 10 %", True)
    assert (found["step-s1"]["at"], found["step-s1"]["due"]) == (None, True)
    links = f"{PLANS}/{plan.public_id}/calendar-links"
    status, made = program.post(links, {"note": "Screen", "language": "vi", "days": 7})
    assert (status, made["state"], made["language"]) == (201, "open", "vi")
    path = made["link"].partition("testserver")[2]
    assert fetched(path)
    (row,) = program.get(links)[1]["items"]
    assert (row["id"], "link" in row) == (made["id"], False)
    assert program.client.delete(f"{links}/{made['id']}", headers=program.headers).status_code == 204
    assert Client().get(path).status_code == 404
    assert program.post(links, {"language": "de"})[0] == 422


def test_who_asks_too_often_waits(cast: Cast, plan: Plan, settings: Any) -> None:
    settings.RATE_LIMIT = 8
    path = shared(cast, plan)
    assert [Client().get(path).status_code for _time in range(3)] == [200, 200, 429]


HOSTILE = [
    "Semi; colon: comma, back\\slash \\n and “quotes”",
    "=cmd|' /C calc'!A0",
    "BEGIN:VEVENT",
    "Đổi nhà cung cấp cho trợ lý hỗ trợ khách hàng, đợt một: " + "rất dài " * 6,
    "🚚" * 40,
]


@pytest.mark.parametrize("name", HOSTILE)
def test_texts_come_out_as_they_went_in(cast: Cast, name: str) -> None:
    plan = a_plan(cast, name)
    plan = told(
        cast, plan, "edit_step", step="s1", phase="prepare", title=f"{name[:90]}\r\nDTSTART:19700101", due="2026-12-01"
    )
    file = Client().get(shared(cast, plan)).content
    assert len(events(file)) == len(dates.of(plan.state, plan.changed_at))
    lines = read(file)
    step = plan.state.steps.found("s1")
    assert step is not None
    assert ("X-WR-CALNAME", plan.name) in lines
    place = lines.index(("UID", f"{plan.public_id}-step-s1@costcalc"))
    assert ("SUMMARY", step.title) in lines[place - 6 : place]


def read(file: bytes) -> list[tuple[str, str]]:
    """Names and texts as RFC 5545 has them read: icalendar itself takes a backslash before an n for a new line."""
    lines = file.decode().replace("\r\n ", "").split("\r\n")
    pairs = (line.partition(":") for line in lines if line)
    return [(name, re.sub(r"\\(.)", lambda m: "\n" if m[1] in "nN" else m[1], value)) for name, _, value in pairs]


class Held:
    """A plan in memory, as much of one as a calendar asks for."""

    public_id, name = "pppppppppppp", "To Gemini"

    def __init__(self, state: State, created_at: dt.datetime) -> None:
        self.state, self.revision = state, state.revision
        self.created_at, self.changed_at = created_at, state.last_at

    def at(self, now: dt.datetime) -> dict[str, icalendar.Event]:
        plan = said_to_be("Plan", self)
        file = calendar_entries.of_plan(plan, now, "en", lambda path: f"https://c.example{path}")
        assert file == calendar_entries.of_plan(plan, now, "en", lambda path: f"https://c.example{path}")
        return events(file)


def without_stamps(event: icalendar.Event) -> dict[str, bytes]:
    return {name: value.to_ical() for name, value in event.items() if name not in STAMPS}


class Subscribed(Moves):
    """A plan whose calendar is fetched now and then, by a program whose clock stands right."""

    def __init__(self) -> None:
        super().__init__()
        self.clock = self.made_at = self.now
        self.before: dict[str, icalendar.Event] = {}

    @rule(hours=st.sampled_from([0.0, 0.4, 1.0, 30.0, 800.0]))
    def its_calendar_is_fetched(self, hours: float) -> None:
        self.now += HOUR * hours
        self.clock = max(self.clock, self.now, self.state.last_at)
        found = Held(self.state, self.made_at).at(self.clock)
        hour = self.clock.replace(minute=0, second=0, microsecond=0)
        named = dates.of(self.state, max(hour + HOUR, self.state.last_at))
        assert found.keys() == {f"pppppppppppp-{one.key}@costcalc" for one in named}
        for uid in found.keys() & self.before.keys():
            compare(found[uid], self.before[uid])
        self.before = found


def compare(now: icalendar.Event, was: icalendar.Event) -> None:
    """What differs has a higher number, so that programs take it."""
    assert now.decoded("LAST-MODIFIED") >= was.decoded("LAST-MODIFIED")
    if without_stamps(now) == without_stamps(was):
        assert now["SEQUENCE"] >= was["SEQUENCE"]
    else:
        assert now["SEQUENCE"] > was["SEQUENCE"], (without_stamps(was), without_stamps(now))


def test_what_changes_says_so() -> None:
    run_state_machine_as_test(Subscribed, settings=settings(max_examples=20, stateful_step_count=30, deadline=None))


def test_a_persons_calendar_costs_few_questions(cast: Cast, django_assert_max_num_queries: Any) -> None:
    plans = [a_plan(cast, f"Move {number}") for number in range(6)]
    path = owned(cast.bob)
    fetched(path)
    with django_assert_max_num_queries(6):
        assert len(fetched(path)) > len(plans)


def test_a_plan_that_was_just_changed_is_read_fresh(cast: Cast, plan: Plan) -> None:
    path = shared(cast, plan)
    carrying.carry_out(
        by(cast), plan, COMMANDS.validate_python({"command": "rename", "revision": 1 + 1, "name": "B"}), timezone.now()
    )
    assert icalendar.Calendar.from_ical(Client().get(path).content)["NAME"] == "B"
