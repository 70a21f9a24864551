"""The return through the API: its figures, its faults with their places, and the way into an address and back."""

import json
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client, RequestFactory
from hypothesis import example, given, settings
from hypothesis import strategies as st

from costcalc.accounts.workspaces import Workspace
from costcalc.catalog.index import catalogue
from costcalc.engine import CALLS, CONTEXTS
from costcalc.scenarios.api import estimate
from costcalc.scenarios.body_address import address_of
from costcalc.scenarios.body_asked import scenario_of
from costcalc.scenarios.body_places import OF_ROWS, OF_TERMS, OF_WORKLOADS, name_of, number_at
from costcalc.scenarios.body_words import field_of
from costcalc.scenarios.estimate_answer import answered
from costcalc.scenarios.estimate_bodies import EXAMPLE_WITH_RETURN, EstimateIn
from costcalc.scenarios.return_asked import bounds
from costcalc.scenarios.return_bodies import EXAMPLE, ReturnIn
from costcalc.scenarios.saved import draft
from costcalc.scenarios.scenario import Wanted
from tests.factories import a_cast, a_token
from tests.scenarios.keeping import TODAY

pytestmark = pytest.mark.django_db
TYPED = {"prices": {"input_mtok": "2", "output_mtok": "8"}}
OFFER = {"prices": {"input_mtok": "0.42", "output_mtok": "0.42"}}
WORKLOAD = {
    "requests_per_day": 50000,
    "input_tokens": 1000,
    "output_tokens": 500,
    "baseline": TYPED,
    "candidate": OFFER,
}
SIDE = {"provider": "openai", "model": "gpt-4.1"}
AT_ONCE = [{"from_month": 1, "share": 1}]
ISSUE = {"one_off": [{"name": "All of it", "price": "60000"}], "ramp": AT_ONCE}


def post(client: Client, body: Any, address: str = "estimate") -> Any:
    return client.post(f"/api/v1/{address}", json.dumps(body, default=str), content_type="application/json")


def returned(client: Client, terms: Any, *workloads: Any, **more: Any) -> dict[str, Any]:
    answer = post(client, {"workloads": workloads or [WORKLOAD], "return": terms, **more})
    assert answer.status_code == 200, answer.content
    found: dict[str, Any] = answer.json()["return"]
    return found


@pytest.fixture
def writer() -> Client:
    cast = a_cast()
    return Client(headers={"authorization": f"Bearer {a_token(cast.workspace, cast.bob)[1]}"})


def test_the_case_of_the_issue_is_right_to_the_cent(client: Client) -> None:
    answer = post(client, {"workloads": [WORKLOAD], "return": ISSUE}).json()
    found = answer["return"]
    # 1,500,000 requests × 1,500 tokens: $9,000 against $945; 12 × 8,055 = 96,660; 96,660 ÷ 60,000 − 1 = 61.1 %.
    assert answer["monthly"]["savings"] == "8055.00"
    assert (found["npv"], found["first_year"], found["roi_percent"]) == ("31830.93", "96660.00", "61.10")
    assert (found["payback"], found["payback_months"]) == ("paid_back", "7.45")
    assert (found["irr"], found["irr_percent"], found["irr_percents"]) == ("one", "158.20", ["158.20"])
    assert [month["cash"] for month in found["cash"]] == ["-60000.00", *["8055.00"] * 12]
    assert [month["cumulative"] for month in found["cash"]][-1] == "36660.00"
    assert found["break_even"]["one_off"] == "91830.93"
    assert (found["uncertainty"], found["warnings"], found["horizon_ends"]) == (None, [], None)


def test_a_line_alone_and_an_amount_alone_are_lists_of_one(client: Client) -> None:
    lines = {"one_off": [{"price": "60000"}], "infrastructure": [{"before": 9}], "overlap": {"monthly": "5"}}
    alone = {"one_off": 60000, "infrastructure": {"before": 9}, "overlap": "5"}
    assert returned(client, alone) == returned(client, lines)
    line = {"name": "Work", "quantity": 400, "price": "150"}
    assert returned(client, {"one_off": line}) == returned(client, {"one_off": [line]})


@pytest.mark.parametrize("wrong", [{"one_off": "x"}, {"one_off": True}, {"overlap": "1e3"}, {"one_off": -1}])
def test_an_amount_alone_that_is_none_is_refused_at_its_place(client: Client, wrong: dict[str, Any]) -> None:
    answer = post(client, {"workloads": [WORKLOAD], "return": wrong})
    assert answer.status_code == 422
    (name,) = wrong
    assert all(error["pointer"].startswith(f"/return/{name}") for error in answer.json()["errors"])


def test_nothing_is_returned_where_it_was_not_asked_for(client: Client) -> None:
    for body in ({"workloads": [WORKLOAD]}, {"workloads": [WORKLOAD], "return": None}):
        assert post(client, body).json()["return"] is None


