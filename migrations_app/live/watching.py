"""What is looked at in this worker, and how it changes: one query asks for all of it, however many look.

    with watching.looking(plan, revision) as looker:
        await looker.news.wait()     # then looker.revision is newer, or None: there is no such plan any more

No thread and no connection a reader, and nothing at all while nobody looks.
"""

import asyncio
import logging
from collections.abc import Callable, Collection, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Final

from django.db import Error

logger = logging.getLogger(__name__)
# A change is to be seen within a second, of which the page takes a part to be drawn.
EVERY_S: Final = 0.4
# So long a database that did not answer is left alone.
PAUSE_S: Final = 2.0
Ask = Callable[[Collection[int]], Mapping[int, int]]


class Looker:
    """One who looks at a plan. Of changes that come faster than they are read, the last one counts."""

    def __init__(self, revision: int) -> None:
        self.revision: int | None = revision
        self.news = asyncio.Event()

    def tell(self, revision: int | None) -> None:
        """How the plan stands. What was asked before somebody came may be older than what they know."""
        if self.revision is None or (revision is not None and revision <= self.revision):
            return
        self.revision = revision
        self.news.set()


class Watching:
    """Asks the database, by `ask` in a thread of its own, for the revisions of all plans that are looked at."""

    def __init__(self, ask: Ask, every_s: float = EVERY_S) -> None:
        self.ask = ask
        self.every_s = every_s
        self.lookers: dict[int, set[Looker]] = {}
        self._task: asyncio.Task[None] | None = None
        self._thread: ThreadPoolExecutor | None = None

    @contextmanager
    def looking(self, plan: int, revision: int) -> Iterator[Looker]:
        """One more who looks, and knows this revision."""
        looker = Looker(revision)
        self.lookers.setdefault(plan, set()).add(looker)
        if self._task is None or self._task.done():
            self._task = asyncio.get_running_loop().create_task(self._watch())
        try:
            yield looker
        finally:
            self.lookers[plan].discard(looker)
            if not self.lookers[plan]:
                del self.lookers[plan]

    async def _watch(self) -> None:
        wait = self.every_s
        while True:
            await asyncio.sleep(wait)
            if not self.lookers:
                return
            wait = await self._look()

    async def _look(self) -> float:
        """Tell everybody; seconds until the next look."""
        self._thread = self._thread or ThreadPoolExecutor(1, "watching")
        asked = list(self.lookers)
        try:
            found = await asyncio.get_running_loop().run_in_executor(self._thread, self.ask, asked)
        except Error:
            logger.warning("Plans are not watched for %d s: the database does not answer.", PAUSE_S, exc_info=True)
            return PAUSE_S
        for plan in asked:
            for looker in self.lookers.get(plan, ()):
                looker.tell(found.get(plan))
        return self.every_s
