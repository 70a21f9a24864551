"""Each worker's own door for the other workers, and for itself: its raw routes on a socket of the file system.

What lives in the memory of one worker is reached by all through it, and the built-in provider is called
through it as any provider is. Only this machine's user can open it: the folder is mode 0700.
"""

import asyncio
import os
import re
import secrets
import socket
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from functools import cache
from pathlib import Path
from typing import Any, Final

import uvicorn

from costcalc.wire.raw import App
from costcalc.wire.routes import UnixSocket, Unreachable

# What a socket's name may be; others' ids hold one, so that nothing else ever becomes a path.
NAME: Final = re.compile(r"[0-9a-f]{12}", re.ASCII)
# The kernel's bound for a socket's path is 108 bytes.
LONGEST_PATH: Final = 100
# A socket that is not in its place after so long was left by a worker that died while it started.
DRAFT_S: Final = 60
# Streams end by themselves when drain begins; the worker has little time left when this door is closed.
PATIENCE: Final[dict[str, Any]] = {"timeout_graceful_shutdown": 0.3}
OPEN_FILES: Final = Path("/proc/self/fd")


class Inside:
    """This process's door. `name` is "" while there is none."""

    def __init__(self) -> None:
        self.name = ""
        self.folder = Path()

    @asynccontextmanager
    async def served(self, app: App, folder: Path) -> AsyncIterator[None]:
        """Serve the application on a new socket in this folder, for the length of a block."""
        prepare(folder)
        name = secrets.token_hex(6)
        before = self.name, self.folder
        server = _Server(_config(app))
        serving = asyncio.create_task(server.serve(sockets=[_listening(folder, name)]))
        try:
            await server.listening(serving)
            place(folder, name)
            self.name, self.folder = name, folder
            yield
        finally:
            self.name, self.folder = before
            (folder / name).unlink(missing_ok=True)
            server.should_exit = True
            await serving

    def route(self, name: str = "") -> UnixSocket:
        """The way to a worker's door, by default this process's own. Raises Unreachable where there is none."""
        wanted = name or self.name
        if not NAME.fullmatch(wanted):
            raise Unreachable("connect", "The server is not serving.")
        return UnixSocket(short(self.folder, wanted))

    def knows(self, name: str) -> bool:
        """Whether a worker of this name has a door here. It may be dead all the same."""
        return bool(NAME.fullmatch(name)) and bool(self.name) and (self.folder / name).is_socket()


class _Server(uvicorn.Server):
    """A second server on the same loop; signals are the first one's."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Leave them alone."""
        yield

    async def listening(self, serving: asyncio.Task[None]) -> None:
        """Return once it listens. Raises what kept it from that."""
        while not self.started:
            if serving.done():
                await serving
            await asyncio.sleep(0.005)


def _config(app: App) -> uvicorn.Config:
    options: dict[str, Any] = {"http": "httptools", "ws": "websockets-sansio", "lifespan": "off", "log_config": None}
    options |= dict.fromkeys(("access_log", "proxy_headers", "server_header", "date_header"), False)
    return uvicorn.Config(app, **options, **PATIENCE)


def prepare(folder: Path) -> None:
    """The folder, open to its owner only, without the sockets of workers that are no more. Raises OSError."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    folder.chmod(0o700)
    for path in folder.iterdir():
        if path.is_socket() and left_behind(path):
            path.unlink(missing_ok=True)


def left_behind(path: Path) -> bool:
    """Whether nobody listens any more, and nobody is about to."""
    if path.name.startswith("."):
        with suppress(FileNotFoundError):
            return time.time() - path.stat().st_mtime > DRAFT_S
        return False
    with socket.socket(socket.AF_UNIX) as knocking:
        try:
            # A queue that is full is a listener's: without waiting it says so, too.
            knocking.setblocking(False)
            knocking.connect(str(short(path.parent, path.name)))
        except (ConnectionRefusedError, FileNotFoundError):
            return True
        except OSError:
            return False
    return False


def _listening(folder: Path, name: str) -> socket.socket:
    """A socket under a draft's name. It listens before it gets its own: others take one that refuses for dead."""
    made = socket.socket(socket.AF_UNIX)
    made.bind(str(short(folder, f".{name}")))
    return made


def place(folder: Path, name: str) -> None:
    """Give the socket that listens now its name."""
    (folder / f".{name}").rename(folder / name)


def short(folder: Path, name: str) -> Path:
    """The socket's path, or a shorter way to it where the path is longer than the kernel takes."""
    path = folder / name
    if len(os.fsencode(path)) <= LONGEST_PATH:
        return path
    return OPEN_FILES / str(_opened(folder, os.getpid())) / name


@cache
def _opened(folder: Path, _pid: int) -> int:
    return os.open(folder, os.O_RDONLY | os.O_DIRECTORY)


inside = Inside()
