"""A workspace's own prices: their rules, their pages, and what the calculator makes of them."""

import csv
import datetime as dt
import io
import re
from decimal import Decimal
from html import unescape
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from costcalc.accounts.appended import AppendOnlyError
from costcalc.accounts.audit import Actor, acting, faults
from costcalc.accounts.workspaces import Workspace
from costcalc.catalog.exchange_rates import SaidRate, record
from costcalc.catalog.own import Kind, OwnPrice, OwnTerms, StaleError, add, sheet_of
from costcalc.catalog.own_entries import entries_of
from costcalc.engine import Rate
from tests.factories import Cast, a_cast, signed_in
from tests.pace import cost

pytestmark = pytest.mark.django_db
DAY = dt.date(2026, 11, 22)
HTMX = {"HX-Request": "true"}


@pytest.fixture
def cast() -> Cast:
    return a_cast()


def terms(price: str = "1.5", **changes: Any) -> OwnTerms:
    rates = {"input_mtok": Rate(Decimal(price)), "output_mtok": Rate(Decimal(6))}
    return OwnTerms(**{"name": "Our rate", "kind": Kind.NEGOTIATED, "sheet": sheet_of({"standard": rates}), **changes})


def added(cast: Cast, said: OwnTerms | None = None, workspace: Workspace | None = None) -> OwnPrice:
    with acting(workspace or cast.workspace, Actor(cast.alice)) as act:
        return add(act, said or terms(), cast.alice)


def superseded(cast: Cast, price: OwnPrice, said: OwnTerms) -> OwnPrice:
    with acting(cast.workspace, Actor(cast.bob)) as act:
        return price.superseded(act, said, cast.bob)


def price_on(price: OwnPrice, day: dt.date) -> str | None:
    (entry,) = entries_of([price])
    row = entry.price_on(day)
    return None if row is None else str(row.sheet.steps[0].rates["input_mtok"].base)


def home(cast: Cast) -> str:
    return f"/w/{cast.workspace.public_id}/prices/"


def form(**changes: str) -> dict[str, str]:
    return {"lang": "en", "name": "Our rate", "kind": "quote", "input_mtok": "1.5", "output_mtok": "6", **changes}


