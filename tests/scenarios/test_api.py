"""Both operations of the API as they are promised: money in strings, every fault with its place."""

from __future__ import annotations

import copy
import json
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from hypothesis import HealthCheck, given
from hypothesis import settings as bounded
from hypothesis import strategies as st

from costcalc.catalog.index import catalogue
from costcalc.engine import UNIT_NAMES
from tests.scenarios.described import assert_described

pytestmark = pytest.mark.django_db

ESTIMATE, PRICES = "/api/v1/estimate", "/api/v1/prices/"
PROBLEM = "application/problem+json"
GPT = {"provider": "openai", "model": "gpt-4.1"}
RELAY = {"name": "relay", "prices": {"input_mtok": "8", "output_mtok": "8"}}
WORKLOAD: dict[str, Any] = {
    "name": "chat",
    "requests_per_day": 50000,
    "input_tokens": 1000,
    "cache_read_share": 0,
    "cache_write_share": 0,
    "output_tokens": 500,
    "reasoning_tokens": 0,
    "batch_share": 0,
    "retry_share": 0,
    "monthly_growth": 0,
    "baseline": GPT,
    "candidate": RELAY,
}
EXAMPLE: dict[str, Any] = {"days_per_month": 30, "at": "2026-11-22", "workloads": [WORKLOAD]}


def with_workload(**changes: Any) -> dict[str, Any]:
    """The example with some fields of its workload changed; None leaves one out."""
    workload = {name: value for name, value in {**WORKLOAD, **changes}.items() if value is not None}
    return {**EXAMPLE, "workloads": [workload]}


def refused(answer: dict[str, Any]) -> list[str]:
    """Where the faults of a 422 are."""
    assert answer["status_code"] == 422, answer
    assert all(fault["detail"] for fault in answer["errors"])
    return [fault["pointer"] for fault in answer["errors"]]


def test_the_example_is_answered_as_promised(ask: Any) -> None:
    answer = ask(ESTIMATE, EXAMPLE)
    assert answer["complete"] is True
    assert answer["monthly"] == {
        "baseline": "9000.00",
        "candidate": "18000.00",
        "savings": "-9000.00",
        "savings_percent": "-100.00",
    }
    assert answer["annual"] == {
        "baseline": "108000.00",
        "candidate": "216000.00",
        "savings": "-108000.00",
        "savings_percent": "-100.00",
    }
    assert answer["unknown"] == []
    assert (answer["at"], answer["days_per_month"]) == ("2026-11-22", "30")


def test_the_lines_of_the_example_add_up_and_name_their_quantities(ask: Any) -> None:
    lines = ask(ESTIMATE, EXAMPLE)["lines"]
    assert lines == [
        {
            "workload": 0,
            "name": "chat",
            "unit": "input_mtok",
            "baseline_quantity": "1500000000",
            "candidate_quantity": "1500000000",
            "baseline": "3000.00",
            "candidate": "12000.00",
            "difference": "9000.00",
        },
        {
            "workload": 0,
            "name": "chat",
            "unit": "output_mtok",
            "baseline_quantity": "750000000",
            "candidate_quantity": "750000000",
            "baseline": "6000.00",
            "candidate": "6000.00",
            "difference": "0.00",
        },
    ]


def test_every_price_in_the_answer_has_its_source_and_day(ask: Any) -> None:
    before, after = ask(ESTIMATE, EXAMPLE)["prices"]
    assert (before["side"], before["provider"], before["model"], before["kind"]) == (
        "baseline",
        "openai",
        "gpt-4.1",
        "list",
    )
    assert before["units"]["input_mtok"] == "2"
    assert (before["source"]["name"], before["source"]["checked_on"]) == ("genai-prices 0.2.3", "2026-11-10")
    assert (after["name"], after["kind"], after["source"]) == ("relay", "typed", None)
    assert after["units"] == {"input_mtok": "8", "output_mtok": "8"}


