"""The return as the calculator asks for it and shows it: fields, terms, ranges, pages, without a browser."""

import datetime as dt
import re
from decimal import Decimal
from fractions import Fraction
from html import unescape
from urllib.parse import urlencode

import pytest
from django.http import QueryDict
from django.test import Client

from costcalc.catalog.exchange import bundled_rates
from costcalc.catalog.index import catalogue
from costcalc.engine import OneOff, Overlap, PriceChange, Range, Reserve, Running, Stage, Toil
from costcalc.scenarios.drawing import without
from costcalc.scenarios.reading import Reading, read
from costcalc.scenarios.scenario import Result, Scenario, Wanted

pytestmark = pytest.mark.django_db
TODAY = dt.date(2026, 11, 22)
AT_ONCE = {"ramp.1.share": "100", "ramp.2.share": "", "ramp.2.from": "", "ramp.3.share": "", "ramp.3.from": ""}
# The issue's case: prices typed 2 / 8 against 0.42 / 0.42, the article's traffic, 60,000 once, all of it from month 1.
TYPED = {
    "from": "typed",
    "from.input": "2",
    "from.output": "8",
    "to": "typed",
    "to.input": "0.42",
    "to.output": "0.42",
    "once.1.price": "60000",
    **AT_ONCE,
}


def reading(**fields: str) -> Reading:
    """What the calculator reads from an address."""
    return read(QueryDict(urlencode(fields)), catalogue())


def built(**fields: str) -> Scenario:
    """The scenario of an address in which everything is right."""
    found = reading(**fields)
    scenario = found.built(TODAY, bundled_rates())
    assert found.strangers == []
    assert scenario is not None, found.errors
    return scenario


def wanted(**fields: str) -> Wanted:
    """What an address asks of the return."""
    return built(**fields).wanted


def computed(**fields: str) -> Result:
    """The answer to an address."""
    return built(**fields).computed()


def errors(**fields: str) -> dict[str, str]:
    """The messages by field."""
    found = reading(**fields)
    assert found.built(TODAY, bundled_rates()) is None
    return found.errors


def test_the_issues_case_to_the_cent() -> None:
    result = computed(**TYPED)
    found = result.returned
    assert result.estimate.monthly.savings_cents == 805_500
    assert found.npv == Decimal("31830.93")
    assert found.payback.rounded == Decimal("7.45")
    assert found.roi_percent == Decimal("61.10")
    assert found.irr.percent == Decimal("158.20")


def test_without_a_word_the_return_is_of_a_year_in_three_stages_at_ten_percent() -> None:
    terms = wanted().terms
    assert (terms.horizon_months, terms.annual_discount_rate) == (12, Decimal("0.1"))
    assert terms.ramp.stages == (
        Stage(Decimal(0), Decimal("0.1")),
        Stage(Decimal(1), Decimal("0.5")),
        Stage(Decimal(2), Decimal(1)),
    )
    assert (terms.one_off, terms.running, terms.changes) == ((), (), ())


def test_every_field_of_the_terms_reaches_the_engine() -> None:
    terms = wanted(
        **{
            "horizon": "36",
            "discount": "8.5",
            "once.1.quantity": "120",
            "once.1.price": "90",
            "once.3.name": "Fee",
            "once.3.price": "500",
            "people.incidents": "10",
            "people.hours": "2.5",
            "people.rate": "80",
            "people.to.hours": "0.25",
            "run.1.before": "300",
            "run.1.after": "100",
            "ramp.delay": "1.5",
            "overlap": "250",
            "overlap.months": "2",
            "cold": "20",
            "reserve.probability": "5",
            "reserve.cost": "10000",
            "change.1.percent": "10",
            "change.1.from": "2027-03-01",
            "change.2.side": "from",
            "change.2.percent": "-5",
            "change.2.from": "4",
        }
    ).terms
    assert terms.one_off == (
        OneOff("Engineering hours", Decimal(120), Decimal(90)),
        OneOff("Fee", Decimal(1), Decimal(500)),
    )
    assert terms.people.before == Toil(Decimal(10), Decimal("2.5"), Decimal(80))
    assert terms.people.after == Toil(Decimal(10), Decimal("0.25"), Decimal(80))
    assert terms.running == (Running("Infrastructure", Decimal(300), Decimal(100)),)
    assert terms.ramp.delay == Decimal("1.5")
    assert terms.overlap == Overlap(Decimal(250), Decimal(2))
    assert terms.cold_cache_share == Decimal("0.2")
    assert terms.reserve == Reserve(Decimal("0.05"), Decimal(10000))
    assert terms.changes == (
        PriceChange("candidate", dt.date(2027, 3, 1), Decimal("1.1")),
        PriceChange("baseline", Decimal(3), Decimal("0.95")),
    )


