"""The README's picture, of the real thing: `python -m tests.screenshot`."""

import tempfile
from pathlib import Path

from playwright.sync_api import sync_playwright

from tests.browsers import chromium
from tests.processes import ROOT, Served, environment, free_port

PICTURE = ROOT / "static" / "img" / "calculator.png"
WIDTH, HEIGHT = 1280, 900


def main() -> None:
    """Serve the product with data of its own, and take the calculator as it opens."""
    with tempfile.TemporaryDirectory() as folder:
        env = environment(DATA_DIR=folder, PORT=str(free_port()))
        with Served(".venv/bin/python", "manage.py", "serve", env=env) as served:
            take(f"{served.address()}/", PICTURE)
            served.end()


def take(address: str, picture: Path) -> None:
    """Save what a visitor with a light screen sees first."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium(), chromium_sandbox=False)
        page = browser.new_page(viewport={"width": WIDTH, "height": HEIGHT}, color_scheme="light", locale="en-US")
        page.goto(address, wait_until="networkidle")
        page.screenshot(path=picture)
        browser.close()
    print(f"{picture.relative_to(ROOT)}: {picture.stat().st_size // 1000} kB")


if __name__ == "__main__":
    main()
