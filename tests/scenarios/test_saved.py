"""Saved scenarios: the same money for ever, one revision after another, and nothing for outsiders."""

import json
import re
from collections.abc import Callable
from decimal import Decimal
from html import unescape
from typing import Any

import pytest
from django.http import QueryDict
from django.test import Client
from django.utils import timezone

from costcalc.accounts import links
from costcalc.accounts.audit import acting, faults
from costcalc.accounts.rooms import exported
from costcalc.accounts.workspaces import personal_workspace
from costcalc.catalog import own
from costcalc.catalog.exchange import bundled_rates
from costcalc.catalog.index import catalogue
from costcalc.catalog.sync import sync
from costcalc.engine import Rate
from costcalc.scenarios import saving
from costcalc.scenarios.models import PinnedPrice, Revision, SavedScenario
from costcalc.scenarios.reading import read
from costcalc.scenarios.saved import StaleError, UnreadableError, draft
from tests.factories import Cast, signed_in
from tests.scenarios.keeping import FLASH, NOW, TODAY, by, drafted, kept, money, with_price


def test_a_saved_scenario_shows_the_same_money_after_a_newer_sync_and_an_unsaved_one_does_not(cast: Cast) -> None:
    scenario = kept(cast)
    before = money(scenario)
    report = sync(with_price("google/gemini-2.5-flash", "99"), TODAY, NOW)
    assert report.changed == ["google/gemini-2.5-flash"]
    assert money(scenario) == before
    unsaved = drafted(cast).result.estimate.monthly
    assert unsaved.baseline_cents == before[0]
    assert unsaved.candidate_cents > before[1]

    client = signed_in(cast.vera, cast.workspace)
    page = unescape(client.get(f"/scenarios/{scenario.public_id}/").content.decode())
    assert "The price of google/gemini-2.5-flash has changed. Input tokens: $0.30 → $99.00" in page
    assert "price changed" in client.get("/scenarios/").content.decode()


def test_a_model_that_the_source_drops_keeps_its_price_in_what_was_saved(cast: Cast) -> None:
    scenario = kept(cast)
    before = money(scenario)
    sync(with_price("google/gemini-2.5-flash", None), TODAY, NOW)
    assert money(scenario) == before
    page = signed_in(cast.vera).get(f"/scenarios/{scenario.public_id}/").content.decode()
    assert "No price of google/gemini-2.5-flash is in force any more." in page


def test_that_there_was_no_price_is_pinned_as_well(cast: Cast) -> None:
    scenario = kept(cast)
    PinnedPrice.objects.filter(revision__scenario=scenario, side="to").update(price=None)
    result = saving.revision_of(scenario).computed(catalogue())
    assert {gap.side for gap in result.estimate.unknown} == {"candidate"}


@pytest.mark.parametrize(
    "query",
    ["", FLASH, "workloads=2&requests=7&2.requests=9&2.to=anthropic/claude-sonnet-4-0&days=calendar", "at=2025-06-01",
     "from=typed&from.input=3&from.output=9&growth=5&batch=20"],
)  # fmt: skip
def test_a_saved_scenario_computes_exactly_like_an_unsaved_one(cast: Cast, query: str) -> None:
    scenario = kept(cast, query)
    unsaved = read(QueryDict(query), catalogue()).built(TODAY, bundled_rates())
    assert unsaved is not None
    assert saving.revision_of(scenario).computed(catalogue()).estimate == unsaved.computed().estimate
    assert saving.revision_of(scenario).query == drafted(cast, query).query


def test_what_cannot_be_read_is_not_saved(cast: Cast) -> None:
    for query in ("requests=x", "to=no-such-model", "colour=red"):
        with pytest.raises(UnreadableError):
            drafted(cast, query)


def test_each_save_is_a_revision_with_its_author_and_the_ones_before_it_stay(cast: Cast) -> None:
    scenario = kept(cast)
    first = money(scenario)
    saving.revise(by(cast, "alice"), scenario, 1, drafted(cast, "requests=10"), NOW)
    assert [(r.number, r.author) for r in scenario.revisions.all()] == [(2, cast.alice), (1, cast.bob)]
    assert money(scenario, 1) == first
    assert money(scenario) != first