def test_the_answer_warns_of_the_shutdown(ask: Any) -> None:
    warnings = ask(ESTIMATE, EXAMPLE)["warnings"]
    assert [(warning["code"], warning["side"], warning["workload"]) for warning in warnings] == [
        ("shutdown", "baseline", 0)
    ]
    assert "2027" in warnings[0]["detail"]


def test_the_documents_own_example_is_good(ask: Any, schemas: dict[str, Any]) -> None:
    plain, with_return = schemas["components"]["schemas"]["EstimateIn"]["examples"]
    assert ask(ESTIMATE, plain)["complete"] is True
    assert ask(ESTIMATE, plain)["return"] is None
    found = ask(ESTIMATE, with_return)["return"]
    assert (found["complete"], found["payback"]) == (True, "paid_back")


def test_the_least_that_is_needed_is_enough(ask: Any) -> None:
    least = {name: WORKLOAD[name] for name in ("input_tokens", "output_tokens", "baseline", "candidate")}
    answer = ask(ESTIMATE, {"workloads": [{**least, "requests_per_month": 1500000}]})
    assert answer["monthly"]["baseline"] == "9000.00"
    assert answer["days_per_month"] == "30"


@pytest.mark.parametrize(
    ("changes", "baseline", "candidate"),
    [
        ({"batch_share": 1, "candidate": GPT}, "4500.00", "4500.00"),
        ({"requests_per_day": "50000.0"}, "9000.00", "18000.00"),
        ({"requests_per_day": 0.5}, "0.09", "0.18"),
        ({"cache_read_share": "0.5", "candidate": GPT}, "7875.00", "7875.00"),
        ({"retry_share": 0.02}, "9180.00", "18360.00"),
        ({"requests_per_day": None, "requests_per_month": 50000}, "300.00", "600.00"),
        ({"candidate": {**RELAY, "tokenizer_ratio": "1.1", "verbosity_ratio": 0.5}}, "9000.00", "16500.00"),
        ({"candidate": {**RELAY, "retry_share": "0.5"}}, "9000.00", "27000.00"),
        ({"web_searches": "0.1", "candidate": GPT}, "10500.00", "10500.00"),
        ({"input_tokens": 0, "output_tokens": 0}, "0.00", "0.00"),
        ({"baseline": {"provider": "anthropic", "model": "claude-sonnet-4-5"}}, "15750.00", "18000.00"),
        ({"baseline": {"provider": "google", "model": "gemini-2.5-flash"}}, "2325.00", "18000.00"),
        ({"candidate": {"provider": "article-relay", "model": "deepseek-v3.2"}}, "9000.00", "945.00"),
        ({"candidate": {"provider": "article-relay", "model": "claude-sonnet-4.5"}}, "9000.00", "33750.00"),
        ({"candidate": {"provider": "article-relay", "model": "gemini-2.5-flash"}}, "9000.00", "5625.00"),
    ],
)
def test_a_field_changes_the_month_as_a_pocket_calculator_says(
    ask: Any, changes: dict[str, Any], baseline: str, candidate: str
) -> None:
    answer = ask(ESTIMATE, with_workload(**changes))
    assert answer["complete"] is True
    assert (answer["monthly"]["baseline"], answer["monthly"]["candidate"]) == (baseline, candidate)


@pytest.mark.parametrize(
    ("days", "month", "year", "shown"),
    [
        (30, "9000.00", "108000.00", "30"),
        (30.5, "9150.00", "109800.00", "30.5"),
        ("31", "9300.00", "111600.00", "31"),
        ("365/12", "9125.00", "109500.00", "365/12"),
        ("calendar", "9000.00", "109500.00", "calendar"),
    ],
)
def test_days_become_months_as_asked(ask: Any, days: Any, month: str, year: str, shown: str) -> None:
    answer = ask(ESTIMATE, {**EXAMPLE, "days_per_month": days})
    assert (answer["monthly"]["baseline"], answer["annual"]["baseline"]) == (month, year)
    assert answer["days_per_month"] == shown


