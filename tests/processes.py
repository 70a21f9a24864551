"""Servers in processes of their own, as people start them."""

import os
import queue
import signal
import socket
import subprocess
import threading
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Self

import httpx

ROOT = Path(__file__).resolve().parent.parent
PATIENCE = 60


def free_port() -> int:
    """A port that was free a moment ago."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return int(listener.getsockname()[1])


def environment(**variables: str) -> dict[str, str]:
    """The environment of a person who has set these variables and none other of ours."""
    ours = {"HOST", "PORT", "DATA_DIR", "WORKERS", "DATABASE_URL", "PUBLIC_URL", "SECRET_KEY", "RATE_LIMIT"}
    ours |= {
        "ALLOWED_HOSTS",
        "DEBUG",
        "SIGNUP",
        "EMAIL_URL",
        "TRUSTED_PROXIES",
        "PROVIDERS",
        "PRIVATE_PROVIDERS",
        "ROUNDS",
        "DJANGO_SETTINGS_MODULE",
        "DJANGO_ALLOW_ASYNC_UNSAFE",
    }
    return {
        **{name: value for name, value in os.environ.items() if not (name in ours or name.startswith("PROVIDER_KEY_"))},
        **variables,
    }


class Served:
    """A server's process, from its first line to its last; ended for sure when the block ends."""

    def __init__(self, *command: str, env: Mapping[str, str] | None = None, cwd: Path = ROOT) -> None:
        self.process = subprocess.Popen(
            command,
            cwd=cwd,
            env=dict(env or environment()),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )
        self.lines: list[str] = []
        self.incoming: queue.Queue[str | None] = queue.Queue()
        self.reader = threading.Thread(target=self.read, daemon=True)
        self.reader.start()

    def read(self) -> None:
        """Keep every line that is printed."""
        assert self.process.stdout
        for line in self.process.stdout:
            self.incoming.put(line.rstrip("\n"))
        self.incoming.put(None)

    def wait_for(self, wanted: Callable[[str], bool], seconds: float = PATIENCE) -> str:
        """The first new line that is wanted. Fails with all that was printed when there is none in time."""
        deadline = time.monotonic() + seconds
        while (left := deadline - time.monotonic()) > 0:
            try:
                line = self.incoming.get(timeout=left)
            except queue.Empty:
                break
            if line is None:
                break
            self.lines.append(line)
            if wanted(line):
                return line
        raise AssertionError("Not printed; printed was:\n" + "\n".join(self.lines))

    def address(self) -> str:
        """The address, once it is printed, without the slash at its end."""
        return self.wait_for(lambda line: line.startswith("http://")).rstrip("/")

    def send(self, number: signal.Signals, everybody: bool = False) -> None:
        """Send a signal to the process, or as a terminal does to its whole group."""
        (os.killpg if everybody else os.kill)(self.process.pid, number)

    def end(self, number: signal.Signals = signal.SIGTERM, everybody: bool = False) -> float:
        """End it with a signal; the seconds that took."""
        begun = time.monotonic()
        self.send(number, everybody)
        self.process.wait(PATIENCE)
        return time.monotonic() - begun

    def rest(self) -> list[str]:
        """Every line printed since the last one waited for, once the process has ended."""
        self.reader.join(5)
        rest: list[str] = []
        while (line := self.incoming.get(timeout=5)) is not None:
            rest.append(line)
        self.lines += rest
        return rest

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        if self.process.poll() is None:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()
        if self.process.stdout:
            self.reader.join(5)
            self.process.stdout.close()


def answers(address: str, seconds: float = PATIENCE) -> httpx.Response:
    """The first answer that an address gives; while nobody listens, it is asked again."""
    deadline = time.monotonic() + seconds
    while True:
        try:
            return httpx.get(address, timeout=10, trust_env=False)
        except httpx.TransportError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.05)