def test_what_is_absent_is_as_the_calculator_has_it(client: Client) -> None:
    stages = [{"from_month": 1, "share": "0.1"}, {"from_month": 2, "share": "0.5"}, {"from_month": 3, "share": 1}]
    said = {"horizon_months": 12, "annual_discount_rate": "0.1", "currency": "USD", "ramp": stages, "correlation": 0.6}
    found = returned(client, {})
    assert found == returned(client, said)
    # 805.50 + 4,027.50 + 10 × 8,055.00.
    assert [found["first_year"], found["cash"][0]["cash"]] == ["85383.00", "0.00"]
    assert (found["payback"], found["payback_months"], found["roi_percent"]) == ("nothing_to_pay_back", None, None)
    held = catalogue()
    by_address = draft(Workspace(pk=0), address_of(EstimateIn(workloads=[WORKLOAD]), held), TODAY, held)
    assert answered(by_address.result, held, TODAY)["return"]["npv"] == found["npv"]


def test_a_relay_without_the_prompt_cache_costs_more_than_its_prices_say(client: Client) -> None:
    # gpt-4.1: 1,600 × $2 + 6,400 × $0.50 + 500 × $8 a million = $0.0104; 20 % less without the cache:
    # 8,000 × $1.60 + 500 × $6.40 a million = $0.0160.
    side = {"provider": "openai", "model": "gpt-4.1", "successor": "gpt-next"}
    relay = {"prices": {"input_mtok": "1.6", "cache_read_mtok": "0.4", "output_mtok": "6.4"}, "cache_read_share": 0}
    workload = {
        "requests_per_month": 1_000_000,
        "input_tokens": 8000,
        "output_tokens": 500,
        "cache_read_share": "0.8",
        "baseline": side,
        "candidate": relay,
    }
    answer = post(client, {"workloads": [workload], "return": {"ramp": AT_ONCE}}).json()
    assert (answer["monthly"]["baseline"], answer["monthly"]["candidate"]) == ("10400.00", "16000.00")
    found = answer["return"]
    assert [month["cash"] for month in found["cash"]] == ["0.00", *["-5600.00"] * 12]
    # At 65 % of its prices it would cost the same.
    assert found["break_even"]["price_factor"] == "0.65"
    with_cache = {**workload, "candidate": {**relay, "cache_read_share": "0.8"}}
    assert returned(client, {"ramp": AT_ONCE}, with_cache)["cash"][1]["cash"] == "2080.00"


def test_every_term_does_what_it_says(client: Client) -> None:
    terms = {
        "horizon_months": 3,
        "annual_discount_rate": 0,
        "one_off": [{"quantity": 2, "price": "100.50"}, {"name": "fee", "price": 9}],
        "people": {"before": {"incidents": 4, "hours": "2.5", "rate": 90}, "after": {"hours": "0.5"}},
        "infrastructure": [{"name": "gateway", "before": 50, "after": 250}],
        "ramp": [{"from_month": 1, "share": "0.5"}, {"from_month": 2, "share": 1}],
        "delay_months": 1,
        "overlap": {"monthly": 70, "months": "1.5"},
        "rollback_reserve": {"probability": "0.2", "cost": 1000},
        "price_changes": [{"side": "candidate", "from_month": 3, "factor": "2"}],
    }
    cash = returned(client, terms)["cash"]
    # 2 × 100.50 + 9 + 0.2 × 1,000 = 410. Work: 4 × 2.5 × 90 = 900 before, 4 × 0.5 × 90 = 180 after; − 200 = 520.
    # Month 2: half of 8,055 and of 520, − 70; month 3: 9,000 − 2 × 945 = 7,110, and 520, − 35.
    assert [month["cash"] for month in cash] == ["-410.00", "0.00", "4217.50", "7595.00"]
    assert [month["share"] for month in cash] == ["0", "0", "0.5", "1"]
    assert (cash[2]["token_saving"], cash[2]["other_saving"], cash[2]["overlap"]) == ("4027.50", "260.00", "70.00")


def test_a_cold_cache_costs_while_traffic_is_split(client: Client) -> None:
    cached = {**WORKLOAD, "cache_read_share": 1, "baseline": {"prices": {**TYPED["prices"], "cache_read_mtok": "1"}}}
    cached["candidate"] = {"prices": {**OFFER["prices"], "cache_read_mtok": "0.42"}}
    ramp = [{"from_month": 1, "share": "0.5"}, {"from_month": 2, "share": 1}]
    cash = returned(client, {"horizon_months": 2, "ramp": ramp, "cold_cache_share": "0.1"}, cached)["cash"]
    # Half of 1,500 million tokens, a tenth of them at $2 in place of $1.
    assert [month["cold_cache"] for month in cash] == ["0.00", "75.00", "0.00"]


def test_prices_of_one_workload_may_change(client: Client) -> None:
    terms = {"horizon_months": 1, "ramp": AT_ONCE, "price_changes": [{"workload": 1, "from_month": 1, "factor": 0}]}
    # 9,000 − 945 of the one, 9,000 of the other.
    assert returned(client, terms, WORKLOAD, WORKLOAD)["cash"][1]["cash"] == "17055.00"