def test_a_change_that_was_decided_on_an_older_revision_is_refused(cast: Cast) -> None:
    scenario = kept(cast)
    saving.revise(by(cast, "alice"), scenario, 1, drafted(cast, "requests=10"), NOW)
    entries = cast.workspace.audit_entries.count()
    with pytest.raises(StaleError):
        saving.revise(by(cast, "bob"), scenario, 1, drafted(cast, "requests=20"), NOW)
    assert scenario.revisions.count() == 2
    assert cast.workspace.audit_entries.count() == entries


def test_every_act_is_in_the_audit_log_and_the_chain_holds(cast: Cast) -> None:
    bob, alice = by(cast, "bob"), by(cast, "alice")
    scenario = kept(cast)
    saving.rename(bob, scenario, 1, "Another name", "")
    saving.rename(bob, scenario, 2, "Another name", "")
    saving.revise(bob, scenario, 1, drafted(cast, "requests=10"), NOW)
    saving.archive(bob, scenario, 3, NOW)
    saving.archive(bob, scenario, 4, NOW)
    saving.archive(bob, scenario, 4, None)
    copy = saving.duplicate(bob, saving.revision_of(scenario), "Copy", catalogue(), NOW)
    link, _secret = saving.share(bob, saving.revision_of(scenario), NOW)
    links.end(bob, link, NOW)
    said = saving.comment(bob, scenario, "hello", NOW)
    saving.reword(bob, said, 1, "hello again", NOW)
    saving.unsay(bob, said, 2)
    approval = saving.ask_approval(bob, scenario, 2, cast.alice, NOW)
    saving.decide(alice, approval, approval.Decision.GIVEN, "fine", NOW)
    saving.delete(alice, copy, 1)
    actions = [entry.action for entry in cast.workspace.audit_entries.order_by("sequence")]
    assert actions == [
        *("scenario.saved", "scenario.renamed", "scenario.revised", "scenario.archived", "scenario.restored"),
        *("scenario.duplicated", "link.made", "link.revoked", "comment.written", "comment.changed"),
        *("comment.deleted", "approval.asked", "approval.given", "scenario.deleted"),
    ]
    assert "hello" not in "".join(e.before + e.after for e in cast.workspace.audit_entries.all())
    assert list(faults(cast.workspace)) == []


def test_a_copy_keeps_the_day_and_the_prices(cast: Cast) -> None:
    scenario = kept(cast)
    before = money(scenario)
    sync(with_price("google/gemini-2.5-flash", "99"), TODAY, NOW)
    copy = saving.duplicate(by(cast, "bob"), saving.revision_of(scenario), "Copy", catalogue(), NOW)
    assert money(copy) == before
    assert copy.current.day == TODAY


def test_pricing_anew_shows_what_it_changes_and_only_then_keeps_it(cast: Cast) -> None:
    scenario = kept(cast, FLASH + "&at=2025-12-01")
    before = money(scenario)
    sync(with_price("google/gemini-2.5-flash", "99"), timezone.now().date(), NOW)
    client, address = signed_in(cast.bob, cast.workspace), f"/scenarios/{scenario.public_id}/reprice/"
    page = unescape(client.get(address).content.decode())
    assert "google/gemini-2.5-flash: $99.00 in, $2.50 out" in page
    assert "google/gemini-2.5-flash: $0.30 in, $2.50 out" in page
    assert money(scenario) == before
    assert client.post(address, {"revision": "7"}).status_code == 409
    assert client.post(address, {"revision": "1"}).status_code == 302
    scenario.refresh_from_db()
    assert scenario.revision == 2
    assert money(scenario)[1] > before[1]
    assert "at=" not in scenario.current.query
    assert money(scenario, 1) == before


def deal(input_mtok: str, output_mtok: str) -> own.OwnTerms:
    """A negotiated price."""
    rates = {"input_mtok": Rate(Decimal(input_mtok)), "output_mtok": Rate(Decimal(output_mtok))}
    return own.OwnTerms("Deal", own.Kind.NEGOTIATED, own.sheet_of({"standard": rates}))