def text(client: Client, address: str) -> str:
    response = client.get(address)
    assert response.status_code == 200, address
    return unescape(re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", response.content.decode())))


def upload(client: Client, cast: Cast, lines: str | bytes) -> Any:
    data = lines if isinstance(lines, bytes) else lines.encode()
    return client.post(f"{home(cast)}import/", {"file": SimpleUploadedFile("prices.csv", data)})


# Rules


def test_a_change_holds_from_its_first_day_and_leaves_earlier_days_alone(cast: Cast) -> None:
    price = added(cast)
    superseded(cast, price, terms("1", starts_on=dt.date(2027, 1, 1)))
    assert [price_on(price, day) for day in (DAY, dt.date(2026, 12, 31), dt.date(2027, 1, 1))] == ["1.5", "1.5", "1"]


def test_a_price_that_has_ended_is_unknown_and_not_the_one_before_it(cast: Cast) -> None:
    price = added(cast)
    superseded(cast, price, terms("1", ends_on=DAY))
    assert [price_on(price, day) for day in (DAY, DAY + dt.timedelta(days=1))] == ["1", None]


def test_a_price_is_unknown_before_its_first_day(cast: Cast) -> None:
    price = added(cast, terms(starts_on=DAY))
    assert [price_on(price, day) for day in (DAY - dt.timedelta(days=1), DAY)] == [None, "1.5"]


def test_rows_are_appended_and_never_edited(cast: Cast) -> None:
    price = added(cast)
    superseded(cast, price, terms("1"))
    assert list(OwnPrice.objects.values_list("revision", flat=True)) == [1, 2]
    with pytest.raises(AppendOnlyError):
        price.save()


def test_of_two_changes_to_one_revision_the_second_is_told_how_it_stands(cast: Cast) -> None:
    price = added(cast)
    winner = superseded(cast, price, terms("1"))
    with pytest.raises(StaleError) as stale:
        superseded(cast, price, terms("2"))
    assert stale.value.current == winner
    assert OwnPrice.objects.count() == 2


def test_a_change_that_changes_nothing_adds_nothing(cast: Cast) -> None:
    price = added(cast)
    assert superseded(cast, price, terms("1.50")) == price
    assert OwnPrice.objects.count() == 1


def test_every_act_is_in_the_audit_log_with_before_and_after(cast: Cast) -> None:
    price = added(cast)
    later = superseded(cast, price, terms("1"))
    with acting(cast.workspace, Actor(cast.bob)) as act:
        later.moved_to_archive(act, cast.bob)
    entries = list(cast.workspace.audit_entries.filter(target=f"own_price:{price.public_id}").order_by("sequence"))
    assert [entry.action for entry in entries] == ["own_price.added", "own_price.superseded", "own_price.archived"]
    assert "1.5" in entries[1].before
    assert list(faults(cast.workspace)) == []


# Pages


def test_a_price_is_added_changed_and_archived_on_pages(cast: Cast) -> None:
    bob = signed_in(cast.bob)
    made = bob.post(f"{home(cast)}new/", form(**{"input_mtok": "1.5; 200,000: 3", "batch:input_mtok": "0.75"}))
    assert made.status_code == 302
    page = text(bob, made["Location"])
    assert "above 200,000 input tokens: $3.00, for the whole request" in page
    assert "$0.75" in page
    assert "quote" in page
    changed = bob.post(f"{made['Location']}change/", {**form(input_mtok="1.25"), "revision": "1"})
    assert changed.status_code == 302
    assert "$1.25 in" in text(bob, home(cast))
    archived = bob.post(f"{made['Location']}archive/", {"revision": "2"})
    assert archived.status_code == 302
    assert "Our rate" not in text(bob, home(cast))
    assert "Our rate" in text(bob, f"{home(cast)}?archived=1")


def test_the_change_form_begins_with_what_is_said_now_and_drops_nothing(cast: Cast) -> None:
    rates = {"input_mtok": Rate(Decimal("1.5")), "input_audio_mtok": Rate(Decimal(32))}
    price = added(cast, terms(sheet=sheet_of({"standard": rates, "flex": {"input_mtok": Rate(Decimal(1))}})))
    bob = signed_in(cast.bob)
    page = bob.get(f"{home(cast)}{price.public_id}/change/").content.decode()
    fields = dict(re.findall(r'name="([^"]+)" value="([^"]*)"', page.partition("<main")[2]))
    sent = {name: value for name, value in fields.items() if name != "csrfmiddlewaretoken"}
    assert bob.post(f"{home(cast)}{price.public_id}/change/", {**sent, "kind": "negotiated"}).status_code == 302
    assert OwnPrice.objects.count() == 1


def test_what_is_typed_in_vietnamese_is_read_in_vietnamese(cast: Cast) -> None:
    sent = form(lang="vi", input_mtok="1,5; 200.000: 2,25", ends_on="03/04/2027")
    assert signed_in(cast.bob).post(f"{home(cast)}new/", sent).status_code == 302
    row = OwnPrice.objects.get()
    rate = row.sheet.steps[0].rates["input_mtok"]
    assert (rate.base, rate.tiers[0].above, rate.tiers[0].price) == (Decimal("1.5"), 200_000, Decimal("2.25"))
    assert row.ends_on == dt.date(2027, 4, 3)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"name": ""}, "This field is required."),
        ({"input_mtok": "a lot"}, "is not a number"),
        ({"input_mtok": "1; 2"}, "each tier as “tokens: price”"),
        ({"input_mtok": "1; 5,000: 2; 5,000: 3"}, "each tier as “tokens: price”"),
        ({"input_mtok": "", "output_mtok": ""}, "Type a price at least for one unit."),
        ({"starts_on": "2026-12-01", "ends_on": "2026-11-01"}, "The last day is before the first one."),
        ({"source_url": "javascript:alert(1)"}, "begins with https://"),
        ({"kind": "gift"}, "Select a valid choice"),
    ],
    ids=str,
)
def test_what_is_mistyped_is_said_and_nothing_is_stored(cast: Cast, changes: dict[str, str], message: str) -> None:
    answer = signed_in(cast.bob).post(f"{home(cast)}new/", form(**changes))
    assert answer.status_code == 422
    assert message in unescape(answer.content.decode())
    assert not OwnPrice.objects.exists()


