"""A measured ratio beside what it should be."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from operator import ge, le
from typing import Any


def at_least(figure: float, aim: float) -> dict[str, Any]:
    """A figure that should not be below its aim."""
    return _judged(figure, aim, "at least", ge)


def at_most(figure: float, aim: float) -> dict[str, Any]:
    """A figure that should not be above its aim."""
    return _judged(figure, aim, "at most", le)


def percentile(values: Sequence[float], share: float) -> float:
    """The value that this share of all values does not exceed."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


def _judged(figure: float, aim: float, word: str, judge: Callable[[float, float], bool]) -> dict[str, Any]:
    return {"figure": round(figure, 2), "aim": f"{word} {aim:g}", "met": bool(judge(figure, aim))}