def test_own_prices_are_pinned_and_those_of_other_workspaces_are_unknown(cast: Cast) -> None:
    with acting(cast.workspace, by(cast, "bob").actor) as act:
        price = own.add(act, deal("1", "2"), cast.bob)
    scenario = kept(cast, f"to=own:{price.public_id}")
    before = money(scenario)
    assert before[1] > 0
    with acting(cast.workspace, by(cast, "bob").actor) as act:
        price.superseded(act, deal("50", "60"), cast.bob)
    assert money(scenario) == before
    assert "has changed" in signed_in(cast.bob).get(f"/scenarios/{scenario.public_id}/").content.decode()
    elsewhere = draft(personal_workspace(cast.charlie), f"to=own:{price.public_id}", TODAY, catalogue())
    assert not elsewhere.result.estimate.complete


def test_with_an_own_price_a_scenario_is_saved_where_that_price_is(cast: Cast) -> None:
    with acting(cast.workspace, by(cast, "bob").actor) as act:
        price = own.add(act, deal("1", "2"), cast.bob)
    client, address = signed_in(cast.bob), f"/scenarios/new/?to=own:{price.public_id}"
    assert f'<option value="{cast.workspace.public_id}" selected' in client.get(address).content.decode()
    elsewhere = client.post(address, {"name": "x", "workspace": personal_workspace(cast.bob).public_id})
    assert elsewhere.status_code == 422
    assert "here it would be unknown" in elsewhere.content.decode()
    assert client.post(address, {"name": "x", "workspace": cast.workspace.public_id}).status_code == 302


def test_a_viewer_saves_what_they_try_out_in_their_own_workspace(cast: Cast) -> None:
    client = signed_in(cast.vera, cast.workspace)
    mine = personal_workspace(cast.vera)
    assert f'<option value="{mine.public_id}" selected' in client.get(f"/scenarios/new/?{FLASH}").content.decode()


def test_a_workspace_s_archive_holds_every_revision_with_its_prices(cast: Cast) -> None:
    scenario = kept(cast)
    saving.comment(by(cast, "vera"), scenario, "looks good", NOW)
    files = {path: contents for path, contents in exported(cast.workspace) if isinstance(contents, bytes)}
    told = json.loads(files[f"scenarios/{scenario.public_id}.json"])
    assert told["revisions"][0]["query"] == drafted(cast).query
    assert [pin["model"] for pin in told["revisions"][0]["prices"]] == ["openai/gpt-4.1", "google/gemini-2.5-flash"]
    assert told["comments"][0]["text"] == "looks good"
    assert json.loads(files["scenarios/links.json"]) == []


def test_a_person_s_own_data_holds_what_they_wrote_where_they_still_are(cast: Cast) -> None:
    scenario = kept(cast)
    saving.comment(by(cast, "bob"), scenario, "mine", NOW)
    saving.comment(by(cast, "vera"), scenario, "hers", NOW)
    known = json.loads(signed_in(cast.bob).get("/me/export/").getvalue())["scenarios"]
    assert [one["id"] for one in known["made"]] == [scenario.public_id]
    assert [(one["scenario"], one["number"]) for one in known["saved"]] == [(scenario.public_id, 1)]
    assert [one["text"] for one in known["said"]] == ["mine"]
    cast.workspace.remove(cast.bob)
    known = json.loads(signed_in(cast.bob).get("/me/export/").getvalue())["scenarios"]
    assert known == {"made": [], "saved": [], "said": []}


def test_a_workspace_that_is_deleted_takes_its_scenarios_along_pinned_own_prices_and_all(cast: Cast) -> None:
    with acting(cast.workspace, by(cast, "bob").actor) as act:
        price = own.add(act, deal("1", "2"), cast.bob)
    kept(cast, f"to=own:{price.public_id}")
    cast.workspace.delete()
    assert not Revision.objects.exists()


# Pages


