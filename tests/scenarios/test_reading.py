"""Reading a scenario: from an address, and from a form as people type."""

import datetime as dt
from decimal import Decimal

import pytest
from django.http import QueryDict
from django.utils.translation import override
from hypothesis import given
from hypothesis import strategies as st

from costcalc.catalog.entries import Entry
from costcalc.catalog.exchange import bundled_rates
from costcalc.catalog.index import Catalogue, catalogue
from costcalc.scenarios.address import query
from costcalc.scenarios.fields import BY_NAME, SCENARIO, WORKLOAD
from costcalc.scenarios.kinds import Field
from costcalc.scenarios.reading import Reading, read
from costcalc.scenarios.scenario import Scenario, TypedPrices

TODAY = dt.date(2026, 11, 22)
pytestmark = pytest.mark.django_db


@pytest.fixture
def held() -> Catalogue:
    """The whole catalogue."""
    return catalogue()


def reading_of(address: str, held: Catalogue) -> Reading:
    """What an address is read as, in English."""
    with override("en"):
        return read(QueryDict(address), held)


def scenario_of(address: str, held: Catalogue) -> Scenario:
    """The scenario of an address that can be read."""
    reading = reading_of(address, held)
    scenario = reading.built(TODAY, bundled_rates())
    assert scenario is not None, reading.errors
    return scenario


def test_no_parameters_are_the_articles_example(held: Catalogue) -> None:
    (asked,) = scenario_of("", held).asked
    assert isinstance(asked.baseline, Entry)
    assert isinstance(asked.candidate, Entry)
    assert (asked.baseline.key, asked.candidate.key) == ("openai/gpt-4.1", "article-relay/gpt-4.1")
    workload = asked.workload
    assert (workload.requests, workload.per) == (Decimal(50_000), "day")
    assert (workload.input_tokens, workload.output_tokens) == (Decimal(1000), Decimal(500))


def test_the_example_has_the_shortest_address(held: Catalogue) -> None:
    assert reading_of("requests=50000&in=1000&per=day&days=30", held).query == ""


def test_a_form_in_english_and_one_in_vietnamese_give_the_same_address(held: Catalogue) -> None:
    english = reading_of("lang=en&requests=1.5M&in=1,000.5&cached=12.5%25", held)
    vietnamese = reading_of("lang=vi&requests=1,5+triệu&in=1.000,5&cached=12,5+%25", held)
    assert english.errors == vietnamese.errors == {}
    assert english.query == vietnamese.query == "requests=1500000&in=1000.5&cached=12.5"


@pytest.mark.parametrize(
    "text", ["1_000", "１２３", "NaN", "nan", "Infinity", "1e999", "1e5", "0x10", "-0", "5" * 5000, "١٢", " ", "1\x00"]
)
@pytest.mark.parametrize("language", ["lang=en&", "lang=vi&", ""])
def test_what_is_no_number_is_refused_with_a_message(text: str, language: str, held: Catalogue) -> None:
    given_query = QueryDict(language, mutable=True)
    given_query["requests"] = text
    reading = read(given_query, held)
    assert list(reading.errors) == ["requests"]
    assert reading.built(TODAY, bundled_rates()) is None


def test_an_ambiguous_figure_is_asked_about(held: Catalogue) -> None:
    reading = reading_of("lang=en&in=1,5", held)
    assert "1.5" in reading.errors["in"]
    assert "15" in reading.errors["in"]
    assert reading.typed["in"] == "1,5"


@pytest.mark.parametrize(("language", "text"), [("en", "50.000"), ("en", "1.000"), ("vi", "1,000")])
def test_a_count_that_could_be_thousands_is_asked_about(language: str, text: str, held: Catalogue) -> None:
    reading = reading_of(f"lang={language}&requests={text}", held)
    assert list(reading.errors) == ["requests"]


def test_a_ratio_with_three_decimals_is_one(held: Catalogue) -> None:
    assert reading_of("lang=en&tokenizer=1.125", held).query == "tokenizer=1.125"


@pytest.mark.parametrize(
    ("address", "field"),
    [
        ("cached=101", "cached"),
        ("cached=-1", "cached"),
        ("requests=-1", "requests"),
        ("requests=1000000000001", "requests"),
        ("in=1000000001", "in"),
        ("growth=-100", "growth"),
        ("tokenizer=0", "tokenizer"),
        ("per=year", "per"),
        ("days=31x", "days"),
        ("at=2026-02-30", "at"),
        ("at=1999-12-31", "at"),
        ("at=2101-01-01", "at"),
        ("ttl=2h", "ttl"),
        ("reasoning=501", "reasoning"),
        ("cached=60&written=41", "written"),
        ("batch=50&flex=30&priority=21", "priority"),
        ("to=typed&to.input=abc", "to.input"),
        ("to=typed&to.input=-1", "to.input"),
        ("name=" + "x" * 61, "name"),
        ("name=a%00b", "name"),
        ("requests=1&requests=2", "requests"),
    ],
)
def test_each_mistake_is_named_at_its_field(address: str, field: str, held: Catalogue) -> None:
    reading = reading_of(address, held)
    assert reading.built(TODAY, bundled_rates()) is None
    assert list(reading.errors) == [field]
    assert reading.errors[field]


