"""What people say about a scenario: comments, and approvals that are asked for and given."""

from __future__ import annotations

import datetime as dt
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from costcalc.accounts.capability import new_id
from costcalc.accounts.people import User
from costcalc.scenarios.saved import Revision, SavedScenario, StaleError


class OwnWorkError(ValueError):
    """Nobody approves what they wrote themselves."""


class Comment(models.Model):
    """What somebody wrote about a scenario, at a revision of it. `edition` counts its wordings."""

    public_id = models.CharField(max_length=12, unique=True, default=new_id, editable=False)
    scenario = models.ForeignKey(SavedScenario, on_delete=models.CASCADE, related_name="comments")
    revision_number = models.PositiveIntegerField()
    author = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    text = models.TextField(_("comment"), max_length=4000)
    created_at = models.DateTimeField()
    edited_at = models.DateTimeField(null=True)
    edition = models.PositiveIntegerField(default=1)

    class Meta:
        ordering = ("created_at", "pk")

    def __str__(self) -> str:
        return f"comment {self.public_id}"

    @property
    def target(self) -> str:
        """How the audit log names it."""
        return f"comment:{self.public_id}"

    def reword(self, seen: int, text: str, now: dt.datetime) -> None:
        """Say it otherwise, if `seen` is still the edition. Raises StaleError if it is not."""
        mine = type(self).objects.filter(pk=self.pk, edition=seen)
        if not mine.update(text=text, edited_at=now, edition=seen + 1):
            raise StaleError(self.public_id)
        self.text, self.edited_at, self.edition = text, now, seen + 1

    def withdraw(self, seen: int) -> None:
        """Delete it, if `seen` is still the edition. Raises StaleError if it is not."""
        _count, deleted = type(self).objects.filter(pk=self.pk, edition=seen).delete()
        if not deleted:
            raise StaleError(self.public_id)


class ApprovalQuerySet(models.QuerySet["Approval"]):
    """Approvals of a scenario."""

    def pending(self, revision: Revision) -> ApprovalQuerySet:
        """Those of a revision that nobody has answered."""
        return self.filter(revision=revision, decision=Approval.Decision.ASKED)


class Approval(models.Model):
    """That somebody was asked to approve a revision, and what they said.

    It is of one revision: with the next one it no longer counts, and says so.
    """

    class Decision(models.TextChoices):
        """Where it stands."""

        ASKED = "asked", _("asked for")
        GIVEN = "given", _("approved")
        DECLINED = "declined", _("declined")

    public_id = models.CharField(max_length=12, unique=True, default=new_id, editable=False)
    revision = models.ForeignKey(Revision, on_delete=models.CASCADE, related_name="approvals")
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    asked_of = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    asked_at = models.DateTimeField()
    decision = models.CharField(max_length=8, choices=Decision, default=Decision.ASKED)
    decided_at = models.DateTimeField(null=True)
    words = models.CharField(_("why"), max_length=500, blank=True)

    objects: ClassVar = ApprovalQuerySet.as_manager()

    class Meta:
        ordering = ("-asked_at", "-pk")
        constraints = (models.UniqueConstraint(fields=("revision", "asked_of"), name="asked_once_of_a_revision"),)

    def __str__(self) -> str:
        return f"approval {self.public_id}"

    @property
    def target(self) -> str:
        """How the audit log names it."""
        return f"approval:{self.public_id}"

    @property
    def counts(self) -> bool:
        """Whether it is of the current revision; a later one has taken it away otherwise."""
        return self.revision.is_current

    def decide(self, user: User, decision: str, words: str, now: dt.datetime) -> None:
        """Answer it, once and by who was asked. Raises OwnWorkError, or StaleError where it is no longer open.

        The caller holds the workspace's lock, so no revision can come in between.
        """
        if self.revision.author_id == user.pk:
            raise OwnWorkError(self.public_id)
        current = SavedScenario.objects.filter(pk=self.revision.scenario_id, revision=self.revision.number)
        mine = type(self).objects.filter(pk=self.pk, decision=self.Decision.ASKED, asked_of=user)
        if not current.exists() or not mine.update(decision=decision, words=words, decided_at=now):
            raise StaleError(self.public_id)
        self.decision, self.words, self.decided_at = decision, words, now


def ask(revision: Revision, asked_by: User, asked_of: User, now: dt.datetime) -> tuple[Approval, bool]:
    """Ask a person to approve a revision; and whether they had not been asked before. Raises OwnWorkError."""
    if revision.author_id == asked_of.pk:
        raise OwnWorkError(revision.scenario.public_id)
    return Approval.objects.get_or_create(
        revision=revision, asked_of=asked_of, defaults={"asked_by": asked_by, "asked_at": now}
    )
