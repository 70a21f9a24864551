"""The calculator's fragment, the picker's search and the page's weight, on one server beside a bare Django view.

The three kinds of request take turns, so that whatever else the machine does hits them alike.
"""

from __future__ import annotations

import gzip
import json
import random
import statistics
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from html.parser import HTMLParser
from http.client import HTTPConnection
from tempfile import TemporaryDirectory
from typing import Any
from urllib.parse import quote, urlencode

import brotli
from genai_prices.data import providers

from tests.bench.aims import at_most, percentile
from tests.processes import Served, answers, environment, free_port

ROUNDS = 400
WARM = 40
HEADERS = {"Accept-Encoding": "gzip, deflate, br", "Accept-Language": "en", "Host": "localhost"}
HTMX = {"HX-Request": "true", "HX-Target": "ledger", "HX-Current-URL": "http://localhost/"}
MODELS = [f"{provider.id}/{model.id}" for provider in providers for model in provider.models]


@dataclass
class Page(HTMLParser):
    """What a page's HTML asks for, and what its form would send."""

    html: str
    styles: list[str] = field(default_factory=list)
    scripts: list[dict[str, str | None]] = field(default_factory=list)
    fields: dict[str, str] = field(default_factory=dict)
    _select: str | None = None

    def __post_init__(self) -> None:
        super().__init__()
        self.feed(self.html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Keep style sheets, scripts and the scenario's fields."""
        found = dict(attrs)
        if tag == "link" and found.get("rel") == "stylesheet":
            self.styles.append(found["href"] or "")
        elif tag == "script":
            self.scripts.append(found)
        elif tag == "input" and found.get("name"):
            self.fields[found["name"] or ""] = found.get("value") or ""
        elif tag == "select" and found.get("name"):
            self._select = found["name"]
        elif tag == "option" and self._select and ("selected" in found or self._select not in self.fields):
            self.fields[self._select] = found.get("value") or ""


@contextmanager
def served() -> Iterator[HTTPConnection]:
    """uvicorn with one worker and the product's whole application, on a data folder of its own."""
    port = free_port()
    with TemporaryDirectory() as folder:
        env = environment(DATA_DIR=folder, DJANGO_SETTINGS_MODULE="tests.bench.settings")
        with Served(sys.executable, "manage.py", "prepare", env=env) as preparing:
            assert preparing.process.wait() == 0, preparing.rest()
        command = ("-m", "uvicorn", "costcalc.asgi:application", "--port", str(port), "--log-level", "warning")
        with Served(sys.executable, *command, env=env):
            assert answers(f"http://127.0.0.1:{port}/readyz").text == "ready\n"
            connection = HTTPConnection("127.0.0.1", port)
            yield connection
            connection.close()


def asked(connection: HTTPConnection, path: str, headers: dict[str, str]) -> tuple[float, bytes, str]:
    """One request: seconds until the last byte, the body as it came, and how it was encoded."""
    began = time.perf_counter()
    connection.request("GET", path, headers={**HEADERS, **headers})
    answer = connection.getresponse()
    body = answer.read()
    taken = time.perf_counter() - began
    assert answer.status == 200, (answer.status, path)
    return taken, body, answer.headers.get("Content-Encoding", "")


def text(body: bytes, encoding: str) -> str:
    """A body, decoded."""
    plain: Callable[[bytes], bytes] = {"br": brotli.decompress, "gzip": gzip.decompress}.get(encoding, bytes)
    return plain(body).decode()


def main(rounds: int = ROUNDS) -> dict[str, Any]:
    """Warm up, take turns, weigh."""
    with served() as connection:
        page = Page(text(*asked(connection, "/", {})[1:]))
        source = random.Random(20261122)
        kinds: dict[str, Callable[[], tuple[str, dict[str, str]]]] = {
            "bare": lambda: ("/bare/", {}),
            "fragment": lambda: (fragment(source, page.fields), HTMX),
            "search": lambda: (search(source), {"HX-Request": "true"}),
        }
        turns(connection, kinds, WARM)
        seconds = turns(connection, kinds, rounds)
        weight = weigh(connection, page)
    bare = seconds["bare"]
    ratio = statistics.median(seconds["fragment"]) / statistics.median(bare)
    return {
        "rounds": rounds,
        "fragment_against_bare_view": at_most(ratio, 2),
        "search_p95_against_bare_view_p95": at_most(percentile(seconds["search"], 0.95) / percentile(bare, 0.95), 1),
        "milliseconds": {
            kind: {"median": milliseconds(taken, 0.5), "p95": milliseconds(taken, 0.95)}
            for kind, taken in seconds.items()
        },
        "page_weight": weight,
    }


def milliseconds(taken: list[float], share: float) -> float:
    """A percentile in milliseconds."""
    return round(percentile(taken, share) * 1000, 2)


def turns(
    connection: HTTPConnection, kinds: dict[str, Callable[[], tuple[str, dict[str, str]]]], rounds: int
) -> dict[str, list[float]]:
    """Seconds of each kind of request, in turns."""
    seconds: dict[str, list[float]] = {kind: [] for kind in kinds}
    for _ in range(rounds):
        for kind, made in kinds.items():
            path, headers = made()
            taken, body, encoding = asked(connection, path, headers)
            seconds[kind].append(taken)
            check(kind, text(body, encoding))
    return seconds


def check(kind: str, html: str) -> None:
    """That the answer is what was asked for: a figure in the ledger, a hundred rows, a list."""
    wanted = {"bare": "model-99", "fragment": 'id="verdict"', "search": "option"}
    assert wanted[kind] in html, (kind, html[:2000])


def fragment(source: random.Random, fields: dict[str, str]) -> str:
    """The form with other traffic and other models each time, as htmx sends it."""
    own = {
        "from": source.choice(MODELS),
        "to": source.choice(MODELS),
        "requests": str(source.randrange(1, 1_000_000)),
        "in": str(source.randrange(1, 20_000)),
        "out": str(source.randrange(1, 4_000)),
        "cached": str(source.randrange(0, 100)),
        "growth": str(source.randrange(0, 20)),
    }
    return "/?" + urlencode({**fields, **own}, safe="/:,@~")


def search(source: random.Random) -> str:
    """A name as far as somebody has typed it."""
    model = source.choice(MODELS).split("/", 1)[1]
    typed = model[: source.randrange(2, len(model) + 1)]
    return f"/models/?field=from&list=w1-from-options&from={quote(typed)}"


def weigh(connection: HTTPConnection, page: Page) -> dict[str, Any]:
    """What a first visit carries over the wire, and whether a script stands before the first paint."""
    paths = ["/", *page.styles, *(script["src"] or "" for script in page.scripts if "src" in script)]
    sizes = {path: len(asked(connection, path, {})[1]) for path in paths}
    late = all(
        "src" in script and ({"defer", "async"} & script.keys() or script.get("type") == "module")
        for script in page.scripts
    )
    return {
        "kilobytes": at_most(sum(sizes.values()) / 1000, 60),
        "first_paint_needs_no_script": bool(late and "$9,000" in page.html),
        "bytes": sizes,
    }


if __name__ == "__main__":
    print(json.dumps(main()))