def test_numbers_and_decimal_strings_are_the_same_numbers(ask: Any) -> None:
    texts = {name: str(value) for name, value in WORKLOAD.items() if isinstance(value, int)}
    assert ask(ESTIMATE, with_workload(**texts)) == ask(ESTIMATE, EXAMPLE)


def test_a_price_keeps_every_digit_whether_it_is_a_number_or_a_string(ask: Any) -> None:
    text = b'{"at": "2026-11-22", "workloads": [{"requests_per_month": 1, "input_tokens": 1, "output_tokens": 0, '
    text += b'"baseline": {"prices": {"input_mtok": 0.123456789012345678}}, '
    text += b'"candidate": {"prices": {"input_mtok": "0.123456789012345678"}}}]}'
    before, after = ask(ESTIMATE, text)["prices"]
    assert before["units"] == after["units"] == {"input_mtok": "0.123456789012345678"}


def test_money_is_rounded_half_up_once_a_line(ask: Any) -> None:
    flat = {"prices": {"input_mtok": "1", "output_mtok": "1"}}
    body = with_workload(
        requests_per_day=None,
        requests_per_month=1,
        input_tokens=5000,
        output_tokens=4999,
        candidate=flat,
        baseline=flat,
    )
    answer = ask(ESTIMATE, body)
    assert [line["baseline"] for line in answer["lines"]] == ["0.01", "0.00"]
    assert answer["monthly"]["baseline"] == "0.01"
    assert answer["annual"]["baseline"] == "0.12"


def test_a_missing_price_is_unknown_and_totals_are_of_what_is_known(ask: Any) -> None:
    answer = ask(ESTIMATE, with_workload(baseline={"prices": {"input_mtok": "2"}}))
    assert answer["complete"] is False
    assert answer["unknown"] == [
        {"side": "baseline", "workload": 0, "unit": "output_mtok", "variant": "standard", "share": "1"}
    ]
    assert answer["monthly"]["baseline"] == "3000.00"
    assert "unknown_price" in [warning["code"] for warning in answer["warnings"]]


def test_a_share_sent_to_a_variant_without_a_price_is_unknown(ask: Any) -> None:
    answer = ask(ESTIMATE, with_workload(batch_share=0.25))
    gaps = {(gap["side"], gap["unit"], gap["variant"], gap["share"]) for gap in answer["unknown"]}
    assert gaps == {("candidate", unit, "batch", "0.25") for unit in ("input_mtok", "output_mtok")}
    assert answer["monthly"]["candidate"] == "13500.00"


def test_a_typed_variant_prices_its_share(ask: Any) -> None:
    variant = {"when": {"processing": "batch"}, "units": {"input_mtok": "4", "output_mtok": "4"}}
    answer = ask(ESTIMATE, with_workload(batch_share=0.5, candidate={**RELAY, "variants": [variant]}))
    assert answer["complete"] is True
    assert answer["monthly"]["candidate"] == "13500.00"


@pytest.mark.parametrize(("tokens", "month"), [(200000, "600000.00"), (200001, "900004.50")])
def test_a_typed_tier_begins_one_token_above_its_threshold(ask: Any, tokens: int, month: str) -> None:
    tiered = {"prices": {"input_mtok": {"base": "2", "tiers": [{"above": 200000, "price": 3}]}}}
    answer = ask(ESTIMATE, with_workload(input_tokens=tokens, output_tokens=0, baseline=tiered))
    assert answer["monthly"]["baseline"] == month
    assert answer["prices"][0]["tiers"] == {"input_mtok": [{"above": 200000, "price": "3"}]}


def test_the_percentage_is_null_at_a_baseline_of_nothing(ask: Any) -> None:
    free = {"prices": {"input_mtok": 0, "output_mtok": 0}}
    answer = ask(ESTIMATE, with_workload(baseline=free))
    assert answer["monthly"] == {
        "baseline": "0.00",
        "candidate": "18000.00",
        "savings": "-18000.00",
        "savings_percent": None,
    }
    assert answer["complete"] is True