def test_an_anonymous_reader_signs_in_and_saves_with_nothing_retyped(cast: Cast) -> None:
    anonymous = Client()
    form = {"lang": "en", "to": "google/gemini-2.5-flash", "requests": "60k", "save": "1"}
    to_save = anonymous.get("/", form)["Location"]
    assert to_save == f"/scenarios/new/?{FLASH}"
    to_login = anonymous.get(to_save)["Location"]
    next_page = QueryDict(to_login.partition("?")[2])["next"]
    assert next_page == to_save

    client = signed_in(cast.bob, cast.workspace)
    page = client.get(next_page)
    name = re.search(r'name="name" value="([^"]+)"', page.content.decode())
    assert name is not None
    assert unescape(name[1]) == "openai/gpt-4.1 → google/gemini-2.5-flash"
    chosen = re.search(r'<option value="(\w+)" selected', page.content.decode())
    assert chosen is not None
    saved = client.post(next_page, {"name": unescape(name[1]), "workspace": chosen[1]})
    scenario = SavedScenario.objects.get()
    assert saved["Location"] == f"/scenarios/{scenario.public_id}/"
    assert scenario.workspace == cast.workspace
    assert scenario.current.query == FLASH
    assert "$8,010 a month" in client.get(saved["Location"]).content.decode()


@pytest.mark.django_db
def test_the_save_button_leads_on_with_a_script_too() -> None:
    form = {"lang": "en", "shape": "mm", "to": "google/gemini-2.5-flash", "requests": "60k", "save": "1"}
    response = Client().get("/", form, headers={"HX-Request": "true"})
    assert response["HX-Redirect"] == f"/scenarios/new/?{FLASH}"
    wrong = Client().get("/", {**form, "requests": "x"}, headers={"HX-Request": "true"})
    assert wrong.status_code == 422


def test_a_scenario_opened_in_the_calculator_is_saved_as_its_next_revision(cast: Cast) -> None:
    scenario = kept(cast)
    client = signed_in(cast.bob, cast.workspace)
    page = unescape(client.get(f"/scenarios/{scenario.public_id}/").content.decode())
    address = f"/?{FLASH}&scenario={scenario.public_id}&revision=1"
    assert address in page
    calculator = unescape(client.get(address).content.decode())
    assert f'name="scenario" value="{scenario.public_id}"' in calculator
    assert "Save as a revision" in calculator
    form = {"lang": "en", "requests": "70k", "to": "google/gemini-2.5-flash"}
    open_in = {"scenario": scenario.public_id, "revision": "1"}
    moved = client.get("/", {**form, **open_in})
    assert moved["Location"].endswith(f"requests=70000&scenario={scenario.public_id}&revision=1")
    followed = client.get("/", {**form, **open_in, "shape": "mm"}, headers={"HX-Request": "true"})
    assert followed["HX-Push-Url"] == moved["Location"]
    elsewhere = unescape(client.get("/elsewhere/", {**open_in, "q": "sonnet"}).content.decode())
    assert "to=anthropic/claude-sonnet-4-0" in elsewhere
    for address in re.findall(r'href="(/\?[^"]*)"', elsewhere):
        assert f"scenario={scenario.public_id}&revision=1" in address
    revise = client.get("/", {**form, **open_in, "save": "1"})["Location"]
    assert revise.startswith(f"/scenarios/{scenario.public_id}/revise/?")
    shown = unescape(client.get(revise).content.decode())
    action = re.search(r'<form method="post" action="([^"]*revise[^"]*)"', shown)
    assert action is not None
    assert client.post(action[1], {"revision": "1", "comment": "More traffic"}).status_code == 302
    scenario.refresh_from_db()
    assert (scenario.revision, scenario.current.comment) == (2, "More traffic")
    assert "requests=70000" in scenario.current.query


def test_who_comes_too_late_sees_both_and_loses_nothing(cast: Cast) -> None:
    scenario = kept(cast)
    saving.revise(by(cast, "alice"), scenario, 1, drafted(cast, "requests=10"), NOW)
    client, address = signed_in(cast.bob), f"/scenarios/{scenario.public_id}/revise/?requests=20"
    lost = client.post(address, {"revision": "1", "comment": "My reasons"})
    page = unescape(lost.content.decode())
    assert lost.status_code == 409
    assert "Alice" in page
    for word in ("Yours, not saved", 'value="My reasons"', "Revision 1", "Revision 2", "requests=20"):
        assert word in page
    assert '<input type="hidden" name="revision" value="2"' in page
    assert client.post(address, {"revision": "2", "comment": "My reasons"}).status_code == 302
    assert client.get(f"{address}&revision=1").status_code == 409


