"""When tokens come: log-normal waits, which is how the waits of hosted models are distributed. Pure.

To the first token the median is 180 ms (95 of 100 within 295 ms), between tokens 20 ms (within 36 ms).
`sample_pace` multiplies every wait.
"""

from dataclasses import dataclass
from math import log
from typing import Final

from costcalc.streaming.sample.texts import chance

# Longer than nginx (60 s) and Cloudflare (100 s) wait for a silent upstream.
SILENCE: Final = 120.0
# Between pieces that must arrive apart, whatever the pace: long enough for each to be a packet of its own.
TICK: Final = 0.001


@dataclass(frozen=True, slots=True)
class LogNormal:
    """A log-normal distribution, by its median in seconds and the standard deviation of its logarithm."""

    median: float
    sigma: float


FIRST_TOKEN: Final = LogNormal(0.180, 0.30)
BETWEEN_TOKENS: Final = LogNormal(0.020, 0.35)


def waits(number: int, seed: int, pace: float) -> list[float]:
    """Seconds before each of so many tokens; the first one's is the time to the first token."""
    drawn = chance(seed, "pace")
    first = drawn.lognormal(log(FIRST_TOKEN.median), FIRST_TOKEN.sigma)
    between = drawn.lognormal(log(BETWEEN_TOKENS.median), BETWEEN_TOKENS.sigma, max(0, number - 1))
    return [float(wait) * pace for wait in (first, *between)][:number]
