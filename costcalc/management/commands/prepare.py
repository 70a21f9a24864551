"""Make everything that serving needs, where it is missing or stale. Cheap when nothing is."""

import hashlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.staticfiles.finders import get_finders
from django.core.management import call_command
from django.core.management.base import BaseCommand

from costcalc.wire.schema import migrate_if_behind, preparing


class Command(BaseCommand):
    help = "Prepare to serve: database schema, old sessions, prices, translations, static files; each only where stale."
    requires_system_checks = []

    def handle(self, *args: Any, **options: Any) -> None:
        """Run each step; a second process that prepares at the same time waits for the first."""
        with preparing():
            migrate_if_behind()
            call_command("clearsessions", verbosity=0)
            call_command("translations", "compile", verbosity=0)
            collect_if_stale(self.stdout.write)
            call_command("sync_prices", stdout=self.stdout)


def collect_if_stale(say: Callable[[str], object] = lambda text: None) -> None:
    """Collect, name and compress static files when one has changed since the last time."""
    stamp = settings.STATIC_ROOT / ".fingerprint"
    now = fingerprint()
    if not stamp.exists() or stamp.read_text() != now:
        say("Collecting static files …")
        call_command("collectstatic", interactive=False, verbosity=0)
        stamp.write_text(now)


def fingerprint() -> str:
    """What static files there are: names, sizes and times of change, in one digest."""
    digest = hashlib.sha256()
    for finder in get_finders():
        for name, storage in finder.list(["CVS", ".*", "*~", "*.map"]):
            stat = Path(storage.path(name)).stat()
            digest.update(f"{name}\0{stat.st_size}\0{stat.st_mtime_ns}\n".encode())
    return digest.hexdigest()
