"""Serve the product: prepare what is stale, then gunicorn with uvicorn workers until it is told to end."""

import os
import socket
import sys
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.db import connections
from django.db.utils import OperationalError
from django.urls import reverse
from django.utils.module_loading import import_string
from gunicorn.app.base import BaseApplication

from costcalc.wire.worker import ServingWorker

TIMEOUT = 30
# What a worker gets to end in before it is killed; with everything else it keeps Ctrl-C under 3 s.
GRACE = 2
# Longer than nginx keeps its side of a connection (60 s), or it would send into a closed one.
KEEP_ALIVE = 75
# Memory as a folder: a file there waits for no disk. gunicorn makes one of a name of its own.
MEMORY = Path("/dev/shm")  # noqa: S108 (a folder to make a file in, never a file that others could have put there)


class Command(BaseCommand):
    help = "Prepare what is stale, then serve on HOST:PORT. The last line printed is the address."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Options default to the environment variables of the same names."""
        parser.add_argument("--host", default=settings.ENV.host)
        parser.add_argument("--port", type=int, default=settings.ENV.port)
        parser.add_argument("--workers", type=int, default=settings.ENV.workers)

    def handle(self, *args: Any, **options: Any) -> None:
        """Take the port first: nobody wants to hear after ten seconds of work that it is taken."""
        listener = bind(options["host"], options["port"])
        try:
            call_command("prepare", stdout=self.stdout, stderr=self.stderr)
        except OperationalError as error:
            raise CommandError(f"The database does not answer: {error}") from None
        address = f"http://{bracketed(options['host'])}:{options['port']}/"
        self.greet(settings.ENV.public_url or address.rstrip("/"))
        leave_nothing_open()
        Gunicorn(listener, options["workers"], address).run()

    def greet(self, base: str) -> None:
        """While nobody has an account: the link that makes the first one. Each start makes another."""
        # Models can be imported only once Django is set up, and Gunicorn above is used without it, too.
        from costcalc.accounts.first_owner import new_first_owner_link

        link = new_first_owner_link()
        if link is not None:
            path = reverse("accounts:first-owner", args=(link,))
            self.stdout.write(f"Nobody has an account yet. Make the first one, once: {base}{path}")


class Gunicorn(BaseApplication):
    """gunicorn on a socket that is already bound; its first worker prints the address."""

    def __init__(self, listener: socket.socket, workers: int, address: str) -> None:
        self.listener = listener
        self.workers = workers
        self.address = address
        # One byte that all workers can see and one can take: whoever takes it speaks.
        self.turn, turn_of = os.pipe()
        os.set_blocking(self.turn, False)
        os.write(turn_of, b"!")
        super().__init__()

    def load_config(self) -> None:
        """gunicorn's settings; nothing of gunicorn's own environment or files is read."""
        self.cfg.set("bind", f"fd://{self.listener.fileno()}")
        self.cfg.set("workers", self.workers)
        self.cfg.set("worker_class", ServingWorker)
        self.cfg.set("timeout", TIMEOUT)
        self.cfg.set("graceful_timeout", GRACE)
        self.cfg.set("keepalive", KEEP_ALIVE)
        self.cfg.set("loglevel", "warning")
        self.cfg.set("control_socket_disable", True)
        if MEMORY.is_dir():
            # A worker shows that it lives by touching a file; on a busy disk that alone can stop it.
            self.cfg.set("worker_tmp_dir", str(MEMORY))

    def load(self) -> Any:
        """The application, imported in the worker, once it has a process of its own."""
        return import_string(settings.ASGI_APPLICATION)

    def serving(self) -> None:
        """A worker serves: print the address, if nobody has."""
        try:
            os.read(self.turn, 1)
        except BlockingIOError:
            return
        print(self.address, flush=True)


def bind(host: str, port: int) -> socket.socket:
    """A bound socket that gunicorn will listen on. Raises CommandError for an address that cannot be had."""
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        listener = socket.socket(family, kind, protocol)
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(address)
    except OSError as error:
        reason = os.strerror(error.errno) if error.errno and error.errno > 0 else error.strerror
        raise CommandError(f"Cannot serve on {bracketed(host)}:{port}: {reason}. Set HOST or PORT.") from None
    return listener


def bracketed(host: str) -> str:
    """A host as an address has it."""
    return f"[{host}]" if ":" in host else host


def leave_nothing_open() -> None:
    """Before forking: no connection and no half-written line may be shared by two processes."""
    for connection in connections.all(initialized_only=True):
        connection.close()
        if hasattr(connection, "close_pool"):
            connection.close_pool()
    sys.stdout.flush()
    sys.stderr.flush()
