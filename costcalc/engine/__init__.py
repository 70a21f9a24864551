"""The engine's front door: prices, traffic, costs and savings as pure functions of their arguments.

No clock, no network, no settings, no database. Money is exact until one line of it is rounded to cents.
"""

from costcalc.engine.bills import Bills
from costcalc.engine.errors import NoSuchVariant, PricingError, TrafficError, UnknownUnit, UsageError
from costcalc.engine.pricing import (
    CostLine,
    MeanRate,
    Minimum,
    PriceSheet,
    Rate,
    Rates,
    RequestCost,
    Step,
    Tier,
    Variant,
    When,
    averaged,
    price_request,
)
from costcalc.engine.ranking import Ranking, rank
from costcalc.engine.savings import (
    Charge,
    Estimate,
    Line,
    Moment,
    Move,
    Part,
    Totals,
    Unpriced,
    charges,
    dollars,
    estimate,
    round_half_up,
    to_cents,
)
from costcalc.engine.table import RateTable, Weighted
from costcalc.engine.traffic import CALLS, CONTEXTS, UNSHIFTED, DayCount, Shift, Workload, shifted
from costcalc.engine.units import REQUESTS, UNIT_NAMES, billed_as, is_part_of, per, unit_named, wholes

__all__ = [
    "CALLS",
    "CONTEXTS",
    "REQUESTS",
    "UNIT_NAMES",
    "UNSHIFTED",
    "Bills",
    "Charge",
    "CostLine",
    "DayCount",
    "Estimate",
    "Line",
    "MeanRate",
    "Minimum",
    "Moment",
    "Move",
    "NoSuchVariant",
    "Part",
    "PriceSheet",
    "PricingError",
    "Ranking",
    "Rate",
    "RateTable",
    "Rates",
    "RequestCost",
    "Shift",
    "Step",
    "Tier",
    "Totals",
    "TrafficError",
    "UnknownUnit",
    "Unpriced",
    "UsageError",
    "Variant",
    "Weighted",
    "When",
    "Workload",
    "averaged",
    "billed_as",
    "charges",
    "dollars",
    "estimate",
    "is_part_of",
    "per",
    "price_request",
    "rank",
    "round_half_up",
    "shifted",
    "to_cents",
    "unit_named",
    "wholes",
]
