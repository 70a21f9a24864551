"""What a request weighs, of the `settings.RATE_LIMIT` that one address has in a minute.

One is about a tenth of a second of a processor. A return over usual months without ranges weighs nothing.
"""

from __future__ import annotations

from django.http import HttpRequest, QueryDict

from costcalc.engine import LONGEST
from costcalc.scenarios.estimate_bodies import EstimateIn
from costcalc.scenarios.fields import MOST_WORKLOADS
from costcalc.scenarios.return_fields import RANGE

# So many months of workloads are computed exactly, and drawn ten thousand times, in a tenth of a second.
EXACT, DRAWN = 300, 100
PICTURE = 1
SAVED = 4


def drawn(request: HttpRequest) -> int:
    """Of an address: its months, and draws where anything in it is uncertain."""
    get = request.GET
    months = _number(get, "workloads", 1, MOST_WORKLOADS) * _number(get, "horizon", 12, LONGEST)
    return _weight(months, any(get.get(row[0].name) for row in RANGE.rows))


def pictured(request: HttpRequest) -> int:
    """Of an address: a picture, or a file."""
    return PICTURE + drawn(request)


def saved(request: HttpRequest) -> int:
    """Of what is saved: it is not known before it is read."""
    return SAVED


def asked(body: EstimateIn) -> int:
    """Of an estimate's body: the same, besides the request itself."""
    if body.returns is None:
        return 0
    months = len(body.workloads) * body.returns.horizon_months * (1 + len(body.returns.price_changes))
    return _weight(months, bool(body.returns.ranges))


def _weight(months: int, is_drawn: bool) -> int:
    return months // EXACT + (1 + months // DRAWN if is_drawn else 0)


def _number(get: QueryDict, name: str, default: int, most: int) -> int:
    """What the address says; of anything that is no such number the most, since a mistake costs little to compute."""
    text = get.get(name) or str(default)
    return min(int(text), most) if text.isascii() and text.isdigit() and len(text) < 5 else most