def test_stages_and_changes_may_have_days(client: Client) -> None:
    terms = {
        "horizon_months": 2,
        "ramp": [{"from_date": "2026-01-01", "share": 0}, {"from_date": "2026-02-15", "share": 1}],
    }
    cash = returned(client, terms, at="2026-01-20")["cash"]
    # Fourteen of the twenty-eight days of February.
    assert [month["share"] for month in cash] == ["0", "0", "0.5"]


def test_costs_and_prices_may_be_in_other_currencies(client: Client) -> None:
    sides = {"baseline": {**TYPED, "currency": "USD"}, "candidate": {**OFFER, "currency": "CNY"}}
    candidate = {"currency": "CNY", "prices": {"input_mtok": "2.982", "output_mtok": "2.982"}}
    rates = [{"currency": "CNY", "per_usd": "7.1"}, {"currency": "VND", "per_usd": 26000}]
    ranges = [{"input": "return.one_off.0.price", "low": "1300000000", "high": 1560000000}]
    terms = {**ISSUE, "currency": "VND", "one_off": [{"price": "1560000000"}], "ranges": ranges}
    found = returned(client, terms, {**WORKLOAD, **sides, "candidate": candidate}, exchange_rates=rates)
    assert (found["npv"], found["payback_months"]) == ("31830.93", "7.45")
    (swing,) = found["uncertainty"]["tornado"]
    assert (swing["low"], swing["high"]) == ("1300000000", "1560000000")
    # 1.3 thousand million ₫ are $50,000.
    assert (swing["npv_low"], swing["npv_high"]) == ("41830.93", "31830.93")


def test_prices_by_context_are_in_the_currency_of_their_side(client: Client) -> None:
    batch = {"when": {"processing": "batch"}, "units": {"input_mtok": "71", "output_mtok": 71}}
    side = {"currency": "CNY", "prices": {"input_mtok": "142"}, "variants": [batch]}
    workload = {**WORKLOAD, "batch_share": 1, "candidate": side}
    body = {"workloads": [workload], "exchange_rates": [{"currency": "CNY", "per_usd": "7.1"}]}
    # 1,500,000 × 1,500 tokens at $10.
    assert post(client, body).json()["monthly"]["candidate"] == "22500.00"


def test_the_horizon_ends_at_a_shutdown_unless_a_successor_is_named(client: Client) -> None:
    # gpt-4.1 ends on 14 January 2027: two months, and 13 of 31 days.
    side = {"provider": "openai", "model": "gpt-4.1"}
    found = returned(client, ISSUE, {**WORKLOAD, "baseline": side}, at="2026-11-22")
    assert (found["horizon_ends"], len(found["cash"]), found["cash"][-1]["length"]) == ("2027-01-14", 4, "0.419355")
    assert [warning["code"] for warning in found["warnings"]] == ["horizon_ends_at_shutdown", "payback_after_shutdown"]
    assert all("14 January 2027" in warning["detail"] for warning in found["warnings"])
    goes_on = returned(client, ISSUE, {**WORKLOAD, "baseline": {**side, "successor": "gpt-5"}}, at="2026-11-22")
    assert (goes_on["npv"], goes_on["horizon_ends"], goes_on["warnings"]) == ("31830.93", None, [])


def test_where_a_price_is_unknown_so_is_the_return(client: Client) -> None:
    ranges = [{"input": "workloads.0.input_tokens", "low": 900, "high": 1100}]
    found = returned(client, {"ranges": ranges}, {**WORKLOAD, "candidate": {"prices": {"input_mtok": 1}}})
    figures = {"complete", "horizon_months", "annual_discount_rate", "warnings"}
    assert (found["complete"], {name for name, value in found.items() if value is not None}) == (False, figures)


def test_the_spread_of_one_cost_is_the_spread_of_the_worth_on_the_page_and_in_the_api(client: Client) -> None:
    uncertain = [{"input": "return.one_off.0.price", "low": 40000, "high": 80000}]
    outlook = returned(client, {**ISSUE, "ranges": uncertain})["uncertainty"]
    # Whatever is paid once is worth 91,830.93 less itself; low and high are what one draw in ten is below and above.
    # 10,000 draws miss a quantile that is met by chance by a hundredth of the spread or two.
    expected = {"p10": 91830.93 - 80000, "p50": 91830.93 - 60000, "p90": 91830.93 - 40000}
    spread = {name: float(outlook["npv"][name]) for name in expected}
    assert spread == pytest.approx(expected, abs=800)
    assert outlook["first_year"] == dict.fromkeys(expected, "96660.00")
    query = "from=typed&from.input=2&from.output=8&to=typed&to.input=0.42&to.output=0.42&once.1.price=60000"
    stages = "ramp.1.share=100&ramp.2.share=&ramp.2.from=&ramp.3.share=&ramp.3.from="
    page = client.get(f"/?{query}&{stages}&range.1.of=once.1.price&range.1.low=40000&range.1.high=80000")
    cells = "".join(f"<td>${spread[name]:,.0f}</td>" for name in ("p10", "p50", "p90"))
    assert f'<th scope="row">Net present value</th>{cells}' in page.content.decode()


