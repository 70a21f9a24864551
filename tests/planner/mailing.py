"""A mail server on this machine, which takes messages, refuses them or breaks off; and people who have a digest."""

from __future__ import annotations

import datetime as dt
import email
import email.policy
import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email.message import EmailMessage

from allauth.account.models import EmailAddress
from django.utils import timezone

from costcalc.accounts.models import User
from migrations_app.digests import digest as digests
from migrations_app.digests.digest import Choice, Digest
from migrations_app.digests.times import Rhythm


@dataclass
class MailServer:
    """What it was given, whole; `refuses` maps an address to the answer that it gets; `breaks` after taking one."""

    port: int = 0
    got: list[EmailMessage] = field(default_factory=list)
    refuses: dict[str, str] = field(default_factory=dict)
    breaks: bool = False

    @property
    def to(self) -> list[str]:
        return [str(message["To"]) for message in self.got]


def parsed(raw: bytes) -> EmailMessage:
    """A message as a mail program reads it."""
    return email.message_from_bytes(raw, policy=email.policy.default)


class Talk(socketserver.StreamRequestHandler):
    """SMTP as far as a client that sends plain messages needs it (RFC 5321)."""

    server: Listener

    def handle(self) -> None:
        self.say("220 here")
        while line := self.rfile.readline().decode().strip():
            verb = line.upper()
            if verb == "QUIT":
                self.say("221 bye")
                return
            if verb == "DATA":
                self.take()
                if self.server.found.breaks:
                    return
            self.say("250 taken" if verb == "DATA" else self.answer(line))

    def answer(self, line: str) -> str:
        refuses = self.server.found.refuses if line.upper().startswith("RCPT") else {}
        return next((say for who, say in refuses.items() if who in line), "250 ok")

    def take(self) -> None:
        self.say("354 go on")
        lines = []
        while (line := self.rfile.readline()) not in {b".\r\n", b""}:
            lines.append(line)
        self.server.found.got.append(parsed(b"".join(lines)))

    def say(self, text: str) -> None:
        self.wfile.write(f"{text}\r\n".encode())


class Listener(socketserver.ThreadingTCPServer):
    """Where it listens."""

    allow_reuse_address = True
    daemon_threads = True
    block_on_close = False
    found: MailServer


@contextmanager
def mail_server() -> Iterator[MailServer]:
    """A mail server, for the length of a block."""
    with Listener(("127.0.0.1", 0), Talk) as server:
        server.found = MailServer(port=server.server_address[1])
        thread = threading.Thread(target=server.serve_forever, args=(0.05,))
        thread.start()
        try:
            yield server.found
        finally:
            server.shutdown()
            thread.join(5)


def confirmed(user: User) -> User:
    """Somebody who has opened the link that was sent to their address."""
    EmailAddress.objects.create(user_id=user.pk, email=user.email, primary=True, verified=True)
    return user


def wants(
    user: User,
    rhythm: Rhythm = Rhythm.DAILY,
    hour: int = 7,
    weekday: int = 0,
    now: dt.datetime | None = None,
    zone: str = "UTC",
) -> Digest:
    """Have somebody choose a digest, in English and under a public address."""
    choice = Choice(rhythm, hour, weekday, zone, "en", "https://costs.example.org")
    return digests.choose(user, choice, now or timezone.now())


def at(year: int, month: int, day: int, hour: int = 0, minute: int = 0) -> dt.datetime:
    """A moment, in UTC."""
    return dt.datetime(year, month, day, hour, minute, tzinfo=dt.UTC)
