"""The charts' library: made once, found like a static file, served under a name that changes with it."""

import re
from pathlib import Path

import httpx
import pytest
from django.conf import settings
from django.contrib.staticfiles import finders
from django.templatetags.static import static
from django.test import Client, override_settings

from costcalc.wire.bundle import NAME, Bundle


def test_the_finders_know_it_and_nothing_else_in_its_folder() -> None:
    assert Path(str(finders.find(NAME))).read_text().endswith("as default};")
    assert not Bundle().find("vega/other.js")
    assert [name for name, _storage in Bundle().list([])] == [NAME]


def test_it_is_made_where_it_is_not_and_as_old_as_what_it_is_made_from(tmp_path: Path) -> None:
    made = Path(str(finders.find(NAME)))
    with override_settings(DATA_DIR=tmp_path):
        again = Path(str(Bundle().find(NAME)))
    assert tmp_path in again.parents
    assert again.read_bytes() == made.read_bytes()
    assert again.stat().st_mtime_ns == made.stat().st_mtime_ns
    assert [file.name for file in again.parent.iterdir()] == ["vega.js"]


def stored(name: str) -> Path:
    """Where a static file is under its present name."""
    # Never the storage itself in a test module: collecting tests looks at it, and it would read its list of names
    # before another process has written that.
    return Path(settings.STATIC_ROOT, static(name).removeprefix(settings.STATIC_URL))


def test_the_script_of_charts_asks_for_the_name_of_its_content(static_files: None) -> None:
    bundle = stored(NAME)
    assert f'import("../vega/{bundle.name}")' in stored("js/charts.js").read_text()
    assert re.fullmatch(r"vega\.[0-9a-f]{12}\.js", bundle.name)


def test_it_is_small_on_the_way_and_kept_for_good(site: str) -> None:
    address, headers = f"{site}/static/vega/{stored(NAME).name}", {"accept-encoding": "gzip, br"}
    with httpx.stream("GET", address, headers=headers, trust_env=False) as answer:
        size = sum(map(len, answer.iter_raw()))
    assert "immutable" in answer.headers["cache-control"]
    assert size < 330_000


@pytest.mark.django_db
def test_only_pages_with_a_chart_ask_for_it(client: Client) -> None:
    assert "js/charts" not in client.get("/prices/openai/gpt-4.1/").content.decode()
    assert "js/charts" in client.get("/prices/deepseek/deepseek-chat/").content.decode()
