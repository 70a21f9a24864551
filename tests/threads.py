"""Several things at the same moment, each in a thread with a database connection of its own."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from django.db import connections


def at_once(*acts: Callable[[], Any]) -> list[Any]:
    """What each returned, or the exception that it raised, in their order."""
    ready = threading.Barrier(len(acts), timeout=10)

    def run(act: Callable[[], Any]) -> Any:
        ready.wait()
        try:
            return act()
        finally:
            connections.close_all()

    with ThreadPoolExecutor(len(acts)) as threads:
        futures = [threads.submit(run, act) for act in acts]
    return [future.exception() or future.result() for future in futures]