def test_swapping_the_sides_flips_the_sign(ask: Any) -> None:
    there = ask(ESTIMATE, EXAMPLE)
    back = ask(ESTIMATE, with_workload(baseline=RELAY, candidate=GPT))
    assert (there["monthly"]["savings"], back["monthly"]["savings"]) == ("-9000.00", "9000.00")
    assert (there["annual"]["savings"], back["annual"]["savings"]) == ("-108000.00", "108000.00")


def test_several_workloads_are_one_bill(ask: Any) -> None:
    other = {**WORKLOAD, "name": "search", "requests_per_day": 10, "monthly_growth": "0.1"}
    answer = ask(ESTIMATE, {**EXAMPLE, "workloads": [WORKLOAD, other]})
    assert answer["monthly"]["baseline"] == "9001.80"
    assert {line["workload"] for line in answer["lines"]} == {0, 1}
    assert Decimal(answer["annual"]["baseline"]) > Decimal("9001.80") * 12


@pytest.mark.parametrize(
    ("at", "price"),
    [
        ("2026-11-22", "0.19375"),
        ("2026-11-22T00:59:59Z", "0.15"),
        ("2026-11-22T01:00:00Z", "0.3"),
        ("2026-11-22T08:00:00+07:00", "0.3"),
        ("2026-08-16", "0.186666666667"),
        ("2026-08-16T23:59:59.999999Z", "0.14"),
    ],
)
def test_prices_are_those_of_a_day_or_of_a_moment(ask: Any, at: str, price: str) -> None:
    flash = {"provider": "deepseek", "model": "deepseek-v4-flash"}
    answer = ask(ESTIMATE, {**with_workload(baseline=flash), "at": at})
    assert answer["prices"][0]["units"]["input_mtok"] == price


