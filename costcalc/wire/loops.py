"""What is asynchronous, from where nothing is: a page waits for it in the thread of its request."""

import asyncio
from collections.abc import Callable, Coroutine
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar

Result = TypeVar("Result")


def finished(main: Callable[[], Coroutine[Any, Any, Result]]) -> Result:
    """What a coroutine function returns, run on a loop of its own; what it raises is raised here.

    In a thread of its own, since a loop may be running in this one.
    """
    with ThreadPoolExecutor(1, "loop") as thread:
        return thread.submit(lambda: asyncio.run(main())).result()