def test_uncertainty_comes_with_its_places_in_the_body(client: Client) -> None:
    terms: dict[str, Any] = {
        **ISSUE,
        "people": {"before": {"incidents": 4, "hours": 1, "rate": 100}},
        "ranges": [
            {"input": "workloads.0.requests_per_day", "low": 40000, "high": 60000},
            {"input": "workloads.1.requests_per_month", "low": 0, "high": "1"},
            {"input": "workloads.0.candidate.prices", "low": "0.5", "high": 2},
            {"input": "workloads.1.candidate.verbosity_ratio", "low": 1, "high": 1},
            {"input": "return.one_off.0.price", "low": 50000, "high": 80000},
            {"input": "return.people.before.hours", "low": "0.5", "high": 3},
            {"input": "return.annual_discount_rate", "low": "0.05", "high": "0.2"},
            {"input": "return.ramp.0.share", "low": "0.9", "high": 1},
        ],
    }
    other = {**{k: v for k, v in WORKLOAD.items() if k != "requests_per_day"}, "requests_per_month": "0.5"}
    found = returned(client, terms, WORKLOAD, other)
    outlook = found["uncertainty"]
    assert outlook["draws"] == 10_000
    assert {swing["input"] for swing in outlook["tornado"]} == {each["input"] for each in terms["ranges"]}
    by_input = {swing["input"]: swing for swing in outlook["tornado"]}
    # What is as before it after the move saves nothing, however long it takes.
    hours = by_input["return.people.before.hours"]
    assert (hours["low"], hours["high"], hours["npv_low"]) == ("0.5", "3", hours["npv_high"])
    cost = by_input["return.one_off.0.price"]
    assert (cost["low"], cost["npv_low"], cost["npv_high"]) == ("50000", "41830.93", "11830.93")
    assert Decimal(outlook["npv"]["p10"]) < Decimal(outlook["npv"]["p50"]) < Decimal(outlook["npv"]["p90"])
    assert 0 < Decimal(outlook["probability_of_loss"]) < 1
    best, base, worst = (outlook["bundles"][name] for name in ("best", "base", "worst"))
    assert Decimal(best["npv"]) > Decimal(base["npv"]) > Decimal(worst["npv"])
    assert base["npv"] == found["npv"]
    prices = [bundle["values"]["workloads.0.candidate.prices"] for bundle in (best, base, worst)]
    assert prices == ["0.5", "1", "2"]
    assert found == returned(client, terms, WORKLOAD, other)


SHARE = "0.1"
# Everything that a request can use has a price.
PRICED = {
    "prices": dict.fromkeys(("input_mtok", "output_mtok", *CALLS), "2"),
    "variants": [{"when": dict(when), "units": {"input_mtok": 1}} for when in CONTEXTS.values() if when],
}
WHOLE_WORKLOAD = {
    **WORKLOAD,
    **dict.fromkeys(("reasoning_tokens", "web_searches", "storage_searches", "code_executions"), 1),
    **dict.fromkeys(("cache_read_share", "cache_write_share", "batch_share", "flex_share", "priority_share"), SHARE),
    **dict.fromkeys(("retry_share", "over_tier_share", "monthly_growth"), SHARE),
    "baseline": PRICED,
    "candidate": {**PRICED, "cache_read_share": SHARE, "retry_share": SHARE},
}
WHOLE = {
    "people": {side: {"incidents": 2, "hours": 2, "rate": 2} for side in ("before", "after")},
    "one_off": [{"quantity": 2, "price": 2}],
    "infrastructure": [{"before": 2, "after": 2}],
    "delay_months": 1,
    "overlap": {"monthly": 2, "months": 2},
    "cold_cache_share": SHARE,
    "rollback_reserve": {"probability": SHARE, "cost": 2},
    "price_changes": [{"factor": "1.1", "from_month": 2}],
}
WHATEVER = [
    *(f"workloads.0.{place}" for place in OF_WORKLOADS),
    "workloads.0.requests_per_day",
    *(f"return.{place}" for place in OF_TERMS),
    *(f"return.{listed}.0.{word}" for listed, word in OF_ROWS),
]


@pytest.mark.parametrize("place", WHATEVER)
def test_whatever_can_be_uncertain_is_drawn_and_comes_back_by_its_place(place: str) -> None:
    said = {"at": TODAY.isoformat(), "workloads": [WHOLE_WORKLOAD], "return": WHOLE}
    plain = EstimateIn.model_validate(said)
    name = str(name_of(place, plain))
    (low, high), base = bounds(field_of(name)), number_at(plain, name)
    for ends in ((base, high), (low, base), (low, high)):
        ranges = [{"input": place, "low": str(ends[0]), "high": str(ends[1])}]
        body = EstimateIn.model_validate({**said, "return": {**WHOLE, "ranges": ranges}})
        outlook = estimate(RequestFactory().get("/"), body)["return"]["uncertainty"]
        (swing,) = outlook["tornado"]
        assert (swing["input"], Decimal(swing["low"]), Decimal(swing["high"])) == (place, *map(Decimal, map(str, ends)))


