"""The calculator's fields as the body of `POST /api/v1/estimate`: what is taken away can be computed and read again.

The other way is `body_address`. Defaults are left out, numbers are exact, and the same scenario is the same bytes.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from costcalc.catalog.own_entries import PREFIX, PROVIDER
from costcalc.digits import canonical
from costcalc.engine import USD
from costcalc.scenarios.body_words import NUMBERS, SHARES, SIDES, UNITS, WORDS
from costcalc.scenarios.fields import BY_NAME, PRICES, TYPED
from costcalc.scenarios.kinds import Value
from costcalc.scenarios.return_body import rates_of, return_of

Values = Mapping[str, Value]
Json = dict[str, Any]
# Without these nothing can be computed.
ALWAYS = ("in", "out")
# The order in which a reader wants them.
ORDER = ("name", "requests_per_day", "requests_per_month", "input_tokens", "output_tokens")


def scenario_json(workloads: Sequence[Values], scenario: Values, day: dt.date) -> bytes:
    """The body as a file; `day` is that of its prices, so that it gives the same answer later."""
    text = json.dumps(body_of(workloads, scenario, day), ensure_ascii=False, indent=2)
    return f"{text}\n".encode()


def body_of(workloads: Sequence[Values], scenario: Values, day: dt.date) -> Json:
    """The body of an estimate."""
    days = str(scenario["days"])
    rates = rates_of(scenario)
    return {
        "days_per_month": int(days) if days.isdigit() else days,
        "at": day.isoformat(),
        "workloads": [_workload(values) for values in workloads],
        **({"exchange_rates": rates} if rates else {}),
        # Asked for even where it is as the calculator begins: whoever posts the file gets what the page shows.
        "return": return_of(workloads, scenario),
    }


def exact(value: Decimal) -> int | str:
    """A number: a whole one as such, any other as decimal text, which no reader rounds."""
    text = canonical(value)
    return text if "." in text else int(text)


def _workload(values: Values) -> Json:
    found: Json = {"requests_per_month" if values["per"] == "month" else "requests_per_day": _exact(values["requests"])}
    sides = {name: _side(field, values) for field, name in SIDES.items()}
    for field, place in {**WORDS, **NUMBERS, **SHARES}.items():
        value = values[field]
        if value == BY_NAME[field].default and field not in ALWAYS:
            continue
        place_in = sides[place[0]] if len(place) > 1 else found
        share = value.scaleb(-2) if field in SHARES and isinstance(value, Decimal) else value
        place_in[place[-1]] = _exact(share)
    ordered = {name: found[name] for name in ORDER if name in found}
    return {**ordered, **found, **sides}


def _side(field: str, values: Values) -> Json:
    named = str(values[field])
    if named != TYPED:
        own = named.removeprefix(PREFIX)
        provider, _slash, model = (PROVIDER, "", own) if own != named else named.partition("/")
        return {"provider": provider, "model": model}
    prices = {unit: _exact(values[f"{field}.{word}"]) for unit, word in UNITS.items() if _typed(values, field, word)}
    currency = {} if values[f"{field}.currency"] == USD else {"currency": values[f"{field}.currency"]}
    name = {"name": values[f"{field}.name"]} if values[f"{field}.name"] else {}
    return {**name, **currency, "prices": prices}


def _typed(values: Values, field: str, word: str) -> bool:
    return word in PRICES and values[f"{field}.{word}"] is not None


def _exact(value: Value) -> int | str | None:
    return exact(value) if isinstance(value, Decimal) else value
