"""What a team keeps, for the tests of saved scenarios: who saves what, what it costs, and a price that changes."""

import dataclasses
import datetime as dt
from decimal import Decimal

from django.utils import timezone

from costcalc.accounts.access import Visit
from costcalc.accounts.roles import Role
from costcalc.catalog import genai
from costcalc.catalog.index import catalogue
from costcalc.engine import Rate
from costcalc.scenarios import saving
from costcalc.scenarios.models import SavedScenario
from costcalc.scenarios.saved import Draft, draft
from tests.factories import Cast

FLASH = "to=google/gemini-2.5-flash&requests=60000"
NOW = timezone.now()
TODAY = NOW.date()


def by(cast: Cast, name: str) -> Visit:
    """Somebody of the team at work in its workspace."""
    roles = {"alice": Role.OWNER, "bob": Role.EDITOR, "vera": Role.VIEWER}
    return Visit(getattr(cast, name), cast.workspace, roles[name])


def drafted(cast: Cast, query: str = FLASH, day: dt.date = TODAY) -> Draft:
    return draft(cast.workspace, query, day, catalogue())


def kept(cast: Cast, query: str = FLASH, name: str = "Move to Flash") -> SavedScenario:
    """A scenario that Bob has saved."""
    return saving.save(by(cast, "bob"), drafted(cast, query), name, NOW)


def money(scenario: SavedScenario, number: int | None = None) -> tuple[int, int]:
    """The month's two sides of a revision, in cents."""
    totals = saving.revision_of(scenario, number).computed(catalogue()).estimate.monthly
    return totals.baseline_cents, totals.candidate_cents


def with_price(key: str, input_mtok: str | None) -> genai.Snapshot:
    """The bundled snapshot, younger, with another input price of one model; None drops the model."""
    snapshot = genai.bundled()
    slug, _slash, model_id = key.partition("/")

    def changed(model: genai.ModelRecord) -> genai.ModelRecord:
        step = dataclasses.replace(
            model.sheet.steps[0], rates={**model.sheet.steps[0].rates, "input_mtok": Rate(Decimal(str(input_mtok)))}
        )
        return dataclasses.replace(model, sheet=dataclasses.replace(model.sheet, steps=(step,)))

    providers = tuple(
        dataclasses.replace(
            provider,
            models=tuple(
                changed(model) if model.model_id == model_id else model
                for model in provider.models
                if input_mtok is not None or model.model_id != model_id
            ),
        )
        if provider.slug == slug
        else provider
        for provider in snapshot.providers
    )
    return genai.Snapshot("younger", f"{key}{input_mtok}", providers)
