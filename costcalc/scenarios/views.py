"""The calculator, the same traffic elsewhere, and the model picker's list."""

from __future__ import annotations

import datetime as dt
import json
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.cache import patch_vary_headers
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from costcalc.accounts.access import current_workspace
from costcalc.accounts.models import User
from costcalc.catalog.index import Catalogue, Entry, catalogue
from costcalc.catalog.own_entries import OwnEntry, is_own, offered_in, seen_from
from costcalc.engine import dollars
from costcalc.formatting import Formatter, formatter_for
from costcalc.scenarios import address, markup
from costcalc.scenarios.drawing import Drawing, with_another, without
from costcalc.scenarios.editing import Editing, carrying, editing_of
from costcalc.scenarios.elsewhere import REASONS, SORTS, Elsewhere, elsewhere
from costcalc.scenarios.fields import BY_NAME, MOST_WORKLOADS, SHIFT, SIDES, TYPED, TYPED_PRICES, element_id, input_name
from costcalc.scenarios.findings import Findings, model_page, price_words
from costcalc.scenarios.ledger import Ledger, Writer
from costcalc.scenarios.reading import Reading, read
from costcalc.scenarios.scenario import Result, Scenario

SHOWN = 10
PAGE = 50
PICKED = 12
LONGEST_QUERY = 100
LONGEST_LAST = 8000
# The shape of a form in which something is marked as wrong.
WITH_MISTAKES = "!"


@require_safe
def calculator(request: HttpRequest) -> HttpResponse:
    """The form and its ledger; for htmx, the two without the page around them."""
    held, today = catalogue(), timezone.now().date()
    reading = read(request.GET, held, seen_from(request))
    scenario = reading.built(today)
    editing = editing_of(request)
    if "save" in request.GET and scenario is not None:
        return _to_save(request, reading, editing)
    moved = _moved_to(request, reading, scenario)
    if moved is not None and not _is_htmx(request):
        return HttpResponseRedirect(_home(carrying(moved, editing)))
    sent = reading
    if moved is not None:
        reading = read(QueryDict(moved), held, seen_from(request))
        scenario = reading.built(today)
    context = _page(request, reading, scenario, held, today, editing)
    part = _part(request, sent, context)
    template = f"scenarios/calculator.html{part and '#' + part}"
    response = render(request, template, context, status=200 if scenario is not None else 422)
    home = _home(carrying(reading.query, editing)) if scenario is not None else ""
    if part == "calculator":
        response["HX-Retarget"], response["HX-Reswap"] = "#calculator", "outerHTML"
    if part == "ledger":
        _write_back(response, sent, context)
    if part and home and not request.headers.get("HX-Current-URL", "").endswith(home):
        response["HX-Push-Url"] = home
    patch_vary_headers(response, ["HX-Request"])
    return response


@require_safe
def traffic_elsewhere(request: HttpRequest) -> HttpResponse:
    """The same traffic on the whole catalogue: filtered, sorted, in pages; or who was set apart and why."""
    held, today = catalogue(), timezone.now().date()
    reading = read(request.GET, held, seen_from(request))
    scenario = reading.built(today)
    context: dict[str, Any] = {"fixed": scenario is None, "catalogue": held, "today": today}
    if scenario is not None:
        context |= _elsewhere(request, scenario.computed(), reading, held, PAGE)
    template = _template(request, "scenarios/elsewhere.html", "elsewhere")
    response = render(request, template, context, status=200 if scenario is not None else 422)
    patch_vary_headers(response, ["HX-Request"])
    return response


@require_safe
def models(request: HttpRequest) -> HttpResponse:
    """The picker's list: models that contain every word; without words, those used last."""
    held, day, write = catalogue(), timezone.now().date(), formatter_for()
    query = request.GET.get(request.GET.get("field", "q"), "")[:LONGEST_QUERY]
    chosen = query in held.by_key or is_own(query)
    found = _at_hand(request, held) if chosen or not query.strip() else held.search(query, PICKED)
    offered = [*_own_offers(request, "" if chosen else query), *(found or held.search(query, PICKED))]
    options = [_option(index, entry, day, write) for index, entry in enumerate(offered)]
    return render(
        request, "scenarios/models.html", {"options": options, "id": request.GET.get("list", "")[:40], "query": query}
    )


