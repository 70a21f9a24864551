"""The audit log as people read it: what was done, to what, and what changed, in the reader's language.

Each room registers, at start-up, the words of its acts and fields and how the things that it names are found.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from costcalc.accounts.workspaces import Workspace
from costcalc.formatting import Formatter

EMPTY = "—"


@dataclass(frozen=True)
class Thing:
    """What an entry is about: its kind in words, its name, and its page while there is one."""

    kind: str
    name: str
    href: str = ""
    gone: bool = False


@dataclass(frozen=True)
class Change:
    """One field, as it was and as it is; `before` is None where there was nothing to change."""

    label: str
    before: str | None
    after: str


# Public ids → name and address of those that are still there.
Find = Callable[[Workspace, Collection[str]], Mapping[str, tuple[str, str]]]
# A stored value → how it is shown.
Write = Callable[[Any, Formatter], str]
# A stored value taken apart: fields of its own, by label.
Spread = Callable[[Any, Formatter], Mapping[str, str]]
# Lazily translated.
Words = Any


@dataclass(frozen=True)
class Field:
    """What a field is called and how it is shown; `kind` says that it names a thing, by its id first of all."""

    label: Words
    write: Write | None = None
    kind: str = ""
    spread: Spread | None = None


_acts: dict[str, Words] = {}
_kinds: dict[str, tuple[Words, Find]] = {}
# By the kind of what an entry is about ("" for all), and the field's name.
_fields: dict[tuple[str, str], Field] = {}
# Before the name of a field that stands within another.
WITHIN = "*."


def register_acts(acts: Mapping[str, Words]) -> None:
    """Have acts (`scenario.saved`) in words."""
    _acts.update(acts)


def register_kind(kind: str, label: Words, find: Find) -> None:
    """Have the things of a kind (`scenario:4xY…`) named, and linked while they are there."""
    _kinds[kind] = label, find


def register_fields(fields: Mapping[str, Field], of: str = "") -> None:
    """Have fields of `before` and `after` in words: of every entry, or of those about a kind of things.

    `*.name` is a field that stands within another one.
    """
    _fields.update({(of, name): field for name, field in fields.items()})


def acts() -> Iterable[str]:
    """Every act that has words."""
    return _acts


def act_in_words(action: str) -> str:
    """`a scenario was saved`; what has no words is said as it is stored."""
    return str(_acts.get(action, action))


Named = Mapping[tuple[str, str], tuple[str, str]]


def named(workspace: Workspace, references: Iterable[tuple[str, str]]) -> Named:
    """The name and address of each (kind, id) that is still there; one look for each kind."""
    by_kind: dict[str, set[str]] = {}
    for kind, public_id in references:
        by_kind.setdefault(kind, set()).add(public_id)
    return {
        (kind, public_id): found
        for kind, ids in by_kind.items()
        if kind in _kinds
        for public_id, found in _kinds[kind][1](workspace, ids).items()
    }


def references(target: str, *sides: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Every (kind, id) that an entry names, in its target and in its fields."""
    about, public_id = _split(target)
    yield about, public_id
    for side in sides:
        yield from _named_in(about, side, "")


def _named_in(about: str, values: Mapping[str, Any], within: str) -> Iterator[tuple[str, str]]:
    for name, value in values.items():
        field = field_of(about, within + name)
        for each in value if isinstance(value, list) else [value]:
            if isinstance(each, Mapping):
                yield from _named_in(about, each, WITHIN)
            elif field.kind and isinstance(each, str):
                yield field.kind, _id_in(each)


def field_of(about: str, name: str) -> Field:
    """The words of a field of an entry about a kind of things; one that has none is called as it is stored."""
    found = _fields.get((about, name)) or _fields.get(("", name))
    return found or Field(name.removeprefix(WITHIN))


def thing(target: str, known: Named) -> Thing:
    """What a target (`scenario:4xY…`) is, in words."""
    kind, public_id = _split(target)
    if kind not in _kinds:
        return Thing("", target)
    name, href = known.get((kind, public_id), (public_id, ""))
    return Thing(str(_kinds[kind][0]), name, href, gone=(kind, public_id) not in known)


def changes(
    target: str, before: Mapping[str, Any], after: Mapping[str, Any], known: Named, write: Formatter
) -> Iterator[Change]:
    """What differs, in words, in the order in which the rooms named the fields."""
    reader = _Reader(_split(target)[0], known, write)
    named_fields = [name for of, name in _fields if of in {"", reader.about}]
    for name in dict.fromkeys((*named_fields, *sorted({*before, *after}))):
        if before.get(name) == after.get(name):
            continue
        field = field_of(reader.about, name)
        if field.spread:
            yield from _spread(field.spread, before.get(name), after.get(name), write)
            continue
        was, now = (_apart(reader.shown(field, side.get(name))) for side in (before, after))
        if name in before or now != EMPTY:
            yield Change(str(field.label), was if name in before else None, now)


def _spread(spread: Spread, before: Any, after: Any, write: Formatter) -> Iterator[Change]:
    was, now = (spread(value, write) if value is not None else {} for value in (before, after))
    for label in dict.fromkeys((*was, *now)):
        if was.get(label) != now.get(label):
            yield Change(label, None if before is None else was.get(label, EMPTY), now.get(label, EMPTY))


def _apart(text: str) -> str:
    # A value that holds the arrow itself would not be told from what stands beside it.
    return f"“{text}”" if "→" in text else text


@dataclass(frozen=True)
class _Reader:
    """Says the values of an entry about a kind of things."""

    about: str
    known: Named
    write: Formatter

    def shown(self, field: Field, value: Any) -> str:
        """A value in words; of what holds values of its own, each by its name."""
        if value is None or value in ("", [], {}):
            return EMPTY
        if isinstance(value, bool):
            return _("yes") if value else _("no")
        if field.write:
            return field.write(value, self.write)
        if isinstance(value, Mapping):
            return ", ".join(self._parts(value))
        if isinstance(value, list):
            return "; ".join(self.shown(field, each) for each in value)
        text = str(value)
        return self.known.get((field.kind, _id_in(text)), (text, ""))[0] if field.kind else text

    def _parts(self, values: Mapping[str, Any]) -> Iterator[str]:
        for name, value in values.items():
            field = field_of(self.about, WITHIN + name)
            text = self.shown(field, value)
            if text != EMPTY:
                yield f"{field.label}: {text}"


def _split(target: str) -> tuple[str, str]:
    kind, _colon, public_id = target.partition(":")
    return kind, public_id


def _id_in(value: str) -> str:
    """The id in `4xY…`, `4xY….3` or `user:4xY…`."""
    return value.rpartition(":")[2].partition(".")[0]


def day(value: Any, write: Formatter) -> str:
    """A stored day, as the reader's language writes it."""
    return write.day(dt.date.fromisoformat(value))


def moment(value: Any, write: Formatter) -> str:
    """A stored moment, in the reader's time zone."""
    return write.date_time(dt.datetime.fromisoformat(value))


def choice(choices: Any) -> Write:
    """A stored choice by its label; one that is no more as it is stored."""

    def written(value: Any, _write: Formatter) -> str:
        return str(choices(value).label) if value in choices.values else str(value)

    return written
