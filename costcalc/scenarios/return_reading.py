"""From a scenario's fields to what is asked of its return: the terms, and what of them is uncertain."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import replace
from decimal import Decimal

from costcalc.scenarios.kinds import Value
from costcalc.scenarios.money import Money
from costcalc.scenarios.return_ranges import RangesReader
from costcalc.scenarios.return_terms import TermsReader
from costcalc.scenarios.scenario import Wanted

Values = Mapping[str, Value]


def read_return(workloads: Sequence[Values], scenario: Values, day: dt.date, money: Money) -> Wanted | None:
    """What is asked of the return; None where something does not fit, which `money.errors` says by field."""
    per_dollar = money.per_dollar(str(scenario["currency"]), "currency")
    terms = TermsReader(scenario, day.replace(day=1), per_dollar)
    found = terms.terms()
    money.errors |= terms.errors
    if found is None:
        return None
    reader = RangesReader(workloads, scenario, terms, len(found.changes))
    ranges = reader.ranges()
    money.errors |= reader.errors
    together = scenario["together"]
    correlation = together.scaleb(-2) if isinstance(together, Decimal) else Decimal(0)
    return Wanted(replace(found, changes=(*found.changes, *reader.changes)), ranges, correlation, per_dollar)
