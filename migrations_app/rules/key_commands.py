"""What people may do about a plan's keys, and when it is refused. Pure."""

from __future__ import annotations

from typing import Annotated, Any, Final, Literal

from pydantic import BeforeValidator, Field

from migrations_app.rules.about import Day
from migrations_app.rules.commands import Command, Guarded, Id, Line, Name, Reason
from migrations_app.rules.happening import Happening, Moment, Refused
from migrations_app.rules.keys import Key, Keys, Print, Standing

MOST_KEYS: Final = 100


def _empty(given: Any) -> Any:
    """A field of a form that was left empty."""
    return None if given == "" else given


OptionalDay = Annotated[Day | None, BeforeValidator(_empty)]


class _Described(Guarded):
    provider: Annotated[Name, Field(max_length=60)]
    environment: Annotated[Name, Field(max_length=60)]
    note: Line = ""
    expires_on: OptionalDay = None
    print: Print = Print()


class AddKey(_Described):
    """A key that is in use already."""

    command: Literal["add_key"]


class CreateKey(_Described):
    """A new key, in place of another one or of none: it is set and tested before it is finished."""

    command: Literal["create_key"]
    replaces: Annotated[str, Field(max_length=40, pattern=r"^[A-Za-z0-9_-]*$")] = ""


class SetKey(Guarded):
    """The pending key is where applications read it; a test has to follow."""

    command: Literal["set_key"]
    key: Id
    place: Reason


class Tried(Command):
    """What came of a real call. Only the product says so: no address takes this command."""

    key: Id
    outcome: str
    status: int | None = None
    seconds: float | None = None
    said: str = ""
    endpoint: str
    model: str
    known: Literal["print", "last", "nothing"]


class FinishKey(Guarded):
    """The pending key is the one that applications use now; the one before is kept to the end of `until`."""

    command: Literal["finish_key"]
    key: Id
    until: OptionalDay = None


class KeepKey(Guarded):
    """Keep the previous key for longer, or less long."""

    command: Literal["keep_key"]
    key: Id
    until: Day


class KeyUsed(Guarded):
    """When a key was used last, and where one reads that."""

    command: Literal["key_used"]
    key: Id
    used_on: Day
    source: Reason


class RevokeKey(Guarded):
    """The previous key was revoked at its provider: nothing uses it, and nothing goes back to it."""

    command: Literal["revoke_key"]
    key: Id
    reason: Line = ""


class LeakedKey(Command):
    """The key is known to others and was revoked at its provider at once; nothing keeps this from being said."""

    command: Literal["leaked_key"]
    key: Id
    reason: Reason


class DropKey(Guarded):
    """The pending key will not be used."""

    command: Literal["drop_key"]
    key: Id
    reason: Reason


class ReinstateKey(Guarded):
    """The previous key is the one in use again, and the one that had replaced it is kept."""

    command: Literal["reinstate_key"]
    key: Id
    reason: Reason


class DescribeKey(Guarded):
    """Other words about a key, or another day that it expires on."""

    command: Literal["describe_key"]
    key: Id
    note: Line = ""
    expires_on: OptionalDay = None


class RollbackWindow(Guarded):
    """For how many days after the cut-over one can go back."""

    command: Literal["rollback_window"]
    days: Annotated[int, Field(ge=0, le=365)]


def add(now: Keys, command: AddKey, moment: Moment) -> Happening:
    """Decide to list a key. Raises Refused."""
    return moment.happening("key.added", **_described(now, command))


def create(now: Keys, command: CreateKey, moment: Moment) -> Happening:
    """Decide to have a new key. Raises Refused."""
    if command.replaces:
        old = now.key(command.replaces)
        _must(old.replaceable, "key-not-current", old)
        _must(now.successor(old) is None, "key-replaced-already", old)
    return moment.happening("key.created", replaces=command.replaces, **_described(now, command))


def _described(now: Keys, command: AddKey | CreateKey) -> dict[str, Any]:
    if len(now.rows) >= MOST_KEYS:
        raise Refused("too-many-keys", most=MOST_KEYS)
    same = now.same(command.print.digest)
    if same:
        raise Refused("key-listed-already", last=same.print.last, environment=same.environment)
    names = {"provider", "environment", "note", "expires_on", "print"}
    return {"key": f"k{len(now.rows) + 1}", **command.model_dump(mode="json", include=names)}


def put(now: Keys, command: SetKey, moment: Moment) -> Happening:
    """Decide that a key is set. Raises Refused."""
    _pending(now, command.key)
    return moment.happening("key.set", key=command.key, place=command.place)


def tested(now: Keys, command: Tried, moment: Moment) -> Happening:
    """A test's outcome is a fact; of a pending key it counts once it is set. Raises Refused where there is no key."""
    now.key(command.key)
    return moment.happening("key.tested", **command.model_dump(exclude={"revision"}))


def used(now: Keys, command: KeyUsed, moment: Moment) -> Happening:
    """Decide that a key was used last on a day that is not to come. Raises Refused."""
    now.key(command.key)
    if command.used_on > moment.at.date():
        raise Refused("day-to-come", day=command.used_on.isoformat())
    return moment.happening("key.used", key=command.key, used_on=command.used_on.isoformat(), source=command.source)


def leaked(now: Keys, command: LeakedKey, moment: Moment) -> Happening:
    """Decide that a key is gone at once. Raises Refused for one that is gone already."""
    key = now.key(command.key)
    _must(key.standing is not Standing.REVOKED, "key-revoked", key)
    return moment.happening("key.leaked", key=command.key, reason=command.reason)


def drop(now: Keys, command: DropKey, moment: Moment) -> Happening:
    """Decide to do without. Raises Refused."""
    _pending(now, command.key)
    return moment.happening("key.dropped", key=command.key, reason=command.reason)


def reinstate(now: Keys, command: ReinstateKey, moment: Moment) -> Happening:
    """Decide to use the previous key again. Raises Refused."""
    key = now.key(command.key)
    _must(key.standing is Standing.PREVIOUS, "key-not-previous", key)
    return moment.happening("key.reinstated", key=command.key, reason=command.reason)


def describe(now: Keys, command: DescribeKey, moment: Moment) -> Happening:
    """Decide on other words. Raises Refused."""
    key = now.key(command.key)
    _must(key.alive, "key-revoked", key)
    said = command.model_dump(mode="json", include={"key", "note", "expires_on"})
    return moment.happening("key.described", **said)


def window(_now: Keys, command: RollbackWindow, moment: Moment) -> Happening:
    """Decide for how long one can go back."""
    return moment.happening("key.window", days=command.days)


def _pending(now: Keys, key: str) -> Key:
    found = now.key(key)
    _must(found.standing is Standing.PENDING, "key-not-pending", found)
    return found


def _must(holds: bool, code: str, key: Key) -> None:
    if not holds:
        raise Refused(code, last=key.print.last, environment=key.environment)
