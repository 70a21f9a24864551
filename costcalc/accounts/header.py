"""What the header of every page says about who reads it. Asks nothing unless somebody is signed in."""

from typing import Any

from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from costcalc.accounts import mail
from costcalc.accounts.access import current_workspace, person
from costcalc.accounts.preferences import currency_of
from costcalc.accounts.workspaces import Workspace


def header(request: HttpRequest) -> dict[str, Any]:
    """Context processor: `workspace_now`, `workspaces_mine` and `currency_now`, read when a template asks for them.

    And `mail_is_set_up`: whether what is sent reaches anybody.
    """
    return {
        "workspace_now": SimpleLazyObject(lambda: current_workspace(request)),
        "currency_now": SimpleLazyObject(lambda: currency_of(request)),
        "mail_is_set_up": mail.is_set_up(),
        "workspaces_mine": SimpleLazyObject(lambda: list(Workspace.objects.of(person(request)))),
    }
