"""The benchmarks' own judges: a batch they call exact is exact, and a page is read as a browser reads it."""

from __future__ import annotations

import dataclasses
from fractions import Fraction

import numpy as np
import pytest

from costcalc.catalog.genai import sheet_of
from costcalc.engine import RateTable
from costcalc.engine.simulation import Simulation
from tests.bench import uncertainty
from tests.bench.aims import at_least, at_most, percentile
from tests.bench.pages import Page
from tests.bench.pricing import AT, LISTED, SMALLEST, UNITS, calc_price, calc_price_seconds, drawn, plain_loop

SIZE = 3000


def test_the_million_in_small_is_exact_by_both_judges() -> None:
    requests = drawn(SIZE)
    table = RateTable(UNITS, [((Fraction(1), sheet_of(model).rates_at(AT)),) for _, model in LISTED])
    bills = table.price(requests.which, requests.usage)
    assert bills.total() == Fraction(plain_loop(requests), SMALLEST)
    assert calc_price_seconds(requests, bills, SIZE) > 0


def test_the_judges_notice_one_token_too_many() -> None:
    requests = drawn(SIZE)
    table = RateTable(UNITS, [((Fraction(1), sheet_of(model).rates_at(AT)),) for _, model in LISTED])
    priced = next(row for row in range(SIZE) if calc_price(*requests.row(row)).total_price)
    more = requests.outputs.copy()
    more[priced] += 1
    wrong = dataclasses.replace(requests, outputs=more)
    bills = table.price(requests.which, requests.usage)
    assert bills.total() != Fraction(plain_loop(wrong), SMALLEST)
    with pytest.raises(AssertionError):
        calc_price_seconds(wrong, bills, SIZE)


def test_the_requests_stand_on_both_sides_of_tiers_and_go_to_every_model() -> None:
    requests = drawn(100_000)
    assert len(np.unique(requests.which)) == len(LISTED) == 2330
    assert (requests.inputs > 200_000).any()
    assert (requests.cached <= requests.inputs).all()


def test_the_simulation_in_small_is_the_exact_engines() -> None:
    found = uncertainty.main(draws=50, rounds=1)
    assert found["exact"] == {"base": True, "draws_checked": 25}
    assert found["shape"] == (50, 36, 5)
    assert found["inputs"] == 29
    assert found["times_the_random_numbers_alone"]["figure"] > 0


def test_the_simulations_judge_notices_one_request_too_many() -> None:
    asked = uncertainty.case()
    path = "moves.0.workload.requests"
    columns = {path: np.array([10_000.0, 12_000.0])}
    found = Simulation(asked, columns).flows(columns)
    uncertainty.compare(asked, columns, found, (0, 1))
    with pytest.raises(AssertionError, match="draw 0 is wrong"):
        uncertainty.compare(asked, {path: columns[path] + 1}, found, (0, 1))


def test_figures_are_judged_by_their_aims() -> None:
    assert at_least(5000, 5000) == {"figure": 5000, "aim": "at least 5000", "met": True}
    assert at_least(4999.999, 5000)["met"] is False
    assert at_most(2.001, 2)["met"] is False
    assert percentile([5, 1, 4, 2, 3], 0.5) == 3
    assert percentile([1, 2], 1) == 2


def test_a_page_is_read_for_what_it_loads_and_what_its_form_sends() -> None:
    page = Page(
        '<link rel="stylesheet" href="/a.css"><script src="/a.js" defer></script>'
        '<input name="in" value="1000"><select name="per"><option value="day"><option value="month" selected></select>'
    )
    assert page.styles == ["/a.css"]
    assert page.scripts == [{"src": "/a.js", "defer": None}]
    assert page.fields == {"in": "1000", "per": "month"}
