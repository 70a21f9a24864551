import time
from collections.abc import Callable
from datetime import date
from decimal import Context, Decimal
from typing import Any

import pytest
from babel import Locale
from hypothesis import given
from hypothesis import strategies as st

from costcalc.digits import CONVENTIONS, LONGEST, canonical, write_number
from costcalc.figures import MESSAGES, FigureError, read_canonical, read_date, read_number, read_share

LANGUAGES = st.sampled_from(["en", "vi"])
EXACT = Context(prec=100)
NUMBERS = st.decimals(allow_nan=False, allow_infinity=False, min_value=-(10**15), max_value=10**15, places=12)


def refusal(text: str, language: str = "en", **bounds: Any) -> FigureError:
    with pytest.raises(FigureError) as caught:
        read_number(text, language, **bounds)
    return caught.value


def outcome_of(read: Callable[..., Decimal], text: str, language: str, **bounds: int | None) -> Decimal | str:
    try:
        return read(text, language, **bounds)
    except FigureError as error:
        return error.message % error.params


@pytest.mark.parametrize(
    ("text", "language", "number"),
    [
        ("50k", "en", "50000"),
        ("50 K", "en", "50000"),
        ("1.5M", "en", "1500000"),
        ("2B", "en", "2000000000"),
        ("2.5 billion", "en", "2500000000"),
        ("1,000", "en", "1000"),
        ("1,000.5", "en", "1000.5"),
        ("0.028", "en", "0.028"),
        (".5", "en", "0.5"),
        ("50 000", "en", "50000"),
        ("50\u202f000", "en", "50000"),
        (" -5 ", "en", "-5"),
        ("−5", "en", "-5"),
        ("+5", "en", "5"),
        ("1.000,5", "vi", "1000.5"),
        ("50.000", "vi", "50000"),
        ("1,5", "vi", "1.5"),
        ("1,5 triệu", "vi", "1500000"),
        ("1,5 trie\u0323\u0302u", "vi", "1500000"),
        ("2tr", "vi", "2000000"),
        ("3 tỷ", "vi", "3000000000"),
        ("50 nghìn", "vi", "50000"),
        ("50k", "vi", "50000"),
    ],
)
def test_numbers_are_read_as_people_type_them(text: str, language: str, number: str) -> None:
    assert read_number(text, language) == Decimal(number)


@pytest.mark.parametrize(
    ("text", "language", "first", "second"),
    [
        ("1,5", "en", "1.5", "15"),
        ("1,00", "en", "1.00", "100"),
        ("0,500", "en", "0.500", "500"),
        ("1,5k", "en", "1.5k", "15k"),
        ("-1,5", "en", "-1.5", "-15"),
        ("1.5", "vi", "1,5", "15"),
        ("0.028", "vi", "0,028", "28"),
        ("1.5 triệu", "vi", "1,5 triệu", "15 triệu"),
    ],
)
def test_what_can_be_read_in_two_ways_is_asked_about(text: str, language: str, first: str, second: str) -> None:
    error = refusal(text, language)
    assert (error.code, error.params) == ("ambiguous", {"text": text, "first": first, "second": second})
    assert read_number(first, language) != read_number(second, language)


@pytest.mark.parametrize(
    ("text", "language", "code", "right"),
    [
        ("1.000,5", "en", "foreign_en", "1,000.5"),
        ("1.000.000", "en", "foreign_en", "1,000,000"),
        ("1,000.5", "vi", "foreign_vi", "1.000,5"),
        ("10,00,0", "en", "grouping", "10,000"),
        ("1 00", "en", "grouping", "100"),
        ("12.34.56", "vi", "grouping", "123.456"),
    ],
)
def test_a_figure_of_another_convention_is_refused_with_the_right_one(
    text: str, language: str, code: str, right: str
) -> None:
    error = refusal(text, language)
    assert (error.code, error.params["right"]) == (code, right)
    read_number(right, language)


def test_three_decimals_in_a_whole_field_look_like_a_group() -> None:
    assert refusal("50.000", places=0).params["second"] == "50,000"
    assert refusal("1,000", "vi", places=0).params["second"] == "1.000"
    assert refusal("50.125", places=0).params["right"] == "50,125"
    assert refusal("1.5", places=0).code == "not_whole"
    assert read_number("1.125k", "en", places=0) == 1125


@pytest.mark.parametrize(
    "text",
    ["1_000", "１２３", "٣", "NaN", "sNaN", "Infinity", "-inf", "1e999", "1E5", "0x1F", "1\x00", "1\n", "1\u200b", "-0",
     "--1", "1-", "5.", ",", "1,,000", "1..2", "1.,2", "five", "1%", "$5", "½", "1 k k", "1\u2028"],
)  # fmt: skip
@pytest.mark.parametrize("language", ["en", "vi"])
def test_what_is_no_number_is_refused(text: str, language: str) -> None:
    assert refusal(text, language).code == "not_a_number"