def test_who_was_slower_sees_what_stands_now_and_loses_nothing(cast: Cast) -> None:
    price = added(cast)
    superseded(cast, price, terms("1"))
    bob, address = signed_in(cast.bob), f"{home(cast)}{price.public_id}/change/"
    answer = bob.post(address, {**form(input_mtok="9.75"), "revision": "1"})
    assert answer.status_code == 409
    page = unescape(answer.content.decode())
    assert "$1.00 in" in page
    assert 'value="9.75"' in page
    assert bob.post(address, {**form(input_mtok="9.75"), "revision": "2"}).status_code == 302
    assert bob.post(f"{home(cast)}{price.public_id}/archive/", {"revision": "2"}).status_code == 409


def test_viewers_read_and_outsiders_cannot_tell_that_there_is_anything(cast: Cast) -> None:
    price = added(cast)
    vera, charlie = signed_in(cast.vera), signed_in(cast.charlie)
    assert vera.get(f"{home(cast)}{price.public_id}/").status_code == 200
    assert vera.post(f"{home(cast)}new/", form()).status_code == 403
    there = charlie.get(f"{home(cast)}{price.public_id}/")
    nowhere = charlie.get("/w/AAAAAAAAAAAA/prices/BBBBBBBBBBBB/")
    assert there.status_code == nowhere.status_code == 404
    known = {cast.workspace.public_id: "AAAAAAAAAAAA", price.public_id: "BBBBBBBBBBBB"}
    assert without_ids(there, known) == without_ids(nowhere, known)


def without_ids(response: Any, known: dict[str, str]) -> str:
    body = re.sub(r'name="csrfmiddlewaretoken" value="\w+"', "", response.content.decode())
    for ours, other in known.items():
        body = body.replace(ours, other)
    return body


def test_a_price_of_another_workspace_is_no_price_of_this_one(cast: Cast) -> None:
    other = Workspace.objects.made_for(cast.alice, "Other")
    price = added(cast, workspace=other)
    assert signed_in(cast.alice).get(f"{home(cast)}{price.public_id}/").status_code == 404


# The calculator


def test_members_get_the_price_and_everybody_else_unknown(cast: Cast) -> None:
    price = added(cast)
    address = f"/?to={price.address}"
    page = text(signed_in(cast.vera), address)
    assert "Our rate: $1.50 in, $6.00 out" in page
    assert "unknown" not in page
    for stranger in (Client(), signed_in(cast.charlie)):
        page = text(stranger, address)
        assert "You may not see this price, so it is unknown." in page
        assert "the saving is unknown" in page
        assert "Our rate" not in page
    made_up = text(Client(), "/?to=own:AAAAAAAAAAAA")
    assert made_up.replace("AAAAAAAAAAAA", price.public_id) == text(Client(), address)


def test_a_price_that_is_not_in_force_is_unknown_and_says_why(cast: Cast) -> None:
    price = added(cast, terms(ends_on=dt.date(2020, 1, 1)))
    assert "Our rate is not in force on that day." in text(signed_in(cast.bob), f"/?to={price.address}")


def test_the_picker_offers_the_workspaces_own_prices_first(cast: Cast) -> None:
    price = added(cast)
    bob = signed_in(cast.bob, cast.workspace)
    options = re.findall(r'data-value="([^"]+)"', bob.get("/models/?q=").content.decode())
    assert options[0] == price.address
    assert len(options) > 1
    assert price.address in bob.get("/models/?q=our+rate").content.decode()
    assert price.address not in bob.get("/models/?q=gpt").content.decode()
    assert price.address not in Client().get("/models/?q=our+rate").content.decode()


