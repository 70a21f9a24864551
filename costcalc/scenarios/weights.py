"""What a request weighs, of the `settings.RATE_LIMIT` that one address has in a minute.

One is about a tenth of a second of a processor. A ledger and a return without ranges weigh nothing.
"""

from __future__ import annotations

from django.http import HttpRequest, QueryDict

from costcalc.engine import LONGEST
from costcalc.scenarios.estimate_bodies import EstimateIn
from costcalc.scenarios.fields import MOST_WORKLOADS
from costcalc.scenarios.return_fields import RANGE

# So many months of workloads are drawn ten thousand times in a tenth of a second.
MONTHS = 100
PICTURE = 1
SAVED = 4


def drawn(request: HttpRequest) -> int:
    """Of an address: draws, where anything in it is uncertain."""
    get = request.GET
    if not any(get.get(row[0].name) for row in RANGE.rows):
        return 0
    return 1 + _number(get, "workloads", 1, MOST_WORKLOADS) * _number(get, "horizon", 12, LONGEST) // MONTHS


def pictured(request: HttpRequest) -> int:
    """Of an address: a picture, or a file."""
    return PICTURE + drawn(request)


def saved(request: HttpRequest) -> int:
    """Of what is saved: it is not known before it is read."""
    return SAVED


def asked(body: EstimateIn) -> int:
    """Of an estimate's body: draws, where anything in it is uncertain."""
    if body.returns is None or not body.returns.ranges:
        return 0
    return len(body.workloads) * body.returns.horizon_months * (1 + len(body.returns.price_changes)) // MONTHS


def _number(get: QueryDict, name: str, default: int, most: int) -> int:
    """What the address says; of anything that is no such number the most, since a mistake costs little to compute."""
    text = get.get(name) or str(default)
    return min(int(text), most) if text.isascii() and text.isdigit() and len(text) < 5 else most