@pytest.mark.parametrize(
    "address",
    ["cached=100", "requests=1000000000000", "reasoning=500", "cached=60&written=40", "batch=50&flex=30&priority=20"],
)
def test_the_last_value_that_fits_is_taken(address: str, held: Catalogue) -> None:
    scenario_of(address, held)


def test_a_candidate_cache_share_that_does_not_fit_is_a_mistake(held: Catalogue) -> None:
    reading = reading_of("written=50&to.cached=60", held)
    assert reading.built(TODAY, bundled_rates()) is None
    assert list(reading.errors) == ["to.cached"]


def test_a_model_is_found_by_the_names_people_use(held: Catalogue) -> None:
    reading = reading_of("from=bedrock/anthropic.claude-sonnet-4-5-20250929-v1:0&to=zai/glm-4.7", held)
    assert reading.errors == {}
    assert reading.workloads[0]["to"] == "zai/GLM-4.7"
    assert str(reading.workloads[0]["from"]).startswith("aws/")


def test_a_name_that_several_providers_sell_is_asked_about(held: Catalogue) -> None:
    reading = reading_of("from=gpt-4.1", held)
    assert "openai/gpt-4.1" in reading.errors["from"]


def test_an_unknown_model_gets_a_suggestion_or_a_plain_no(held: Catalogue) -> None:
    assert "openai/gpt-4.1" in reading_of("from=openai+gpt-4.1", held).errors["from"]
    assert "No model" in reading_of("from=zzzz/qqqq", held).errors["from"]
    assert reading_of("from=" + "x" * 5000, held).errors["from"]
    assert reading_of("from=", held).errors["from"]


def test_typed_prices_stand_in_for_a_model(held: Catalogue) -> None:
    (asked,) = scenario_of("to=typed&to.name=Acme&to.input=0.42&to.output=0&to.cache_read=", held).asked
    assert isinstance(asked.candidate, TypedPrices)
    prices = {unit: rate.base for unit, rate in asked.candidate.rates.items()}
    assert prices == {"input_mtok": Decimal("0.42"), "output_mtok": Decimal(0)}


def test_typed_prices_beside_a_model_are_left_out_of_the_address(held: Catalogue) -> None:
    assert reading_of("to.input=5&to.name=x", held).query == ""


def test_workloads_are_told_apart_by_their_number(held: Catalogue) -> None:
    scenario = scenario_of("workloads=2&2.in=7&2.from=anthropic/claude-sonnet-4-5&name=a&2.name=b", held)
    assert [asked.workload.name for asked in scenario.asked] == ["a", "b"]
    assert [asked.workload.input_tokens for asked in scenario.asked] == [Decimal(1000), Decimal(7)]


@pytest.mark.parametrize("count", ["0", "11", "x", "-1", "1e1", "٢", ""])
def test_a_number_of_workloads_that_cannot_be_is_said(count: str, held: Catalogue) -> None:
    reading = reading_of(f"workloads={count}", held)
    assert "workloads" in reading.strangers
    assert len(reading.workloads) == 1


def test_parameters_that_nobody_knows_are_named(held: Catalogue) -> None:
    assert reading_of("inputs=5&2.in=3&lang=fr", held).strangers == ["lang", "inputs", "2.in"]


def test_the_day_of_the_prices_can_be_chosen(held: Catalogue) -> None:
    assert scenario_of("at=2026-04-24", held).day == dt.date(2026, 4, 24)
    assert scenario_of("", held).day == TODAY
    assert reading_of("lang=vi&at=24/04/2026", held).query == "at=2026-04-24"


def values(field: Field) -> st.SearchStrategy[str | Decimal | None]:
    """Values that a field can hold."""
    if field.kind in ("number", "percent", "price", "cost"):
        numbers = st.decimals(field.low, min(field.high, Decimal(10) ** 6), places=min(field.places, 3))
        return numbers | st.none() if field.blank else numbers
    if field.kind == "choice":
        return st.sampled_from([value for value, _label in field.choices])
    some: dict[str, list[str | None]] = {
        "currency": ["USD", "VND", *([""] if field.blank else [])],
        "date": [None, "2026-01-02"],
        "since": [None, "2027-03-01"],
        "input": ["", "requests", "once.1.price"],
        "model": ["openai/gpt-4.1", "typed", "google/gemini-2.5-flash"],
    }
    return st.sampled_from(some.get(field.kind, ["", "chat", "Tìm kiếm & tóm tắt?=%+#"]))


@given(
    st.lists(st.fixed_dictionaries({f.name: values(f) for f in WORKLOAD}), min_size=1, max_size=3),
    st.fixed_dictionaries({f.name: values(f) for f in SCENARIO}),
)
def test_an_address_reads_back_as_what_was_written(
    workloads: list[dict[str, str | Decimal | None]], scenario: dict[str, str | Decimal | None]
) -> None:
    held = catalogue()
    for one in workloads:
        for side in ("from", "to"):
            if one[side] != "typed":
                one |= {name: BY_NAME[name].default for name in one if name.startswith(f"{side}.") and name not in KEPT}
    address = query(workloads, scenario)
    reading = read(QueryDict(address), held)
    assert reading.errors == {}
    assert reading.query == address
    assert reading.workloads == workloads
    assert reading.scenario == scenario


KEPT = {"to.cached", "to.retry", "from.successor", "to.successor"}
