"""What the header of every page says about who reads it. Asks nothing unless somebody is signed in."""

from typing import Any

from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from costcalc.accounts.access import current_workspace, person
from costcalc.accounts.workspaces import Workspace


def header(request: HttpRequest) -> dict[str, Any]:
    """Context processor: `workspace_now` and `workspaces_mine`, read when a template asks for them."""
    return {
        "workspace_now": SimpleLazyObject(lambda: current_workspace(request)),
        "workspaces_mine": SimpleLazyObject(lambda: list(Workspace.objects.of(person(request)))),
    }
