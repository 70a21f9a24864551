"""Results in the currency that whoever looks has chosen: everywhere, at one rate, which is said once."""

import re
from decimal import Decimal
from html import unescape

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from costcalc.accounts.audit import Actor, acting
from costcalc.catalog.exchange_rates import ExchangeRate, SaidRate, record
from costcalc.scenarios import saving
from tests.factories import Cast, signed_in
from tests.scenarios.keeping import NOW, TODAY, by, kept

HTMX = {"HX-Request": "true"}
RATE = "at 26,000 VND a dollar (a round figure for planning, 1 January 2025)"


def text(client: Client, address: str, **headers: str) -> str:
    page = client.get(address, headers=headers).content.decode()
    return unescape(" ".join(re.sub(r"<[^>]+>", " ", page).split()))


def says(cast: Cast, per_dollar: str) -> None:
    with acting(cast.workspace, Actor(cast.bob)) as act:
        record(act, SaidRate("VND", Decimal(per_dollar), TODAY, "Our bank"), cast.bob)


@pytest.fixture
def visitor(prices: None) -> Client:
    return Client(headers={"accept-language": "en"})


def test_the_calculator_is_in_the_currency_that_its_address_asks_for(visitor: Client) -> None:
    page = text(visitor, "/?show=VND")
    assert page.count(f"Shown in VND {RATE}") == 1
    assert "₫234,000,000 more a month" in page
    # The ledger's line, and its total; the price in it is dollars, and the last step says how it became ₫.
    assert "₫78,000,000" in page
    assert "1,500 MTok × $2.00 / MTok = $3,000.00" in page
    assert "$3,000.00 × 26,000 VND = ₫78,000,000" in page


def test_the_list_of_the_same_traffic_is_too(visitor: Client) -> None:
    page = text(visitor, "/elsewhere/?show=VND")
    assert f"Shown in VND {RATE}" in page
    assert "₫" in page.partition("A month")[2]


def test_in_vietnamese_it_is_written_as_vietnamese_writes_it(prices: None) -> None:
    visitor = Client(headers={"accept-language": "vi"})
    assert "234.000.000 ₫" in text(visitor, "/?show=VND")
    assert "9.000 US$" in text(visitor, "/?show=USD")


def test_the_address_keeps_the_currency_while_the_calculator_is_used(visitor: Client) -> None:
    form = visitor.get("/?show=VND").content.decode()
    assert '<input type="hidden" name="show" value="VND">' in form
    shape = re.search(r'name="shape" value="([^"]+)"', form)
    assert shape is not None
    sent = {"lang": "en", "requests": "60,000", "show": "VND", "shape": shape[1]}
    answer = visitor.get("/", sent, headers=HTMX)
    assert answer["HX-Push-Url"] == "/?requests=60000&show=VND"
    assert "₫" in answer.content.decode()
    assert visitor.get("/", sent)["Location"] == "/?requests=60000&show=VND"
    assert "show=VND" in re.findall(r'href="(/\?[^"]*to=[^"]*)"', form)[0]


def test_the_switch_puts_another_currency_in_its_place(visitor: Client) -> None:
    referer = {"referer": "http://testserver/?requests=60000&show=VND&to=openai/gpt-4o"}
    answer = visitor.post("/preferences/", {"currency": "EUR"}, headers=referer)
    assert answer["Location"] == "/?requests=60000&to=openai/gpt-4o"
    assert "Shown in EUR" in text(visitor, answer["Location"])
    kept_address = visitor.post("/preferences/", {"theme": "dark"}, headers=referer)["Location"]
    assert kept_address == "/?requests=60000&show=VND&to=openai/gpt-4o"


@pytest.mark.parametrize("asked", ["XXX", "vnd", "", "JPY", "<script>"])
def test_a_currency_that_is_not_offered_is_dollars(visitor: Client, asked: str) -> None:
    answer = visitor.get("/", {"show": asked})
    assert answer.status_code == 200
    assert 'id="in-currency"' not in answer.content.decode()


def test_without_a_rate_on_that_day_it_says_so_and_stays_in_dollars(visitor: Client) -> None:
    page = text(visitor, "/?show=VND&at=2024-06-01")
    assert "No exchange rate of VND is known for 1 June 2024, so this is in US dollars." in page
    assert "$9,000 more a month" in page
    assert "₫" not in page


def test_a_rate_that_is_typed_into_the_scenario_comes_first(visitor: Client) -> None:
    page = text(visitor, "/?show=VND&rate.1.currency=VND&rate.1.per_usd=25000")
    assert "₫225,000,000 more a month" in page
    assert "Shown in VND at 25,000 VND a dollar (typed," in page


def test_a_claim_is_judged_in_the_chosen_currency_and_its_formulas_stay_as_stated(visitor: Client) -> None:
    page = text(visitor, "/claims/?show=VND")
    assert page.count(f"Shown in VND {RATE}") == 1
    # $117,000 × 26,000
    assert "₫3,042,000,000" in page
    assert "show" not in page.partition("does not know")[2]


def test_members_see_their_workspaces_rate_and_others_the_bundled_one(cast: Cast) -> None:
    says(cast, "27000")
    assert "₫243,000,000 more a month" in text(signed_in(cast.bob, cast.workspace), "/?show=VND")
    assert "₫234,000,000 more a month" in text(signed_in(cast.charlie), "/?show=VND")


def test_what_is_saved_stays_at_the_rate_of_its_day_for_everybody(cast: Cast) -> None:
    scenario = kept(cast, "")
    link = saving.share(by(cast, "bob"), saving.revision_of(scenario), NOW)[1]
    says(cast, "27000")
    for client, address in ((signed_in(cast.vera), f"/scenarios/{scenario.public_id}/"), (Client(), f"/s/{link}/")):
        page = text(client, f"{address}?show=VND")
        assert "₫234,000,000 more a month" in page
        assert f"Shown in VND {RATE}" in page


def test_lists_and_comparisons_are_in_one_currency_at_one_rate(cast: Cast) -> None:
    first, second = kept(cast, "", "One"), kept(cast, "requests=60000", "Two")
    client = signed_in(cast.bob, cast.workspace)
    for address in ("/scenarios/", f"/scenarios/compare/?a={first.public_id}&b={second.public_id}"):
        page = text(client, f"{address}{'&' if '?' in address else '?'}show=VND")
        assert page.count("Shown in VND") == 1
        assert f"{'−' if 'compare' not in address else ''}₫234,000,000" in page
    assert "$9,000.00" in text(client, "/scenarios/")


def test_the_bundled_rates_cost_a_visitor_no_query(visitor: Client) -> None:
    visitor.get("/")
    with CaptureQueriesContext(connection) as plain:
        visitor.get("/")
    with CaptureQueriesContext(connection) as shown:
        visitor.get("/?show=VND")
    assert len(shown) == len(plain)
    assert not any(ExchangeRate._meta.db_table in query["sql"] for query in shown.captured_queries)
