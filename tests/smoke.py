"""`make run` in a fresh clone, on a free port: `python -m tests.smoke CLONE` prints what it measured as JSON."""

import json
import os
import signal
import sys
import time
from pathlib import Path

import httpx
from playwright.sync_api import sync_playwright

from tests.browsers import chromium
from tests.processes import Served, environment, free_port

CTRL_C = 3.0


def main(clone: Path) -> dict[str, float]:
    """Start cold, open the calculator, Ctrl-C; start again, Ctrl-C. Seconds of each."""
    first, first_end = visit(clone, look=True)
    second, second_end = visit(clone, look=False)
    return {"cold_start": first, "ctrl_c": first_end, "second_start": second, "second_ctrl_c": second_end}


def visit(clone: Path, look: bool) -> tuple[float, float]:
    """One `make run` from start to Ctrl-C: seconds to the first page, and to the end."""
    begun = time.monotonic()
    with Served("make", "run", cwd=clone, env=environment(PORT=str(free_port()))) as served:
        address = served.address()
        page = httpx.get(f"{address}/", trust_env=False)
        started = time.monotonic() - begun
        assert page.status_code == 200, page.text
        assert httpx.get(f"{address}/readyz", trust_env=False).text == "ready\n"
        if look:
            open_calculator(address)
        ended = served.end(signal.SIGINT, everybody=True)
        assert served.rest() == [], served.lines
    assert ended < CTRL_C, f"Ctrl-C took {ended:.1f} s"
    return round(started, 2), round(ended, 2)


def open_calculator(address: str) -> None:
    """Open the calculator in Chromium; it opens on the article's example, whose baseline costs $9,000 a month."""
    if os.environ.get("BROWSER") == "none":
        return
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium(), chromium_sandbox=False)
        page = browser.new_page()
        page.goto(f"{address}/")
        page.get_by_text("9,000").first.wait_for(timeout=10_000)
        browser.close()


if __name__ == "__main__":
    print(json.dumps(main(Path(sys.argv[1]))))
