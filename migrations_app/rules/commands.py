"""What people may tell a plan to do, as the API takes it and pages send it. Pure.

Each part of a plan has its own commands; `Command` is what they have in common.
"""

from __future__ import annotations

import unicodedata
from typing import Annotated, Final

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from costcalc.secrets import without_key

MOST_TEXT: Final = 4000


def _clean(text: str) -> str:
    if text.isprintable():
        return text.strip()
    return "".join(one for one in text if one in "\n\t" or unicodedata.category(one) != "Cc").strip()


# Nobody's keys are kept: a text that holds one is refused, wherever it was typed.
Text = Annotated[str, Field(max_length=MOST_TEXT), AfterValidator(_clean), AfterValidator(without_key)]
Line = Annotated[str, Field(max_length=200), AfterValidator(_clean), AfterValidator(without_key)]
Name = Annotated[
    str, Field(min_length=1, max_length=120), AfterValidator(_clean), Field(min_length=1), AfterValidator(without_key)
]
Reason = Annotated[
    str, Field(min_length=1, max_length=500), AfterValidator(_clean), Field(min_length=1), AfterValidator(without_key)
]
# A reason that may be left out, or said to be null.
Remark = Annotated[
    Annotated[str, Field(max_length=500), AfterValidator(_clean), AfterValidator(without_key)] | None,
    AfterValidator(lambda said: said or ""),
]
Id = Annotated[str, Field(min_length=1, max_length=40, pattern=r"^[A-Za-z0-9_-]+$")]
Revision = Annotated[int, Field(ge=1, le=10**9, description="The revision of the plan that this was decided on.")]

# Of what commands hold and answers show again: the OpenAPI document has one description of each, with every way in
# which its numbers may be written.
BOTH_WAYS: Final = ConfigDict(extra="forbid", frozen=True, json_schema_mode_override="validation")


class Command(BaseModel):
    """One command; that there is no revision says that it holds however the plan stands."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    revision: Revision | None = None


class Guarded(Command):
    """A command that holds for one revision: who decided on an older one is told what has changed (409)."""

    revision: Revision
