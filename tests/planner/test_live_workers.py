"""Live pages as they are served: two workers, whichever one has done it; and going down with open streams."""

from __future__ import annotations

import re
import shutil
import signal
import sys
import time
from contextlib import ExitStack
from pathlib import Path

import httpx
from django.conf import settings

from tests.factories import PASSWORD
from tests.planner.looked import events
from tests.processes import Served, environment, free_port

READERS = 12


class Dora(httpx.Client):
    """Somebody who has just signed up at a real server."""

    def send_form(self, path: str, **fields: str) -> httpx.Response:
        page = self.get(path)
        found = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', page.text)
        assert found, page.text
        headers = {"referer": str(self.base_url)}
        sent = self.post(path, data={"csrfmiddlewaretoken": found[1], **fields}, headers=headers)
        assert sent.status_code == 302, sent.text
        return sent


def test_every_worker_tells_what_any_of_them_has_done_and_ends_cleanly(static_files: None, tmp_path: Path) -> None:
    shutil.copytree(settings.STATIC_ROOT, tmp_path / "static", copy_function=shutil.copy2)
    env = environment(DATA_DIR=str(tmp_path), PORT=str(free_port()), WORKERS="2", RATE_LIMIT="off")
    env.pop("DATABASE_URL", None)
    with (
        Served(sys.executable, "manage.py", "serve", env=env) as served,
        Dora(base_url=served.address(), trust_env=False, timeout=30) as dora,
        ExitStack() as stack,
    ):
        dora.send_form("/accounts/signup/", email="dora@example.org", password1=PASSWORD)
        page = dora.send_form("/plans/new/", name="To Gemini", start_on="2026-12-01").headers["location"]
        live = f"/live{page.rstrip('/')}"
        streams = [
            stack.enter_context(dora.stream("GET", live, headers={"accept": "text/event-stream"}))
            for _ in range(READERS)
        ]
        readers = [events(stream.iter_lines()) for stream in streams]
        assert [next(reader) for reader in readers] == [("revision", {"revision": 1})] * READERS
        time.sleep(0.5)
        started(dora, page)
        begun = time.monotonic()
        assert [next(reader) for reader in readers] == [("revision", {"revision": 2})] * READERS
        assert time.monotonic() - begun < 4
        assert served.end(signal.SIGTERM) < 10
        assert [list(reader) for reader in readers] == [[]] * READERS


def started(dora: Dora, page: str) -> None:
    """Start the canary, by its form's fields; the token is any page's."""
    token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', dora.get("/plans/new/").text)
    assert token
    said = {"csrfmiddlewaretoken": token[1], "command": "start", "revision": "1"}
    sent = dora.post(f"{page}commands/", data=said, headers={"referer": str(dora.base_url)})
    assert sent.status_code == 302, sent.text
