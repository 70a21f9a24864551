"""A document that somebody pasted: JSON, or the part of YAML that means the same to every reader. Pure.

Every value has its place (line and column, from 1), so that what is wrong with it can be pointed at. Nothing in it
is guessed: what one version of YAML reads as a number or a truth and another as a word must be put in quotes.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, Protocol

import yaml
from django.utils.translation import gettext as _

from costcalc.wire import strict_json

LONGEST = 64 * 1024
MOST_VALUES = 5000
Path = tuple[str | int, ...]
_INTEGER = re.compile(r"-?(0|[1-9][0-9]*)")
_NUMBER = re.compile(r"-?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][-+]?[0-9]+)?")
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
# What some reader of YAML takes for a number, a moment or a truth, and another one for a word.
_DOUBTFUL = re.compile(
    r"[-+]?(\.[0-9]|[0-9])[0-9_,:.eExXoObBa-fA-F+-]*|[-+]?\.(inf|nan)|y|n|yes|no|on|off|<<|=", re.IGNORECASE
)
_WORDS: Mapping[str, bool | None] = {"true": True, "false": False, "null": None, "~": None, "": None}
_TOKEN = re.compile(r'"(?:[^"\\]|\\.)*"|[{}\[\],:]|[^\s{}\[\],:"]+', re.DOTALL)


@dataclass(frozen=True, order=True)
class Spot:
    """Where something is, as editors count: lines and columns from 1."""

    line: int
    column: int


class DocumentError(ValueError):
    """A document that cannot be read; the message says why, in words for whoever wrote it."""

    def __init__(self, message: str, spot: Spot | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.spot = spot


def _not_yaml(why: object, spot: Spot | None) -> DocumentError:
    return DocumentError(_("This is neither JSON nor YAML that can be read: %(why)s.") % {"why": why}, spot)


class _Mark(Protocol):
    line: int
    column: int


@dataclass
class Document:
    """What was read, and where each value, by its path, begins."""

    value: Any = None
    spots: dict[Path, Spot] = field(default_factory=dict)

    def spot(self, path: Path) -> Spot | None:
        """Where a value is; of one that is missing, where the object is in which it should be."""
        while path and path not in self.spots:
            path = path[:-1]
        return self.spots.get(path)


def read_document(text: str) -> Document:
    """Read JSON, where it begins like it, else YAML. Raises DocumentError."""
    if len(text) > LONGEST:
        raise DocumentError(_("The text has more than %(count)s characters.") % {"count": LONGEST})
    if not text.strip():
        raise DocumentError(_("There is nothing in it."))
    if text.lstrip().startswith(("{", "[")):
        return _json(text)
    return _Yaml(text).document()


def _json(text: str) -> Document:
    try:
        value = strict_json.loads(text.encode("utf-8", "surrogatepass"))
    except strict_json.BadJSONError as error:
        message = str(error)
        found = re.search(r" at line ([0-9]+), column ([0-9]+)\.$", message)
        spot = Spot(int(found[1]), int(found[2])) if found else None
        why = f"{message[: found.start()]}." if found else message
        raise DocumentError(_("This is not JSON that can be read. %(why)s") % {"why": why}, spot) from None
    return Document(value, dict(_json_spots(text)))


def _json_spots(text: str) -> Iterator[tuple[Path, Spot]]:
    """Where the values of a JSON text begin; it is known to be JSON."""
    # Of each object or list that is open: the key or position that comes next, and whether a key is awaited.
    stack: list[list[Any]] = []
    ends = [match.start() for match in re.finditer("\n", text)]
    line, passed = 0, -1
    for match in _TOKEN.finditer(text):
        token, start = match[0], match.start()
        while line < len(ends) and ends[line] < start:
            passed, line = ends[line], line + 1
        if token in "}]":
            stack.pop()
        elif token == ",":
            top = stack[-1]
            top[0] = top[0] + 1 if top[1] is None else top[0]
            top[1] = None if top[1] is None else True
        elif token == ":":
            stack[-1][1] = False
        elif stack and stack[-1][1]:
            stack[-1][0] = json.loads(token)
        else:
            yield tuple(level[0] for level in stack), Spot(line + 1, start - passed)
            if token in "{[":
                stack.append(["", True] if token == "{" else [0, None])


class _Yaml:
    """YAML without aliases, tags and doubtful words; the events of the parser, bounded as they come."""

    def __init__(self, text: str) -> None:
        self.found = Document()
        self.count = 0
        # The pure parser: it reads no further than it is asked.
        self.events = yaml.parse(text, Loader=yaml.SafeLoader)

    def document(self) -> Document:
        """The one document of the text. Raises DocumentError."""
        try:
            self._expect(yaml.StreamStartEvent)
            if not isinstance(self._next(), yaml.DocumentStartEvent):
                raise DocumentError(_("There is nothing in it."))
            self.found.value = self._value(self._next(), (), 0)
            self._expect(yaml.DocumentEndEvent)
            more = self._next()
            if not isinstance(more, yaml.StreamEndEvent):
                raise DocumentError(_("There is more than one document in it."), _spot(more.start_mark))
        except yaml.MarkedYAMLError as error:
            mark = error.problem_mark or error.context_mark
            words = error.problem or error.context or "it cannot be read"
            raise DocumentError(
                _("This is neither JSON nor YAML that can be read: %(why)s.") % {"why": words},
                _spot(mark) if mark else None,
            ) from None
        except yaml.YAMLError as error:
            raise _not_yaml(str(error).splitlines()[0], None) from None
        return self.found

    def _next(self) -> Any:
        return next(self.events)

    def _expect(self, kind: type[Any]) -> None:
        event = self._next()
        if not isinstance(event, kind):
            raise _not_yaml(event, _spot(event.start_mark))

    def _value(self, event: Any, path: Path, depth: int) -> Any:
        spot = _spot(event.start_mark)
        self.found.spots[path] = spot
        self.count += 1
        self._refuse(event, spot, depth)
        if isinstance(event, yaml.MappingStartEvent):
            return self._mapping(path, depth)
        if isinstance(event, yaml.SequenceStartEvent):
            return self._sequence(path, depth)
        return scalar(event.value, spot) if event.style is None else event.value

    def _refuse(self, event: Any, spot: Spot, depth: int) -> None:
        if isinstance(event, yaml.AliasEvent) or event.anchor is not None:
            raise DocumentError(_("References (& and *) are not read: write the value where it belongs."), spot)
        if event.tag is not None:
            raise DocumentError(_("Tags (!) are not read."), spot)
        if depth > strict_json.MAX_DEPTH:
            raise DocumentError(_("Nested deeper than %(count)s levels.") % {"count": strict_json.MAX_DEPTH}, spot)
        if self.count > MOST_VALUES:
            raise DocumentError(_("There are more than %(count)s values in it.") % {"count": MOST_VALUES}, spot)

    def _mapping(self, path: Path, depth: int) -> dict[str, Any]:
        found: dict[str, Any] = {}
        while not isinstance(event := self._next(), yaml.MappingEndEvent):
            spot = _spot(event.start_mark)
            if not isinstance(event, yaml.ScalarEvent):
                raise DocumentError(_("A key is a word."), spot)
            self._refuse(event, spot, depth)
            key = str(event.value)
            if key in found:
                raise DocumentError(_("The key “%(key)s” appears twice in one object.") % {"key": key[:80]}, spot)
            found[key] = self._value(self._next(), (*path, key), depth + 1)
        return found

    def _sequence(self, path: Path, depth: int) -> list[Any]:
        found: list[Any] = []
        while not isinstance(event := self._next(), yaml.SequenceEndEvent):
            found.append(self._value(event, (*path, len(found)), depth + 1))
        return found


def scalar(text: str, spot: Spot) -> Any:
    """What a word without quotes says. Raises DocumentError where readers of YAML do not agree on it."""
    if text in _WORDS:
        return _WORDS[text]
    if _DAY.fullmatch(text):
        return text
    if len(text) <= strict_json.MAX_DIGITS and _INTEGER.fullmatch(text):
        return int(text)
    if len(text) <= strict_json.MAX_DIGITS and _NUMBER.fullmatch(text):
        number = Decimal(text)
        if abs(number.adjusted()) <= strict_json.MAX_EXPONENT:
            return number
    elif not _DOUBTFUL.fullmatch(text) and text.lower() not in _WORDS:
        return text
    words = _(
        "Programs do not agree on what “%(text)s” says: write a number as 1000.5, a truth as true or false, and put "
        "a word in quotes."
    )
    raise DocumentError(words % {"text": text[:40]}, spot)


def _spot(mark: _Mark) -> Spot:
    return Spot(mark.line + 1, mark.column + 1)
