"""A snippet's text: its source, with the parts of the provider's dialect and the values of the request filled in.

Pure. The request is the one that the relay itself makes (`calls`), so that what is shown cannot drift from
what is done. The key is never in it: each snippet reads it from an environment variable.
"""

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any, Final

from costcalc.streaming.calls import Call, Question, completion_call
from costcalc.streaming.dialects import Dialect
from costcalc.streaming.endpoints import Endpoint
from costcalc.streaming.snippets import literals
from costcalc.streaming.snippets.kinds import RECIPES, Kind, Recipe

SOURCES: Final = Path(__file__).parent / "sources"
PROMPT: Final = "Explain why SSE suits a chatbot, in three sentences."
# Seconds. Models that think first are silent for long.
SILENCE: Final = 60
# Where a provider answers the official SDK of OpenAI, if not under its own address.
# Sources: Google "OpenAI compatibility", Anthropic "OpenAI SDK compatibility".
COMPATIBLE: Final = {Dialect.GEMINI: "/openai"}
_SLOT: Final = re.compile(r"__([A-Z]+(?:_[A-Z]+)*)__")


@dataclass(frozen=True, slots=True)
class Wish:
    """What a snippet is to do: ask this model of this provider, and give up after so many seconds of silence.

    `relay` is the address of this server, scheme and host, without a path.
    """

    endpoint: Endpoint
    model: str
    relay: str
    silence: int = SILENCE


@dataclass(frozen=True, slots=True)
class Snippet:
    """A file that can be run as it is. `variable` is where it reads the key; "" where it needs none."""

    kind: Kind
    text: str
    variable: str

    @property
    def recipe(self) -> Recipe:
        """How it is run."""
        return RECIPES[self.kind]


def snippet(kind: Kind, wish: Wish) -> Snippet:
    """The snippet of this kind."""
    values = _VALUES[kind](wish)
    text = _filled(_parts(kind, wish.endpoint.dialect), values)
    return Snippet(kind, text, "" if RECIPES[kind].relayed else key_variable(wish.endpoint))


def commands(recipe: Recipe, variable: str) -> str:
    """How a snippet is run in bash or zsh; `variable` is what is asked for first, unseen, "" where nothing is."""
    asks = f"printf '{variable}: '; read -rs {variable}; export {variable}; echo" if variable else ""
    return "\n".join(filter(None, (recipe.install, asks, recipe.run)))


def key_variable(endpoint: Endpoint) -> str:
    """The environment variable of a provider's key, as most of their own tools call it."""
    name = re.sub(r"[^A-Z0-9]", "_", endpoint.name.upper())
    return f"{name}_API_KEY" if name[0].isalpha() else f"P{name}_API_KEY"


def compatible(endpoint: Endpoint) -> Endpoint:
    """The same provider where it speaks OpenAI's dialect."""
    base = endpoint.base_url + COMPATIBLE.get(endpoint.dialect, "")
    return replace(endpoint, base_url=base, dialect=Dialect.OPENAI)


def _parts(kind: Kind, dialect: Dialect) -> str:
    """The source of a kind, with the pieces that several share in their places."""
    language = RECIPES[kind].language
    places = {"EVENTS": f"events.{language}", "READ": f"read.{language}.{dialect}"}
    text = _source(str(kind))
    for slot, name in places.items():
        if f"__{slot}__" in text:
            text = text.replace(f"__{slot}__", _source(name).rstrip("\n"))
    return text


@cache
def _source(name: str) -> str:
    return (SOURCES / f"{name}.txt").read_text(encoding="utf-8")


def _filled(text: str, values: Mapping[str, str]) -> str:
    """All slots at once: what is filled in is not looked through for slots again."""
    return _SLOT.sub(lambda slot: values[slot[1]], text)


def _call(wish: Wish) -> Call:
    """The request, with a sign where the key is to be."""
    return completion_call(wish.endpoint, Question(wish.model, PROMPT), literals.KEY)


def _httpx(wish: Wish) -> dict[str, str]:
    return _written(wish, literals.python, literals.python_header, literals.python_mapping)


def _node(wish: Wish) -> dict[str, str]:
    return _written(wish, literals.javascript, literals.node_header, literals.javascript_mapping)


def _written(
    wish: Wish,
    literal: Callable[[Any], str],
    header: Callable[[str, str], str],
    mapping: Callable[[dict[str, str]], str],
) -> dict[str, str]:
    """The call in a language whose literals are written so; a header holds the key by its variable's name."""
    call, variable = _call(wish), key_variable(wish.endpoint)
    return {
        "VARIABLE": variable,
        "URL": literal(call.url),
        "HEADERS": mapping({name: header(value, variable) for name, value in call.headers.items()}),
        "BODY": mapping({name: literal(value) for name, value in json.loads(call.body).items()}),
        "SILENCE": str(wish.silence),
    }


def _openai(wish: Wish) -> dict[str, str]:
    return {
        "VARIABLE": key_variable(wish.endpoint),
        "BASE_URL": literals.python(compatible(wish.endpoint).base_url),
        "MODEL": literals.python(wish.model),
        "PROMPT": literals.python(PROMPT),
        "SILENCE": str(wish.silence),
    }


def _curl(wish: Wish) -> dict[str, str]:
    call, variable = _call(wish), key_variable(wish.endpoint)
    headers = (literals.shell_header(name, value, variable) for name, value in call.headers.items())
    return {
        "VARIABLE": variable,
        "URL": literals.shell(call.url),
        "HEADERS": " \\\n  ".join(headers),
        "BODY": json.dumps(json.loads(call.body), ensure_ascii=False, indent=2),
        "SILENCE": str(wish.silence),
    }


def _question(wish: Wish, **beside: Any) -> dict[str, Any]:
    """What the relay is asked."""
    return {"provider": wish.endpoint.name, "model": wish.model, "prompt": PROMPT, **beside}


def _browser(wish: Wish) -> dict[str, str]:
    values = {name: literals.javascript(value) for name, value in _question(wish, resume=True).items()}
    return {"QUESTION": literals.javascript_mapping(values), "SILENCE": str(wish.silence)}


def _websocket(wish: Wish) -> dict[str, str]:
    values = {name: literals.python(value) for name, value in _question(wish).items()}
    return {
        "RELAY": literals.python(wish.relay),
        "QUESTION": literals.python_mapping(values),
        "SILENCE": str(wish.silence),
    }


_VALUES: Final = {
    Kind.HTTPX: _httpx,
    Kind.OPENAI: _openai,
    Kind.NODE: _node,
    Kind.CURL: _curl,
    Kind.BROWSER: _browser,
    Kind.WEBSOCKET: _websocket,
}
