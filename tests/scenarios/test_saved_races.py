"""Two at the same moment, with real commits: one effect, and the other is told."""

import json
from collections.abc import Callable
from functools import partial

import pytest
from django.db import transaction
from django.test import Client

from costcalc.accounts.audit import faults
from costcalc.scenarios import saving
from costcalc.scenarios.models import Approval, Revision, SavedScenario
from costcalc.scenarios.saved import StaleError, recorded
from tests.factories import Cast, a_cast, a_token, signed_in
from tests.scenarios.keeping import NOW, by, drafted, kept
from tests.threads import at_once


@pytest.fixture
def racing(committed_db: None) -> Cast:
    """The cast, in rows that other threads see."""
    return a_cast()


def test_of_two_who_save_at_once_one_wins_and_the_other_is_told(racing: Cast) -> None:
    for _attempt in range(5):
        scenario = kept(racing)

        def saves(who: str, requests: int, scenario: SavedScenario = scenario) -> Callable[[], object]:
            mine = SavedScenario.objects.get(pk=scenario.pk)
            said = drafted(racing, f"requests={requests}")
            return lambda: saving.revise(by(racing, who), mine, 1, said, NOW)

        told = at_once(saves("alice", 10), saves("bob", 20))
        assert sorted(type(one).__name__ for one in told) == ["Revision", "StaleError"]
        assert scenario.revisions.count() == 2
    assert list(faults(racing.workspace)) == []


def test_without_the_revision_seen_both_would_win_and_one_be_overwritten_unseen(racing: Cast) -> None:
    """The race is there: who reads the number at the moment of writing, as a form without it would, always wins."""
    scenario = kept(racing)

    def saves(who: str, requests: int) -> Callable[[], object]:
        mine, said = SavedScenario.objects.get(pk=scenario.pk), drafted(racing, f"requests={requests}")

        def unguarded() -> object:
            for _attempt in range(20):
                mine.refresh_from_db()
                try:
                    return saving.revise(by(racing, who), mine, mine.revision, said, NOW)
                except StaleError:
                    continue
            raise AssertionError("never got through")

        return unguarded

    told = at_once(saves("alice", 10), saves("bob", 20))
    assert [type(one).__name__ for one in told] == ["Revision", "Revision"]
    assert scenario.revisions.count() == 3


def test_of_two_who_write_the_same_number_past_every_other_guard_one_loses_like_any_late_comer(racing: Cast) -> None:
    """Neither takes the workspace's lock nor compares the revision: what is left is the constraint."""
    for _attempt in range(5):
        scenario = kept(racing)

        def writes(who: str, requests: int, scenario: SavedScenario = scenario) -> Callable[[], object]:
            mine, said = SavedScenario.objects.get(pk=scenario.pk), drafted(racing, f"requests={requests}")

            def unguarded() -> object:
                with transaction.atomic():
                    return recorded(mine, 2, said, getattr(racing, who), NOW)

            return unguarded

        told = at_once(writes("alice", 10), writes("bob", 20))
        assert sorted(type(one).__name__ for one in told) == ["Revision", "StaleError"]
        assert scenario.revisions.count() == 2


def test_a_number_that_is_taken_is_409_on_the_page_and_in_the_api_and_leaves_nothing(racing: Cast) -> None:
    scenario, bob = kept(racing), signed_in(racing.bob)
    recorded(scenario, 2, drafted(racing, "requests=10"), racing.alice, NOW)
    entries = racing.workspace.audit_entries.count()
    page = bob.post(f"/scenarios/{scenario.public_id}/revise/?requests=20", {"revision": "1", "comment": "Mine"})
    assert page.status_code == 409
    assert "Yours, not saved" in page.content.decode()
    api = Client(headers={"authorization": f"Bearer {a_token(racing.workspace, racing.bob)[1]}"})
    for headers in ({}, {"idempotency-key": "k"}):
        answer = api.post(
            f"/api/v1/scenarios/{scenario.public_id}/revisions",
            json.dumps({"revision": 1, "query": "requests=20"}),
            content_type="application/json",
            headers=headers,
        )
        assert answer.status_code == 409, answer.content
    scenario.refresh_from_db()
    assert (scenario.revision, scenario.edition, Revision.objects.count()) == (1, 1, 2)
    assert racing.workspace.audit_entries.count() == entries
    assert list(faults(racing.workspace)) == []


def test_of_two_who_rename_at_once_one_wins_and_the_other_is_told(racing: Cast) -> None:
    for _attempt in range(5):
        scenario = kept(racing)

        def renames(who: str, scenario: SavedScenario = scenario) -> Callable[[], object]:
            mine = SavedScenario.objects.get(pk=scenario.pk)
            return lambda: saving.rename(by(racing, who), mine, 1, who, "")

        told = at_once(renames("alice"), renames("bob"))
        assert sorted(type(one).__name__ for one in told) == ["NoneType", "StaleError"]
        scenario.refresh_from_db()
        assert (scenario.edition, scenario.name) == (2, "alice" if told[0] is None else "bob")
    assert list(faults(racing.workspace)) == []


def test_of_an_answer_and_a_revision_at_once_the_answer_never_counts_for_what_was_not_read(racing: Cast) -> None:
    for _attempt in range(5):
        scenario = kept(racing)
        approval = saving.ask_approval(by(racing, "bob"), scenario, 1, racing.vera, NOW)
        said = drafted(racing, "requests=10")
        told = at_once(
            partial(saving.decide, by(racing, "vera"), approval, Approval.Decision.GIVEN, "", NOW),
            partial(saving.revise, by(racing, "bob"), scenario, 1, said, NOW),
        )
        assert isinstance(told[1], Revision)
        assert told[0] is None or isinstance(told[0], StaleError)
        assert not Approval.objects.get(pk=approval.pk).counts
