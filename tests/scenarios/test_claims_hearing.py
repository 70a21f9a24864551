"""What a pasted sentence says, in English and Vietnamese, and what in it is named as not read."""

from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from costcalc.digits import canonical
from costcalc.scenarios.claims.heard import Heard
from costcalc.scenarios.claims.hearing import hear
from tests.pace import cost

MODELS = {
    "gpt-4.1": "openai/gpt-4.1",
    "gpt-4.1-mini": "openai/gpt-4.1-mini",
    "claude sonnet 4.5": "anthropic/claude-sonnet-4-5",
}
RATES = {"CNY": Fraction("7.1"), "VND": Fraction(26_000)}


def heard(text: str) -> Heard:
    return hear(text, MODELS, lambda amount, code: Fraction(amount) / RATES[code] if code in RATES else None)


def said(text: str) -> tuple[list[dict[str, Any]], dict[str, Any]]:
    """Rows and fields, numbers as text."""
    found = heard(text)
    return [plain(row) for row in found.rows], plain(found.fields)


def plain(values: dict[str, Any]) -> dict[str, Any]:
    return {name: canonical(value) if isinstance(value, Decimal) else value for name, value in values.items()}


ENGLISH = (
    "Get GPT-4.1 at $8 per million tokens instead of $60: for 50,000 requests a day with 1,000 input and 500 output "
    "tokens you pay $600 a month, not $4,500, and save 85%+."
)
VIETNAMESE = (
    "Hóa đơn của một startup giảm từ 4.200 USD xuống 680 USD mỗi tháng, tiết kiệm 84%, với 50.000 yêu cầu mỗi ngày, "
    "mỗi yêu cầu 1.000 token đầu vào và 500 token đầu ra; giá gốc GPT-4.1 là 60 USD/triệu token, chúng tôi chỉ "
    "8 USD/triệu token."
)


def test_an_english_vendor_is_understood_to_the_last_number() -> None:
    assert said(ENGLISH) == (
        [{"model": "openai/gpt-4.1", "offer": "8", "baseline": "60"}],
        {
            "requests": "50000",
            "per": "day",
            "in": "1000",
            "out": "500",
            "month.after": "600",
            "month.before": "4500",
            "percent": "85",
            "bound": "least",
        },
    )
    assert heard(ENGLISH).unread == []


def test_a_vietnamese_vendor_is_understood_to_the_last_number() -> None:
    assert said(VIETNAMESE) == (
        [{"model": "openai/gpt-4.1", "baseline": "60", "offer": "8"}],
        {
            "bill.before": "4200",
            "bill.after": "680",
            "bill.percent": "84",
            "requests": "50000",
            "per": "day",
            "in": "1000",
            "out": "500",
        },
    )
    assert heard(VIETNAMESE).unread == []


@pytest.mark.parametrize(
    ("text", "row"),
    [
        ("Our GPT-4.1 for only $8/MTok vs OpenAI's $60/MTok", {"offer": "8", "baseline": "60"}),
        ("GPT-4.1: $60 at OpenAI versus $8 with us per 1M tokens", {"baseline": "60", "offer": "8"}),
        ("GPT-4.1 chỉ 8 USD/triệu token thay vì 60 USD như API gốc", {"offer": "8", "baseline": "60"}),
        ("GPT-4.1 lists at $2 input and $8 output per million tokens", {"baseline": "2", "baseline.out": "8"}),
        ("GPT-4.1 at $1.875 per MTok", {"offer": "1.875"}),
        ("GPT-4.1 giá 0,42 USD mỗi triệu token", {"offer": "0.42"}),
        ("GPT-4.1 costs 56.8 CNY per million tokens", {"offer": "8"}),
        ("Giá GPT-4.1: $60 → $8 mỗi triệu token", {"baseline": "60", "offer": "8"}),
        (
            "GPT-4.1 at $0.42 per 1M tokens (in and out), official price $2.80",
            {"offer": "0.42", "baseline": "2.8"},
        ),
        ("30% less than OpenAI's $2 input / $8 output per MTok for GPT-4.1", {"baseline": "2", "baseline.out": "8"}),
        ("GPT-4.1 only $0.002 per 1K tokens", {"offer": "2"}),
        (
            "Save up to 90% off OpenAI list prices: GPT-4.1 from $0.25/1M input and $1.00/1M output tokens.",
            {"offer": "0.25", "offer.out": "1"},
        ),
        ("$0.002/1K input tokens and $0.008/1K output tokens for GPT-4.1", {"offer": "2", "offer.out": "8"}),
        (
            "OpenAI GPT-4.1: $2.00 per million input tokens and $8.00 per million output tokens; ours: $0.60 / $2.40",
            {"baseline": "2", "baseline.out": "8", "offer": "0.6", "offer.out": "2.4"},
        ),
        (
            "Pay $0.80 in / $3.20 out per 1M tokens for GPT-4.1 (OpenAI: $2/$8).",
            {"offer": "0.8", "offer.out": "3.2", "baseline": "2", "baseline.out": "8"},
        ),
        (
            "GPT-4.1 input: $1.00, output: $4.00 (per 1M tokens). OpenAI charges $2.00 and $8.00.",
            {"offer": "1", "offer.out": "4", "baseline": "2", "baseline.out": "8"},
        ),
        ("GPT-4.1 ¥14.2 / M input, ¥56.8 / M output", {"offer": "2", "offer.out": "8"}),
        (
            "Giá chỉ từ 52.000đ/1 triệu token input, 208.000đ/1 triệu token output cho GPT-4.1",
            {"offer": "2", "offer.out": "8"},
        ),
        (
            "Bảng giá GPT-4.1: đầu vào 2 USD, đầu ra 8 USD mỗi 1 triệu token. Bên em: đầu vào 1 USD, đầu ra 4 USD.",
            {"baseline": "2", "baseline.out": "8", "offer": "1", "offer.out": "4"},
        ),
        ("Chỉ 0,0021 USD cho mỗi 1.000 token GPT-4.1", {"offer": "2.1"}),
        ("GPT-4.1 price dropped from $60 to $8 /MTok", {"baseline": "60", "offer": "8"}),
        ("Cut costs from $0.06 to $0.008 per 1,000 tokens on GPT-4.1", {"baseline": "60", "offer": "8"}),
        (
            "GPT-4.1: $0.001 input and $0.004 output per 1K tokens, at OpenAI $0.002 / $0.008",
            {"offer": "1", "offer.out": "4", "baseline": "2", "baseline.out": "8"},
        ),
        ("GPT-4.1 costs $8 while OpenAI charges $60 per million tokens", {"offer": "8", "baseline": "60"}),
        ("$1.70 in and $6.80 out per million for GPT-4.1", {"offer": "1.7", "offer.out": "6.8"}),
        (
            "GPT-4.1 — $1.2 / $4.8 per 1M tokens (official $2 / $8)",
            {"offer": "1.2", "offer.out": "4.8", "baseline": "2", "baseline.out": "8"},
        ),
    ],
)
def test_prices_are_told_apart_by_the_words_around_them(text: str, row: dict[str, str]) -> None:
    rows, _fields = said(text)
    assert rows == [{"model": "openai/gpt-4.1", **row}]