def test_a_relay_that_loses_the_prompt_cache_costs_more_though_each_token_is_cheaper() -> None:
    traffic = {"requests": "1000000", "per": "month", "in": "8000", "out": "500", "cached": "80"}
    relay = {"to": "typed", "to.input": "1.6", "to.output": "6.4", "to.cached": "0"}
    result = computed(**traffic, **relay)
    assert result.estimate.monthly.baseline_cents == 1_040_000
    assert result.estimate.monthly.candidate_cents == 1_600_000


@pytest.mark.parametrize(
    ("fields", "place"),
    [
        ({"once.1.quantity": "3"}, "once.1.price"),
        ({"once.2.name": "Training"}, "once.2.price"),
        ({"ramp.4.share": "100"}, "ramp.4.from"),
        ({"ramp.2.share": ""}, "ramp.2.share"),
        ({"ramp.2.from": "5"}, "ramp.3.from"),
        ({**AT_ONCE, "ramp.1.share": "", "ramp.1.from": ""}, "ramp.1.share"),
        ({"change.1.percent": "10"}, "change.1.from"),
        ({"change.1.from": "3"}, "change.1.percent"),
        ({"change.1.percent": "-101", "change.1.from": "3"}, "change.1.percent"),
        ({"horizon": "0"}, "horizon"),
        ({"horizon": "121"}, "horizon"),
        ({"horizon": "12.5"}, "horizon"),
        ({"discount": "-100"}, "discount"),
        ({"cold": "101"}, "cold"),
        ({"once.1.price": "-1"}, "once.1.price"),
        ({"range.1.low": "3"}, "range.1.of"),
        ({"range.1.of": "nothing", "range.1.low": "1", "range.1.high": "2"}, "range.1.of"),
        ({"range.1.of": "once.1.price", "range.1.low": "1", "range.1.high": "2"}, "range.1.of"),
        ({"range.1.of": "requests", "range.1.low": "50001", "range.1.high": "60000"}, "range.1.low"),
        ({"range.1.of": "requests", "range.1.low": "1", "range.1.high": "49999"}, "range.1.high"),
        ({"range.1.of": "requests", "range.1.high": "60000"}, "range.1.low"),
        ({"range.1.of": "cached", "range.1.low": "0", "range.1.high": "101"}, "range.1.high"),
        ({"currency": "DOLLARS"}, "currency"),
        ({"currency": "JPY"}, "currency"),
        ({"rate.1.currency": "JPY"}, "rate.1.per_usd"),
        ({"rate.1.per_usd": "3"}, "rate.1.currency"),
        ({"from": "typed", "from.input": "2", "from.currency": "JPY"}, "from.currency"),
    ],
)
def test_what_does_not_fit_has_its_message_beside_the_field(fields: dict[str, str], place: str) -> None:
    assert set(errors(**fields)) == {place}


def test_a_range_twice_says_so_at_the_second() -> None:
    one = {"range.1.of": "requests", "range.1.low": "1", "range.1.high": "60000"}
    again = {name.replace("1.", "2.", 1): value for name, value in one.items()}
    assert set(errors(**one, **again)) == {"range.2.of"}


def test_ranges_are_in_the_engines_units_whatever_the_form_types() -> None:
    ranges = {
        "cached": ("10", "40", "20"),
        "change.1.percent": ("5", "20", "10"),
        "once.1.price": ("100", "400", "200"),
        "to.prices": ("90", "130", ""),
        "people.hours": ("1", "3", "2"),
    }
    fields = {"change.1.from": "3", "currency": "EUR", "rate.1.currency": "EUR", "rate.1.per_usd": "0.5"}
    for number, (name, (low, high, base)) in enumerate(ranges.items(), 1):
        fields |= {f"range.{number}.of": name, f"range.{number}.low": low, f"range.{number}.high": high}
        fields |= {name: base} if base else {}
    asked = wanted(**fields)
    found = asked.ranges
    assert found["cached"] == Range("moves.0.workload.cache_read_share", Decimal("0.1"), Decimal("0.4"))
    assert found["change.1.percent"] == Range("terms.changes.0.factor", Decimal("1.05"), Decimal("1.2"))
    assert found["once.1.price"] == Range("terms.one_off.0.price", Decimal(200), Decimal(800))
    assert found["to.prices"] == Range("terms.changes.1.factor", Decimal("0.9"), Decimal("1.3"))
    also = ("terms.people.after.hours",)
    assert found["people.hours"] == Range("terms.people.before.hours", Decimal(1), Decimal(3), also)
    assert asked.terms.changes[1] == PriceChange("candidate", Decimal(0), Decimal(1), 0)


def test_costs_in_another_currency_are_the_same_costs() -> None:
    there = {"currency": "VND", "rate.1.currency": "VND", "rate.1.per_usd": "25000"}
    assert computed(**{**TYPED, **there, "once.1.price": "1500000000"}).returned.npv == Decimal("31830.93")
    prices = {"from.currency": "VND", "from.input": "50000", "from.output": "200000"}
    assert computed(**{**TYPED, "rate.1.currency": "VND", "rate.1.per_usd": "25000", **prices}).returned.npv == Decimal(
        "31830.93"
    )


