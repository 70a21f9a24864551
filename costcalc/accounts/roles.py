"""Who may do what: three roles, each of which may do what the one before it may. Pure."""

from __future__ import annotations

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class Role(TextChoices):
    """What a person is in a workspace."""

    VIEWER = "viewer", _("viewer")
    EDITOR = "editor", _("editor")
    OWNER = "owner", _("owner")

    def covers(self, needed: Role) -> bool:
        """Whether this role may do what `needed` may."""
        return RANK[self] >= RANK[needed]


class Scope(TextChoices):
    """What an API token may do; never more than the person who made it may."""

    READ = "read", _("read")
    WRITE = "write", _("read and write")


RANK = {Role.VIEWER: 0, Role.EDITOR: 1, Role.OWNER: 2}


def role_of_token(maker: Role, scope: Scope) -> Role:
    """A token acts as its maker does now, and one that only reads as a viewer."""
    return maker if scope == Scope.WRITE else Role.VIEWER