def _own_offers(request: HttpRequest, words: str) -> list[OwnEntry]:
    """The current workspace's own prices, which come first."""
    return offered_in(current_workspace(request), words, PICKED) if isinstance(request.user, User) else []


def _at_hand(request: HttpRequest, held: Catalogue) -> list[Entry]:
    """Models before anything is typed: those used last, the one that is chosen, and the same one elsewhere."""
    current = request.GET.get("current", "")[:LONGEST_QUERY]
    keys = [*request.GET.get("recent", "")[:1000].split(","), current]
    near = held.search(held.by_key[current].model_id, PICKED) if current in held.by_key else []
    known = [held.by_key[key] for key in keys if key in held.by_key]
    return list({entry.key: entry for entry in (*known, *near)}.values())[:PICKED]


def _part(request: HttpRequest, sent: Reading, context: dict[str, Any]) -> str:
    """What to answer with: the page, the whole calculator, or, where the form keeps its shape, the ledger alone."""
    if not _is_htmx(request):
        return ""
    same = sent.language is not None and request.GET.get("shape") == context["shape"] != WITH_MISTAKES
    return "ledger" if same and "add" not in request.GET and "remove" not in request.GET else "calculator"


def _write_back(response: HttpResponse, sent: Reading, context: dict[str, Any]) -> None:
    """Show the figures in the form, which stays, as they were read."""
    shown = {field.name: field for workload in context["workloads"] for field in workload.fields}
    shown |= {field.name: field for field in context["days"].fields}
    rewritten = {shown[name].id: shown[name].value for name, text in sent.typed.items() if shown[name].value != text}
    if rewritten:
        response["HX-Trigger"] = json.dumps({"costcalc:figures": rewritten})


def _moved_to(request: HttpRequest, reading: Reading, scenario: Scenario | None) -> str | None:
    """The canonical address that a sent form asks for; None where the page itself is the answer."""
    if scenario is None:
        return None
    remove = request.GET.get("remove", "")
    if "add" in request.GET and len(reading.workloads) < MOST_WORKLOADS:
        return with_another(reading)
    if remove.isascii() and remove.isdigit() and len(remove) <= 2 and len(reading.workloads) > 1:
        return without(reading, int(remove))
    return reading.query if reading.language is not None else None


def _to_save(request: HttpRequest, reading: Reading, editing: Editing | None) -> HttpResponse:
    """On to where a name is asked, or, of what is saved already, what has changed."""
    address = reverse("scenarios:revise", args=[editing.scenario.public_id]) if editing else reverse("scenarios:new")
    address = f"{address}?{carrying(reading.query, editing)}".rstrip("?")
    return HttpResponse(headers={"HX-Redirect": address}) if _is_htmx(request) else HttpResponseRedirect(address)


def _page(
    request: HttpRequest,
    reading: Reading,
    scenario: Scenario | None,
    held: Catalogue,
    today: dt.date,
    editing: Editing | None,
) -> dict[str, Any]:
    write = formatter_for()
    last = "" if scenario is not None else request.GET.get("last", "")[:LONGEST_LAST]
    before = _last_good(request, last, held, today) if scenario is None and "last" in request.GET else None
    shown = (reading, scenario) if scenario is not None else before or (reading, None)
    drawing = Drawing(reading, write, today, carrying("", editing))
    context: dict[str, Any] = {
        "workloads": drawing.workloads(),
        "days": drawing.days(),
        "language": write.language,
        "count": len(reading.workloads),
        "shape": _shape(reading, scenario),
        "can_add": len(reading.workloads) < MOST_WORKLOADS,
        "last": shown[0].query if shown[1] is not None else last,
        "strangers": reading.strangers,
        "focus": _focus(request, reading),
        "address": request.build_absolute_uri(_home(shown[0].query)) if shown[1] is not None else "",
        "stale": scenario is None,
        "catalogue": held,
        "today": today,
        "editing": editing,
    }
    if shown[1] is not None:
        context |= _answer(request, shown[0], shown[1], held, today, write)
    return context