def test_the_return_ends_where_a_model_is_shut_down_unless_a_successor_is_named() -> None:
    ended = computed(to="google/gemini-2.5-flash", at="2026-11-22", horizon="6").returned
    # gpt-4.1 ends on 14 January 2027: November, December, and 13 of January's 31 days.
    assert ended.cash.moments[-1] == 2 + Fraction(13, 31)
    assert [warned.code for warned in ended.warnings] == ["horizon_ends_at_shutdown"]
    named = {"from.successor": "gpt-5", "to.successor": "gemini-3"}
    going_on = computed(to="google/gemini-2.5-flash", at="2026-11-22", horizon="6", **named).returned
    assert len(going_on.cash.months) == 6
    assert going_on.warnings == ()


def test_same_scenario_same_outlook() -> None:
    ranges = {"range.1.of": "requests", "range.1.low": "30000", "range.1.high": "60000"}
    first, again = computed(**TYPED, **ranges).outlook, computed(**TYPED, **ranges).outlook
    assert first is not None
    assert first == again
    assert computed(**TYPED).outlook is None


def test_a_workload_that_goes_takes_its_ranges_along() -> None:
    fields = {
        "workloads": "3",
        "range.1.of": "in",
        "range.2.of": "2.in",
        "range.3.of": "3.in",
        "range.4.of": "once.1.price",
        "once.1.price": "1000",
        **{f"range.{number}.low": "900" for number in range(1, 5)},
        **{f"range.{number}.high": "1100" for number in range(1, 5)},
    }
    left = read(QueryDict(without(reading(**fields), 2)), catalogue()).scenario
    assert [left[f"range.{number}.of"] for number in range(1, 5)] == ["in", "", "2.in", "once.1.price"]
    assert left["range.2.low"] is None


def page(path: str, **headers: str) -> str:
    """What a visitor who reads English sees."""
    response = Client(headers={"accept-language": "en"}).get(path, headers=headers)
    assert response.status_code == 200
    return unescape(response.content.decode())


def test_the_page_shows_the_return_without_any_script() -> None:
    shown = page(f"/?{urlencode(TYPED)}")
    for said in ("$31,830.93", "after 7.45 months", "61.1%", "158.2% a year", "$91,830.93"):
        assert said in shown


def test_the_page_says_when_month_1_begins_and_leads_to_a_mistake() -> None:
    assert "Month 1 begins on 1 " in page("/")
    wrong = Client(headers={"accept-language": "en"}).get("/?range.1.of=verbosity&range.1.low=1")
    assert (wrong.status_code, wrong.context["marked"].id) == (422, "range-1-high")
    assert '<a href="#range-1-high">High</a>' in wrong.content.decode()


def test_an_assumed_price_is_said_in_its_own_currency() -> None:
    shown = page("/?to=typed&to.currency=CNY&to.input=3&to.output=3")
    assert "3 CNY / MTok" in shown
    assert "3 $ / MTok" not in shown


def test_where_every_request_loses_no_volume_breaks_even() -> None:
    assert "Every request loses" in page("/")
    assert ">0 requests a month" not in page("/")


def test_a_loss_is_called_a_loss() -> None:
    shown = page("/")
    assert "the move loses" in shown
    assert "not within the horizon" in shown


def test_a_missing_price_leaves_no_figure_of_the_return() -> None:
    shown = page("/?to=typed&to.input=1")
    assert "A price is missing, so what the move returns is" in shown
    assert "Net present value" not in shown


def test_the_fragment_of_the_return_follows_the_ledger() -> None:
    fields = urlencode({"lang": "en", **TYPED, "once.1.price": "60,000"})
    ledger = Client(headers={"accept-language": "en"}).get(f"/?{fields}", headers={"HX-Request": "true"})
    fragment = page(f"/return/?{fields}", **{"HX-Request": "true"})
    assert ledger.status_code == 200
    assert "$31,830.93" in fragment
    assert "<html" not in fragment
    assert re.search(r'id="part-once-summary"[^>]*>\$60,000<', fragment)


def test_the_return_asked_for_by_hand_leads_to_the_calculator() -> None:
    response = Client().get("/return/?requests=60000")
    assert (response.status_code, response["Location"]) == (302, "/?requests=60000")


def test_a_mistake_leaves_the_return_to_the_calculator() -> None:
    assert Client().get("/return/?lang=en&horizon=x", headers={"HX-Request": "true"}).status_code == 204


def test_payback_after_the_shutdown_is_said_in_the_verdict_and_moves_away_with_a_successor() -> None:
    # gpt-4.1 against gemini-2.5-flash saves some $8,000 a month: $30,000 take four months, the model has three.
    fields = {"to": "google/gemini-2.5-flash", "at": "2026-11-22", "once.1.price": "30000", **AT_ONCE}
    said = "payback lies after the shutdown on 14 January 2027"
    assert said in page(f"/?{urlencode(fields)}")
    named = {**fields, "from.successor": "gpt-5", "to.successor": "gemini-3"}
    assert said not in page(f"/?{urlencode(named)}")
