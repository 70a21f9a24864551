"""Exchange rates of saved scenarios: kept as they were, taken anew by a re-pricing, and named where they moved."""

import datetime as dt
import json
import re
from decimal import Decimal
from html import unescape
from typing import Any

import pytest
from django.http import QueryDict

from costcalc.accounts.audit import Actor, acting
from costcalc.accounts.rooms import exported
from costcalc.catalog.exchange_rates import ExchangeRate, SaidRate, record
from costcalc.catalog.index import catalogue
from costcalc.formatting import formatter_for
from costcalc.scenarios import saving
from costcalc.scenarios.models import PinnedRate, Revision, SavedScenario
from costcalc.scenarios.money import currencies_used
from costcalc.scenarios.reading import read
from costcalc.scenarios.standing import Standing
from tests.factories import Cast, signed_in
from tests.scenarios.keeping import FLASH, NOW, TODAY, by, drafted, kept, money

# gpt-4.1's own prices at 26,000 đồng a dollar: 2 and 8 US dollars.
IN_VND = "from=typed&from.currency=VND&from.input=52000&from.output=208000"


def says(cast: Cast, per_dollar: str, currency: str = "VND", day: dt.date = TODAY) -> ExchangeRate:
    with acting(cast.workspace, Actor(cast.bob)) as act:
        return record(act, SaidRate(currency, Decimal(per_dollar), day, "Our bank"), cast.bob)[0]


def notices(scenario: SavedScenario) -> list[str]:
    revision = Revision.objects.get(scenario=scenario, number=scenario.revision)
    return [notice.text for notice in Standing(catalogue(), formatter_for(), TODAY).notices(revision)]


def page_of(cast: Cast, address: str) -> str:
    text = signed_in(cast.bob, cast.workspace).get(address).content.decode()
    return unescape(re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", text)))


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("", set()),
        (IN_VND, {"VND"}),
        ("currency=EUR", {"EUR"}),
        (f"{IN_VND}&currency=EUR&to=typed&to.currency=CNY&to.input=1&to.output=1", {"VND", "EUR", "CNY"}),
        # Beside a model typed prices, and so their currency, are forgotten.
        ("from.currency=VND", set()),
        ("from=typed&from.currency=USD&from.input=1", set()),
    ],
)
def test_which_currencies_a_scenario_uses(prices: None, query: str, expected: set[str]) -> None:
    reading = read(QueryDict(query), catalogue())
    assert currencies_used(reading.workloads, reading.scenario) == expected


def test_a_saved_scenario_shows_the_same_money_when_a_rate_moves_and_an_unsaved_one_does_not(cast: Cast) -> None:
    scenario = kept(cast, IN_VND)
    assert money(scenario)[0] == 900_000
    says(cast, "26250")
    assert money(scenario)[0] == 900_000
    # 3,000 × 26,000 ÷ 26,250 = 2,971.43; 6,000 × 26,000 ÷ 26,250 = 5,942.86
    assert drafted(cast, IN_VND).result.estimate.monthly.baseline_cents == 297_143 + 594_286


def test_that_the_rate_moved_is_told_on_its_page_and_in_the_list(cast: Cast) -> None:
    scenario = kept(cast, IN_VND)
    assert notices(scenario) == []
    says(cast, "26250")
    (notice,) = notices(scenario)
    assert notice.startswith("The exchange rate has changed: 26,000\N{NO-BREAK SPACE}VND a dollar (a round figure")
    assert f"→ 26,250\N{NO-BREAK SPACE}VND a dollar (Our bank, {formatter_for().day(TODAY)})." in notice
    assert " ".join(notice.split()) in page_of(cast, f"/scenarios/{scenario.public_id}/")
    assert "exchange rate changed" in page_of(cast, "/scenarios/")


def test_a_rate_that_no_figure_stands_on_is_no_news(cast: Cast) -> None:
    scenario = kept(cast, FLASH)
    says(cast, "26250")
    assert notices(scenario) == []


def test_repricing_takes_todays_rate_and_names_the_difference(cast: Cast) -> None:
    scenario = kept(cast, IN_VND)
    says(cast, "26250")
    preview = page_of(cast, f"/scenarios/{scenario.public_id}/reprice/")
    assert "Exchange rate: VND" in preview
    assert "26,250" in preview
    said = saving.repriced(saving.revision_of(scenario), TODAY, catalogue())
    saving.reprice(by(cast, "bob"), scenario, 1, said, NOW)
    assert money(scenario, 1)[0] == 900_000
    assert money(scenario, 2)[0] == 297_143 + 594_286
    assert notices(scenario) == []