BAD: dict[str, tuple[Any, str]] = {
    "both volumes": (with_workload(requests_per_month=5), "/workloads/0"),
    "no volume": (with_workload(requests_per_day=None), "/workloads/0"),
    "no input": (with_workload(input_tokens=None), "/workloads/0/input_tokens"),
    "no output": (with_workload(output_tokens=None), "/workloads/0/output_tokens"),
    "no baseline": (with_workload(baseline=None), "/workloads/0/baseline"),
    "no candidate": (with_workload(candidate=None), "/workloads/0/candidate"),
    "an empty side": (with_workload(baseline={}), "/workloads/0/baseline"),
    "a model and prices": (with_workload(baseline={**GPT, "prices": {}}), "/workloads/0/baseline"),
    "half a model": (with_workload(baseline={"provider": "openai"}), "/workloads/0/baseline"),
    "an unknown model": (with_workload(baseline={**GPT, "model": "gpt-99"}), "/workloads/0/baseline/model"),
    "a misspelt field": (with_workload(batch_shares=1), "/workloads/0/batch_shares"),
    "a misspelt field above": ({**EXAMPLE, "day": 1}, "/day"),
    "a field of the other side": (
        with_workload(baseline={**GPT, "tokenizer_ratio": 1}),
        "/workloads/0/baseline/tokenizer_ratio",
    ),
    "a misspelt unit": (
        with_workload(candidate={"prices": {"input_mtoks": 8}}),
        "/workloads/0/candidate/prices/input_mtoks",
    ),
    "a usage name": (
        with_workload(candidate={"prices": {"input_tokens": 8}}),
        "/workloads/0/candidate/prices/input_tokens",
    ),
    "a misspelt context": (
        with_workload(candidate={**RELAY, "variants": [{"when": {"processing": "Batch"}, "units": {}}]}),
        "/workloads/0/candidate/variants/0/when",
    ),
    "a variant of a model": (
        with_workload(candidate={**GPT, "variants": [{"when": {"processing": "batch"}, "units": {}}]}),
        "/workloads/0/candidate",
    ),
    "a negative count": (with_workload(input_tokens=-1), "/workloads/0/input_tokens"),
    "a share over 1": (with_workload(cache_read_share=1.01), "/workloads/0/cache_read_share"),
    "cache shares over 1": (
        with_workload(cache_read_share=0.6, cache_write_share=0.5),
        "/workloads/0/cache_write_share",
    ),
    "variant shares over 1": (with_workload(batch_share=0.6, flex_share=0.5), "/workloads/0/priority_share"),
    "reasoning over output": (with_workload(reasoning_tokens=501), "/workloads/0/reasoning_tokens"),
    "a cache share that does not fit there": (
        with_workload(cache_write_share=0.5, candidate={**RELAY, "cache_read_share": 0.6}),
        "/workloads/0/candidate/cache_read_share",
    ),
    "a negative price": (
        with_workload(candidate={"prices": {"input_mtok": "-1"}}),
        "/workloads/0/candidate/prices/input_mtok",
    ),
    "a price of words": (
        with_workload(candidate={"prices": {"input_mtok": "8 dollars"}}),
        "/workloads/0/candidate/prices/input_mtok",
    ),
    "a grouped number": (with_workload(requests_per_day="50,000"), "/workloads/0/requests_per_day"),
    "an underscored number": (with_workload(requests_per_day="50_000"), "/workloads/0/requests_per_day"),
    "wide digits": (with_workload(requests_per_day="１２３"), "/workloads/0/requests_per_day"),
    "an exponent in a string": (with_workload(requests_per_day="1e3"), "/workloads/0/requests_per_day"),
    "NaN in a string": (with_workload(requests_per_day="NaN"), "/workloads/0/requests_per_day"),
    "a very long number": (with_workload(requests_per_day="1" * 5000), "/workloads/0/requests_per_day"),
    "true for a number": (with_workload(requests_per_day=True), "/workloads/0/requests_per_day"),
    "a list for a number": (with_workload(input_tokens=[1]), "/workloads/0/input_tokens"),
    "null for a number": ({**EXAMPLE, "workloads": [{**WORKLOAD, "input_tokens": None}]}, "/workloads/0/input_tokens"),
    "a word for a day count": ({**EXAMPLE, "days_per_month": "month"}, "/days_per_month"),
    "too many days": ({**EXAMPLE, "days_per_month": 31.5}, "/days_per_month"),
    "no days": ({**EXAMPLE, "days_per_month": 0}, "/days_per_month"),
    "a day that is none": ({**EXAMPLE, "at": "2026-02-30"}, "/at"),
    "a day of another century": ({**EXAMPLE, "at": "1999-12-31"}, "/at"),
    "an hour that is none": ({**EXAMPLE, "at": "2026-02-20T25:00:00Z"}, "/at"),
    "a number for a day": ({**EXAMPLE, "at": 20261122}, "/at"),
    "no workloads": ({**EXAMPLE, "workloads": []}, "/workloads"),
    "too many workloads": ({**EXAMPLE, "workloads": [WORKLOAD] * 51}, "/workloads"),
    "workloads of words": ({**EXAMPLE, "workloads": ["chat"]}, "/workloads/0"),
    "the second of two": (
        {**EXAMPLE, "workloads": [WORKLOAD, {**WORKLOAD, "output_tokens": -1}]},
        "/workloads/1/output_tokens",
    ),
}


@pytest.mark.parametrize(("body", "pointer"), BAD.values(), ids=BAD)
def test_a_fault_is_named_by_its_place(ask: Any, body: Any, pointer: str) -> None:
    assert pointer in refused(ask(ESTIMATE, body))


