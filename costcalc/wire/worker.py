"""The process that serves: gunicorn's worker running uvicorn, as `manage.py serve` starts it."""

import asyncio
import os
import signal
from typing import Any

from uvicorn_worker import UvicornWorker

# Streams end by themselves when drain begins; this is for what does not listen.
SECONDS_TO_FINISH = 1.5


class ServingWorker(UvicornWorker):
    """Believes no proxy by itself (`asgi.py` does, by TRUSTED_PROXIES), and says once that it serves."""

    CONFIG_KWARGS: dict[str, Any] = {
        "loop": "uvloop",
        "http": "httptools",
        "proxy_headers": False,
        "server_header": False,
        "timeout_graceful_shutdown": SECONDS_TO_FINISH,
    }

    def _install_sigquit_handler(self) -> None:
        """Treat gunicorn's QUIT, which it sends on Ctrl-C, as TERM: uvicorn would not hear it at all."""
        asyncio.get_running_loop().add_signal_handler(signal.SIGQUIT, os.kill, os.getpid(), signal.SIGTERM)

    async def callback_notify(self) -> None:
        """Called as soon as uvicorn accepts connections, then every few seconds: tell gunicorn, and the operator."""
        await super().callback_notify()
        self.app.serving()