@pytest.mark.parametrize("words", ["ĐỒNG", "gia dong", "giá đ"])
def test_the_picker_finds_an_own_price_in_any_case_and_without_its_accents(cast: Cast, words: str) -> None:
    price = added(cast, terms(name="Giá đồng hạng"))
    added(cast)
    found = signed_in(cast.bob, cast.workspace).get("/models/", {"q": words}).content.decode()
    assert re.findall(r'data-value="(own:[^"]+)"', found) == [price.address]


def test_own_prices_never_enter_the_rankings(cast: Cast) -> None:
    added(cast, terms("0.000001"))
    page = text(signed_in(cast.bob), "/elsewhere/?q=rate")
    assert "Our rate" not in page


# CSV

HOSTILE = ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "'=1", "＝1", '=HYPERLINK("http://x")', "a\nb", 'a"b;c,d']


def test_what_goes_out_comes_back_in_unchanged(cast: Cast) -> None:
    for name in HOSTILE:
        added(cast, terms(name=name.replace("\n", " ").replace("\t", ""), note=name.strip()))
    bob = signed_in(cast.bob)
    out = bob.get(f"{home(cast)}prices.csv")
    assert out["Content-Disposition"] == f'attachment; filename="prices-{cast.workspace.public_id}.csv"'
    assert upload(bob, cast, out.content).status_code == 302
    assert OwnPrice.objects.count() == len(HOSTILE)


def test_no_cell_that_somebody_typed_begins_a_formula_and_figures_stay_figures(cast: Cast) -> None:
    for cell in HOSTILE:
        added(cast, terms(name=cell.replace("\n", " "), note=cell, source=cell.replace("\n", " ")))
    body = signed_in(cast.vera).get(f"{home(cast)}prices.csv").content.decode("utf-8-sig")
    lines = list(csv.DictReader(io.StringIO(body)))
    assert len(lines) == len(HOSTILE)
    for line in lines:
        assert line["input_mtok"] == "1.5"
        for cell in line.values():
            assert not cell.lstrip().startswith(("=", "+", "-", "@", "＝"))
            assert not cell.startswith(("\t", "\r"))


def test_a_file_adds_new_prices_and_changes_those_with_an_id(cast: Cast) -> None:
    price = added(cast)
    lines = (
        "id;revision;name;kind;starts_on;input_mtok;batch:output_mtok\r\n"
        f"{price.public_id};1;Our rate;negotiated;2027-01-01;1.25;\r\n"
        ";;Second;quote;;2; 3 \r\n"
    )
    answer = upload(signed_in(cast.bob), cast, lines)
    assert answer.status_code == 302
    assert price_on(price, dt.date(2027, 1, 1)) == "1.25"
    second = OwnPrice.objects.get(name="Second")
    assert second.rates["batch"]["output_mtok"].base == 3


def test_a_number_as_vietnamese_write_it_is_refused_in_words_about_the_file(cast: Cast) -> None:
    said = upload(signed_in(cast.bob), cast, "name;kind;input_mtok\nOurs;quote;1,5\n").content.decode()
    assert "“1,5” is not a number here: write digits and a point, such as 1.5." in said
    assert "address" not in said[said.index("“1,5”") :][:120]


def test_a_file_with_a_column_for_every_byte_is_refused_at_once(cast: Cast) -> None:
    reader, file = signed_in(cast.bob), ",".join(map(str, range(100_000)))
    answer = upload(reader, cast, file)
    assert answer.status_code == 422
    assert "There are more columns than a price has." in answer.content.decode()
    assert cost(lambda: upload(reader, cast, file)) < 40