def test_a_preview_of_another_rate_is_another_draft(cast: Cast) -> None:
    """Even where no cent moves, nobody accepts by accident what they have not seen."""
    before = drafted(cast, f"{IN_VND}&requests=0")
    says(cast, "26250")
    assert drafted(cast, f"{IN_VND}&requests=0").fingerprint != before.fingerprint


def test_the_rates_by_which_results_are_shown_are_kept_too(cast: Cast) -> None:
    scenario = kept(cast, IN_VND)
    pins = PinnedRate.objects.filter(revision__scenario=scenario)
    assert {(pin.rate.currency, pin.used) for pin in pins} == {("VND", True), ("CNY", False), ("EUR", False)}
    says(cast, "8", "CNY")
    kept_rate = saving.revision_of(scenario).rates().rate("CNY", TODAY)
    assert kept_rate is not None
    assert kept_rate.per_dollar < 8


def test_a_rate_that_is_typed_into_the_scenario_is_in_its_address_and_not_pinned(cast: Cast) -> None:
    scenario = kept(cast, f"{IN_VND}&rate.1.currency=VND&rate.1.per_usd=52000")
    assert money(scenario)[0] == 450_000
    assert not PinnedRate.objects.filter(revision__scenario=scenario, rate__currency="VND").exists()
    says(cast, "26250")
    assert money(scenario)[0] == 450_000
    assert notices(scenario) == []


def test_one_saved_before_rates_were_kept_goes_by_the_workspaces(cast: Cast) -> None:
    scenario = kept(cast, FLASH)
    PinnedRate.objects.all().delete()
    says(cast, "26250")
    rate = saving.revision_of(scenario).rates().rate("VND", TODAY)
    assert rate is not None
    assert rate.per_dollar == 26_250


def test_a_copy_keeps_the_rates_of_what_it_copies(cast: Cast) -> None:
    scenario = kept(cast, IN_VND)
    says(cast, "26250")
    copy = saving.duplicate(by(cast, "bob"), saving.revision_of(scenario), "Copy", catalogue(), NOW)
    assert money(copy)[0] == 900_000


def test_the_archive_has_them(cast: Cast) -> None:
    scenario = kept(cast, IN_VND)
    files = dict(exported(cast.workspace))
    contents = files[f"scenarios/{scenario.public_id}.json"]
    told = json.loads(contents if isinstance(contents, bytes) else b"".join(contents))
    rates = told["revisions"][0]["exchange_rates"]
    assert {(one["currency"], one["used"]) for one in rates} == {("VND", True), ("CNY", False), ("EUR", False)}


def test_a_workspace_that_goes_takes_rates_and_pins_along(cast: Cast) -> None:
    says(cast, "26250")
    kept(cast, IN_VND)
    cast.workspace.delete()
    assert not PinnedRate.objects.exists()


def test_without_a_rate_a_price_in_that_currency_is_no_scenario(cast: Cast) -> None:
    page = page_of(cast, "/?from=typed&from.currency=JPY&from.input=300&from.output=1200")
    assert "No exchange rate of JPY is known for that day" in page
    says(cast, "150", "JPY")
    page = page_of(cast, "/?from=typed&from.currency=JPY&from.input=300&from.output=1200")
    assert "No exchange rate of JPY" not in page


def test_a_ledger_says_by_which_rate_what_was_typed_is_dollars(cast: Cast) -> None:
    page = page_of(cast, f"/?{IN_VND}&currency=EUR")
    assert "VND into US dollars: 26,000 VND a dollar (a round figure for planning, 1 January 2025)." in page
    assert "EUR into US dollars: 0.848464 EUR a dollar (IMF, SDR per currency unit, 23 December 2025)." in page


def test_files_pictures_and_imports_of_what_is_not_saved_go_by_the_rates_of_its_page(cast: Cast) -> None:
    says(cast, "52000")
    says(cast, "0.5", "GBP")
    client = signed_in(cast.bob, cast.workspace)
    # 1.5 million requests of 1,000 + 500 tokens at 52,000 and 208,000 đồng, which are 1 and 4 dollars: 1,500 + 3,000.
    assert "$4,500.00" in page_of(cast, f"/?{IN_VND}")
    taken: Any = client.get(f"/take/ledger.csv?{IN_VND}")
    table = b"".join(taken.streaming_content).decode()
    assert "4500.00" in table.splitlines()[-1]
    assert "$4,500.00" in client.get(f"/charts/money.svg?{IN_VND}").content.decode()
    prices = {"currency": "GBP", "prices": {"input_mtok": "1"}}
    body: dict[str, Any] = {"workloads": [{"requests_per_day": 1, "input_tokens": 1, "output_tokens": 0}]}
    body["workloads"][0] |= {"baseline": prices, "candidate": prices}
    sent = client.post("/import/", {"text": json.dumps(body)})
    assert sent.status_code == 302, sent.context["wrong"]
