"""What the product does by itself, for operators who would rather have it done by a process of its own."""

import time
from argparse import ArgumentParser
from typing import Any

from django.utils import timezone

from costcalc.wire.schema import SchemaCommand
from migrations_app import rounds
from migrations_app.going_round import EVERY_S


class Command(SchemaCommand):
    help = "Do what is due: automatic stages, messages. With ROUNDS=no the servers leave it to this command."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--once", action="store_true", help="one round, for a timer of the machine's")

    def handle(self, *args: Any, **options: Any) -> None:
        """Go one round, or round after round."""
        while True:
            for done in rounds.go(timezone.now):
                self.stdout.write(done)
            if options["once"]:
                rounds.rest()
                return
            time.sleep(EVERY_S)