def test_every_fault_of_a_body_is_named_at_once(ask: Any) -> None:
    assert set(refused(ask(ESTIMATE, with_workload(input_tokens=-1, output_tokens="x", batch_share=2)))) == {
        "/workloads/0/input_tokens",
        "/workloads/0/output_tokens",
        "/workloads/0/batch_share",
    }


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b'"text"',
        b"[]",
        b"\xff",
        b'{"at": NaN}',
        b'{"at": Infinity}',
        b'{"days_per_month": 1e999}',
        b'{"days_per_month": -1e-999}',
        b'{"at": "2026-11-22", "at": "2026-11-23"}',
        b'{"workloads": [{"baseline": {"model": "a", "model": "b"}}]}',
        b"[" * 100_000,
        b'{"a":' * 100_000,
        b'{"days_per_month": ' + b"9" * 5000 + b"}",
        b'{"at": "\\ud800"}',
    ],
    ids=lambda body: repr(body)[:30],
)
def test_what_is_no_plain_json_object_is_refused_as_a_body(ask: Any, body: bytes) -> None:
    assert "" in refused(ask(ESTIMATE, body)) or refused(ask(ESTIMATE, body)) == ["/workloads"]


@pytest.mark.parametrize("media_type", ["text/plain", "application/x-www-form-urlencoded", "application/xml"])
def test_another_media_type_is_refused_as_one(client: Client, schemas: dict[str, Any], media_type: str) -> None:
    answer = client.generic("POST", ESTIMATE, json.dumps(EXAMPLE).encode(), content_type=media_type)
    assert answer.status_code == 415
    assert_described(schemas, answer)


def test_a_body_of_two_megabytes_is_refused_before_it_is_read(site: str, schemas: dict[str, Any]) -> None:
    import httpx

    answer = httpx.post(site + ESTIMATE, content=b" " * 2_000_000, headers={"Content-Type": "application/json"})
    assert answer.status_code == 413
    assert answer.headers["Content-Type"] == PROBLEM
    assert answer.json()["status"] == 413


def test_the_601st_request_of_a_minute_is_told_when_to_come_back(
    client: Client, settings: Any, schemas: dict[str, Any]
) -> None:
    settings.RATE_LIMIT = 3
    answers = [client.get(PRICES + "openai/gpt-4.1", REMOTE_ADDR="192.0.2.7") for _ in range(4)]
    assert [answer.status_code for answer in answers] == [200, 200, 200, 429]
    assert_described(schemas, answers[-1])
    assert 1 <= int(answers[-1]["Retry-After"]) <= 60
    other = client.get(PRICES + "openai/gpt-4.1", REMOTE_ADDR="192.0.2.8")
    assert other.status_code == 200


