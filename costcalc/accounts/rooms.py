"""What rooms add to a workspace: their part of its export and their pages; and to a person: data, pages, what ends.

Each registers at start-up (in its AppConfig's `ready`); accounts imports no room above it.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from costcalc.accounts.roles import Role

# An AppConfig imports this module while Django loads it, before there may be models.
if TYPE_CHECKING:
    from costcalc.accounts.audit import Acting
    from costcalc.accounts.models import User
    from costcalc.accounts.workspaces import Workspace

# A path and what is in it; what may be large comes in pieces.
File = tuple[str, bytes | Iterable[bytes]]
Export = Callable[["Workspace"], Iterable[File]]
OwnData = Callable[["User"], Any]

_exports: dict[str, Export] = {}
_own: dict[str, OwnData] = {}
_pages: dict[str, Page] = {}
_own_pages: dict[str, Any] = {}
_farewells: dict[str, Farewell] = {}


@dataclass(frozen=True)
class Page:
    """A page of a workspace: the name of its address (which takes `workspace`), its words, who may read it."""

    address: str
    label: Any
    needed: Role = Role.VIEWER


@dataclass(frozen=True)
class Farewell:
    """What ends, in the same act, with somebody's membership; `told` says beforehand what that is, in words."""

    end: Callable[[Acting, User, dt.datetime], None]
    told: Callable[[Workspace, User, dt.datetime], Iterable[str]]


def register_export(name: str, export: Export) -> None:
    """Have files in each workspace's archive, under the folder `name`: (path, contents) for each."""
    _exports[name] = export


def register_page(address: str, label: Any, needed: Role = Role.VIEWER) -> None:
    """Have a page in the navigation of each workspace; `label` is a lazy translation."""
    _pages[address] = Page(address, label, needed)


def register_own_page(address: str, label: Any) -> None:
    """Have a page among those of each person's account; `label` is a lazy translation."""
    _own_pages[address] = label


def register_farewell(name: str, farewell: Farewell) -> None:
    """Have something end with each membership."""
    _farewells[name] = farewell


def exported(workspace: Workspace) -> Iterator[File]:
    """Every file of a workspace's archive."""
    for name in sorted(_exports):
        for path, contents in _exports[name](workspace):
            yield f"{name}/{path}", contents


def register_own_data(name: str, own: OwnData) -> None:
    """Have what a room knows of a person in their own export, under `name`: what `json_pieces` can say."""
    _own[name] = own


def own_data(user: User) -> dict[str, Any]:
    """What the rooms know of a person."""
    return {name: _own[name](user) for name in sorted(_own)}


def pages() -> list[Page]:
    """The registered pages, in the order of their registration."""
    return list(_pages.values())


def own_pages() -> list[tuple[str, Any]]:
    """The name of the address and the words of each registered page of an account, in that order."""
    return list(_own_pages.items())


def say_farewell(act: Acting, user: User, now: dt.datetime) -> None:
    """End what the rooms hold of somebody who has gone from the workspace of this act."""
    for farewell in _farewells.values():
        farewell.end(act, user, now)


def told_before(workspace: Workspace, user: User, now: dt.datetime) -> list[str]:
    """What of theirs would end in the rooms, in words."""
    return [words for farewell in _farewells.values() for words in farewell.told(workspace, user, now)]