def _focus(request: HttpRequest, reading: Reading) -> str:
    """The input to go to: the first of what was just added."""
    if "add" in request.GET:
        return element_id(len(reading.workloads) - 1, "requests")
    return request.GET.get("focus", "")[:40]


def _shape(reading: Reading, scenario: Scenario | None) -> str:
    """Which inputs the form has; one with mistakes marked is drawn anew in any case."""
    sides = (values[side] == TYPED for values in reading.workloads for side in SIDES)
    return WITH_MISTAKES if scenario is None else "".join("t" if typed else "m" for typed in sides)


def _last_good(request: HttpRequest, last: str, held: Catalogue, today: dt.date) -> tuple[Reading, Scenario] | None:
    """The scenario of the ledger that was on the page before something was mistyped."""
    reading = read(QueryDict(last), held, seen_from(request))
    scenario = reading.built(today)
    return None if scenario is None else (reading, scenario)


def _answer(
    request: HttpRequest, reading: Reading, scenario: Scenario, held: Catalogue, today: dt.date, write: Formatter
) -> dict[str, Any]:
    result = scenario.computed()
    findings = Findings(result, held, write, today).all()
    ledger: Ledger = Writer(result, write, today).ledger(findings)
    return {"ledger": ledger, **_elsewhere(request, result, reading, held, SHOWN)}


def _elsewhere(request: HttpRequest, result: Result, reading: Reading, held: Catalogue, size: int) -> dict[str, Any]:
    found, today = elsewhere(result.scenario, held), result.estimate.monthly.baseline_cents
    asked = _Asked.of(request, reading, filtered=size == PAGE)
    positions = found.set_apart(asked.apart, asked.q) if asked.apart else found.serving(asked.sort, asked.q)
    number = _page_number(request, len(positions), size)
    shown = positions[(number - 1) * size : number * size]
    return {
        **_paging(asked, number, len(positions), size),
        "rows": _places(found, shown) if asked.apart else _rows(found, today, shown, _as_candidate(request, reading)),
        "heads": _heads(asked),
        "able": int(found.able.sum()),
        "able_words": formatter_for().number(int(found.able.sum())),
        "shifted": any(move.moved != move.workload for move in result.moves),
        "reasons": [
            {
                "href": asked.address(apart=reason, q=""),
                "words": REASONS[reason],
                "count": formatter_for().number(count),
            }
            for reason, count in found.reasons()
        ],
        **asked.shown,
    }


