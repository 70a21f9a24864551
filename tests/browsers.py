"""The browser of this machine; imports nothing of the product, which may not be set up."""

import os
import shutil

import pytest

CHROMIUM_NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")


def chromium() -> str:
    """The path of a Chromium. Fails the test when there is none."""
    names = filter(None, [os.environ.get("CHROMIUM"), *CHROMIUM_NAMES])
    found = next(filter(None, map(shutil.which, names)), None)
    if found is None:
        pytest.fail("No Chromium: install one, name it in CHROMIUM, or set BROWSER=none to go without.")
    return found
