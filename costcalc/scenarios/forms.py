"""What people type about saved scenarios."""

from __future__ import annotations

import datetime as dt
from typing import Any, cast

from django import forms
from django.utils.translation import gettext_lazy as _

from costcalc.accounts.models import User
from costcalc.accounts.roles import Role
from costcalc.accounts.workspaces import Workspace
from costcalc.scenarios.saved import Revision
from costcalc.scenarios.talking import Approval
from costcalc.wire.plain_text import PlainField

LONG = forms.Textarea(attrs={"rows": 3})
LASTS = (
    ("", _("until it is revoked")),
    ("1", _("one day")),
    ("7", _("a week")),
    ("30", _("30 days")),
    ("90", _("90 days")),
)


class NameForm(forms.Form):
    """What a scenario is called, and what is worth knowing of it."""

    name = PlainField(label=_("Name"), max_length=120)
    note = PlainField(label=_("Note"), max_length=2000, required=False, widget=LONG)

    def clean_note(self) -> str:
        """With one character for the end of a line, where browsers send two."""
        return str(self.cleaned_data["note"]).replace("\r\n", "\n")

    def clean_name(self) -> str:
        """One line of what can be seen."""
        name: str = self.cleaned_data["name"]
        if not name.isprintable():
            raise forms.ValidationError(_("This holds characters that cannot be shown."))
        return name


class EditionForm(forms.Form):
    """The edition that a change was decided on."""

    edition = forms.IntegerField(min_value=1, max_value=2**31 - 1, widget=forms.HiddenInput)


class RenameForm(NameForm, EditionForm):
    """Another name or note."""


class ArchiveForm(EditionForm):
    """Away, or out again."""

    archived = forms.TypedChoiceField(choices=(("1", "1"), ("0", "0")), coerce=lambda value: value == "1")


class NewForm(NameForm):
    """A scenario that is saved for the first time, and in which of the workspaces that somebody may change."""

    workspace = forms.ModelChoiceField(
        Workspace.objects.none(), label=_("Workspace"), to_field_name="public_id", empty_label=None
    )

    def __init__(self, user: User, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        roles = [role for role in Role if role.covers(Role.EDITOR)]
        mine = Workspace.objects.filter(memberships__user=user, memberships__role__in=roles)
        choice = cast("forms.ModelChoiceField[Workspace]", self.fields["workspace"])
        choice.queryset = mine.order_by("name", "pk")


class SeenForm(forms.Form):
    """The revision that a change was decided on."""

    revision = forms.IntegerField(min_value=1, max_value=2**31 - 1, widget=forms.HiddenInput)


class RepriceForm(SeenForm):
    """The revision that was re-priced, and what tells its new prices and figures from others."""

    prices = forms.CharField(max_length=64, required=False, widget=forms.HiddenInput)


class ReviseForm(SeenForm):
    """The next revision, and why."""

    comment = PlainField(label=_("What changed, and why"), max_length=200, required=False)


class ShareForm(SeenForm):
    """A link: for whom it is, and until when."""

    note = PlainField(label=_("Whom it is for"), max_length=200, required=False)
    lasts = forms.ChoiceField(label=_("Works"), choices=LASTS, required=False)

    def ends(self, now: dt.datetime) -> dt.datetime | None:
        """When the link ends; None for never."""
        days = self.cleaned_data["lasts"]
        return now + dt.timedelta(days=int(days)) if days else None


class CommentForm(forms.Form):
    """Something said."""

    text = PlainField(label=_("Comment"), max_length=4000, widget=LONG)


class RewordForm(CommentForm, EditionForm):
    """A comment in other words."""


class AskForm(SeenForm):
    """Who is asked to approve: anybody of the workspace but the revision's author."""

    person = forms.ModelChoiceField(
        User.objects.none(), label=_("Who should approve it"), to_field_name="public_id", empty_label=None
    )

    def __init__(self, revision: Revision, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        members = User.objects.filter(memberships__workspace=revision.scenario.workspace, is_active=True)
        already = revision.approvals.exclude(asked_of=None).values("asked_of")
        others = members.exclude(pk__in=already).order_by("name", "email")
        if revision.author is not None:
            others = others.exclude(pk=revision.author.pk)
        cast("forms.ModelChoiceField[User]", self.fields["person"]).queryset = others


class DecideForm(forms.Form):
    """Yes or no, and why."""

    decision = forms.ChoiceField(
        choices=[(d.value, d.label) for d in (Approval.Decision.GIVEN, Approval.Decision.DECLINED)]
    )
    words = PlainField(label=_("Why"), max_length=500, required=False)
