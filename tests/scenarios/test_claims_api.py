"""`POST /claims`: a statement in, what was understood and what follows from it out."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

import pytest
from django.test import Client

from costcalc.scenarios.claims.bodies import EXAMPLE
from tests.scenarios.test_claims_hearing import ENGLISH, VIETNAMESE

pytestmark = pytest.mark.django_db

CLAIMS = "/api/v1/claims"


def codes(answer: dict[str, Any]) -> list[str]:
    return [finding["code"] for finding in answer["findings"]]


def test_the_documented_example_is_found_out(ask: Any) -> None:
    answer = ask(CLAIMS, EXAMPLE)
    assert answer["status_code"] == 200
    assert codes(answer) == ["day_as_month", "day_as_month", "not_list_price", "flat_price"]
    day = answer["findings"][0]
    assert day["grave"] is True
    assert (
        day["detail"].replace("\u00a0", " ") == "$4,500 is one day: 75 MTok × $60.00. A month of 30 days is $135,000."
    )
    assert day["numbers"] == {"figure": "before", "stated": "4500", "day": "4500.00", "month": "135000.00", "times": 1}
    baseline = answer["findings"][2]["numbers"]
    assert (baseline["factor"], baseline["to_output"]) == ("15", "7.5")
    (model,) = answer["models"]
    assert model["listed"] == {"input": "2", "output": "8"}
    assert model["month"] == {"listed": "9000.00", "baseline": "135000.00", "offer": "18000.00"}
    readings = [(one["reading"], one["month"], one["saved_percent"]) for one in model["readings"]]
    assert readings == [("flat", "18000.00", "-100"), ("output", "9000.00", "0"), ("credits", "1267.61", "85.92")]
    assert answer["exchange"] == {"currency": "CNY", "per_usd": "7.1", "on": None, "source": None}


@pytest.mark.parametrize(
    ("text", "found"),
    [
        (ENGLISH, ["day_as_month", "day_as_month", "not_list_price", "flat_price"]),
        (VIETNAMESE, ["not_list_price", "flat_price", "bill_implies", "bill_implies"]),
        ("GPT-4.1 at $2 input and $8 output per MTok", []),
    ],
)
def test_a_text_gives_its_own_findings(ask: Any, text: str, found: list[str]) -> None:
    answer = ask(CLAIMS, {"text": text})
    assert codes(answer) == found
    assert answer["unread"] == []


def test_what_was_understood_can_be_sent_again_without_the_text(ask: Any) -> None:
    first = ask(CLAIMS, {"text": VIETNAMESE})
    again = ask(CLAIMS, first["claim"])
    assert again["claim"] == first["claim"]
    assert again["findings"] == first["findings"]
    assert again["models"] == first["models"]


def test_what_was_not_read_and_what_was_converted_is_said(ask: Any) -> None:
    answer = ask(CLAIMS, {"text": "Hóa đơn 105 triệu đồng mỗi tháng, độ trễ 50 ms"})
    assert answer["unread"] == [{"text": "50 ms", "code": "unknown", "detail": "no word says what it is"}]
    assert answer["converted"] == [{"text": "105 triệu đồng", "dollars": "4038.46"}]
    assert answer["claim"]["bills"] == {"before": "4038.46"}
    assert "tokens" in answer["missing"]


def test_a_number_beside_a_text_stands_for_what_the_text_says(ask: Any) -> None:
    answer = ask(CLAIMS, {"text": ENGLISH, "traffic": {"requests": 60000}})
    assert answer["claim"]["traffic"]["requests"] == "60000"
    # 90 MTok a day × $8 × 30.
    assert answer["models"][0]["month"]["offer"] == "21600.00"


def test_an_exchange_rate_that_nobody_gave_is_the_table_s_with_its_source(ask: Any) -> None:
    terms = {"price": 1, "currency": "CNY"}
    answer = ask(CLAIMS, {**EXAMPLE, "credits": terms})
    assert answer["exchange"] == {
        "currency": "CNY",
        "per_usd": "7.028489",
        "on": "2025-12-23",
        "source": "IMF, SDR per currency unit",
    }


@pytest.mark.parametrize("body", [EXAMPLE, {"text": ENGLISH}, {"text": VIETNAMESE}, {}])
def test_the_page_at_its_address_shows_the_same_claim(ask: Any, body: Any) -> None:
    answer = ask(CLAIMS, body)
    parts = urlsplit(answer["address"])
    page = Client().get(f"{parts.path}?{parts.query}")
    assert page.status_code == 200
    shown = page.context["shown"]
    assert [sentence for told in shown.findings for sentence in told.sentences] == [
        finding["detail"] for finding in answer["findings"]
    ]


def test_it_speaks_english_whoever_asks(client: Client) -> None:
    answer = client.post(CLAIMS, {"text": ENGLISH}, content_type="application/json", headers={"Accept-Language": "vi"})
    assert answer.json()["findings"][0]["lead"] == "A day is sold as a month."


@pytest.mark.parametrize(
    ("body", "pointer", "detail"),
    [
        ({"models": [{"model": "openai/gpt-99"}]}, "/models/0/model", "No model is called “openai/gpt-99”."),
        ({"models": [{"offer": {"input": -1}}]}, "/models/0/offer/input", "must be 0 or more"),
        ({"models": [{}, {"offer": {"input": "1.1234567"}}]}, "/models/1/offer/input", "Too many decimals: 6 at most."),
        ({"traffic": {"per": "week"}}, "/traffic/per", "Input should be 'day' or 'month'"),
        ({"credits": {"per_usd": 0}}, "/credits/per_usd", "must be 0.000001 or more"),
        ({"credits": {"expires_days": "1.5"}}, "/credits/expires_days", "This must be a whole number."),
        ({"headline": {"percent": 120}}, "/headline/percent", "must be 100 or less"),
        ({"text": "a\u0007"}, "/text", "This holds characters that cannot be shown."),
        ({"text": "a" * 1501}, "/text", "String should have at most 1500 characters"),
        ({"bill": {}}, "/bill", "Extra inputs are not permitted"),
        ({"models": [{}] * 7}, "/models", "List should have at most 6 items after validation, not 7"),
    ],
)
def test_a_fault_is_said_with_its_place(ask: Any, body: Any, pointer: str, detail: str) -> None:
    answer = ask(CLAIMS, body)
    assert answer["status_code"] == 422
    assert [(fault["pointer"], fault["detail"]) for fault in answer["errors"]] == [(pointer, detail)]


def test_models_beside_a_text_are_refused(ask: Any) -> None:
    answer = ask(CLAIMS, {"text": ENGLISH, "models": [{}]})
    assert answer["status_code"] == 422
    assert "text or models" in answer["errors"][0]["detail"]
