"""A million requests priced in memory, against genai-prices' `calc_price` and litellm's `cost_per_token`.

All 2,330 models at one moment, on both sides of their tiers, with cached tokens. The million is checked:
its sum against a plain loop over genai-prices' own decimals, and some thousands of its rows against calc_price.
"""

from __future__ import annotations

import datetime as dt
import json
import os
import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np
import numpy.typing as npt
from genai_prices import Usage
from genai_prices.data import providers
from genai_prices.types import ModelInfo, ModelPrice, Provider, TieredPrices

from costcalc.catalog.genai import sheet_of
from costcalc.engine import Bills, RateTable
from tests.bench.aims import at_least

SIZE = 1_000_000
SAMPLE = 20_000
LITELLM_SAMPLE = 2_000
ROUNDS = 15
AIM = 5_000
AT = dt.datetime(2026, 11, 22, 13, tzinfo=dt.UTC)
UNITS = ("input_mtok", "cache_read_mtok", "output_mtok", "requests_kcount")
# Prices have up to 18 decimals, a token is a millionth of what they are for.
SMALLEST = 10**24
LISTED: list[tuple[Provider, ModelInfo]] = [(provider, model) for provider in providers for model in provider.models]
Column = npt.NDArray[np.int32]


@dataclass(frozen=True)
class Requests:
    """Which model each request goes to, and its tokens as providers report them (cached ones are input too)."""

    which: npt.NDArray[np.int16]
    inputs: Column
    cached: Column
    outputs: Column

    @property
    def usage(self) -> dict[str, Column]:
        """The columns by their usage names."""
        return {"input_tokens": self.inputs, "cache_read_tokens": self.cached, "output_tokens": self.outputs}

    def row(self, index: int) -> tuple[int, int, int, int]:
        """One request."""
        return int(self.which[index]), int(self.inputs[index]), int(self.cached[index]), int(self.outputs[index])


def drawn(size: int) -> Requests:
    """Mostly short requests, one in fifty up to 400,000 tokens long; seeded, so that every run has the same."""
    source = np.random.default_rng(20261122)
    inputs = source.integers(1, 8_000, size)
    inputs[::50] = source.integers(1, 400_000, len(inputs[::50]))
    cached = (inputs * source.random(size)).astype(np.int32)
    which = source.integers(0, len(LISTED), size, dtype=np.int16)
    return Requests(which, inputs.astype(np.int32), cached, source.integers(1, 8_000, size).astype(np.int32))


def main(size: int = SIZE, sample: int = SAMPLE) -> dict[str, Any]:
    """Price, check and compare."""
    requests = drawn(size)
    began = time.perf_counter()
    table = RateTable(UNITS, [((Fraction(1), sheet_of(model).rates_at(AT)),) for _, model in LISTED])
    made = time.perf_counter() - began
    ours, bills = timed(lambda: table.price(requests.which, requests.usage), ROUNDS)
    loop, total = timed(lambda: plain_loop(requests), 1)
    assert bills.total() == Fraction(total, SMALLEST), "the sum is wrong"
    reference = calc_price_seconds(requests, bills, sample)
    litellm = litellm_seconds(requests)
    per_request = ours / size
    return {
        "requests": size,
        "models": len(LISTED),
        "exact": {"sum": True, "rows_checked": sample},
        "times_faster_than_calc_price": at_least(reference / per_request, AIM),
        "times_faster_than_litellm": round(litellm / per_request, 1),
        "times_faster_than_a_plain_loop": round(loop / ours, 1),
        "seconds": {
            "ours": round(ours, 5),
            "table_once": round(made, 3),
            "calc_price": round(reference * size, 1),
            "litellm": round(litellm * size, 1),
            "plain_loop": round(loop, 2),
        },
    }


def timed(work: Callable[[], Any], rounds: int) -> tuple[float, Any]:
    """The median of some rounds in seconds, and what the last one made."""
    taken, made = [], None
    for _ in range(rounds):
        began = time.perf_counter()
        made = work()
        taken.append(time.perf_counter() - began)
    return statistics.median(taken), made


def calc_price_seconds(requests: Requests, bills: Bills, sample: int) -> float:
    """Seconds of one `calc_price`, over evenly spread requests; each is compared with ours to the last digit."""
    rows = range(0, len(requests.which), max(1, len(requests.which) // sample))
    asked = [requests.row(index) for index in rows]
    began = time.perf_counter()
    answers = [calc_price(*row) for row in asked]
    taken = time.perf_counter() - began
    for index, answer in zip(rows, answers, strict=True):
        assert bills.exact(index) == Fraction(answer.total_price), f"request {index} is wrong"
    return taken / len(asked)


def calc_price(which: int, inputs: int, cached: int, outputs: int) -> Any:
    """One request, as somebody who has its counts asks genai-prices."""
    provider, model = LISTED[which]
    usage = Usage(input_tokens=inputs, cache_read_tokens=cached, output_tokens=outputs)
    return model.calc_price(usage, provider, genai_request_timestamp=AT)


def litellm_seconds(requests: Requests) -> float:
    """Seconds of one `cost_per_token`, for gpt-4.1: the models have other names there."""
    os.environ["LITELLM_LOCAL_MODEL_COST_MAP"] = "True"
    from litellm import cost_per_token

    asked = [requests.row(index) for index in range(LITELLM_SAMPLE)]
    began = time.perf_counter()
    for _, inputs, cached, outputs in asked:
        cost_per_token(model="gpt-4.1", prompt_tokens=inputs, completion_tokens=outputs, cache_read_input_tokens=cached)
    return (time.perf_counter() - began) / len(asked)


def plain_loop(requests: Requests) -> int:
    """The sum in units of 10⁻²⁴ dollars, by a loop over Python's integers that shares no code with ours."""
    tariffs = [tariff(model.get_prices(AT)) for _, model in LISTED]
    total = 0
    columns = (column.tolist() for column in (requests.which, requests.inputs, requests.cached, requests.outputs))
    for which, inputs, cached, outputs in zip(*columns, strict=True):
        fee, levels = tariffs[which]
        _, fresh, read, written = next(level for level in levels if inputs > level[0])
        total += fee + fresh * (inputs - cached) + read * cached + written * outputs
    return total


def tariff(price: ModelPrice) -> tuple[int, list[tuple[int, int, int, int]]]:
    """A fee, and from the highest tier down: its threshold and the prices of fresh, cached and written tokens."""
    cached = price.input_mtok if price.cache_read_mtok is None else price.cache_read_mtok
    prices = (price.input_mtok, cached, price.output_mtok)
    starts = {tier.start for value in prices if isinstance(value, TieredPrices) for tier in value.tiers}
    levels = [(above, *(a_token(value, above) for value in prices)) for above in sorted({-1, *starts}, reverse=True)]
    fee = 1000 * a_token(price.requests_kcount, -1)
    return fee, [(above, fresh, read, written) for above, fresh, read, written in levels]


def a_token(value: Any, above: int) -> int:
    """A price per million tokens, once the input is more than `above`, as a whole number of 10⁻²⁴ dollars a token."""
    if value is None:
        return 0
    if isinstance(value, TieredPrices):
        passed = [tier.price for tier in value.tiers if tier.start <= above]
        value = passed[-1] if passed else value.base
    return int(Fraction(value) * SMALLEST / 10**6)


if __name__ == "__main__":
    print(json.dumps(main()))
