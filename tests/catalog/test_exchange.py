"""Exchange rates: the bundled table in rows, a workspace's own before it, their page and their API."""

import datetime as dt
import io
import json
import re
from collections.abc import Callable
from decimal import Decimal
from fractions import Fraction
from functools import partial
from html import unescape
from typing import Any

import pytest
from django.core.management import call_command
from django.test import Client
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from costcalc.accounts import rooms
from costcalc.accounts.appended import AppendOnlyError
from costcalc.accounts.audit import Actor, acting, faults
from costcalc.catalog import exchange_rates, genai, reviewed, sync
from costcalc.catalog.currencies import SHOWN, currencies, currency_choices, currency_name, is_currency
from costcalc.catalog.exchange import bundled_rates, in_force, rate_row, rates_in
from costcalc.catalog.exchange_rates import ExchangeRate, SaidRate, TooManyRatesError, exact_text, record
from costcalc.catalog.models import CatalogueState, PriceSource
from costcalc.engine import ExchangeRate as EngineRate
from costcalc.engine import ExchangeRates
from tests.factories import Cast, a_cast, a_token, signed_in
from tests.threads import at_once

TODAY = dt.date(2026, 11, 22)
HOME = "/api/v1/exchange-rates"
BODY = {"currency": "VND", "per_dollar": "26250", "starts_on": "2026-11-01", "source": "Our bank"}


def said(per_dollar: str = "26250", currency: str = "VND", day: dt.date = TODAY, **more: str) -> SaidRate:
    return SaidRate(currency, Decimal(per_dollar), day, more.get("source", "Our bank"), more.get("url", ""))


def recorded(cast: Cast, rate: SaidRate) -> tuple[ExchangeRate, bool]:
    with acting(cast.workspace, Actor(cast.bob)) as act:
        return record(act, rate, cast.bob)


def page_of(cast: Cast) -> str:
    return f"/w/{cast.workspace.public_id}/rates/"


def form(**changes: str) -> dict[str, str]:
    return {"lang": "en", **BODY, "per_dollar": "26,250", **changes}


