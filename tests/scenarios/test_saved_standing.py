"""What a saved scenario says of today: only what is otherwise than when it was saved."""

import datetime as dt
from decimal import Decimal
from html import unescape

import pytest
from django.db.models import F

from costcalc.accounts.audit import acting
from costcalc.catalog import own
from costcalc.catalog.index import catalogue
from costcalc.catalog.models import CatalogueState, LanguageModel
from costcalc.engine import Rate, Rates
from costcalc.formatting import formatter_for
from costcalc.scenarios import saving
from costcalc.scenarios.models import PinnedPrice, Revision, SavedScenario
from costcalc.scenarios.standing import Standing
from tests.factories import Cast, signed_in
from tests.scenarios.keeping import FLASH, NOW, TODAY, by, drafted, kept

SOON, LATER = TODAY + dt.timedelta(days=30), TODAY + dt.timedelta(days=90)


def shuts_down(model: str, on: dt.date | None) -> None:
    """The catalogue learns of a shutdown, as with an import."""
    provider, _slash, model_id = model.partition("/")
    LanguageModel.objects.filter(provider__slug=provider, model_id=model_id).update(shutdown_on=on)
    CatalogueState.objects.update(revision=F("revision") + 1)


def said(scenario: SavedScenario, today: dt.date = TODAY) -> list[str]:
    revision = Revision.objects.get(scenario=scenario, number=scenario.revision)
    return [notice.text for notice in Standing(catalogue(), formatter_for(), today).notices(revision)]


def test_a_shutdown_that_was_known_when_it_was_saved_is_no_news(cast: Cast) -> None:
    scenario = kept(cast)
    assert PinnedPrice.objects.get(revision__scenario=scenario, side="from").shutdown_on == dt.date(2027, 1, 14)
    assert said(scenario) == []
    client = signed_in(cast.vera, cast.workspace)
    assert "shuts down on" not in client.get("/scenarios/").content.decode()
    # The ledger still warns of it: it is about the figures, not about what is new.
    assert "gpt-4.1 shuts down at OpenAI" in client.get(f"/scenarios/{scenario.public_id}/").content.decode()


def test_a_shutdown_date_that_came_since_moved_or_went_is_told(cast: Cast) -> None:
    scenario, flash = kept(cast), "google/gemini-2.5-flash"
    day = formatter_for().day
    shuts_down(flash, SOON)
    assert said(scenario) == [f"gemini-2.5-flash has been given a shutdown date at Google since: {day(SOON)}."]
    client = signed_in(cast.vera, cast.workspace)
    assert f"shuts down on {day(SOON)}" in client.get("/scenarios/").content.decode()
    page = unescape(client.get(f"/scenarios/{scenario.public_id}/").content.decode())
    assert "has been given a shutdown date at Google since" in page
    saving.revise(by(cast, "bob"), scenario, 1, drafted(cast, FLASH + "0"), NOW)
    assert said(scenario) == [], "The next revision was saved with the date in view."
    shuts_down(flash, LATER)
    assert said(scenario) == [
        f"The shutdown of gemini-2.5-flash at Google has moved since, from {day(SOON)} to {day(LATER)}."
    ]
    shuts_down(flash, None)
    assert said(scenario) == [f"gemini-2.5-flash no longer has a shutdown date at Google; it was to be {day(SOON)}."]


def test_a_day_that_was_known_is_news_once_it_has_come(cast: Cast) -> None:
    scenario, day = kept(cast), dt.date(2027, 1, 14)
    assert said(scenario, day - dt.timedelta(days=1)) == []
    assert said(scenario, day) == [f"gpt-4.1 has shut down at OpenAI since, on {formatter_for().day(day)}."]
    over = kept(cast, "from=deepseek/deepseek-chat")
    assert said(over) == [], "It had shut down before anybody saved it."


def test_a_copy_knows_what_is_known_when_it_is_made(cast: Cast) -> None:
    scenario = kept(cast)
    shuts_down("google/gemini-2.5-flash", SOON)
    copy = saving.duplicate(by(cast, "bob"), saving.revision_of(scenario), "Copy", catalogue(), NOW)
    assert said(copy) == []


def terms(cached: str, **variants: Rates) -> own.OwnTerms:
    standard = {name: Rate(Decimal(price)) for name, price in (("input_mtok", "1.5"), ("output_mtok", "2.5"))}
    standard["cache_read_mtok"] = Rate(Decimal(cached))
    return own.OwnTerms("Acme deal", own.Kind.NEGOTIATED, own.sheet_of({"standard": standard, **variants}))


@pytest.mark.parametrize(
    ("now", "changes"),
    [
        (terms("0.02"), "Input read from cache: $0.05 → $0.02"),
        (terms("0.05", batch={"output_mtok": Rate(Decimal("1.25"))}), "Output tokens (batch): unknown → $1.25"),
    ],
)
def test_whichever_price_has_changed_is_named_with_what_it_was(cast: Cast, now: own.OwnTerms, changes: str) -> None:
    with acting(cast.workspace, by(cast, "bob").actor) as act:
        price = own.add(act, terms("0.05"), cast.bob)
    scenario = kept(cast, f"to=own:{price.public_id}&cached=50")
    with acting(cast.workspace, by(cast, "bob").actor) as act:
        price.superseded(act, now, cast.bob)
    assert said(scenario) == [f"The price of Acme deal has changed. {changes}."]
    page = unescape(
        signed_in(cast.bob, cast.workspace).get(f"/scenarios/{scenario.public_id}/reprice/").content.decode()
    )
    assert "Candidate: " + changes.partition(":")[0] in page
    assert "Accept as a revision" in page


def test_prices_that_have_not_changed_are_not_to_be_accepted(cast: Cast) -> None:
    page = signed_in(cast.bob, cast.workspace).get(f"/scenarios/{kept(cast).public_id}/reprice/").content.decode()
    assert "Today’s prices make no difference." in page
    assert "Accept as a revision" not in page


def test_what_was_saved_today_does_not_speak_of_todays_prices(cast: Cast) -> None:
    page = signed_in(cast.bob, cast.workspace).get(f"/scenarios/{kept(cast).public_id}/").content.decode()
    assert f"At the prices of {formatter_for().day(TODAY)}, moving" in page
