"""The address at which a vendor's quote is checked as a claim."""

from __future__ import annotations

from decimal import Decimal

from django.urls import reverse

from costcalc.digits import canonical
from costcalc.engine import Rates, Workload
from costcalc.scenarios import address


def at_claims(query: str) -> str:
    """The page of a claim's canonical query."""
    home = reverse("scenarios:claims")
    return f"{home}?{query}" if query else home


def claim_address(model: str, offer: Rates, baseline: Rates, workload: Workload) -> str:
    """The claim that a quote makes with the price it compares itself with, for the traffic of one workload."""
    pairs = [("empty", "1"), ("model", model), *_prices("offer", offer), *_prices("baseline", baseline)]
    pairs.append(("requests", canonical(workload.requests)))
    if workload.per == "month":
        pairs.append(("per", "month"))
    pairs += [("in", canonical(workload.input_tokens)), ("out", canonical(workload.output_tokens))]
    return at_claims(address.joined(pairs))


def _prices(name: str, rates: Rates) -> list[tuple[str, str]]:
    """Input, and output where it has another price, for a request below the first tier."""
    before, after = (_base(rates, unit) for unit in ("input_mtok", "output_mtok"))
    pairs = [] if before is None else [(name, canonical(before))]
    return pairs if after is None or after == before else [*pairs, (f"{name}.out", canonical(after))]


def _base(rates: Rates, unit: str) -> Decimal | None:
    rate = rates.get(unit)
    return None if rate is None else rate.base