def test_scenarios_are_compared_line_by_line(cast: Cast) -> None:
    one, other = kept(cast), kept(cast, "requests=10&to=google/gemini-2.5-pro", "Pro")
    saving.revise(by(cast, "bob"), one, 1, drafted(cast, FLASH.replace("60000", "120000")), NOW)
    client = signed_in(cast.vera, cast.workspace)
    asked = f"a={one.public_id}.1&b={one.public_id}&c={other.public_id}.1"
    page = unescape(client.get(f"/scenarios/compare/?{asked}").content.decode())
    # 60,000 more requests a day for 30 days: 900 MTok more of output at $2.50, 1,800 of input at $0.30.
    for difference in ("+$2,250.00", "+$540.00", "+$2,790.00"):
        assert difference in page
    assert page.partition('class="ledger compared"')[2].count('<th scope="col">') == 3
    assert "60,000 a day" in page
    assert "120,000 a day" in page
    assert client.get(f"/scenarios/compare/?of={one.public_id}&of={other.public_id}").status_code == 200
    for wrong in ("", f"?a={one.public_id}"):
        assert client.get(f"/scenarios/compare/{wrong}").status_code == 422
    for wrong in (f"?a={one.public_id}.9&b={one.public_id}", f"?a={one.public_id}.x&b={one.public_id}"):
        assert client.get(f"/scenarios/compare/{wrong}").status_code == 404


def test_ticked_revisions_are_measured_against_the_earliest_and_are_six_at_most(cast: Cast) -> None:
    one = kept(cast)
    for number in range(1, 7):
        saving.revise(by(cast, "bob"), one, number, drafted(cast, FLASH.replace("60000", f"{number}0000")), NOW)
        one.refresh_from_db()
    client = signed_in(cast.vera, cast.workspace)
    ticked = "&".join(f"of={one.public_id}.{number}" for number in range(7, 0, -1))
    response = client.get(f"/scenarios/compare/?{ticked}")
    assert response.status_code == 422
    assert "Six at most" in response.content.decode()
    columns = client.get(f"/scenarios/compare/?{ticked.rpartition('&')[0]}").context["versions"]
    assert [version.note.partition(",")[0] for version in columns] == [f"revision {n}" for n in range(2, 8)]


def test_the_list_searches_and_hides_what_is_archived(cast: Cast) -> None:
    kept(cast, name="Chatbot")
    kept(cast, "to=anthropic/claude-sonnet-4-0", "Search engine")
    client = signed_in(cast.bob, cast.workspace)
    scenario = SavedScenario.objects.get(name="Chatbot")
    assert "Chatbot" in client.get("/scenarios/?q=flash").content.decode()
    assert "Chatbot" not in client.get("/scenarios/?q=claude").content.decode()
    client.post(f"/scenarios/{scenario.public_id}/archive/", {"archived": "1", "edition": "1"})
    assert "Chatbot" not in client.get("/scenarios/").content.decode()
    assert "Chatbot" in client.get("/scenarios/?archived=1").content.decode()
    client.post(f"/scenarios/{scenario.public_id}/archive/", {"archived": "0", "edition": "2"})
    assert "Chatbot" in client.get("/scenarios/").content.decode()


def test_a_name_that_somebody_else_has_changed_meanwhile_is_not_overwritten_unseen(cast: Cast) -> None:
    scenario = kept(cast)
    client, address = signed_in(cast.bob), f"/scenarios/{scenario.public_id}/rename/"
    mine = {"name": "Bob’s", "note": "one\r\ntwo", "edition": "1"}
    saving.rename(by(cast, "alice"), scenario, 1, "Alice’s", "")
    late = client.post(address, mine)
    assert late.status_code == 409
    page = unescape(late.content.decode())
    for words in ("now called “Alice’s”", 'value="Bob’s"', "one\ntwo", 'name="edition" value="2"'):
        assert words in page
    scenario.refresh_from_db()
    assert scenario.name == "Alice’s"
    assert client.post(address, {**mine, "edition": "2"}).status_code == 302
    assert client.post(address, {**mine, "name": "Once more", "edition": "3"}).status_code == 302
    scenario.refresh_from_db()
    assert (scenario.name, scenario.note) == ("Once more", "one\ntwo")