def test_one_bad_line_and_nothing_is_taken_and_each_fault_has_its_line(cast: Cast) -> None:
    other = added(cast, workspace=Workspace.objects.made_for(cast.charlie, "Theirs"))
    lines = (
        "id,revision,name,kind,input_mtok,ends_on\n"
        ",,Good,quote,1,\n"
        ",,,quote,1,\n"
        ',,"two\nlines",quote,1,\n'
        ",,Dear,quote,lots,\n"
        f"{other.public_id},1,Theirs,quote,1,\n"
        ",,Late,quote,1,tomorrow\n"
    )
    answer = upload(signed_in(cast.bob), cast, lines)
    assert answer.status_code == 422
    page = re.sub(r"\s+", " ", unescape(answer.content.decode()))
    found = re.findall(r'<tr><th scope="row">(\d+)</th><td class="word">([^<]+)</td>', page)
    assert found == [("3", "name"), ("5", "name"), ("6", "input_mtok"), ("7", "id"), ("8", "ends_on")]
    assert OwnPrice.objects.filter(workspace=cast.workspace).count() == 0


def test_a_line_decided_on_an_old_revision_is_refused(cast: Cast) -> None:
    price = added(cast)
    superseded(cast, price, terms("1"))
    answer = upload(signed_in(cast.bob), cast, f"id,revision,name,kind,input_mtok\n{price.public_id},1,X,quote,3\n")
    assert answer.status_code == 422
    assert "has changed since the file was made" in answer.content.decode()


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\xff\xfe",
        b"name\n",
        b"name,kind,nonsense\nx,quote,1\n",
        b"name,kind,name\n",
        b'name,kind\n"x,quote\n',
        b"name,kind,input_mtok\nx,quote,1,2,3\n",
        b"name,kind,input_mtok\n" + b"x,quote,1\n" * 1001,
        b"name,kind,input_mtok\nx,quote," + b"9" * 200_000,
        b"name,kind,input_mtok\nx,quote,1_000\n",
        b"name,kind,input_mtok\nx,quote,NaN\n",
        b"name,kind,input_mtok\nx\0,quote,1\n",
    ],
    ids=lambda data: repr(data)[:40],
)
def test_a_file_that_is_none_of_ours_is_refused_with_a_reason(cast: Cast, data: bytes) -> None:
    answer = upload(signed_in(cast.bob), cast, data)
    assert answer.status_code == 422
    assert "Nothing was taken from this file." in answer.content.decode()
    assert not OwnPrice.objects.exists()


def test_a_column_that_the_file_does_not_have_says_nothing(cast: Cast) -> None:
    standard = {"input_mtok": Rate(Decimal(1)), "output_mtok": Rate(Decimal(2))}
    both = sheet_of({"standard": standard, "batch": {"output_mtok": Rate(Decimal("0.75"))}})
    price = added(cast, terms(sheet=both, note="Keep me"))
    sent = f"id,revision,name,kind,input_mtok\n{price.public_id},{price.revision},Our rate,negotiated,3\n"
    assert upload(signed_in(cast.bob), cast, sent).status_code == 302
    now = OwnPrice.objects.filter(public_id=price.public_id).current().get()
    assert now.revision == price.revision + 1
    assert (now.rates["standard"]["input_mtok"].base, now.rates["batch"]["output_mtok"].base) == (
        Decimal(3),
        Decimal("0.75"),
    )
    assert now.note == "Keep me"


def test_the_page_of_a_price_has_its_variants_as_columns(cast: Cast) -> None:
    standard = {"input_mtok": Rate(Decimal(1)), "output_mtok": Rate(Decimal(2))}
    price = added(cast, terms(sheet=sheet_of({"standard": standard, "batch": {"output_mtok": Rate(Decimal("0.75"))}})))
    page = signed_in(cast.vera).get(f"{home(cast)}{price.public_id}/").content.decode()
    assert re.findall(r'<th scope="col">([^<]*)</th>', page) == ["standard", "batch"]
    assert "$0.75" in page
    assert "Column(" not in page


