"""Figures as the page sends them."""

from __future__ import annotations

import json
from typing import Any

from django.test import Client

from costcalc.streaming.measurements import Measurement

ADDRESS = "/stream/measurements/"
FIGURES: dict[str, Any] = {
    "provider": "sample",
    "model": "sample-plain",
    "transport": "sse",
    "end": "complete",
    "status": 200,
    "connect": 1.2,
    "upstream": 0.4,
    "ttft": 181.25,
    "reasoning_ttft": None,
    "between_p50": 20,
    "between_p95": 24.5,
    "between_p99": 31,
    "span": 2820,
    "total": 3020.125,
    "chunks": 142,
    "tokens": 142,
    "received": 30_388,
    "resumed": 0,
    "attempts": 1,
    "usage": {"input_tokens": 38, "output_tokens": 142},
    "priced_as": "openai/gpt-4.1",
}


def sent(*changed: dict[str, Any]) -> str:
    """Figures of as many streams as there are changes."""
    return json.dumps([{**FIGURES, **change} for change in changed or ({},)])


def post(client: Client, *changed: dict[str, Any]) -> Any:
    """Have them kept."""
    return client.post(ADDRESS, {"measurements": sent(*changed)})


def one() -> Measurement:
    """The only measurement there is."""
    found: Measurement = Measurement.objects.get()
    return found