def test_what_somebody_else_has_changed_meanwhile_is_not_put_away_or_deleted_unseen(cast: Cast) -> None:
    scenario = kept(cast)
    client, home = signed_in(cast.alice), f"/scenarios/{scenario.public_id}/"
    hidden = re.findall(r'name="edition" value="(\d+)"', client.get(home).content.decode())
    assert hidden == ["1"]
    saving.revise(by(cast, "bob"), scenario, 1, drafted(cast, "requests=10"), NOW)
    put_away = client.post(f"{home}archive/", {"archived": "1", "edition": "1"})
    assert (put_away.status_code, client.post(f"{home}delete/", {"edition": "1"}).status_code) == (409, 409)
    assert "Somebody has changed this scenario meanwhile." in put_away.content.decode()
    scenario.refresh_from_db()
    assert scenario.archived_at is None
    assert client.post(f"{home}archive/", {"archived": "perhaps", "edition": "2"}).status_code == 422
    assert client.post(f"{home}archive/", {"archived": "1", "edition": "2"}).status_code == 302
    assert client.post(f"{home}delete/", {"edition": "3"}).status_code == 302


def test_what_was_deleted_meanwhile_is_not_there_to_be_changed(cast: Cast) -> None:
    scenario = kept(cast)
    home, gone = f"/scenarios/{scenario.public_id}/", SavedScenario.objects.get(pk=scenario.pk)
    saving.delete(by(cast, "alice"), scenario, 1)
    for act in (
        lambda: saving.rename(by(cast, "bob"), gone, 1, "x", ""),
        lambda: saving.archive(by(cast, "bob"), gone, 1, NOW),
        lambda: saving.revise(by(cast, "bob"), gone, 1, drafted(cast), NOW),
    ):
        with pytest.raises(StaleError):
            act()
    assert signed_in(cast.bob).post(f"{home}rename/", {"name": "x", "edition": "1"}).status_code == 404


def test_a_copy_is_of_the_revision_that_was_looked_at(cast: Cast) -> None:
    scenario = kept(cast)
    before = money(scenario)
    saving.revise(by(cast, "alice"), scenario, 1, drafted(cast, "requests=10"), NOW)
    client, address = signed_in(cast.bob), f"/scenarios/{scenario.public_id}/duplicate/"
    assert client.post(address, {"revision": "x"}).status_code == 422
    assert client.post(address, {"revision": "9"}).status_code == 404
    assert client.post(address, {"revision": "1"}).status_code == 302
    assert money(SavedScenario.objects.latest("pk")) == before


def test_names_and_words_of_people_are_text(cast: Cast) -> None:
    hostile = "<script>alert(1)</script>"
    scenario = kept(cast, name=hostile)
    saving.comment(by(cast, "bob"), scenario, hostile, NOW)
    client = signed_in(cast.bob, cast.workspace)
    for address in ("/scenarios/", f"/scenarios/{scenario.public_id}/", f"/scenarios/{scenario.public_id}/rename/"):
        page = client.get(address).content.decode()
        assert hostile not in page
        assert "&lt;script&gt;" in page


ADDRESSES = ("", "1/", "revise/", "reprice/", "rename/", "duplicate/", "archive/", "delete/", "share/", "comments/",
             "comments/abcdefabcdef/", "approvals/", "approvals/abcdefabcdef/")  # fmt: skip
POSTED = {"duplicate/", "archive/", "comments/", "approvals/", "approvals/abcdefabcdef/"}