FULL = {
    "people": {"before": {"incidents": 1, "hours": 1, "rate": 1}},
    "one_off": [{"price": 5}, {"price": 1, "quantity": 2}],
}


def ranged(place: str, low: Any, high: Any) -> dict[str, Any]:
    return {**FULL, "ranges": [{"input": place, "low": low, "high": high}]}


CHANGES = {"price_changes": [{"factor": "1.1", "from_month": month} for month in range(1, 10)]}


@pytest.mark.parametrize(
    ("terms", "more", "pointer"),
    [
        ([], {}, "/return"),
        ({"unheard_of": 1}, {}, "/return/unheard_of"),
        ({"horizon_months": 0}, {}, "/return/horizon_months"),
        ({"horizon_months": 121}, {}, "/return/horizon_months"),
        ({"horizon_months": "12"}, {}, "/return/horizon_months"),
        ({"annual_discount_rate": -1}, {}, "/return/annual_discount_rate"),
        ({"currency": "dollars"}, {}, "/return/currency"),
        ({"currency": "XAU"}, {}, "/return/currency"),
        ({"one_off": [{"price": 1}, {"quantity": 2}]}, {}, "/return/one_off/1/price"),
        ({"one_off": [{"price": -1}]}, {}, "/return/one_off/0/price"),
        ({"one_off": [{"price": 1, "quantity": "1e3"}]}, {}, "/return/one_off/0/quantity"),
        ({"one_off": [{"price": 1}] * 51}, {}, "/return/one_off"),
        ({"ramp": AT_ONCE * 13}, {}, "/return/ramp"),
        (
            {**ranged("workloads.0.input_tokens", 900, 1100), "horizon_months": 120, **CHANGES},
            {"workloads": [WORKLOAD] * 11},
            "/return/ranges",
        ),
        ({"people": {"before": {"hours": "many"}}}, {}, "/return/people/before/hours"),
        ({"people": {"after": {"minutes": 25}}}, {}, "/return/people/after/minutes"),
        ({"infrastructure": [{"before": 1e16}]}, {}, "/return/infrastructure/0/before"),
        ({"infrastructure": [{"after": 1}, {}]}, {}, "/return/infrastructure/1"),
        ({"ramp": []}, {}, "/return/ramp"),
        ({"ramp": [{"share": 1}]}, {}, "/return/ramp/0"),
        ({"ramp": [{"share": 1, "from_month": 1, "from_date": "2026-01-01"}]}, {}, "/return/ramp/0"),
        ({"ramp": [{"share": 2, "from_month": 1}]}, {}, "/return/ramp/0/share"),
        ({"ramp": [{"share": 0, "from_month": 0}]}, {}, "/return/ramp/0/from_month"),
        ({"ramp": [{"share": 0, "from_date": "2026-02-30"}]}, {}, "/return/ramp/0/from_date"),
        ({"ramp": [{"share": 0, "from_month": 2}, {"share": 1, "from_month": 1}]}, {}, "/return/ramp/1/from_month"),
        (
            {"ramp": [{"share": 0, "from_month": 9}, {"share": 1, "from_date": "2026-12-01"}]},
            {},
            "/return/ramp/1/from_date",
        ),
        ({"cold_cache_share": 2}, {}, "/return/cold_cache_share"),
        ({"rollback_reserve": {"probability": 20}}, {}, "/return/rollback_reserve/probability"),
        ({"price_changes": [{"factor": 1}]}, {}, "/return/price_changes/0"),
        ({"price_changes": [{"factor": -1, "from_month": 1}]}, {}, "/return/price_changes/0/factor"),
        ({"price_changes": [{"side": "to", "factor": 1, "from_month": 1}]}, {}, "/return/price_changes/0/side"),
        (
            {"price_changes": [{"factor": 1, "from_month": 1, "workload": 1}]},
            {},
            "/return/price_changes/0/workload",
        ),
        ({"correlation": "1.1"}, {}, "/return/correlation"),
        (ranged("requests", 1, 2), {}, "/return/ranges/0/input"),
        (ranged("workloads.1.input_tokens", 1, 2), {}, "/return/ranges/0/input"),
        (ranged("workloads.00.input_tokens", 900, 1100), {}, "/return/ranges/0/input"),
        (ranged("workloads.0.requests_per_month", 1, 10**9), {}, "/return/ranges/0/input"),
        (ranged("workloads.0.name", 1, 2), {}, "/return/ranges/0/input"),
        (ranged("workloads.0.web_searches", 0, 1), {}, "/return/ranges/0/input"),
        (ranged("workloads.0.candidate.cache_read_share", 0, 1), {}, "/return/ranges/0/input"),
        (ranged("return.horizon_months", 6, 24), {}, "/return/ranges/0/input"),
        (ranged("return.one_off.2.price", 1, 2), {}, "/return/ranges/0/input"),
        (ranged("return.one_off.0.quantity", 1, 2), {}, "/return/ranges/0/input"),
        (ranged("return.one_off.0.name", 1, 2), {}, "/return/ranges/0/input"),
        (ranged("return.one_off", 1, 2), {}, "/return/ranges/0/input"),
        (ranged("return.people.after.hours", 1, 2), {}, "/return/ranges/0/input"),
        (ranged("return.overlap.months", 1, 2), {}, "/return/ranges/0/input"),
        (ranged("workloads.0.input_tokens", 1001, 2000), {}, "/return/ranges/0/low"),
        (ranged("workloads.0.input_tokens", 900, 999), {}, "/return/ranges/0/high"),
        (ranged("workloads.0.input_tokens", -1, 2000), {}, "/return/ranges/0/low"),
        (ranged("workloads.0.cache_read_share", 0, "1.1"), {}, "/return/ranges/0/high"),
        (ranged("workloads.0.candidate.prices", "1.1", "1.2"), {}, "/return/ranges/0/low"),
        (ranged("return.one_off.1.quantity", 3, 4), {}, "/return/ranges/0/low"),
        (
            {"ranges": [{"input": "workloads.0.input_tokens", "low": 1, "high": 9999}] * 2},
            {},
            "/return/ranges/1/input",
        ),
        ({}, {"exchange_rates": [{"currency": "EUR", "per_usd": 0}]}, "/exchange_rates/0/per_usd"),
        ({}, {"exchange_rates": [{"currency": "USD", "per_usd": 1}]}, "/exchange_rates/0/currency"),
        ({}, {"exchange_rates": [{"currency": "EUR", "per_usd": 1}] * 2}, "/exchange_rates/1/currency"),
        ({}, {"workloads": [{**WORKLOAD, "candidate": {**SIDE, "currency": "EUR"}}]}, "/workloads/0/candidate"),
        (
            {},
            {"workloads": [{**WORKLOAD, "candidate": {**OFFER, "currency": "XAU"}}]},
            "/workloads/0/candidate/currency",
        ),
        ({}, {"workloads": [{**WORKLOAD, "baseline": {**SIDE, "successor": 5}}]}, "/workloads/0/baseline/successor"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_wrong_return_is_422_at_its_place(client: Client, terms: Any, more: dict[str, Any], pointer: str) -> None:
    answer = post(client, {"workloads": [WORKLOAD], "return": terms, **more})
    assert answer.status_code == 422, answer.content
    faults = answer.json()["errors"]
    assert [fault["pointer"] for fault in faults] == [pointer]
    assert all(fault["detail"] for fault in faults)


def test_all_faults_are_named_at_once(client: Client) -> None:
    sides = {"baseline": {"provider": "openai", "model": "gpt-99"}, "candidate": {**OFFER, "currency": "XAU"}}
    terms = {"currency": "XAG", "ramp": [{"share": 1, "from_month": 2}, {"share": 1, "from_month": 1}]}
    answer = post(client, {"workloads": [{**WORKLOAD, **sides}], "return": terms})
    places = [fault["pointer"] for fault in answer.json()["errors"]]
    workload = "/workloads/0"
    assert places == [
        f"{workload}/baseline/model",
        f"{workload}/candidate/currency",
        "/return/currency",
        "/return/ramp/1/from_month",
    ]


def test_a_return_is_saved_with_its_scenario_and_comes_back_the_same(writer: Client) -> None:
    kept = post(writer, {"name": "Ours", **EXAMPLE_WITH_RETURN}, "scenarios").json()
    assert kept["estimate"] == post(writer, EXAMPLE_WITH_RETURN).json()
    assert kept["estimate"]["return"]["uncertainty"]["draws"] == 10_000
    shown = writer.get(f"/api/v1/scenarios/{kept['id']}").json()
    assert shown["estimate"] == kept["estimate"]
    terms = {**EXAMPLE, "one_off": [{"price": 1}], "ranges": [], "ramp": AT_ONCE}
    body = {**EXAMPLE_WITH_RETURN, "return": terms}
    revised = post(writer, {"revision": 1, **body}, f"scenarios/{kept['id']}/revisions").json()
    assert revised["estimate"] == post(writer, body).json()
    assert "ramp.2.share=&" in revised["revision"]["query"]
    first = writer.get(f"/api/v1/scenarios/{kept['id']}/revisions/1").json()
    assert first["estimate"]["return"] == kept["estimate"]["return"]


def test_a_scenario_saved_without_a_return_has_the_calculators_own(writer: Client) -> None:
    kept = post(writer, {"name": "Ours", "workloads": [WORKLOAD]}, "scenarios").json()
    assert kept["estimate"]["return"] == returned(writer, {})


@pytest.mark.parametrize(
    ("terms", "more", "pointer"),
    [
        ({"one_off": [{"price": 1}] * 7}, {}, "/return/one_off/6"),
        ({"infrastructure": [{"after": 1}] * 5}, {}, "/return/infrastructure/4"),
        ({"ramp": AT_ONCE * 6}, {}, "/return/ramp/5"),
        ({"price_changes": [{"factor": 1, "from_month": 1}] * 5}, {}, "/return/price_changes/4"),
        (
            {"price_changes": [{"factor": 1, "from_month": 1, "workload": 0}]},
            {"workloads": [WORKLOAD] * 2},
            "/return/price_changes/0/workload",
        ),
        (
            {},
            {"exchange_rates": [{"currency": code, "per_usd": 1} for code in ("EUR", "CNY", "VND", "JPY")]},
            "/exchange_rates/3",
        ),
        ({"annual_discount_rate": "0.123456789"}, {}, "/return/annual_discount_rate"),
        ({"people": {"after": {"hours": "0.1234567"}}}, {}, "/return/people/after/hours"),
        ({"one_off": [{"price": 1}, {"price": 1, "name": "\u0007"}]}, {}, "/return/one_off/1/name"),
        ({"infrastructure": [{"name": "\u0007"}]}, {}, "/return/infrastructure/0/name"),
        ({"ramp": [{"share": 1, "from_month": "1.2345"}]}, {}, "/return/ramp/0/from_month"),
        ({"ramp": [{"share": 0, "from_month": 2}, {"share": 1, "from_month": 1}]}, {}, "/return/ramp/1/from_month"),
        (
            {"ramp": [{"share": 0, "from_month": 9}, {"share": 1, "from_date": "2026-12-01"}]},
            {},
            "/return/ramp/1/from_date",
        ),
        ({"price_changes": [{"factor": "1.123456789", "from_month": 1}]}, {}, "/return/price_changes/0/factor"),
        ({"currency": "XAU"}, {}, "/return/currency"),
        ({}, {"workloads": [{**WORKLOAD, "baseline": {**TYPED, "currency": "XAU"}}]}, "/workloads/0/baseline/currency"),
        ({}, {"exchange_rates": [{"currency": "EUR", "per_usd": 1}] * 2}, "/exchange_rates/1/currency"),
        ({}, {"workloads": [{**WORKLOAD, "baseline": {**SIDE, "successor": "\u0007"}}]}, "/workloads/0/baseline/succ"),
        (ranged("requests", 1, 2), {}, "/return/ranges/0/input"),
        (ranged("return.one_off.0.quantity", 1, 2), {}, "/return/ranges/0/input"),
        (ranged("workloads.0.input_tokens", 1001, 2000), {}, "/return/ranges/0/low"),
        (ranged("workloads.0.candidate.prices", "0.5", "0.9"), {}, "/return/ranges/0/high"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_what_an_address_cannot_hold_is_422_at_its_place(
    writer: Client, terms: Any, more: dict[str, Any], pointer: str
) -> None:
    answer = post(writer, {"name": "Ours", "workloads": [WORKLOAD], "return": terms, **more}, "scenarios")
    assert answer.status_code == 422, answer.content
    places = [fault["pointer"] for fault in answer.json()["errors"]]
    assert [place[: len(pointer)] for place in places] == [pointer]


def test_a_query_names_its_return_itself(writer: Client) -> None:
    for more, pointer in (({"return": {}}, "/return"), ({"exchange_rates": []}, "/exchange_rates")):
        answer = post(writer, {"name": "Ours", "query": "", **more}, "scenarios")
        assert [fault["pointer"] for fault in answer.json()["errors"]] == [pointer]


def numbers(low: str, high: str, places: int) -> st.SearchStrategy[Decimal]:
    return st.decimals(Decimal(low), Decimal(high), places=places)


SHARES = numbers("0", "1", 8)
MONEY = numbers("0", "1000000", 6)
NAMES = st.text(st.characters(codec="utf-8", categories=["L", "N"]), max_size=20)
MONTHS = st.builds(lambda month: {"from_month": month}, numbers("1", "24", 3))
DAYS = st.builds(lambda day: {"from_date": day.isoformat()}, st.dates(TODAY, TODAY.replace(year=TODAY.year + 2)))


def rows(*parts: st.SearchStrategy[Any], most: int, least: int = 0) -> st.SearchStrategy[Any]:
    """A list of objects, each of several parts."""
    one = st.tuples(*parts).map(lambda found: {name: value for part in found for name, value in part.items()})
    return st.lists(one, min_size=least, max_size=most)


def some(needed: dict[str, Any] | None = None, **optional: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    """An object with some of its keys."""
    return st.fixed_dictionaries(needed or {}, optional=optional)


def in_order(stages: list[Any]) -> list[Any]:
    return sorted(stages, key=lambda stage: stage["from_month"])


TERMS = some(
    horizon_months=st.integers(1, 36),
    annual_discount_rate=numbers("-0.5", "2", 8),
    currency=st.sampled_from(["USD", "VND", "CNY", "EUR"]),
    one_off=rows(some({"price": MONEY}, name=NAMES, quantity=numbers("0", "1000", 6)), most=6),
    people=some(
        before=some(incidents=numbers("0", "99", 6), hours=numbers("0", "99", 6), rate=MONEY),
        after=some(incidents=numbers("0", "99", 6), hours=numbers("0", "99", 6), rate=MONEY),
    ),
    infrastructure=rows(some({"before": MONEY}, name=NAMES, after=MONEY), most=4),
    ramp=rows(some({"share": SHARES}), MONTHS, most=5, least=1).map(in_order),
    delay_months=numbers("0", "5", 6),
    overlap=some(monthly=MONEY, months=numbers("0", "12", 6)),
    cold_cache_share=SHARES,
    rollback_reserve=some(probability=SHARES, cost=MONEY),
    price_changes=rows(
        some({"factor": numbers("0", "3", 8)}, side=st.sampled_from(["baseline", "candidate"])),
        MONTHS | DAYS,
        most=4,
    ),
    correlation=SHARES,
)
WORKLOADS = some(
    {
        "input_tokens": numbers("0", "10000", 3),
        "output_tokens": numbers("1", "10000", 3),
        "requests_per_day": numbers("0", "100000", 3),
        "baseline": st.just(TYPED),
        "candidate": some(
            {"prices": st.just(OFFER["prices"])},
            currency=st.sampled_from(["CNY", "EUR"]),
            verbosity_ratio=numbers("0.5", "2", 6),
            cache_read_share=numbers("0", "0.5", 8),
        ),
    },
    cache_read_share=numbers("0", "0.5", 8),
    monthly_growth=numbers("-0.2", "0.2", 8),
    web_searches=numbers("0", "1", 6),
)
PLACES = [
    "workloads.0.requests_per_day",
    "workloads.0.candidate.prices",
    "workloads.0.baseline.prices",
    "workloads.0.candidate.verbosity_ratio",
    "workloads.0.monthly_growth",
    "return.one_off.0.price",
    "return.one_off.0.quantity",
    "return.infrastructure.0.after",
    "return.people.before.hours",
    "return.people.after.rate",
    "return.ramp.0.share",
    "return.price_changes.0.factor",
    "return.annual_discount_rate",
]
WIDTHS = st.dictionaries(st.sampled_from(PLACES), st.integers(0, 3), max_size=4)


def with_ranges(body: dict[str, Any], widths: dict[str, int]) -> dict[str, Any]:
    """The body with ranges around what it says, wherever it says anything."""
    ranges = [
        {"input": place, "low": found - min(found, Decimal(width) / 8), "high": found + Decimal(width) / 8}
        for place, width in widths.items()
        if isinstance(found := number_in(body, place), Decimal) and within(place, found)
    ]
    return {**body, "return": {**body["return"], "ranges": ranges}}


def within(place: str, value: Decimal) -> bool:
    """Whether there is room for a range in an input's bounds."""
    return value > 0 and (not place.endswith(".share") or value < Decimal("0.6"))


def number_in(body: Any, place: str) -> Any:
    if place.endswith(".prices"):
        return Decimal(1)
    for step in place.split("."):
        if not isinstance(body, list | dict) or (isinstance(body, list) and not body):
            return None
        body = body[int(step)] if isinstance(body, list) else body.get(step)
    return body


def unnamed(wanted: Wanted) -> Wanted:
    """What is asked, without the names of costs: an address has one for each of its rows."""
    one_off = tuple(replace(line, name="") for line in wanted.terms.one_off)
    running = tuple(replace(line, name="") for line in wanted.terms.running)
    return replace(wanted, terms=replace(wanted.terms, one_off=one_off, running=running))


@given(st.lists(WORKLOADS, min_size=1, max_size=2), TERMS, WIDTHS)
@settings(max_examples=60, deadline=None)
@example([WORKLOAD], EXAMPLE, {})
def test_a_return_is_the_same_on_either_road(workloads: list[Any], terms: Any, widths: dict[str, int]) -> None:
    rates = [{"currency": "VND", "per_usd": "26345.5"}, {"currency": "CNY", "per_usd": "7.1"}]
    said = {"at": TODAY.isoformat(), "workloads": workloads, "exchange_rates": rates, "return": terms}
    body = EstimateIn.model_validate(said if "ranges" in terms else with_ranges(said, widths))
    held = catalogue()
    query = address_of(body, held)
    kept = draft(Workspace(pk=0), query, TODAY, held)
    assert kept.query == query
    assert unnamed(kept.result.scenario.wanted) == unnamed(scenario_of(body, held, TODAY).wanted)
    assert answered(kept.result, held, TODAY) == estimate(RequestFactory().get("/"), body)


def test_the_defaults_of_a_body_are_the_calculators() -> None:
    held = catalogue()
    body = EstimateIn.model_validate({"workloads": [WORKLOAD], "return": {}})
    bare = EstimateIn.model_validate({"workloads": [WORKLOAD]})
    assert body.returns == ReturnIn()
    assert address_of(body, held) == address_of(bare, held)
