"""The log of a workspace: whole, or what is wrong with it is found."""

import copy
import json
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest
from django.db import IntegrityError, connection, connections, transaction
from django.http import Http404
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from costcalc.accounts.appended import AppendOnlyError
from costcalc.accounts.audit import (
    Actor,
    ActorCard,
    AuditEntry,
    acting,
    checkpoint,
    erase,
    faults,
)
from costcalc.accounts.workspaces import Workspace
from tests.factories import Cast, a_cast

FIELDS = (
    "sequence",
    "at",
    "actor",
    "actor_digest",
    "action",
    "target",
    "before",
    "after",
    "previous_hash",
    "entry_hash",
)


@pytest.fixture
def log(cast: Cast) -> Workspace:
    """A workspace in which five things were done by three people."""
    people = (cast.alice, cast.bob, cast.alice, cast.vera, cast.bob)
    for number, user in enumerate(people):
        with acting(cast.workspace, Actor(user)) as act:
            act.note(f"thing.{number}", f"thing:{number}", {"n": number}, {"n": number + 1})
    return cast.workspace


def sql(statement: str, *values: str | int) -> None:
    """What somebody with the database in their hands can do."""
    with connection.cursor() as cursor:
        cursor.execute(statement, values)


def renumber(log: Workspace, old: int, new: int) -> None:
    sql("UPDATE accounts_auditentry SET sequence = %s WHERE workspace_id = %s AND sequence = %s", new, log.pk, old)


def test_a_log_that_was_left_alone_is_whole(log: Workspace) -> None:
    assert list(faults(log)) == []
    assert checkpoint(log).sequence == 5


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("at", "2020-01-01 00:00:00+00:00"),
        ("actor_digest", "0" * 64),
        ("action", "thing.none"),
        ("target", "thing:9"),
        ("before", "{}"),
        ("after", '{"n":9}'),
        ("previous_hash", "0" * 64),
        ("entry_hash", "0" * 64),
        ("sequence", 9),
    ],
)
def test_any_change_of_any_field_is_found(log: Workspace, field: str, value: str | int) -> None:
    sql(f"UPDATE accounts_auditentry SET {field} = %s WHERE workspace_id = %s AND sequence = 3", value, log.pk)
    assert list(faults(log))


def test_another_actor_is_found(log: Workspace) -> None:
    cards = list(ActorCard.objects.filter(workspace=log).order_by("pk"))
    entry = log.audit_entries.get(sequence=1)
    other = next(card for card in cards if card.pk != entry.actor)
    sql("UPDATE accounts_auditentry SET actor = %s WHERE id = %s", other.pk, entry.pk)
    assert "the actor of entry 1 was changed" in set(faults(log))


@pytest.mark.parametrize(("column", "value"), [("name", "Mallory"), ("email", "m@example.org"), ("salt", "x")])
def test_another_name_on_a_card_is_found(log: Workspace, column: str, value: str) -> None:
    card = log.audit_entries.get(sequence=2).actor
    sql(f"UPDATE accounts_actorcard SET {column} = %s WHERE id = %s", value, card)
    assert set(faults(log)) == {"the actor of entry 2 was changed", "the actor of entry 5 was changed"}


@pytest.mark.parametrize("column", ["name", "email"])
def test_another_name_on_a_card_that_claims_to_be_erased_is_found(log: Workspace, column: str) -> None:
    card = log.audit_entries.get(sequence=2).actor
    ActorCard.objects.filter(pk=card).update(name="", email="", salt="", erased_at=timezone.now())
    assert list(faults(log)) == []
    ActorCard.objects.filter(pk=card).update(**{column: "Mallory"})
    assert set(faults(log)) == {"the actor of entry 2 was changed", "the actor of entry 5 was changed"}


def test_a_card_that_was_deleted_is_found(log: Workspace) -> None:
    ActorCard.objects.filter(pk=log.audit_entries.get(sequence=4).actor).delete()
    assert list(faults(log)) == ["entry 4 has lost its actor"]


@pytest.mark.parametrize("removed", [1, 2, 3, 4])
def test_a_removed_entry_is_found(log: Workspace, removed: int) -> None:
    sql("DELETE FROM accounts_auditentry WHERE workspace_id = %s AND sequence = %s", log.pk, removed)
    assert any("missing" in fault for fault in faults(log))


def test_removed_and_renumbered_is_found(log: Workspace) -> None:
    sql("DELETE FROM accounts_auditentry WHERE workspace_id = %s AND sequence = 2", log.pk)
    for number in (3, 4, 5):
        sql(
            "UPDATE accounts_auditentry SET sequence = %s WHERE workspace_id = %s AND sequence = %s",
            number - 1,
            log.pk,
            number,
        )
    assert list(faults(log))


def test_reordering_is_found(log: Workspace) -> None:
    for old, new in ((2, 99), (3, 2), (99, 3)):
        renumber(log, old, new)
    assert list(faults(log))


@pytest.mark.parametrize("left", [0, 1, 4])
def test_a_cut_end_is_found_by_an_exported_checkpoint_and_only_by_it(log: Workspace, left: int) -> None:
    known = checkpoint(log)
    sql("DELETE FROM accounts_auditentry WHERE workspace_id = %s AND sequence > %s", log.pk, left)
    assert list(faults(log)) == []
    assert list(faults(log, known)) == [f"the log ends at entry {left}, the checkpoint is at 5: entries were cut off"]


