"""Comments, and approvals that another one than the author gives."""

from html import unescape

import pytest
from django.test import Client

from costcalc.accounts.workspaces import Membership
from costcalc.scenarios import saving
from costcalc.scenarios.models import Approval, Comment, SavedScenario
from costcalc.scenarios.saved import StaleError
from costcalc.scenarios.talking import OwnWorkError
from tests.factories import PASSWORD, Cast, signed_in
from tests.scenarios.keeping import NOW, by, drafted, kept


@pytest.fixture
def scenario(cast: Cast) -> SavedScenario:
    """What Bob has saved and wants approved."""
    return kept(cast)


def home(scenario: SavedScenario) -> str:
    return f"/scenarios/{scenario.public_id}/"


def asked(cast: Cast, scenario: SavedScenario) -> Approval:
    """Bob asks Vera on the page."""
    form = {"revision": "1", "person": cast.vera.public_id}
    assert signed_in(cast.bob).post(f"{home(scenario)}approvals/", form).status_code == 302
    return Approval.objects.get()


def answered(cast: Cast, scenario: SavedScenario, approval: Approval, who: str, decision: str = "given") -> int:
    """Somebody answers on the page; the status."""
    form = {f"{approval.public_id}-decision": decision, f"{approval.public_id}-words": "Because."}
    client = signed_in(getattr(cast, who))
    return client.post(f"{home(scenario)}approvals/{approval.public_id}/", form).status_code


@pytest.mark.parametrize(("decision", "words"), [("given", "approved by Vera"), ("declined", "declined by Vera")])
def test_somebody_else_than_the_author_answers(cast: Cast, scenario: SavedScenario, decision: str, words: str) -> None:
    approval = asked(cast, scenario)
    assert answered(cast, scenario, approval, "vera", decision) == 302
    page = signed_in(cast.bob, cast.workspace).get(home(scenario)).content.decode()
    assert words in page
    assert "Because." in page
    assert ("approved</span>" in signed_in(cast.bob, cast.workspace).get("/scenarios/").content.decode()) == (
        decision == "given"
    )


def test_only_who_was_asked_answers_and_only_once(cast: Cast, scenario: SavedScenario) -> None:
    approval = asked(cast, scenario)
    assert answered(cast, scenario, approval, "alice") == 403
    assert answered(cast, scenario, approval, "charlie") == 404
    assert answered(cast, scenario, approval, "vera", "perhaps") == 422
    assert answered(cast, scenario, approval, "vera") == 302
    assert answered(cast, scenario, approval, "vera", "declined") == 409
    approval.refresh_from_db()
    assert approval.decision == "given"


def test_nobody_approves_their_own_work(cast: Cast, scenario: SavedScenario) -> None:
    form = {"revision": "1", "person": cast.bob.public_id}
    assert signed_in(cast.alice).post(f"{home(scenario)}approvals/", form).status_code == 422
    with pytest.raises(OwnWorkError):
        saving.ask_approval(by(cast, "alice"), scenario, 1, cast.bob, NOW)
    sneaked = Approval.objects.create(revision=scenario.current, asked_by=cast.alice, asked_of=cast.bob, asked_at=NOW)
    with pytest.raises(OwnWorkError):
        saving.decide(by(cast, "bob"), sneaked, Approval.Decision.GIVEN, "", NOW)


def test_an_outsider_is_not_asked_and_one_who_has_left_no_longer_answers(cast: Cast, scenario: SavedScenario) -> None:
    form = {"revision": "1", "person": cast.charlie.public_id}
    assert signed_in(cast.bob).post(f"{home(scenario)}approvals/", form).status_code == 422
    approval = asked(cast, scenario)
    Membership.objects.filter(user=cast.vera, workspace=cast.workspace).delete()
    assert answered(cast, scenario, approval, "vera") == 404


def test_a_later_revision_takes_an_approval_away_and_says_so(cast: Cast, scenario: SavedScenario) -> None:
    approval = asked(cast, scenario)
    assert answered(cast, scenario, approval, "vera") == 302
    saving.revise(by(cast, "bob"), scenario, 1, drafted(cast, "requests=10"), NOW)
    client = signed_in(cast.bob, cast.workspace)
    assert "taken away by revision 2" in client.get(home(scenario)).content.decode()
    assert "approved</span>" not in client.get("/scenarios/").content.decode()
    scenario.refresh_from_db()
    saving.revise(by(cast, "bob"), scenario, 2, drafted(cast, "requests=20"), NOW)
    page = client.get(home(scenario)).content.decode()
    assert "taken away by revision 2" in page
    assert "revision 3</span>" not in page


def test_a_question_that_nobody_answered_is_not_taken_away_but_unanswered(cast: Cast, scenario: SavedScenario) -> None:
    asked(cast, scenario)
    saving.revise(by(cast, "bob"), scenario, 1, drafted(cast, "requests=10"), NOW)
    page = signed_in(cast.bob, cast.workspace).get(home(scenario)).content.decode()
    assert "no answer before revision 2" in page
    assert "taken away" not in page


def test_an_answer_to_an_older_revision_comes_too_late(cast: Cast, scenario: SavedScenario) -> None:
    approval = asked(cast, scenario)
    saving.revise(by(cast, "bob"), scenario, 1, drafted(cast, "requests=10"), NOW)
    assert answered(cast, scenario, approval, "vera") == 409
    approval.refresh_from_db()
    assert approval.decision == "asked"
    with pytest.raises(StaleError):
        saving.ask_approval(by(cast, "bob"), scenario, 1, cast.alice, NOW)
    form = {"revision": "1", "person": cast.alice.public_id}
    assert signed_in(cast.bob).post(f"{home(scenario)}approvals/", form).status_code == 409


