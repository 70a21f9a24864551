"""Files that show that a step was done. The event names them and has their hash; their bytes are in the database."""

from __future__ import annotations

import codecs
import datetime as dt
import hashlib
import re

from django.conf import settings
from django.db import models
from django.db.models import Sum
from django.http import Http404

from costcalc.accounts.capability import new_id
from costcalc.secrets import holds_key
from migrations_app.plans import Plan
from migrations_app.rules.happening import Refused
from migrations_app.rules.state import State
from migrations_app.rules.stepping import LARGEST_FILE, ShowFile

# No key is without one: other lines, and most of what is no text, need no closer look.
_RUN = re.compile(r"[A-Za-z0-9]{12}")
# What all files of a plan may weigh together, in bytes.
MOST_BYTES = 20 * LARGEST_FILE


class EvidenceFile(models.Model):
    """The bytes of a file."""

    public_id = models.CharField(max_length=12, unique=True, default=new_id, editable=False)
    plan = models.ForeignKey(Plan, on_delete=models.CASCADE, related_name="+")
    name = models.CharField(max_length=120)
    size = models.PositiveIntegerField()
    sha256 = models.CharField(max_length=64)
    content = models.BinaryField()
    added_at = models.DateTimeField()
    added_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")

    def __str__(self) -> str:
        return self.name


def checked(plan: Plan, name: str, content: bytes, now: dt.datetime) -> EvidenceFile:
    """A file to be kept, not stored yet. Raises Refused where it is empty, too large, or holds a key."""
    if not content:
        raise Refused("file-empty")
    if len(content) > LARGEST_FILE:
        raise Refused("file-too-large", most=LARGEST_FILE // 1024**2)
    if _holds_key(content):
        raise Refused("file-holds-key")
    sha256 = hashlib.sha256(content).hexdigest()
    return EvidenceFile(plan=plan, name=name, size=len(content), sha256=sha256, content=content, added_at=now)


def store(file: EvidenceFile) -> None:
    """Keep it, within the act that shows it: nobody else adds one meanwhile. Raises Refused where all are too much."""
    others = EvidenceFile.objects.filter(plan=file.plan).aggregate(all=Sum("size"))["all"] or 0
    if others + file.size > MOST_BYTES:
        raise Refused("too-many-files", most=MOST_BYTES // 1024**2)
    file.save(force_insert=True)


def _holds_key(content: bytes) -> bool:
    """Whether a file has a key in it that stands there as text; what is packed is not opened."""
    kind = "utf-16" if content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)) else "utf-8"
    lines = content.decode(kind, "replace").splitlines()
    return holds_key("\n".join(line for line in lines if _RUN.search(line)))


def showing(step_id: str, file: EvidenceFile) -> ShowFile:
    """The command that makes a file a step's evidence. Raises ValidationError for a name that cannot be kept."""
    said = {"text": file.name, "file": file.public_id, "size": file.size, "sha256": file.sha256}
    return ShowFile.model_validate({"command": "show_file", "step": step_id, **said})


def file_of(plan: Plan, public_id: str) -> EvidenceFile:
    """A file that is evidence of a step now. Raises Http404; also of a plan that came from a file, without its own."""
    found = EvidenceFile.objects.filter(plan=plan, public_id=public_id).first()
    if found is None or public_id not in shown_files(plan.state):
        raise Http404
    return found


def shown_files(state: State) -> frozenset[str]:
    """The ids of all files that are evidence now."""
    return frozenset(one.file for step in state.steps.each for one in step.evidence if one.file)


def forget_unshown(plan: Plan) -> None:
    """Delete the bytes of files that show nothing any more; the log keeps their names and hashes."""
    EvidenceFile.objects.filter(plan=plan).exclude(public_id__in=shown_files(plan.state)).delete()
