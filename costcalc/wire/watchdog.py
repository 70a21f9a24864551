"""A worker whose event loop is stuck serves nobody: it ends, and its manager starts another.

No Python server but gunicorn notices by itself, and it only after 30 s.
"""

import asyncio
import faulthandler
import os
import sys
import threading
import time
from collections.abc import Callable

PATIENCE = 5
EXIT_CODE = 70  # EX_SOFTWARE of sysexits.h


class Watchdog:
    """Ends the process when the loop has not ticked at `patience` looks, a second apart.

    It counts looks, not seconds: after a suspended or starved machine both threads wake up late,
    and the loop gets its turn before anybody counts to five.
    """

    def __init__(self, patience: int = PATIENCE, interval: float = 1.0, end: Callable[[], None] | None = None) -> None:
        self.patience = patience
        self.interval = interval
        self.end = end or end_process
        self.ticks = 0
        self.stopped = threading.Event()

    def start(self) -> asyncio.Task[None]:
        """Watch the running loop; cancel the task to stop."""
        threading.Thread(target=self.look, name="watchdog", daemon=True).start()
        task = asyncio.create_task(self.tick())
        task.add_done_callback(lambda _: self.stopped.set())
        return task

    async def tick(self) -> None:
        """Show that the loop turns, four times between two looks."""
        while True:
            self.ticks += 1
            await asyncio.sleep(self.interval / 4)

    def look(self) -> None:
        """The watching thread: end the process once it has seen the same tick too often."""
        seen, times = -1, 0
        while not self.stopped.is_set() and times < self.patience:
            time.sleep(self.interval)
            ticks = self.ticks
            seen, times = ticks, times + 1 if ticks == seen else 0
        if not self.stopped.is_set():
            self.end()


def end_process() -> None:
    """Say where every thread stands, and leave without asking the loop, which would not answer."""
    print("watchdog: the event loop is stuck; this worker ends.", file=sys.stderr, flush=True)
    faulthandler.dump_traceback(all_threads=True)
    os._exit(EXIT_CODE)