def test_a_log_written_anew_is_found_by_a_checkpoint(log: Workspace, cast: Cast) -> None:
    known = checkpoint(log)
    sql("DELETE FROM accounts_auditentry WHERE workspace_id = %s", log.pk)
    for number in range(7):
        with acting(log, Actor(cast.alice)) as act:
            act.note("thing.forged", f"thing:{number}")
    assert list(faults(log)) == []
    assert list(faults(log, known)) == ["entry 5 is not the one of the checkpoint"]
    assert list(faults(log, replace(known, sequence=0, entry_hash="0" * 64))) == []


def test_an_entry_of_another_log_is_found(log: Workspace, cast: Cast) -> None:
    other = Workspace.objects.made_for(cast.alice, "Other")
    with acting(other, Actor(cast.alice)) as act:
        act.note("thing.0", "thing:0", {"n": 0}, {"n": 1})
    sql("DELETE FROM accounts_auditentry WHERE workspace_id = %s", log.pk)
    sql("UPDATE accounts_auditentry SET workspace_id = %s WHERE workspace_id = %s", log.pk, other.pk)
    assert "entry 1 was changed" in set(faults(log))


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60)
@given(data=st.data())
def test_whatever_is_changed_is_found(log: Workspace, data: st.DataObject) -> None:
    entry = data.draw(st.sampled_from(list(log.audit_entries.all())))
    field = data.draw(st.sampled_from(FIELDS))
    changed = copy.copy(entry)
    setattr(changed, field, data.draw(other_than(getattr(entry, field))))
    with transaction.atomic():
        AuditEntry._base_manager.filter(pk=entry.pk).delete()
        changed.pk, changed._state.adding = None, True
        try:
            with transaction.atomic():
                changed.save()
        except IntegrityError:
            # Two entries in one place are refused by the database itself.
            pass
        else:
            assert list(faults(log))
        transaction.set_rollback(True)


def other_than(value: object) -> st.SearchStrategy[object]:
    if isinstance(value, int):
        return st.integers(1, 2**40).filter(lambda drawn: drawn != value)
    if isinstance(value, str):
        text = st.text(st.characters(codec="ascii", exclude_characters="\0"), max_size=60)
        return text.filter(lambda drawn: drawn != value)
    return st.datetimes(timezones=st.just(timezone.get_default_timezone())).filter(lambda drawn: drawn != value)


@pytest.mark.parametrize(
    "act",
    [
        lambda entry: entry.save(),
        lambda entry: AuditEntry.objects.filter(pk=entry.pk).update(action="x"),
        lambda entry: AuditEntry.objects.filter(pk=entry.pk).delete(),
    ],
)
def test_the_product_itself_cannot_change_an_entry(log: Workspace, act: Callable[[AuditEntry], object]) -> None:
    with pytest.raises(AppendOnlyError):
        act(log.audit_entries.get(sequence=1))


def test_an_act_that_fails_leaves_no_entry(cast: Cast) -> None:
    def fail() -> None:
        with acting(cast.workspace, Actor(cast.bob)) as act:
            act.note("thing.done", "thing:1")
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail()
    assert not cast.workspace.audit_entries.exists()


def test_a_person_who_is_erased_leaves_a_chain_that_verifies(log: Workspace, cast: Cast) -> None:
    known = checkpoint(log)
    erase(cast.bob, timezone.now())
    assert list(faults(log, known)) == []
    said = json.dumps(list(ActorCard.objects.filter(workspace=log).values()), default=str)
    assert "Bob" not in said
    assert "bob@" not in said
    assert "Alice" in said
    cast.bob.delete()
    assert list(faults(log, known)) == []


def test_each_name_that_a_person_had_has_a_card(cast: Cast) -> None:
    for name in ("Bob", "Bob", "Robert"):
        cast.bob.name = name
        with acting(cast.workspace, Actor(cast.bob)) as act:
            act.note("thing.done", "thing:1")
    assert ActorCard.objects.filter(workspace=cast.workspace).count() == 2
    assert list(faults(cast.workspace)) == []


def test_a_workspace_that_is_deleted_takes_its_log_along(log: Workspace) -> None:
    pk = log.pk
    log.delete()
    assert not AuditEntry.objects.filter(workspace=pk).exists()


@pytest.mark.usefixtures("committed_db")
def test_acts_at_the_same_moment_follow_each_other() -> None:
    cast = a_cast()

    def note(number: int) -> None:
        try:
            with acting(cast.workspace, Actor(cast.alice)) as act:
                act.note("thing.done", f"thing:{number}")
        finally:
            connections.close_all()

    with ThreadPoolExecutor(6) as pool:
        list(pool.map(note, range(30)))
    assert list(faults(cast.workspace)) == []
    assert checkpoint(cast.workspace).sequence == 30


def test_an_act_in_a_workspace_that_was_deleted_meanwhile_is_not_found(cast: Cast) -> None:
    seen = Workspace.objects.get(pk=cast.workspace.pk)
    cast.workspace.delete()
    with pytest.raises(Http404), acting(seen, Actor(cast.alice)):
        pytest.fail("Nothing is there to act in.")
