"""Downloads of a scenario: of the calculator's address, of a saved revision, of what a link shares."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponseRedirect, QueryDict
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from costcalc.accounts.access import Visit
from costcalc.accounts.roles import Role
from costcalc.catalog.exchange import rates_for
from costcalc.catalog.index import catalogue
from costcalc.catalog.own_entries import Lookup, seen_from, unnamed_in
from costcalc.scenarios import saving, weights
from costcalc.scenarios.reading import read
from costcalc.scenarios.saved import Draft, Revision, SavedScenario, UnreadableError, sides_in_words
from costcalc.scenarios.saved_views import copy_of, of_scenario
from costcalc.scenarios.shared_views import in_their_language, opened, private
from costcalc.scenarios.takeaway import KINDS, Taken
from costcalc.wire.addresses import whole_address
from costcalc.wire.files import SentFile
from costcalc.wire.rate_limit import rationed


@require_safe
@rationed(weights.pictured)
def of_address(request: HttpRequest, file: str) -> HttpResponseBase:
    """What the calculator's address computes; where it cannot be read, the calculator says why."""
    _known(file)
    held, now = catalogue(), timezone.now()
    reading = read(request.GET, held, seen_from(request))
    scenario = reading.built(now.date(), rates_for(request, held))
    home = reverse("scenarios:calculator")
    if scenario is None:
        return HttpResponseRedirect(f"{home}?{request.GET.urlencode()}")
    result = scenario.computed()
    address = whole_address(request, f"{home}?{reading.query}".rstrip("?"))
    return sent(Taken(reading, result, sides_in_words(result), address, now), file)


@require_safe
@rationed(weights.saved)
@of_scenario(Role.VIEWER)
def of_revision(request: HttpRequest, came: Visit, scenario: SavedScenario, number: int, file: str) -> HttpResponseBase:
    """What a revision says, at the prices of its day."""
    _known(file)
    revision = saving.revision_of(scenario, number)
    said = _said(revision)
    address = whole_address(request, reverse("scenarios:revision", args=[scenario.public_id, number]))
    return sent(Taken(said.reading, said.result, f"{scenario} {number}", address, timezone.now()), file)


@require_safe
@rationed(weights.saved)
@never_cache
def of_link(request: HttpRequest, link: str, file: str) -> HttpResponseBase:
    """What a link shares, for whoever holds it; own prices go without their names."""
    _known(file)
    now = timezone.now()
    row = opened(link, now)
    row.used(now)
    with in_their_language(request):
        own = unnamed_in(row.revision.scenario.workspace)
        said = _said(row.revision, own=own)
        copy = read(QueryDict(copy_of(said.reading, said.result)), catalogue())
        # The link itself is a permission: it is not written into a file.
        taken = Taken(copy, said.result, str(row.revision.scenario), "", now)
        return private(sent(taken, file))


def sent(taken: Taken, file: str) -> SentFile:
    """The file, to be stored."""
    return SentFile(taken.file(file), taken.file_name(file), KINDS[file][1])


def _known(file: str) -> None:
    if file not in KINDS:
        raise Http404


def _said(revision: Revision, own: Lookup | None = None) -> Draft:
    """What a revision says. Raises Http404 where the product no longer reads it: its page says so."""
    try:
        return revision.again(catalogue(), own)
    except UnreadableError:
        raise Http404 from None
