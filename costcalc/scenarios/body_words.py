"""What the calculator's fields are called in the body of an estimate: each one's path in its workload."""

from __future__ import annotations

from costcalc.scenarios.fields import PRICES

SIDES = {"from": "baseline", "to": "candidate"}
UNITS = {unit: word for word, (unit, _label) in PRICES.items()}
NUMBERS = {
    "in": ("input_tokens",),
    "out": ("output_tokens",),
    "reasoning": ("reasoning_tokens",),
    "searches": ("web_searches",),
    "files": ("storage_searches",),
    "code": ("code_executions",),
    "tokenizer": ("candidate", "tokenizer_ratio"),
    "verbosity": ("candidate", "verbosity_ratio"),
}
SHARES = {
    "cached": ("cache_read_share",),
    "written": ("cache_write_share",),
    "batch": ("batch_share",),
    "flex": ("flex_share",),
    "priority": ("priority_share",),
    "retry": ("retry_share",),
    "over": ("over_tier_share",),
    "growth": ("monthly_growth",),
    "to.cached": ("candidate", "cache_read_share"),
    "to.retry": ("candidate", "retry_share"),
}
WORDS = {"name": ("name",), "ttl": ("cache_write_ttl",)}