def _paging(asked: _Asked, number: int, rows: int, size: int) -> dict[str, Any]:
    """Where in the list this page is, and the addresses around it."""
    write, pages, start = formatter_for(), max(1, -(-rows // size)), (number - 1) * size
    return {
        "matching": rows,
        "on_page": size == PAGE,
        "number": number,
        "pages": pages,
        "back": asked.address(page=str(number - 1)) if number > 1 else "",
        "onward": asked.address(page=str(number + 1)) if number < pages else "",
        "everything": asked.address(),
        "first": write.number(start + 1),
        "last_row": write.number(min(start + size, rows)),
        "of": write.number(rows),
    }


@dataclass(frozen=True)
class _Asked:
    """What is asked of the list elsewhere besides the scenario: order, words, and who was set apart."""

    pairs: list[tuple[str, str]]
    sort: str
    q: str
    apart: str

    @classmethod
    def of(cls, request: HttpRequest, reading: Reading, *, filtered: bool) -> _Asked:
        get = request.GET.get
        editing = editing_of(request)
        return cls(
            [*address.pairs(reading.workloads, reading.scenario), *(editing.pairs if editing else ())],
            get("sort", "") if get("sort") in SORTS else "cost",
            get("q", "")[:LONGEST_QUERY] if filtered else "",
            get("apart", "") if get("apart") in REASONS else "",
        )

    @property
    def shown(self) -> dict[str, Any]:
        """What the template says of it."""
        words = {"sort": self.sort, "q": self.q, "apart": self.apart, "why": REASONS.get(self.apart, "")}
        return {**words, "pairs": self.pairs, "query": self.query}

    @cached_property
    def query(self) -> str:
        """The scenario's own part of the address, and which saved one is open."""
        return address.joined(self.pairs)

    def address(self, **changes: str) -> str:
        """This list with something changed; what is the default is left out."""
        parameters = {"sort": self.sort, "q": self.q, "apart": self.apart, **changes}
        defaults = {"sort": "cost", "page": "1"}
        changed = [(name, value) for name, value in parameters.items() if value not in ("", defaults.get(name))]
        extra = address.joined(changed)
        joined = "&".join(filter(None, (self.query, extra)))
        return f"{reverse('scenarios:elsewhere')}?{joined}"


def _heads(asked: _Asked) -> list[dict[str, str]]:
    """The heads by which the list is sorted: a click sorts, another turns it round."""
    columns = (
        (_("Model"), "model", "word"),
        (_("Provider"), "provider", "word aside"),
        (_("Context"), "window", "aside"),
        (_("A month"), "cost", ""),
    )
    orders = {name: "ascending" for _label, name, _css in columns} | {f"-{n}": "descending" for _l, n, _c in columns}
    return [
        {
            "label": label,
            "css": css,
            "sorted": orders[asked.sort] if asked.sort.removeprefix("-") == name else "",
            "href": asked.address(sort=f"-{name}" if asked.sort == name else name),
        }
        for label, name, css in columns
    ]


def _page_number(request: HttpRequest, rows: int, size: int) -> int:
    text = request.GET.get("page", "1")
    number = int(text) if text.isascii() and text.isdigit() and len(text) < 6 else 1
    return max(1, min(number, -(-rows // size)))


def _as_candidate(request: HttpRequest, reading: Reading) -> str:
    """The address of the scenario with another candidate, up to where the candidate's name goes."""
    kept = [{**values, "to": BY_NAME["to"].default} for values in reading.workloads]
    kept = [values | {field.name: field.default for field in (*TYPED_PRICES["to"], *SHIFT)} for values in kept]
    others = "".join(f"{input_name(index, 'to')}=%s&" for index in range(len(kept)))
    query = carrying(address.query(kept, reading.scenario), editing_of(request)).replace("%", "%%")
    return f"{_home('')}?{query}&{others}".replace("?&", "?")


def _rows(found: Elsewhere, today: int, positions: list[int], move: str) -> list[dict[str, Any]]:
    """Ready-made cells; the difference is against the baseline."""
    write, words, sides = formatter_for(), _("move here"), move.count("=%s")
    rows = _places(found, positions)
    for row, position in zip(rows, positions, strict=True):
        cents = int(found.cents[position])
        row["monthly"] = write.money(dollars(cents))
        row["difference"] = write.difference(dollars(cents - today)) if cents != today else "—"
        row["move"] = (move % ((address.quoted(row["entry"].key),) * sides)).rstrip("&")
        direction = "plus" if cents > today else "minus" if cents < today else ""
        label = _("Move to %(model)s") % {"model": row["entry"].model_id}
        row["cost"] = markup.cost(row["monthly"], direction, row["difference"], row["move"], label, words)
    return rows


def _places(found: Elsewhere, positions: list[int]) -> list[dict[str, Any]]:
    """The first cells of each row."""
    write = formatter_for()
    rows = []
    for position in positions:
        entry = found.entries[position]
        window = write.number(entry.context_window)
        head = markup.place(model_page(entry), entry.model_id, entry.provider_name, window)
        rows.append({"entry": entry, "head": head})
    return rows


def _option(index: int, entry: Entry, day: dt.date, write: Formatter) -> dict[str, Any]:
    weighted = entry.sheet_on(day).rates_on(day)
    return {
        "index": index,
        "entry": entry,
        "by": _("own price") if isinstance(entry, OwnEntry) else entry.provider_name,
        "price": price_words(weighted[0][1], write) if weighted else _("price unknown"),
    }


def _template(request: HttpRequest, page: str, part: str) -> str:
    return f"{page}#{part}" if _is_htmx(request) else page


def _is_htmx(request: HttpRequest) -> bool:
    """A swap inside the page; a boosted or restored page is a page."""
    return request.headers.get("HX-Request") == "true" and request.headers.get("HX-History-Restore-Request") != "true"


def _home(query: str) -> str:
    home = reverse("scenarios:calculator")
    return f"{home}?{query}" if query else home
