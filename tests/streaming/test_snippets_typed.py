"""The commands beside a snippet, as somebody types them: at a terminal, which asks for the key and does not show it."""

import os
import pty
import select
import subprocess
import termios
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from pydantic import SecretStr

from costcalc.accounts.models import User
from costcalc.streaming.snippets.kinds import Kind
from tests.streaming.hostile import TEXT, Answer, Provider, cut, openai
from tests.streaming.relay.asking import soon
from tests.streaming.running import KEY, Shown, plain_environment, shown, tool
from tests.streaming.test_snippets_sample import is_whole

WAIT_S = 30


@dataclass
class Terminal:
    """A terminal in which bash runs some commands."""

    shell: subprocess.Popen[bytes]
    descriptor: int
    seen: bytes = field(default=b"")

    def until(self, words: bytes) -> None:
        """Wait until these words stand there. Fails when they do not come."""
        by = time.monotonic() + WAIT_S
        while words not in self.seen:
            assert self.more(by), self.seen.decode(errors="replace")

    def more(self, by: float) -> bytes:
        """What comes next; nothing at the end, or when it is too late."""
        ready, _, _ = select.select([self.descriptor], [], [], max(0, by - time.monotonic()))
        try:
            piece = os.read(self.descriptor, 65536) if ready else b""
        except OSError:
            # So Linux says that nobody has the terminal open any more.
            piece = b""
        self.seen += piece
        return piece

    def types(self, line: str) -> None:
        """Type this as soon as what is typed is not shown: nobody is as fast as the step from the prompt to that."""
        soon(lambda: not termios.tcgetattr(self.descriptor)[3] & termios.ECHO)
        os.write(self.descriptor, line.encode() + b"\n")

    def end(self) -> str:
        """All that stood there, when the shell has ended."""
        by = time.monotonic() + WAIT_S
        while self.more(by):
            pass
        assert self.shell.wait(WAIT_S) == 0, self.seen.decode(errors="replace")
        return self.seen.decode().replace("\r\n", "\n")


@contextmanager
def typed(page: Shown, folder: Path) -> Iterator[Terminal]:
    """The page's commands in a terminal, but for the one that installs what is installed here."""
    (folder / page.command.split()[-1]).write_text(page.text, encoding="utf-8")
    commands = "\n".join(line for line in page.commands if " install " not in line)
    ours, theirs = pty.openpty()
    shell = subprocess.Popen(
        [tool("bash"), "-c", commands],
        cwd=folder,
        env=plain_environment(),
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
        start_new_session=True,
    )
    os.close(theirs)
    try:
        yield Terminal(shell, ours)
    finally:
        shell.kill()
        shell.wait()
        os.close(ours)


@pytest.mark.usefixtures("quick")
@pytest.mark.parametrize("kind", [Kind.HTTPX, Kind.OPENAI, Kind.NODE, Kind.CURL])
def test_who_runs_a_snippet_is_asked_for_the_key_and_it_is_not_shown(site: str, tmp_path: Path, kind: Kind) -> None:
    with typed(shown(site, model="sample-vietnamese", kind=kind), tmp_path) as terminal:
        terminal.until(b"SAMPLE_API_KEY: ")
        assert terminal.seen == b"SAMPLE_API_KEY: "
        terminal.types(KEY)
        said = terminal.end().removeprefix("SAMPLE_API_KEY: \n")
    assert KEY not in said
    text, _, usage = said.removesuffix("\n").rpartition("\n")
    assert is_whole(text, "sample-vietnamese"), said
    assert "completion_tokens" in usage


@pytest.mark.usefixtures("quick")
def test_nothing_is_asked_for_where_no_key_is_needed(site: str, tmp_path: Path) -> None:
    with typed(shown(site, model="sample-plain", kind=Kind.WEBSOCKET), tmp_path) as terminal:
        assert is_whole(terminal.end().rpartition("\nusage: ")[0], "sample-plain")


def test_the_relay_is_given_the_session_that_was_typed(
    site: str, settings: Any, provider: Provider, tmp_path: Path
) -> None:
    base = provider.plays(tmp_path.name, Answer(cut(openai(TEXT))))
    settings.PROVIDERS, settings.PRIVATE_PROVIDERS = (f"acme={base}",), True
    settings.PROVIDER_KEYS = {"acme": SecretStr(KEY)}
    client = Client()
    client.force_login(User.objects.create_user("alice@example.org", "a pass phrase of hers"))
    session = client.cookies["sessionid"].value
    with typed(shown(site, provider="acme", model="m-1", kind=Kind.WEBSOCKET), tmp_path) as terminal:
        terminal.until(b"RELAY_COOKIE: ")
        terminal.types(f"sessionid={session}")
        said = terminal.end()
    assert TEXT in said
    assert session not in said
    assert [headers["authorization"] for _, _, _, headers in provider.requests(tmp_path.name)] == [f"Bearer {KEY}"]