def text(response: Any) -> str:
    return unescape(re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", response.content.decode())))


# The bundled table


def test_every_bundled_rate_is_dated_and_says_its_source(prices: None) -> None:
    rows = bundled_rates().rows
    assert all(row.source and row.on <= TODAY for row in rows)
    assert bundled_rates().currencies == ("CNY", "EUR", "USD", "VND")
    assert not ExchangeRate.objects.bundled().exclude(author=None).exists()


def test_the_bundled_yuan_is_the_ratio_of_what_the_imf_published(prices: None) -> None:
    # 0.729283 ÷ 0.103761 = 7.02849…
    rate = bundled_rates().rate("CNY", TODAY)
    assert rate is not None
    assert rate.per_dollar == Fraction(729283, 103761)
    assert rate.on == dt.date(2025, 12, 23)


def test_the_rows_say_what_the_file_says_and_taking_it_in_again_adds_none(prices: None) -> None:
    in_file = {(rate.currency, rate.on, rate.per_dollar, rate.source, rate.url) for rate in reviewed.exchange_rates()}
    rows = ExchangeRate.objects.bundled()
    assert {(r.currency, r.starts_on, r.ratio, r.source, r.source_url) for r in rows} == in_file
    CatalogueState.objects.update(fingerprint="")
    call_command("sync_prices", stdout=io.StringIO())
    assert ExchangeRate.objects.bundled().count() == len(in_file)


def test_a_corrected_file_appends_and_the_later_row_holds(prices: None, monkeypatch: pytest.MonkeyPatch) -> None:
    (first, *_others) = [rate for rate in reviewed.exchange_rates() if rate.currency == "VND"]
    corrected = EngineRate("VND", Fraction(26_100), first.on, "a better figure")
    monkeypatch.setattr(reviewed, "exchange_rates", lambda: (corrected,))
    before = ExchangeRate.objects.bundled().count()
    CatalogueState.objects.update(fingerprint="")
    printed = io.StringIO()
    call_command("sync_prices", stdout=printed)
    assert "exchange rate: VND from 2025-01-01" in printed.getvalue()
    assert ExchangeRate.objects.bundled().count() == before + 1
    rate = bundled_rates().rate("VND", TODAY)
    assert rate is not None
    assert rate.per_dollar == 26_100


def test_the_file_is_part_of_what_a_start_looks_at(prices: None) -> None:
    names = {path.name for path in reviewed.DATA.glob("*.toml")}
    assert "exchange_rates.toml" in names
    assert sync.is_up_to_date()


def test_two_workers_at_once_write_each_rate_once(committed_db: None) -> None:
    before, state = list(ExchangeRate.objects.bundled()), CatalogueState.objects.get()
    ExchangeRate.objects.bundled().delete()
    try:
        day = PriceSource.newest()
        assert day is not None
        reports = at_once(*[lambda: sync.sync(genai.bundled(), day.checked_on, timezone.now())] * 2)
        assert sorted(len(report.rates) for report in reports) == [0, len(before)]
        assert ExchangeRate.objects.bundled().count() == len(before)
    finally:
        ExchangeRate.objects.bundled().delete()
        ExchangeRate.objects.bulk_create(before)
        state.revision = CatalogueState.current_revision() + 1
        state.save()


# Which rate holds


def test_a_workspaces_own_rate_holds_from_its_first_day_whatever_is_bundled_later(cast: Cast) -> None:
    recorded(cast, said("7.5", "CNY", dt.date(2025, 3, 1)))
    rates = rates_in(cast.workspace)
    days = (dt.date(2025, 2, 28), dt.date(2025, 3, 1), TODAY)
    found = [rates.rate("CNY", day) for day in days]
    assert [rate and rate.source for rate in found] == ["IMF, SDR per currency unit", "Our bank", "Our bank"]
    assert [row and row.source for row in (rate_row(cast.workspace, "CNY", day) for day in days)] == [
        rate and rate.source for rate in found
    ]
    assert rates.rate("EUR", TODAY) == bundled_rates().rate("EUR", TODAY)


def test_another_workspaces_rates_are_not_ours(cast: Cast) -> None:
    recorded(cast, said("7.5", "CNY"))
    theirs = cast.charlie.memberships.get().workspace
    assert rates_in(theirs) == bundled_rates()
    assert rate_row(theirs, "CNY", TODAY) == ExchangeRate.objects.bundled().filter(currency="CNY").last()


def test_of_one_day_the_row_recorded_last_holds(cast: Cast) -> None:
    recorded(cast, said("26100"))
    recorded(cast, said("26200"))
    rate = rates_in(cast.workspace).rate("VND", TODAY)
    assert rate is not None
    assert rate.per_dollar == 26_200
    assert ExchangeRate.objects.of(cast.workspace).count() == 2


def test_a_currency_without_a_rate_by_that_day_is_unknown(cast: Cast) -> None:
    recorded(cast, said("155", "JPY", TODAY + dt.timedelta(days=1)))
    assert rates_in(cast.workspace).rate("JPY", TODAY) is None
    assert rate_row(cast.workspace, "JPY", TODAY) is None


RATES = st.lists(
    st.builds(
        EngineRate,
        st.sampled_from(["AAA", "BBB"]),
        st.fractions(min_value=Fraction(1, 100), max_value=1000),
        st.dates(dt.date(2026, 1, 1), dt.date(2026, 1, 20)),
        st.just("x"),
    ),
    max_size=8,
).map(lambda rows: ExchangeRates(tuple(rows)))


@given(bundled=RATES, own=RATES, day=st.dates(dt.date(2026, 1, 1), dt.date(2026, 1, 20)))
def test_own_rates_come_first_on_every_day(bundled: ExchangeRates, own: ExchangeRates, day: dt.date) -> None:
    for currency in ("AAA", "BBB"):
        expected = own.rate(currency, day) or bundled.rate(currency, day)
        assert in_force(bundled, own).rate(currency, day) == expected


@given(st.fractions(min_value=Fraction(1, 10**6), max_value=10**9, max_denominator=10**7))
def test_a_rate_is_stored_as_text_that_says_it_exactly(ratio: Fraction) -> None:
    assert Fraction(exact_text(ratio)) == ratio
    assert "e" not in exact_text(ratio).lower()


# Recording


def test_a_rate_is_recorded_and_in_the_log_and_never_edited(cast: Cast) -> None:
    row, new = recorded(cast, said())
    assert new
    assert (row.author, row.per_dollar) == (cast.bob, "26250")
    entry = cast.workspace.audit_entries.latest("sequence")
    assert (entry.action, entry.target) == ("exchange_rate.recorded", f"exchange_rate:{row.public_id}")
    assert list(faults(cast.workspace)) == []
    with pytest.raises(AppendOnlyError):
        row.save()


def test_what_stands_already_is_not_recorded_twice(cast: Cast) -> None:
    first, _new = recorded(cast, said())
    again, new = recorded(cast, said("26250.0"))
    assert (again, new) == (first, False)
    assert cast.workspace.audit_entries.filter(action="exchange_rate.recorded").count() == 1


def test_a_workspace_holds_only_so_many(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(exchange_rates, "MOST_RATES", 1)
    recorded(cast, said())
    with pytest.raises(TooManyRatesError):
        recorded(cast, said("26300"))
    refused = signed_in(cast.bob).post(page_of(cast), form())
    assert refused.status_code == 422
    assert "as many rates as it may" in text(refused)
    assert a_client(cast).post(HOME, BODY, content_type="application/json").status_code == 409


# Currencies


def test_currencies_are_those_in_use_with_their_names() -> None:
    assert {"USD", "VND", "CNY", "EUR", "JPY", "KWD"} <= currencies()
    assert not any(map(is_currency, ("DEM", "XXX", "usd", "", "ZZZ")))
    assert currency_name("VND") == "Vietnamese Dong"
    assert [code for code, _name in currency_choices()][: len(SHOWN)] == list(SHOWN)


# The page


def test_an_editor_records_a_rate_and_everybody_in_the_workspace_sees_it(cast: Cast) -> None:
    answer = signed_in(cast.bob).post(page_of(cast), form(source_url="https://bank.example/rates"), follow=True)
    assert answer.redirect_chain == [(page_of(cast), 302)]
    assert "The rate is recorded." in text(answer)
    seen = text(signed_in(cast.vera).get(page_of(cast)))
    assert "26,250 VND" in seen
    assert "Our bank bank.example/rates" in seen
    assert "1 November 2026" in seen
    assert "Record a rate" not in seen
    assert "a round figure for planning" in seen.partition("Earlier and superseded")[2]


def test_in_vietnamese_numbers_and_days_are_vietnamese(cast: Cast) -> None:
    client = signed_in(cast.bob)
    client.cookies["django_language"] = "vi"
    sent = {"lang": "vi", "per_dollar": "26.250,5", "starts_on": "01/11/2026"}
    assert client.post(page_of(cast), form(**sent)).status_code == 302
    (row,) = ExchangeRate.objects.of(cast.workspace)
    assert (row.per_dollar, row.starts_on) == ("26250.5", dt.date(2026, 11, 1))
    assert "26.250,5 VND" in text(client.get(page_of(cast)))


@pytest.mark.parametrize(
    ("changes", "name"),
    [
        ({"currency": ""}, "currency"),
        ({"currency": "USD"}, "currency"),
        ({"currency": "DEM"}, "currency"),
        ({"per_dollar": ""}, "per_dollar"),
        ({"per_dollar": "0"}, "per_dollar"),
        ({"per_dollar": "-1"}, "per_dollar"),
        ({"per_dollar": "1e9"}, "per_dollar"),
        ({"per_dollar": "1/2"}, "per_dollar"),
        ({"per_dollar": "9" * 41}, "per_dollar"),
        ({"per_dollar": "10000000000"}, "per_dollar"),
        ({"starts_on": ""}, "starts_on"),
        ({"starts_on": "2026-02-30"}, "starts_on"),
        ({"starts_on": "1999-12-31"}, "starts_on"),
        ({"source": ""}, "source"),
        ({"source": "a\u202eb"}, "source"),
        ({"source_url": "javascript:alert(1)"}, "source_url"),
    ],
    ids=str,
)
def test_what_is_wrong_is_said_beside_its_field(cast: Cast, changes: dict[str, str], name: str) -> None:
    answer = signed_in(cast.bob).post(page_of(cast), form(**changes))
    assert answer.status_code == 422
    assert f'id="id_{name}_error"' in answer.content.decode()
    assert not ExchangeRate.objects.of(cast.workspace).exists()


def test_what_people_type_is_shown_as_text(cast: Cast) -> None:
    hostile = "<script>alert(1)</script>{{ 7|add:7 }}"
    recorded(cast, said(source=hostile, url="https://x.example/?a=1&b=<i>"))
    page = signed_in(cast.vera).get(page_of(cast)).content.decode()
    assert "<script>alert" not in page
    assert hostile in unescape(page)


def test_the_log_says_it_in_words(cast: Cast) -> None:
    recorded(cast, said())
    log = text(signed_in(cast.alice).get(f"/w/{cast.workspace.public_id}/audit/"))
    assert "exchange rate recorded" in log
    assert "Units for one US dollar" in log
    assert "26,250" in log


# Taking away


def test_the_archive_and_own_data_have_them(cast: Cast) -> None:
    recorded(cast, said())
    files = {path: contents for path, contents in rooms.exported(cast.workspace) if path.startswith("exchange_rates/")}
    (contents,) = files.values()
    pieces = [contents] if isinstance(contents, bytes) else contents
    (told,) = json.loads(b"".join(pieces))
    assert (told["currency"], told["per_dollar"], told["source"]) == ("VND", "26250", "Our bank")
    (mine,) = rooms.own_data(cast.bob)["exchange_rates"]
    assert mine["workspace"] == cast.workspace.public_id
    assert list(rooms.own_data(cast.alice)["exchange_rates"]) == []


def test_a_workspace_that_goes_takes_its_rates_along(cast: Cast) -> None:
    recorded(cast, said())
    bundled = ExchangeRate.objects.bundled().count()
    cast.workspace.delete()
    assert ExchangeRate.objects.count() == bundled


# The API


def a_client(cast: Cast) -> Client:
    return Client(headers={"authorization": f"Bearer {a_token(cast.workspace, cast.bob)[1]}"})


def test_a_rate_is_recorded_and_listed_with_the_bundled_ones(cast: Cast) -> None:
    client = a_client(cast)
    made = client.post(HOME, BODY, content_type="application/json")
    assert made.status_code == 201
    assert made.json() | {"id": "", "recorded_at": ""} == {
        **BODY, "id": "", "recorded_at": "", "source_url": "", "bundled": False, "author": "Bob",
    }  # fmt: skip
    listed = client.get(f"{HOME}?currency=VND").json()["items"]
    assert [(one["per_dollar"], one["bundled"]) for one in listed] == [("26250", False), ("26000", True)]
    assert client.get(HOME).json()["total"] == ExchangeRate.objects.count()
    cny = client.get(f"{HOME}?currency=CNY").json()["items"][0]
    assert Fraction(cny["per_dollar"]) == Fraction(729283, 103761)


@pytest.mark.parametrize(
    ("changes", "pointer"),
    [
        ({"currency": "USD"}, "/currency"),
        ({"currency": "DEM"}, "/currency"),
        ({"currency": 1}, "/currency"),
        ({"per_dollar": "0"}, "/per_dollar"),
        ({"per_dollar": "9" * 11}, "/per_dollar"),
        ({"per_dollar": "0.0000000000001"}, "/per_dollar"),
        ({"per_dollar": "1.0000000000001"}, "/per_dollar"),
        ({"per_dollar": True}, "/per_dollar"),
        ({"starts_on": "yesterday"}, "/starts_on"),
        ({"source": " "}, "/source"),
        ({"source_url": "ftp://x"}, "/source_url"),
        ({"workspace": "x"}, "/workspace"),
    ],
    ids=str,
)
def test_a_bad_body_is_422_and_names_the_place(cast: Cast, changes: dict[str, Any], pointer: str) -> None:
    answer = a_client(cast).post(HOME, {**BODY, **changes}, content_type="application/json")
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["pointer"] == pointer
    assert not ExchangeRate.objects.of(cast.workspace).exists()


def test_a_misspelt_parameter_is_refused(cast: Cast) -> None:
    assert a_client(cast).get(f"{HOME}?curency=VND").status_code == 422
    assert a_client(cast).get(f"{HOME}?currency=XXX").status_code == 422


def test_two_clicks_at_once_record_one_rate(committed_db: None) -> None:
    cast = a_cast()
    clients = [a_client(cast) for _ in range(3)]
    clicks: list[Callable[[], Any]] = [
        partial(one.post, HOME, BODY, content_type="application/json") for one in clients
    ]
    assert [answer.status_code for answer in at_once(*clicks)] == [201] * 3
    assert ExchangeRate.objects.of(cast.workspace).count() == 1