@pytest.mark.parametrize(
    ("text", "language", "first", "second"),
    [
        ("50.000", "en", "50", "50,000"),
        ("1,000", "vi", "1", "1.000"),
        ("1.500", "en", "1.5", "1,500"),
        ("50.125", "en", "50.1250", "50,125"),
        ("-999,120", "vi", "-999,12", "-999.120"),
    ],
)
def test_a_count_with_three_decimals_is_asked_about(text: str, language: str, first: str, second: str) -> None:
    assert read_number(text, language) == Decimal(text.replace(",", "."))
    error = refusal(text, language, asks=True)
    assert (error.code, error.params) == ("ambiguous", {"text": text, "first": first, "second": second})
    readings = [read_number(reading, language, asks=True) for reading in (first, second)]
    assert readings == [Decimal(text.replace(",", ".")), Decimal(text.replace(",", "").replace(".", ""))]


@pytest.mark.parametrize(
    ("text", "language"),
    [("0.500", "en"), (".500", "en"), ("1.125k", "en"), ("1234.500", "en"), ("1,000.125", "en"), ("1.5000", "en"),
     ("50.000", "vi"), ("50,000", "en"), ("1,125 triệu", "vi")],
)  # fmt: skip
def test_a_count_that_can_be_read_in_one_way_is_not_asked_about(text: str, language: str) -> None:
    assert read_number(text, language, asks=True) == read_number(text, language)


def quickest(read: Callable[[], object]) -> float:
    """Seconds of the quickest of some goes: the others were held up by something else."""
    goes = []
    for _go in range(7):
        started = time.perf_counter()
        read()
        goes.append(time.perf_counter() - started)
    return min(goes)


@pytest.mark.parametrize("unit", ["9", " ", "1,", "1.", "-", "trie\u0323\u0302u "])
def test_however_much_is_typed_it_is_refused_as_quickly_as_a_short_figure_is_read(unit: str) -> None:
    endless = unit * 2_000_000
    assert refusal(endless).code == "too_long"
    short = quickest(lambda: [read_number("1,234,567.5 million", "en") for _time in range(200)])
    assert quickest(lambda: [refusal(endless) for _time in range(200)]) < 10 * short


def test_nothing_typed_says_so() -> None:
    assert refusal("").code == refusal(" \u00a0 ").code == "empty"


def test_bounds_are_included_and_said_in_the_readers_language() -> None:
    assert read_number("0", "en", low=0, high=0) == 0
    assert refusal("-1", low=0).code == "too_low"
    error = refusal("2.000.000", "vi", high=1_000_000)
    assert (error.code, error.params) == ("too_high", {"high": "1.000.000"})
    assert refusal("0.125", places=2).params == {"places": "2"}
    assert refusal("9" * 39 + "B", places=2, high=1).code == "too_high"


@given(NUMBERS, LANGUAGES)
def test_what_is_written_is_read_back_the_same(number: Decimal, language: str) -> None:
    assert read_number(write_number(number, language), language) == number


@given(NUMBERS, LANGUAGES)
def test_a_count_is_written_so_that_it_is_not_asked_about(number: Decimal, language: str) -> None:
    assert read_number(write_number(number, language, asks=True), language, asks=True) == number
    count = number.quantize(Decimal("0.001"))
    assert read_number(write_number(count, language, asks=True), language, asks=True) == count


@given(NUMBERS)
def test_the_canonical_form_is_one_and_is_read_back(number: Decimal) -> None:
    text = canonical(number)
    assert read_canonical(text) == number
    assert canonical(Decimal(text)) == canonical(number * Decimal("1.000")) == text


@given(st.text(max_size=LONGEST + 5), LANGUAGES, st.sampled_from([None, 0, 2]))
def test_whatever_is_typed_is_a_number_or_a_sentence(text: str, language: str, places: int | None) -> None:
    outcome = outcome_of(read_number, text, language, places=places)
    assert outcome if isinstance(outcome, str) else outcome.is_finite()


@given(st.text(alphabet="0123456789.,  kM%-+−", max_size=LONGEST), LANGUAGES)
def test_what_looks_like_a_figure_is_one_or_a_sentence(text: str, language: str) -> None:
    outcome = outcome_of(read_share, text, language)
    if isinstance(outcome, Decimal):
        assert read_share(write_number(outcome.scaleb(2, EXACT), language) + " %", language) == outcome