@pytest.mark.parametrize(
    ("text", "fields"),
    [
        ("1.5M API calls per month", {"requests": "1500000", "per": "month"}),
        ("50 nghìn lượt gọi mỗi ngày", {"requests": "50000", "per": "day"}),
        ("75 MTok a day", {"mtok": "75", "per": "day"}),
        ("2.25 billion tokens per month", {"mtok": "2250", "per": "month"}),
        ("save up to 87%", {"percent": "87", "bound": "most"}),
        ("giảm ít nhất 30 phần trăm", {"percent": "30", "bound": "least"}),
        ("rẻ hơn 12,5%", {"percent": "12.5"}),
        ("saving $3,900 a month = $46,800 a year", {"month.saving": "3900", "month.year": "46800"}),
        ("tiết kiệm 3.900 USD/tháng, tức 46.800 USD/năm", {"month.saving": "3900", "month.year": "46800"}),
        ("your monthly bill drops from $4,200 to $680", {"bill.before": "4200", "bill.after": "680"}),
        ("Hóa đơn 105 triệu đồng mỗi tháng", {"bill.before": "4038.46"}),
        ("pay $4,500/month on your own; with us it's only $600/month", {"month.before": "4500", "month.after": "600"}),
        ("Cut your OpenAI bill by 85%", {"percent": "85"}),
        ("Bạn đang trả 4.200 đô mỗi tháng", {"month.before": "4200"}),
        ("1 RMB for 1 USD of credit, minimum top-up 50 RMB", {"credit": "1", "currency": "CNY", "least": "50"}),
        ("3% payment fee, 2% spread, 10 free credits", {"fee": "3", "spread": "2", "free": "10"}),
        ("credit hết hạn sau 30 ngày, phí thanh toán 3%, tặng 10 credit", {"expires": "30", "fee": "3", "free": "10"}),
        ("1 CNY buys 1 credit", {"credit": "1", "currency": "CNY"}),
        ("nạp 1 tệ được 1 USD", {"credit": "1", "currency": "CNY"}),
        ("¥1 = $1", {"credit": "1", "currency": "CNY"}),
        ("tỷ giá 7,1 tệ đổi 1 USD", {"rate": "7.1", "currency": "CNY"}),
        ("from $4,200 to $680 per month", {"month.before": "4200", "month.after": "680"}),
        ("cut their annual AI spend from $1.2M to $180K", {"month.before": "100000", "month.after": "15000"}),
        (
            "Chi phí mỗi năm giảm từ 54.000 USD còn 7.200 USD, tiết kiệm 46.800 USD/năm",
            {"month.before": "4500", "month.after": "600", "month.year": "46800"},
        ),
        ("You'll save $46,800 annually ($3,900/month)", {"month.year": "46800", "month.saving": "3900"}),
        ("costs $12,000 a month at OpenAI but only $1,704 with us", {"month.before": "12000", "month.after": "1704"}),
        ("$1,440/mo vs $2,400/mo", {"month.after": "1440", "month.before": "2400"}),
        ("hóa đơn giảm từ 120 triệu đồng xuống còn 36 triệu đồng", {"bill.before": "4615.38", "bill.after": "1384.62"}),
        ("Now -85%", {"percent": "85"}),
        ("Monthly bill: 4.200 US$ → 680 US$", {"bill.before": "4200", "bill.after": "680"}),
        ("600 token vào và 150 token ra", {"in": "600", "out": "150"}),
        ("Nạp 1 tệ = 1 credit, nạp tối thiểu 50 tệ", {"credit": "1", "currency": "CNY", "least": "50"}),
    ],
)
def test_each_kind_of_number_is_read(text: str, fields: dict[str, str]) -> None:
    found = said(text)[1]
    assert found == fields
    assert heard(text).unread == []


