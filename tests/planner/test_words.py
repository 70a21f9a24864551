"""Every refusal, happening and command of plans has its own words, in every language."""

from __future__ import annotations

import ast
import inspect
import pkgutil
from collections import Counter
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
from django.utils import translation
from pydantic import ValidationError

import migrations_app
from migrations_app import log_words, refusal_words
from migrations_app.rules.deciding import DECIDE
from migrations_app.rules.happening import Refused
from migrations_app.rules.redoing import AGAIN
from migrations_app.rules.state import PARTS
from tests.planner.test_rollout import COMMANDS
from tests.planner.wishes import KINDS, OWN, SENT

# What a refusal may be about: every code finds what its words need.
ABOUT: dict[str, Any] = {
    "count": 3,
    "cut_over": "2026-12-01",
    "day": "2026-12-01",
    "days": 7,
    "environment": "production",
    "event": "canary.started",
    "host": "example.org",
    "hours": 5,
    "id": "s9",
    "last": "9fQ2",
    "least": "2026-12-01",
    "metric": "error_rate",
    "missing": 12,
    "most": 10,
    "needs": 500,
    "number": 3,
    "percent": "50",
    "place": "events.0",
    "shares": ["10", "0"],
    "title": "Read the contract",
    "titles": ["Read the contract"],
    "until": "2026-12-01",
    "weight": "10",
    "why": "it is no number",
}
NESTED: dict[str, dict[str, Any]] = {
    "stage-not-passed": {"missing": [{"code": "hold-not-over", "hours": 5}]},
    "file-event-cannot": {"why": {"code": "not-held"}},
}


def in_words(code: str, language: str) -> str:
    with translation.override(language):
        return refusal_words.in_words(Refused(code, **{**ABOUT, **NESTED.get(code, {})}))


@pytest.mark.parametrize("code", refusal_words.WORDS)
def test_a_refusal_is_said_in_every_language(code: str) -> None:
    english, vietnamese = in_words(code, "en"), in_words(code, "vi")
    assert english != vietnamese
    assert not {part for said in (english, vietnamese) for part in ("%(", "{", "%%") if part in said}


@pytest.mark.parametrize("language", ["en", "vi"])
def test_no_two_refusals_say_the_same(language: str) -> None:
    said = Counter(in_words(code, language) for code in refusal_words.WORDS)
    assert [words for words, count in said.items() if count > 1] == []


@pytest.mark.parametrize("kind", log_words.ACTS)
def test_what_happens_is_said_in_every_language(kind: str) -> None:
    said = set()
    for language in ("en", "vi"):
        with translation.override(language):
            said.add(str(log_words.ACTS[kind]))
    assert len(said) == 2
    assert all(said)


def test_no_two_happenings_say_the_same() -> None:
    for language in ("en", "vi"):
        with translation.override(language):
            said = Counter(map(str, log_words.ACTS.values()))
            assert [words for words, count in said.items() if count > 1] == []


def test_each_command_is_decided() -> None:
    assert set(KINDS.values()) == set(DECIDE)
    assert not SENT.keys() & OWN.keys()


@pytest.mark.parametrize("name", OWN)
def test_nobody_sends_what_only_the_product_says(name: str) -> None:
    with pytest.raises(ValidationError, match="union_tag_invalid"):
        COMMANDS.validate_python({"command": name})


def sources() -> Iterator[tuple[str, ast.Module]]:
    """Every module of plans."""
    for found in pkgutil.walk_packages(migrations_app.__path__, "migrations_app."):
        if ".migrations." not in found.name and not found.ispkg:
            path = inspect.getsourcefile(import_module(found.name))
            assert path
            yield found.name, ast.parse(Path(path).read_text())


def first_texts(tree: ast.Module, names: set[str], place: int = 0) -> Iterator[str]:
    """The text that functions of these names are called with, at a place."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and len(node.args) > place:
            name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
            said = node.args[place]
            if name in names and isinstance(said, ast.Constant) and isinstance(said.value, str):
                yield said.value


def test_each_refusal_has_words_and_each_word_a_refusal() -> None:
    trees = dict(sources())
    raised = {code for tree in trees.values() for code in first_texts(tree, {"Refused"})}
    raised |= {code for tree in trees.values() for code in first_texts(tree, {"_must"}, 1)}
    raised |= {"hold-not-over"}
    assert raised == refusal_words.WORDS.keys()


def test_refusals_are_unique() -> None:
    tables = [
        node.value
        for _name, tree in sources()
        for node in ast.walk(tree)
        if isinstance(node, ast.AnnAssign) and getattr(node.target, "id", "") in {"WORDS", "REFUSALS"}
    ]
    keys = [key for table in tables if isinstance(table, ast.Dict) for key in table.keys]
    written = [key.value for key in keys if isinstance(key, ast.Constant) and key.value in refusal_words.WORDS]
    assert set(written) == refusal_words.WORDS.keys()
    assert [code for code, count in Counter(written).items() if count > 1] == []


def test_each_kind_has_words() -> None:
    made = {kind for _name, tree in sources() for kind in first_texts(tree, {"happening", "Happening"})}
    assert made <= log_words.ACTS.keys()
    assert {kind.partition(".")[0] for kind in AGAIN} == PARTS.keys()
    assert AGAIN.keys() <= log_words.ACTS.keys()
