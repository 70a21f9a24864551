"""Whether an audit log is whole; against a checkpoint that was exported before, also whether its end is there."""

import json
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import CommandError

from costcalc.accounts.audit import Checkpoint, checkpoint, faults
from costcalc.accounts.workspaces import Workspace
from costcalc.wire.schema import SchemaCommand


class Command(SchemaCommand):
    help = "Find changed, removed, reordered or cut entries of the audit logs. Exit status 1 where there are any."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--workspace", help="its id; without it, all of them")
        parser.add_argument("--checkpoint", type=Path, help="a log's JSON export, or the checkpoint in it")

    def handle(self, *args: Any, **options: Any) -> None:
        """Say of each log that it is whole, or what is wrong with it."""
        known = read_checkpoint(options["checkpoint"]) if options["checkpoint"] else None
        wanted = options["workspace"] or (known.workspace if known else None)
        found = Workspace.objects.order_by("pk")
        logs = list(found.filter(public_id=wanted) if wanted else found)
        if wanted and not logs:
            raise CommandError(f"There is no workspace {wanted}.")
        if known and wanted != known.workspace:
            raise CommandError(f"The checkpoint is of the workspace {known.workspace}.")
        wrong = [f"{log.public_id}: {fault}" for log in logs for fault in faults(log, known)]
        if wrong:
            raise CommandError("\n".join(wrong))
        for log in logs:
            stands = checkpoint(log)
            self.stdout.write(f"{log.public_id}: {stands.sequence} entries, whole; {stands.entry_hash}")


def read_checkpoint(path: Path) -> Checkpoint:
    """Where a log stood. Raises CommandError for a file that does not say so."""
    try:
        said = json.loads(path.read_text(encoding="utf-8-sig"))
        said = said.get("checkpoint", said)
        return Checkpoint(str(said["workspace"]), int(said["sequence"]), str(said["entry_hash"]))
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise CommandError(f"{path} holds no checkpoint: {error}") from None