@pytest.mark.parametrize("text", ["1,000", "1e3", "01x", "+1", " 1", "１", "1_0", ".5", "5.", "-0", "-0.0", "NaN", ""])
def test_addresses_carry_nothing_but_canonical_numbers(text: str) -> None:
    with pytest.raises(FigureError):
        read_canonical(text)


@pytest.mark.parametrize(
    ("text", "right"),
    [("50k", "50000"), ("1,000", "1000.5"), ("1,000,000", "1000000"), ("1.000,5", "1000.5"), ("2 triệu", "2000000"),
     ("x\x00", "1000.5"), ("", "1000.5")],
)  # fmt: skip
def test_an_address_is_told_that_it_is_wrong_and_what_would_be_right(text: str, right: str) -> None:
    with pytest.raises(FigureError) as caught:
        read_canonical(text, "vi")
    assert (caught.value.code, caught.value.params["right"]) == ("address", right)
    assert "in the address" in str(caught.value)
    read_canonical(right)


def test_bounds_of_an_address_are_said_in_the_readers_language() -> None:
    with pytest.raises(FigureError) as caught:
        read_canonical("2000000", "vi", high=1_000_000)
    assert caught.value.params == {"high": "1.000.000"}
    with pytest.raises(FigureError) as caught:
        read_canonical("9" * 41)
    assert caught.value.code == "address_too_long"


def test_canonical_numbers_have_no_exponent_and_no_tail() -> None:
    assert [canonical(Decimal(n)) for n in ("1E+3", "1.500", "0.000", "-0", "1E-18")] == [
        "1000", "1.5", "0", "0", "0.000000000000000001",
    ]  # fmt: skip
    for endless in ("1E+300000", "NaN", "Infinity"):
        with pytest.raises(ValueError, match="canonical"):
            canonical(Decimal(endless))


@pytest.mark.parametrize(
    ("text", "language", "share"),
    [("25", "en", "0.25"), ("25 %", "en", "0.25"), ("0.5%", "en", "0.005"), ("0,5 %", "vi", "0.005"),
     ("100", "vi", "1"), ("0", "en", "0")],
)  # fmt: skip
def test_a_share_is_typed_in_percent(text: str, language: str, share: str) -> None:
    assert read_share(text, language) == Decimal(share)


@pytest.mark.parametrize(
    ("text", "code"), [("101", "too_high"), ("-1", "too_low"), ("%", "empty"), ("1%%", "not_a_number")]
)
def test_a_share_is_between_none_and_all(text: str, code: str) -> None:
    with pytest.raises(FigureError) as caught:
        read_share(text, "en")
    assert caught.value.code == code


@pytest.mark.parametrize(
    ("text", "language", "day"),
    [
        ("2026-11-22", "en", date(2026, 11, 22)),
        ("2026-11-22", "vi", date(2026, 11, 22)),
        ("22/11/2026", "vi", date(2026, 11, 22)),
        ("3-4-2026", "vi", date(2026, 4, 3)),
        ("03/04/2026", "vi", date(2026, 4, 3)),
        ("22/11/2026", "en", date(2026, 11, 22)),
        ("11/22/2026", "en", date(2026, 11, 22)),
        ("04/04/2026", "en", date(2026, 4, 4)),
    ],
)
def test_days_are_read_as_people_type_them(text: str, language: str, day: date) -> None:
    assert read_date(text, language) == day


def test_a_day_that_can_be_two_is_asked_about_in_english() -> None:
    with pytest.raises(FigureError) as caught:
        read_date("03/04/2026", "en")
    assert caught.value.params == {"text": "03/04/2026", "first": "2026-03-04", "second": "2026-04-03"}


@pytest.mark.parametrize(
    "text", ["", "x", "31/02/2026", "2026-13-01", "11/22/26", "２２/11/2026", "22/11-2026", "0000-01-01"]
)
@pytest.mark.parametrize("language", ["en", "vi"])
def test_what_is_no_day_is_refused(text: str, language: str) -> None:
    with pytest.raises(FigureError) as caught:
        read_date(text, language)
    assert caught.value.code in {"not_a_date", "empty"}


@pytest.mark.parametrize("language", ["en", "vi"])
def test_the_conventions_are_those_of_the_unicode_locale_data(language: str) -> None:
    symbols = Locale.parse(language).number_symbols["latn"]
    assert CONVENTIONS[language].point == symbols["decimal"]
    assert CONVENTIONS[language].group == symbols["group"]


def test_every_message_can_be_filled() -> None:
    filling = dict.fromkeys(("text", "first", "second", "right", "limit", "example", "low", "high", "places"), "x")
    assert all("%(" not in message % filling for message in MESSAGES.values())