class TestPrices:
    def test_a_model_has_units_tiers_variants_and_sources(self, ask: Any) -> None:
        answer = ask(PRICES + "openai/gpt-4.1", at="2026-11-22")
        assert (answer["provider"], answer["model"], answer["at"]) == ("openai", "gpt-4.1", "2026-11-22")
        assert (answer["units"]["input_mtok"], answer["units"]["output_mtok"]) == ("2", "8")
        batch = [part for part in answer["variants"] if part["when"] == {"processing": "batch"}]
        assert batch[0]["units"]["input_mtok"] == "1"
        assert answer["sources"][0]["used"] is True
        assert answer["shutdown_on"] == "2027-01-14"

    def test_tiers_are_told_by_unit(self, ask: Any) -> None:
        tiers = ask(PRICES + "anthropic/claude-sonnet-4-5")["tiers"]
        assert tiers["input_mtok"] == [{"above": 200000, "price": "6"}]
        assert tiers["output_mtok"] == [{"above": 200000, "price": "22.5"}]

    @pytest.mark.parametrize(
        ("asked", "provider", "model"),
        [
            ("openrouter/openai/gpt-4.1", "openrouter", "openai/gpt-4.1"),
            ("bedrock/amazon.nova-lite-v1:0", "aws", "amazon.nova-lite-v1:0"),
            ("zai/glm-4.7", "zai", "GLM-4.7"),
            ("article-relay/gpt-4.1", "article-relay", "gpt-4.1"),
        ],
    )
    def test_a_name_is_resolved_and_what_it_resolved_to_is_named(
        self, ask: Any, asked: str, provider: str, model: str
    ) -> None:
        answer = ask(PRICES + asked)
        assert (answer["provider"], answer["model"]) == (provider, model)

    @pytest.mark.parametrize(
        "asked", ["openai/gpt-99", "nobody/gpt-4.1", "openai/" + "a" * 5000, "openai/%00", "a/b/c/d"]
    )
    def test_what_nobody_sells_is_not_found(self, ask: Any, asked: str) -> None:
        assert ask(PRICES + asked)["status_code"] == 404

    @pytest.mark.parametrize("at", ["tomorrow", "2026-13-01", "20261122", "2026-11-22 10:00", "9" * 5000, ""])
    def test_a_day_that_is_none_is_refused_by_name(self, ask: Any, at: str) -> None:
        assert refused(ask(PRICES + "openai/gpt-4.1", at=at)) == ["/at"]

    def test_a_price_of_the_past_is_the_price_of_that_day(self, ask: Any) -> None:
        found = [ask(PRICES + "deepseek/deepseek-chat", at=day)["units"] for day in ("2026-04-24", "2026-04-25")]
        assert found[0] == {"input_mtok": "0.28", "output_mtok": "0.42", "cache_read_mtok": "0.028"}
        assert found[1] != found[0]

    def test_every_model_answers_as_described(self, ask: Any) -> None:
        entries = catalogue().entries
        for entry in entries[:: len(entries) // 150]:
            answer = ask(PRICES + entry.key, at="2026-11-22")
            assert (answer["provider"], answer["model"]) == (entry.provider, entry.model_id)


NUMBERS = st.integers(0, 10**6) | st.decimals(0, 10**6, places=3).map(str)
SHARES = st.sampled_from([0, 0.25, "0.5", 1])
KEYS = st.deferred(lambda: st.sampled_from([entry.key for entry in catalogue().entries]))
MODELS = KEYS.map(lambda key: dict(zip(("provider", "model"), key.split("/", 1), strict=True)))
TYPED = st.dictionaries(st.sampled_from(UNIT_NAMES), NUMBERS, max_size=3).map(lambda prices: {"prices": prices})
WORKLOADS = st.fixed_dictionaries(
    {"requests_per_month": NUMBERS, "input_tokens": NUMBERS, "output_tokens": NUMBERS},
    optional={
        "batch_share": SHARES,
        "cache_read_share": SHARES,
        "retry_share": SHARES,
        "over_tier_share": SHARES,
        "web_searches": st.sampled_from([0, "0.1", 2]),
        "monthly_growth": st.sampled_from(["-0.5", 0, 0.1]),
        "cache_write_ttl": st.sampled_from(["5m", "1h"]),
    },
)
DAYS = st.sampled_from(["2026-11-22", "2026-11-22T03:30:00Z", "2024-02-29"])


@bounded(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(workloads=st.lists(WORKLOADS, min_size=1, max_size=3), one=MODELS | TYPED, two=MODELS | TYPED, at=DAYS)
def test_any_good_question_has_an_answer_whose_figures_add_up(
    ask: Any, workloads: list[dict[str, Any]], one: dict[str, Any], two: dict[str, Any], at: str
) -> None:
    bodies = [{**workload, "baseline": one, "candidate": two} for workload in copy.deepcopy(workloads)]
    answer = ask(ESTIMATE, {"at": at, "workloads": bodies})
    assert answer["status_code"] == 200
    assert answer["complete"] is (answer["unknown"] == [])
    for side in ("baseline", "candidate"):
        assert sum(Decimal(line[side]) for line in answer["lines"]) == Decimal(answer["monthly"][side])
    for totals in (answer["monthly"], answer["annual"]):
        assert Decimal(totals["savings"]) == Decimal(totals["baseline"]) - Decimal(totals["candidate"])
        assert (totals["savings_percent"] is None) is (Decimal(totals["baseline"]) == 0)
