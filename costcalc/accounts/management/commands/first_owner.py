"""The link that makes the first account, where `serve` is not what starts the server."""

from typing import Any

from django.conf import settings
from django.core.management.base import CommandError
from django.urls import reverse

from costcalc.accounts.first_owner import new_first_owner_link
from costcalc.wire.schema import SchemaCommand


class Command(SchemaCommand):
    help = "Print a link that makes the first account, once; it replaces any earlier one."

    def handle(self, *args: Any, **options: Any) -> None:
        """Exit status 1 where somebody has an account already."""
        link = new_first_owner_link()
        if link is None:
            raise CommandError("Somebody has an account already.")
        base = settings.ENV.public_url or f"http://{settings.ENV.host}:{settings.ENV.port}"
        self.stdout.write(base + reverse("accounts:first-owner", args=(link,)))
