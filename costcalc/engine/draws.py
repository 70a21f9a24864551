"""Random values of uncertain inputs: seeded, so that the same scenario has the same result.

What moves together is drawn with a Gaussian copula of one common factor: of each group, every input's normal is
√ρ × the group's + √(1 − ρ) × its own, and ρ is the correlation of any two of these normals. Each normal becomes a
probability and that a value by the input's own quantile function; inputs outside a group are independent.

The generator is NumPy's PCG64. Only +, −, ×, ÷, √ and whole-number steps follow it here, and normal
probabilities come from a table of fifteen decimals: no library's own exponential function enters a draw.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from hashlib import sha256
from math import erfc, sqrt

import numpy as np
import numpy.typing as npt

from costcalc.engine.errors import TermsError
from costcalc.engine.ranges import Range, base_of
from costcalc.engine.returns import Case

Floats = npt.NDArray[np.float64]
# Normals beyond eight standard deviations are not drawn; between steps of 1/256 a straight line is 5 × 10⁻⁷ off.
FARTHEST, STEPS = 8, 256
MEDIAN, TAIL = 0.5, 0.4


@dataclass(frozen=True, slots=True)
class Together:
    """Inputs that move together, by their paths, and the correlation of any two of them: 0 (not) to 1 (as one)."""

    paths: tuple[str, ...]
    correlation: Decimal

    def __post_init__(self) -> None:
        if not (self.correlation.is_finite() and 0 <= self.correlation <= 1):
            raise TermsError("correlation", "not_a_share")


def seed_of(text: str) -> int:
    """A seed from a scenario's canonical text, the same on any machine."""
    return int.from_bytes(sha256(text.encode()).digest()[:16])


def drawn(
    case: Case, ranges: Sequence[Range], together: Iterable[Together], seed: int, count: int
) -> dict[str, Floats]:
    """So many values of each uncertain input, by path; `ranges` as `checked` returns them.

    Raises TermsError for an input that is in two groups.
    """
    source = np.random.Generator(np.random.PCG64(seed))
    groups = _groups(together)
    common = {group: source.standard_normal(count) for group in dict.fromkeys(groups.values())}
    found = {}
    for each in ranges:
        group = groups.get(each.path)
        if group is None:
            chances = source.random(count)
        else:
            rho = float(group.correlation)
            chances = normal_chance(sqrt(rho) * common[group] + sqrt(1 - rho) * source.standard_normal(count))
        found.update(dict.fromkeys(each.paths, quantiles(case, each, chances)))
    return found


def _groups(together: Iterable[Together]) -> dict[str, Together]:
    found: dict[str, Together] = {}
    for group in together:
        for path in group.paths:
            if path in found:
                raise TermsError(path, "in_two_groups")
            found[path] = group
    return found


def quantiles(case: Case, each: Range, chances: Floats) -> Floats:
    """The values of an input at these probabilities: two straight lines that meet at its base, clipped."""
    low, base, high = float(each.low), float(base_of(case, each.path)), float(each.high)
    least, most = each.bounds
    slopes = np.where(chances < MEDIAN, (base - low) / TAIL, (high - base) / TAIL)
    values: Floats = base + (chances - MEDIAN) * slopes
    return np.clip(values, float(least), None if most is None else float(most))


def normal_chance(normals: Floats) -> Floats:
    """The probability that a standard normal is below each of these, to six decimals."""
    table = _normal_table()
    steps = np.clip((normals + FARTHEST) * STEPS, 0, len(table) - 2)
    below = steps.astype(np.intp)
    chances: Floats = table[below] + (steps - below) * (table[below + 1] - table[below])
    return np.clip(chances, 0, 1)


@cache
def _normal_table() -> Floats:
    steps = range(-FARTHEST * STEPS, FARTHEST * STEPS + 1)
    return np.array([round(erfc(-step / STEPS / sqrt(2)) / 2, 15) for step in steps])
