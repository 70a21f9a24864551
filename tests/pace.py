"""What work costs, in units of a yardstick measured beside it: seconds tell the machine's pace, not the work's."""

import gc
import json
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

_YARD = json.dumps([{"a": [1, 2.5, "text", None, True]}] * 20_000).encode()


def cost(work: Callable[[], object]) -> float:
    """Processor time of some work, of two tries the better, where 1 is Python's own parser on 740 kB of JSON."""
    with _only_its_own_rubbish():
        return _quickest(work) / _quickest(lambda: json.loads(_YARD))


def _quickest(work: Callable[[], object]) -> float:
    return min(_once(work) for _ in range(2))


def _once(work: Callable[[], object]) -> float:
    """Seconds of this thread's processor time."""
    begun = time.thread_time()
    work()
    return time.thread_time() - begun


@contextmanager
def _only_its_own_rubbish() -> Iterator[None]:
    """Whoever makes many objects has the collector walk through all that thousands of tests have left in memory."""
    gc.freeze()
    try:
        yield
    finally:
        gc.unfreeze()