@pytest.mark.parametrize("rest", ADDRESSES)
def test_for_outsiders_what_exists_and_what_does_not_are_the_same(cast: Cast, rest: str) -> None:
    scenario = kept(cast)
    client = signed_in(cast.charlie)
    ask: Callable[..., Any] = client.post if rest in POSTED else client.get

    def told(public_id: str) -> tuple[int, dict[str, str], str]:
        response = ask(f"/scenarios/{public_id}/{rest}")
        page = response.content.decode().replace(public_id, "ID")
        page = re.sub(r'name="csrfmiddlewaretoken" value="\w+"', "", page)
        headers = {name: value for name, value in response.headers.items() if name != "Content-Length"}
        return response.status_code, headers, page

    there, nowhere = told(scenario.public_id), told("0" * 12)
    assert there[0] == 404
    assert there == nowhere


def test_a_viewer_reads_and_comments_and_no_more(cast: Cast) -> None:
    scenario = kept(cast)
    client = signed_in(cast.vera, cast.workspace)
    home = f"/scenarios/{scenario.public_id}/"
    page = client.get(home).content.decode()
    assert "Re-price today" not in page
    assert client.post(f"{home}comments/", {"comment-text": "Why?"}).status_code == 302
    for rest in ("revise/", "reprice/", "rename/", "share/", "delete/"):
        assert client.get(home + rest).status_code == 403, rest
    for rest in ("duplicate/", "archive/", "approvals/"):
        assert client.post(home + rest).status_code == 403, rest
    theirs = {"name": "Mine", "workspace": cast.workspace.public_id}
    assert client.post(f"/scenarios/new/?{FLASH}", theirs).status_code == 422
    assert signed_in(cast.bob).get(f"{home}delete/").status_code == 403
    assert signed_in(cast.alice).post(f"{home}delete/", {"edition": "1"}).status_code == 302
    assert not SavedScenario.objects.exists()


def test_a_member_who_was_removed_is_out_at_the_next_request(cast: Cast) -> None:
    scenario = kept(cast)
    client = signed_in(cast.vera, cast.workspace)
    assert client.get(f"/scenarios/{scenario.public_id}/").status_code == 200
    cast.workspace.remove(cast.vera)
    assert client.get(f"/scenarios/{scenario.public_id}/").status_code == 404


def test_the_same_form_sent_again_leads_to_what_it_has_saved_and_says_so(cast: Cast) -> None:
    client, address = signed_in(cast.bob, cast.workspace), f"/scenarios/new/?{FLASH}"
    typed = {"name": "Move", "note": "", "workspace": cast.workspace.public_id}
    first = client.post(address, typed).headers["Location"]
    second = client.post(address, typed).headers["Location"]
    assert second == first
    assert "exactly this already" in client.get(second).content.decode()
    assert client.post(address, {**typed, "note": "Another one."}).headers["Location"] != first
    assert signed_in(cast.alice, cast.workspace).post(address, typed).headers["Location"] != first
    saving.revise(by(cast, "bob"), SavedScenario.objects.get(public_id=first.split("/")[2]), 1, drafted(cast, ""), NOW)
    assert client.post(address, typed).headers["Location"] != first


def test_what_the_product_notes_of_a_revision_is_said_in_the_readers_language(cast: Cast) -> None:
    scenario = kept(cast, FLASH + "&at=2025-12-01")
    client = signed_in(cast.bob, cast.workspace)
    client.cookies["django_language"] = "vi"
    assert client.post(f"/scenarios/{scenario.public_id}/reprice/", {"revision": "1"}).status_code == 302
    assert Revision.objects.get(scenario=scenario, number=2).comment == "Re-priced."
    page = client.get(f"/scenarios/{scenario.public_id}/").content.decode()
    assert "Re-priced." not in page
    assert page.count("Tính lại theo giá mới.") == 2


def test_after_a_scenario_is_deleted_one_is_in_the_list_that_it_was_in(cast: Cast) -> None:
    first, second = kept(cast), kept(cast, name="Stays")
    # Somebody who came by a link, and works elsewhere.
    client = signed_in(cast.alice)
    page = client.post(f"/scenarios/{first.public_id}/delete/", {"edition": "1"}, follow=True).content.decode()
    assert "“Move to Flash” is deleted." in page
    assert f'href="/scenarios/{second.public_id}/"' in page
    assert f'href="/w/{cast.workspace.public_id}/"' in page
