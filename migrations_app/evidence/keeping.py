"""Files of evidence on their way in and out, for pages and programs alike."""

from __future__ import annotations

import datetime as dt
from functools import partial

from django.http import HttpResponse
from django.utils.http import content_disposition_header

from costcalc.accounts.access import Visit
from migrations_app import carrying
from migrations_app.evidence import files
from migrations_app.plans import Plan


def kept(came: Visit, plan: Plan, step_id: str, name: str, content: bytes, now: dt.datetime) -> Plan:
    """Keep a file as evidence of a step. Raises Refused, and ValidationError for a name that cannot be kept."""
    file = files.checked(plan, name, content, now)
    file.added_by = came.user
    return carrying.carry_out(came, plan, files.showing(step_id, file), now, partial(files.store, file))


def attachment(found: files.EvidenceFile) -> HttpResponse:
    """A file to take along: never shown by us, since strangers made it."""
    response = HttpResponse(bytes(found.content), content_type="application/octet-stream")
    # Whoever takes it along decides where it goes: a path that somebody gave it is no part of its name.
    name = found.name.replace("\\", "/").rstrip("/").rpartition("/")[2].lstrip(".") or "file"
    response["Content-Disposition"] = content_disposition_header(as_attachment=True, filename=name)
    response["Cache-Control"] = "private, no-store"
    return response
