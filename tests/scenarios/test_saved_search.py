"""Finding a saved scenario by its words, in whatever case and database; and links by the page."""

import unicodedata
from importlib import import_module

import pytest
from django.apps import apps
from hypothesis import given
from hypothesis import strategies as st

from costcalc.folding import bare, folded, sought
from costcalc.scenarios import saving
from costcalc.scenarios.models import PinnedPrice, SavedScenario
from tests.factories import Cast, signed_in
from tests.scenarios.keeping import FLASH, NOW, by, drafted, kept


def found(cast: Cast, words: str) -> list[str]:
    return [row.name for row in SavedScenario.objects.of(cast.workspace).matching(words)]


@pytest.mark.parametrize(
    "words",
    ["ĐỒNG", "đồng", "Đồng bộ", "bộ ĐỒNG", "dong bo", "DONG", "CỦA năm", unicodedata.normalize("NFD", "Đồng"), "FLASH"],
)  # fmt: skip
def test_a_search_folds_case_and_spelling_and_accents_may_be_left_out(cast: Cast, words: str) -> None:
    scenario = kept(cast, name="Đồng bộ hoá")
    saving.rename(by(cast, "bob"), scenario, 1, "Đồng bộ hoá", "Của Năm sau")
    kept(cast, "to=anthropic/claude-sonnet-4-0", "ΣΊΣΥΦΟΣ straße")
    assert found(cast, words) == ["Đồng bộ hoá"]


@pytest.mark.parametrize(("words", "names"), [("σίσυφος", 1), ("STRASSE", 1), ("dồng", 0), ("100%", 0), ("_", 0)])
def test_a_search_takes_words_as_they_are(cast: Cast, words: str, names: int) -> None:
    kept(cast, name="Đồng bộ")
    kept(cast, "requests=1000", "ΣΊΣΥΦΟΣ straße")
    assert len(found(cast, words)) == names


def test_a_search_goes_by_what_a_scenario_says_now(cast: Cast) -> None:
    scenario = kept(cast, name="Before")
    assert found(cast, "before flash") == ["Before"]
    saving.rename(by(cast, "bob"), scenario, 1, "After", "")
    saving.revise(by(cast, "bob"), scenario, 1, drafted(cast, "to=anthropic/claude-sonnet-4-0"), NOW)
    assert [found(cast, words) for words in ("before", "flash", "after claude")] == [[], [], ["After"]]
    page = signed_in(cast.vera, cast.workspace).get("/scenarios/", {"q": "AFTER"}).content.decode()
    assert "After" in page


@given(st.text(max_size=30), st.text(max_size=30))
def test_a_text_is_found_by_any_word_of_it_in_either_case(before: str, after: str) -> None:
    for text in (before, after):
        for spelt in (text, text.upper(), text.lower(), text.swapcase()):
            # Some letters come back from the other case as others, such as the Turkish ones.
            if folded(spelt) == folded(text):
                assert all(word in sought(before, after) for word in folded(spelt).split())
        assert all(word in sought(before, after) for word in bare(text).split())
    assert folded(folded(before)) == folded(before)


def test_what_was_saved_before_is_found_and_knows_its_shutdowns_after_an_update(cast: Cast) -> None:
    scenario = kept(cast, FLASH, "Đồng bộ")
    SavedScenario.objects.update(sought="")
    PinnedPrice.objects.update(shutdown_on=None)
    assert found(cast, "đồng") == []
    import_module("costcalc.scenarios.migrations.0003_shutdown_known").known_by_now(apps, None)
    import_module("costcalc.scenarios.migrations.0004_sought").fold(apps, None)
    assert found(cast, "ĐỒNG flash") == ["Đồng bộ"]
    pins = PinnedPrice.objects.filter(revision__scenario=scenario).order_by("side")
    assert [str(pin.shutdown_on) for pin in pins] == ["2027-01-14", "None"]


def test_links_come_by_the_page_latest_first(cast: Cast) -> None:
    revision = saving.revision_of(kept(cast))
    for number in range(51):
        saving.share(by(cast, "bob"), revision, NOW, f"Reader {number}.")
    client, address = signed_in(cast.bob), f"/w/{cast.workspace.public_id}/links/"
    first, second, beyond = (client.get(address, {"page": page}).content.decode() for page in ("", "2", "3"))
    assert "Reader 50." in first
    assert "Reader 0." not in first
    assert 'href="?page=2"' in first
    assert "Reader 0." in second
    assert "Reader 1." not in second
    assert 'href="?page=1"' in second
    assert 'href="?page=3"' not in second
    assert "There are no more links." in beyond


def test_a_page_beyond_the_last_one_says_so_and_leads_back(cast: Cast) -> None:
    kept(cast)
    client = signed_in(cast.bob, cast.workspace)
    for query in ("page=9999", "page=9999&archived=1", "page=9999&q=flash"):
        page = client.get(f"/scenarios/?{query}").content.decode()
        assert "There are no more scenarios." in page, query
        assert "is archived." not in page
        assert "No scenario" not in page


def test_the_list_says_who_is_asked_for_approval(cast: Cast) -> None:
    scenario = kept(cast)
    saving.ask_approval(by(cast, "bob"), scenario, 1, cast.vera, NOW)
    said = {who: signed_in(who, cast.workspace).get("/scenarios/").content.decode() for who in (cast.vera, cast.bob)}
    assert f'href="/scenarios/{scenario.public_id}/#approval">you are asked to approve it' in said[cast.vera]
    assert "approval asked of Vera" in said[cast.bob]
    saving.revise(by(cast, "bob"), scenario, 1, drafted(cast, "requests=10"), NOW)
    assert "asked" not in signed_in(cast.vera, cast.workspace).get("/scenarios/").content.decode()