@pytest.mark.parametrize(
    ("text", "unread"),
    [
        ("latency of 50 ms", [("50 ms", "unknown")]),
        ("we have 50,000 requests", [("50,000 requests", "no_period")]),
        ("it costs $600", [("$600", "no_period")]),
        ("Giá 1.875 USD/MTok", [("1.875 USD/MTok", "two_ways")]),
        ("57% faster", [("57% faster", "unknown")]),
        ("$8 per MTok, yes, $9 per MTok", [("$9 per MTok", "twice")]),
        ("75 × $60 is a lot", [("75 ×", "arithmetic"), ("$60 is a", "arithmetic")]),
        ("1,500 tokens each", [("1,500 tokens each", "total")]),
        ("€8 per MTok", [("€8 per MTok", "no_rate")]),
        ("gpt-9.9 is new", []),
        ("Slash your costs by 60–85%", [("60–", "range"), ("85%", "range")]),
        ("$0.5–$2 per MTok", [("$0.5–", "range"), ("$2 per MTok", "range")]),
        ("$310 per day", [("$310 per day", "day")]),
        ("$3/1M for prompts up to 200K, $6/1M above", [("200K", "unknown"), ("$6/1M above", "twice")]),
        ("$4 per million requests", [("$4 per million", "no_period")]),
        ("Deposit ¥100, get $100", [("¥100, get", "no_period"), ("$100", "no_period")]),
        ("Nạp 1 tệ = 1 credit, tỷ giá 7,1", [("7,1", "unknown")]),
        ("75 × $60 = $4,500/tháng", [("75 ×", "arithmetic"), ("$60 =", "arithmetic")]),
    ],
)
def test_what_cannot_be_read_is_named_with_the_reason(text: str, unread: list[tuple[str, str]]) -> None:
    assert heard(text).unread == unread


def test_the_digits_of_a_model_are_no_numbers_and_the_longest_name_is_meant() -> None:
    found = heard("gpt-4.1-mini and Claude Sonnet 4.5")
    assert [row["model"] for row in found.rows] == ["openai/gpt-4.1-mini", "anthropic/claude-sonnet-4-5"]
    assert found.unread == []


def test_a_sum_that_is_not_read_is_not_said_to_be_converted() -> None:
    assert heard("Deposit ¥100, get a gift").converted == []
    assert heard("$1.2M a year before").converted == [("$1.2M ÷ 12", Decimal(100_000))]


def test_a_price_of_one_of_several_models_is_given_to_none_of_them() -> None:
    text = "GPT-4.1 and Claude Sonnet 4.5 at $8 and $15 per MTok"
    assert said(text) == ([{"model": "openai/gpt-4.1"}, {"model": "anthropic/claude-sonnet-4-5"}], {})
    assert heard(text).unread == [("$8 and", "which_model"), ("$15 per MTok", "which_model")]


def test_a_seventh_model_is_not_read_and_named() -> None:
    models = {f"model-{number}": f"maker/model-{number}" for number in range(1, 8)}
    found = hear(", ".join(models) + " at $8 per MTok", models, lambda _amount, _code: None)
    assert len(found.rows) == 6
    assert found.unread == [("$8 per MTok", "which_model"), ("maker/model-7", "more")]


def test_a_sum_in_another_currency_is_converted_and_said() -> None:
    found = heard("Hóa đơn 105 triệu đồng mỗi tháng")
    assert found.converted == [("105 triệu đồng", Decimal("4038.46"))]


@given(st.text(alphabet="0123456789.,$%+ €¥₫ abMTokenperdayinputsaveđồngtriệu/-=×\n", max_size=1500))
def test_whatever_is_pasted_is_read_quickly_and_every_number_finite(text: str) -> None:
    found = heard(text)
    assert cost(lambda: heard(text)) < 40
    values = [value for row in [*found.rows, found.fields] for value in row.values() if isinstance(value, Decimal)]
    assert all(value.is_finite() and value >= 0 for value in values)


@pytest.mark.parametrize("unit", ["1 ", "$1 ", "1,", "1.000", "$8 vs ", "in ", "¥1 = ", "1 CNY for ", "save 1% "])
def test_the_longest_text_of_one_thing_costs_no_more_than_another(unit: str) -> None:
    assert cost(lambda: heard((unit * 1500)[:1500])) < 40