def test_the_form_says_what_an_empty_day_means_and_how_one_is_typed(cast: Cast) -> None:
    bob = signed_in(cast.bob)
    page = bob.get(f"{home(cast)}new/").content.decode()
    assert "A UTC day, such as 2027-01-31. Empty: it has always held." in page
    assert 'aria-describedby="id_starts_on-hint"' in page
    wrong = bob.post(f"{home(cast)}new/", form(starts_on="soon")).content.decode()
    assert 'aria-describedby="id_starts_on-error id_starts_on-hint"' in wrong


# In other currencies


def test_a_price_in_another_currency_is_kept_as_said_and_is_dollars_for_good(cast: Cast) -> None:
    client = signed_in(cast.bob)
    sent = form(currency="VND", input_mtok="1,300,000", output_mtok="5,200,000")
    answer = client.post(f"{home(cast)}new/", sent)
    assert answer.status_code == 302
    (price,) = OwnPrice.objects.all()
    assert price.typed.steps[0].rates["input_mtok"] == Rate(Decimal(1_300_000))
    # 1,300,000 ÷ 26,000
    assert price_on(price, DAY) == "50"
    page = " ".join(text(client, answer["Location"]).split())
    assert "₫1,300,000 " in page
    assert "In US dollars: $50.00 in, $200.00 out, at 26,000 VND a dollar" in page
    assert "$50.00 in" in text(client, home(cast))
    with acting(cast.workspace, Actor(cast.bob)) as act:
        record(act, SaidRate("VND", Decimal(26_250), DAY, "Our bank"), cast.bob)
    assert price_on(price, DAY) == "50"
    changed = client.post(f"{home(cast)}{price.public_id}/change/", {**sent, "revision": "1"})
    assert changed.status_code == 302
    newest = OwnPrice.objects.get(revision=2)
    assert newest.rate is not None
    assert newest.rate.per_dollar == "26250"
    assert "$49.5238" in text(client, answer["Location"])


def test_a_currency_without_a_rate_is_refused_beside_its_field(cast: Cast) -> None:
    for currency in ("JPY", "DEM", "xyz"):
        answer = signed_in(cast.bob).post(f"{home(cast)}new/", form(currency=currency))
        assert answer.status_code == 422
        assert 'id="id_currency_error"' in answer.content.decode()
    assert not OwnPrice.objects.exists()


def test_the_log_says_a_price_in_its_currency(cast: Cast) -> None:
    signed_in(cast.bob).post(f"{home(cast)}new/", form(currency="VND", input_mtok="1,300,000", output_mtok=""))
    assert "₫1,300,000" in text(signed_in(cast.alice), f"/w/{cast.workspace.public_id}/audit/")
    assert list(faults(cast.workspace)) == []


def test_a_csv_file_has_the_currency_and_takes_it_back(cast: Cast) -> None:
    signed_in(cast.bob).post(f"{home(cast)}new/", form(currency="VND", input_mtok="1,300,000"))
    file = signed_in(cast.bob).get(f"{home(cast)}prices.csv").content
    (line,) = csv.DictReader(io.StringIO(file.decode("utf-8-sig")))
    assert (line["currency"], line["input_mtok"]) == ("VND", "1300000")
    assert upload(signed_in(cast.bob), cast, file).status_code == 302
    assert OwnPrice.objects.count() == 1
    refused = upload(signed_in(cast.bob), cast, "name,kind,currency,input_mtok\nA,quote,JPY,1\n")
    assert refused.status_code == 422
    assert "No exchange rate of JPY" in unescape(refused.content.decode())


def test_the_calculator_computes_a_price_in_another_currency_in_dollars(cast: Cast) -> None:
    signed_in(cast.bob).post(f"{home(cast)}new/", form(currency="VND", input_mtok="52,000", output_mtok="208,000"))
    (price,) = OwnPrice.objects.all()
    page = text(signed_in(cast.bob), f"/?to={price.address}")
    # 1,500 MTok × $2.00 + 750 MTok × $8.00
    assert "$9,000.00" in page
    assert "Said in VND: 26,000 VND a dollar" in page
