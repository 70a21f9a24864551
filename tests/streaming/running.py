"""Snippets as readers run them: taken from the page, put into a file, started by the command that the page gives."""

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import urlencode

import httpx
import pytest

from costcalc.streaming.snippets.kinds import Kind

BYTECODE = Path(__file__).resolve().parents[2] / ".cache" / "tests" / "bytecode"
KEY = "sk-test-0123456789"


class Codes(HTMLParser):
    """The texts of a page's code elements."""

    def __init__(self) -> None:
        super().__init__()
        self.inside = False
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "code":
            self.inside = True
            self.found.append("")

    def handle_endtag(self, tag: str) -> None:
        self.inside = self.inside and tag != "code"

    def handle_data(self, data: str) -> None:
        if self.inside:
            self.found[-1] += data


@dataclass(frozen=True)
class Shown:
    """What a page shows: a file, the last of the commands that run it, all of them, and which lines a move changes."""

    text: str
    command: str
    variable: str
    commands: tuple[str, ...] = ()
    changes: tuple[tuple[str, str], ...] = ()


def shown(site: str, **asked: str) -> Shown:
    """The snippet on the page for what is asked."""
    answer = httpx.get(f"{site}/stream/snippets/?{urlencode(asked)}", trust_env=False, timeout=60)
    assert answer.status_code == 200, answer.text
    codes = Codes()
    codes.feed(answer.text)
    text, *more = codes.found
    lines = more[0].splitlines() if more else []
    asks = re.search(r"; read -rs (\w+);", "\n".join(lines))
    changes = more[1].splitlines() if len(more) > 1 else []
    pairs = tuple(zip(changes[::2], changes[1::2], strict=True))
    return Shown(text, lines[-1] if lines else "", asks[1] if asks else "", tuple(lines), pairs)


def started(page: Shown, folder: Path, environment: Mapping[str, str] | None = None) -> subprocess.Popen[bytes]:
    """The snippet's process."""
    program, file = page.command.split()
    (folder / file).write_text(page.text, encoding="utf-8")
    variables = {**plain_environment(), page.variable or "NO_KEY": KEY, **(environment or {})}
    command = [sys.executable if program == "python" else tool(program), file]
    return subprocess.Popen(command, cwd=folder, env=variables, stdout=subprocess.PIPE, stderr=subprocess.PIPE)


def plain_environment() -> dict[str, str]:
    """Ours without proxies, so that nothing goes where a test does not see it; this Python's tools come first."""
    clean = {name: value for name, value in os.environ.items() if not name.lower().endswith("_proxy")}
    tools = os.pathsep.join((str(Path(sys.executable).parent), clean["PATH"]))
    # Compiled once, not in each process: some machines forbid to do so beside the libraries.
    compiled = {"PYTHONPYCACHEPREFIX": str(BYTECODE), "PYTHONDONTWRITEBYTECODE": ""}
    return {**clean, **compiled, "PATH": tools, "PYTHONWARNINGS": "error"}


@dataclass(frozen=True)
class Run:
    """How a snippet ended."""

    code: int
    out: str
    err: str


def ended(process: subprocess.Popen[bytes]) -> Run:
    """How it ends; for sure after a minute."""
    with process:
        try:
            out, err = process.communicate(timeout=60)
        finally:
            process.kill()
    return Run(process.returncode, out.decode(), err.decode(errors="replace"))


def ran(page: Shown, folder: Path, environment: Mapping[str, str] | None = None) -> Run:
    """Run to its end."""
    return ended(started(page, folder, environment))


def all_ran(pages: Mapping[Kind, Shown], folder: Path) -> dict[Kind, Run]:
    """All at once: they mostly wait."""
    processes = {}
    for kind, page in pages.items():
        (folder / kind).mkdir()
        processes[kind] = started(page, folder / kind)
    return {kind: ended(process) for kind, process in processes.items()}


def tool(name: str) -> str:
    """The path of a program. Fails the test when there is none; `TOOLS=none` skips it, and says so."""
    if os.environ.get("TOOLS") == "none":
        pytest.skip("NOT RUN: TOOLS=none")
    found = shutil.which(name)
    if found is None:
        pytest.fail(f"No {name}: install one, or set TOOLS=none to go without.")
    return found