def test_a_comment_is_changed_and_deleted_by_who_wrote_it_alone(cast: Cast, scenario: SavedScenario) -> None:
    vera, bob = signed_in(cast.vera), signed_in(cast.bob)
    vera.post(f"{home(scenario)}comments/", {"comment-text": "Why so much output?"})
    said = Comment.objects.get()
    address = f"{home(scenario)}comments/{said.public_id}/"
    assert bob.post(address, {"text": "Changed by Bob"}).status_code == 403
    assert bob.post(address, {"delete": "1"}).status_code == 403
    assert vera.get(address).status_code == 200
    assert vera.post(address, {"text": "  ", "edition": "1"}).status_code == 422
    assert vera.post(address, {"text": "Why so much?", "edition": "1"}).status_code == 302
    page = unescape(bob.get(home(scenario)).content.decode())
    assert "Why so much?" in page
    assert "changed since" in page
    assert vera.post(address, {"delete": "1", "edition": "2"}).status_code == 302
    assert not Comment.objects.exists()
    assert vera.get(address).status_code == 404


def test_a_comment_changed_in_another_tab_is_not_overwritten_unseen(cast: Cast, scenario: SavedScenario) -> None:
    said = saving.comment(by(cast, "vera"), scenario, "First", NOW)
    vera, address = signed_in(cast.vera), f"{home(scenario)}comments/{said.public_id}/"
    assert 'name="edition" value="1"' in vera.get(address).content.decode()
    saving.reword(by(cast, "vera"), said, 1, "Second", NOW)
    for sent in ({"text": "Third"}, {"text": "Third", "delete": "1"}):
        late = vera.post(address, {**sent, "edition": "1"})
        page = late.content.decode()
        assert late.status_code == 409
        assert [words in page for words in ("<p>Second</p>", "Third</textarea>", 'value="2"')] == [True] * 3
    said.refresh_from_db()
    assert said.text == "Second"
    assert vera.post(address, {"text": "Third", "edition": "2"}).status_code == 302
    said.refresh_from_db()
    assert (said.text, said.edition) == ("Third", 3)


def test_words_of_an_answer_that_came_too_late_are_shown_again(cast: Cast, scenario: SavedScenario) -> None:
    approval = asked(cast, scenario)
    saving.revise(by(cast, "bob"), scenario, 1, drafted(cast, "requests=10"), NOW)
    form = {f"{approval.public_id}-decision": "given", f"{approval.public_id}-words": "Well thought out."}
    late = signed_in(cast.vera).post(f"{home(scenario)}approvals/{approval.public_id}/", form)
    assert late.status_code == 409
    assert "Well thought out." in late.content.decode()


def test_an_empty_comment_is_refused_with_the_page_around_it(cast: Cast, scenario: SavedScenario) -> None:
    response = signed_in(cast.vera).post(f"{home(scenario)}comments/", {"comment-text": ""})
    assert response.status_code == 422
    assert "This field is required." in response.content.decode()


def test_what_somebody_did_stays_when_their_account_goes(cast: Cast, scenario: SavedScenario) -> None:
    approval = asked(cast, scenario)
    assert answered(cast, scenario, approval, "vera") == 302
    saving.comment(by(cast, "vera"), scenario, "fine by me", NOW)
    cast.vera.delete()
    page = signed_in(cast.bob).get(home(scenario)).content.decode()
    assert "fine by me" in page
    assert "a person who has gone" in page


def test_a_comment_sent_after_the_session_has_ended_is_there_after_signing_in(
    cast: Cast, scenario: SavedScenario
) -> None:
    client = Client()
    sent = client.post(f"{home(scenario)}comments/", {"comment-text": "Why <so> much?"})
    assert sent.headers["Location"] == f"/accounts/login/?next={home(scenario)}%23talk"
    form = {"login": "bob@example.org", "password": PASSWORD, "next": f"{home(scenario)}#talk"}
    assert client.post("/accounts/login/", form).headers["Location"] == f"{home(scenario)}#talk"
    other = kept(cast, name="Another one")
    assert "Why" not in client.get(home(other)).content.decode()
    assert "Why &lt;so&gt; much?</textarea>" in client.get(home(scenario)).content.decode()
    assert "Why" not in client.get(home(scenario)).content.decode(), "It is told once."
    assert not Comment.objects.exists()


def test_so_are_the_words_of_an_answer_to_who_asks_for_approval(cast: Cast, scenario: SavedScenario) -> None:
    approval, client = asked(cast, scenario), Client()
    words = {f"{approval.public_id}-words": "Too dear.", f"{approval.public_id}-decision": "declined"}
    assert client.post(f"{home(scenario)}approvals/{approval.public_id}/", words).status_code == 302
    client.post("/accounts/login/", {"login": "vera@example.org", "password": PASSWORD})
    assert 'value="Too dear."' in client.get(home(scenario)).content.decode()


def test_what_somebody_who_was_removed_had_typed_is_on_the_page_that_refuses_it(
    cast: Cast, scenario: SavedScenario
) -> None:
    client = signed_in(cast.bob)
    cast.workspace.memberships.filter(user=cast.bob).delete()
    typed = {"revision": "1", "comment": "Half <price>", "password": "secret detail"}
    answer = client.post(f"{home(scenario)}revise/?requests=5", typed)
    assert answer.status_code == 404
    assert "Half &lt;price&gt;" in answer.content.decode()
    assert "secret detail" not in answer.content.decode()
