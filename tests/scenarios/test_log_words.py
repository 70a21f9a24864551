"""The audit log of a busy workspace as its owner reads it: in words, with names and links, and only what differs."""

import re
from html import unescape

from django.test import Client
from django.utils import timezone

from costcalc.accounts.audit import acting
from costcalc.accounts.log_words import acts
from costcalc.accounts.roles import Role
from costcalc.accounts.team import change_role, invite_somebody, settle
from costcalc.catalog import own
from costcalc.scenarios import saving
from tests.catalog.test_own_prices import terms
from tests.factories import Cast, signed_in
from tests.processes import ROOT
from tests.scenarios.keeping import FLASH, NOW, by, drafted, kept


def busy(cast: Cast) -> str:
    """Everything is done once; the public id of the scenario that it was done to."""
    alice, bob, scenario = by(cast, "alice"), by(cast, "bob"), kept(cast)
    saving.revise(bob, scenario, 1, drafted(cast, FLASH.replace("60000", "120000")), NOW)
    approval = saving.ask_approval(bob, scenario, 2, cast.vera, NOW)
    saving.decide(by(cast, "vera"), approval, approval.Decision.GIVEN, "Fine.", NOW)
    saving.comment(alice, scenario, "Why so much output?", NOW)
    saving.share(bob, saving.revision_of(scenario), NOW, "For the board", NOW)
    settle(alice, 1, cast.workspace.name, False)
    change_role(alice, cast.vera, Role.EDITOR, NOW)
    invite_somebody(alice, Role.EDITOR, timezone.now(), "dora@example.org")
    with acting(cast.workspace, alice.actor) as act:
        price = own.add(act, terms("1.5"), cast.alice)
        price.superseded(act, terms("1.25"), cast.alice)
    return scenario.public_id


def read(client: Client, cast: Cast) -> str:
    """The log's text, one space between words."""
    page = client.get(f"/w/{cast.workspace.public_id}/audit/").content.decode()
    table = page[page.index("<tbody>") : page.index("</tbody>")]
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", table)).split())


def test_every_entry_names_what_it_is_about_and_only_what_differs(cast: Cast) -> None:
    public_id = busy(cast)
    client = signed_in(cast.alice)
    said = read(client, cast)
    for words in (
        "scenario revised Scenario: Move to Flash",
        "Requests: 60000 → 120000",
        "Revision: 1 → 2",
        "Asked: Vera",
        "role changed Member: Vera Role: viewer → editor",
        "Invitation: dora@example.org Role: editor Sent by e-mail: yes Until: ",
        "What is here may be shared by link: yes → no",
        "own price changed Own price: ",
        "Answer: asked for → approved",
    ):
        assert words in said, words
    assert f"/scenarios/{public_id}/" in client.get(f"/w/{cast.workspace.public_id}/audit/").content.decode()
    assert re.search(r"Saving, a month: −?\$[\d,]+\.\d\d → ", said)
    # What stayed as it was, ids, cents, JSON and microseconds are for programs, which have the files.
    assert "Name: Platform team" not in said
    for raw in (public_id, "saving_cents", "{", "+00:00", cast.vera.public_id):
        assert raw not in said, raw


def test_in_vietnamese_no_act_and_no_field_is_english(cast: Cast) -> None:
    busy(cast)
    client = signed_in(cast.alice)
    client.cookies["django_language"] = "vi"
    said = read(client, cast)
    for words in ("lưu phiên bản mới", "đổi vai trò", "Số yêu cầu: 60000 → 120000", "Gửi qua email: có"):
        assert words in said, words
    assert not re.search(r"\b(scenario|member|invitation|link|approval)[ .:]", said)


def test_what_is_deleted_is_said_to_be_gone(cast: Cast) -> None:
    scenario = kept(cast)
    saving.delete(by(cast, "alice"), scenario, 1)
    said = read(signed_in(cast.alice), cast)
    assert said.count(f"Scenario: {scenario.public_id} no longer there") == 2
    assert "Name: Move to Flash → —" in said


def test_every_act_that_the_product_notes_has_words() -> None:
    found = set()
    for file in (ROOT / "costcalc").rglob("*.py"):
        if file.name.endswith("words.py"):
            continue
        found |= set(re.findall(r'"((?:workspace|member|invitation|token|scenario|link|comment|approval|own_price)'
                                r'\.(?!json|xlsx)[a-z]+)"', file.read_text()))  # fmt: skip
    assert found - set(acts()) == set()
    assert len(found) > 20
