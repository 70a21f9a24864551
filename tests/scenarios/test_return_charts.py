"""The charts of a scenario: the answer in the title, the numbers in the table, and who may see the pictures."""

import json
import re
from decimal import Decimal
from fractions import Fraction
from html import unescape
from xml.etree import ElementTree

import pytest
from django.http import QueryDict
from django.test import Client
from django.utils import timezone
from django.utils.translation import override
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from costcalc.accounts import links
from costcalc.accounts.access import visit
from costcalc.catalog.exchange import bundled_rates
from costcalc.catalog.index import catalogue
from costcalc.charts import Chart, svg
from costcalc.engine import dollars
from costcalc.formatting import formatter_for
from costcalc.scenarios import saving
from costcalc.scenarios.cash_chart import cash_compared
from costcalc.scenarios.drivers_chart import Driver, drivers_chart
from costcalc.scenarios.reading import Reading, read
from costcalc.scenarios.return_charts import ReturnCharts
from costcalc.scenarios.saved import SavedScenario, draft
from costcalc.scenarios.scenario import Result
from tests.factories import Cast, signed_in

pytestmark = pytest.mark.usefixtures("prices")

# The issue's own case: prices typed 2 / 8 against 0.42 / 0.42, the article's traffic, 60,000 once, all from month 1.
PRICES = "from=typed&from.input=2&from.output=8&to=typed&to.input=0.42&to.output=0.42"
AT_ONCE = "ramp.1.share=100&ramp.2.share=&ramp.2.from=&ramp.3.share=&ramp.3.from="
CASE = f"{PRICES}&once.1.quantity=60000&once.1.price=1&{AT_ONCE}"
RANGES = (
    "range.1.of=requests&range.1.low=30000&range.1.high=60000&range.2.of=once.1.price&range.2.low=0.8&range.2.high=1.5"
)
UNSURE = f"{CASE}&{RANGES}"
HOSTILE = "</script><img src=x onerror=alert(1)>{{7*7}}"


def asked(query: str) -> tuple[Result, Reading]:
    """The answer to an address."""
    reading = read(QueryDict(query), catalogue())
    scenario = reading.built(timezone.now().date(), bundled_rates())
    assert scenario is not None, reading.errors
    return scenario.computed(), reading


def chart(name: str, query: str, language: str = "en") -> Chart:
    """A chart of an address."""
    with override(language):
        found = ReturnCharts(*asked(query), formatter_for(language)).named(name)
    assert found is not None
    return found


def money(text: str) -> Decimal:
    return Decimal(re.sub(r"[$,]", "", text.replace("−", "-")))


def test_cumulative_cash_says_when_it_is_paid_back_and_lists_each_month() -> None:
    cash = chart("cash", CASE)
    assert cash.title == "Pays back after 7.45 months"
    assert cash.head == ("Month", "Cash", "Sum")
    assert cash.rows[0] == ("paid once", "−$60,000.00", "−$60,000.00")
    # 12 × 8,055 − 60,000 = 36,660
    assert cash.rows[12] == ("12", "$8,055.00", "$36,660.00")
    assert "7.45 months" in svg(cash)


def test_the_band_is_the_outlook_s_and_the_table_has_its_ends() -> None:
    cash, (result, _reading) = chart("cash", UNSURE), asked(UNSURE)
    assert result.outlook is not None
    last = result.outlook.cumulative[-1]
    assert cash.head[3:] == ("P10 of the sum", "P90 of the sum")
    assert [money(cell) for cell in cash.rows[-1][3:]] == [dollars(last.p10_cents), dollars(last.p90_cents)]
    assert cash.note == "The band holds the middle eight of ten of 10,000 draws: from P10 to P90."
    band = cash.spec["layer"][0]
    assert band["mark"]["style"] == "band"
    assert cash.spec["data"]["values"][-1]["low"] == last.p10_cents / 100


@pytest.mark.parametrize(
    ("query", "title"),
    [
        (f"{CASE}&horizon=6", "Not paid back within 6 months: −$11,670 at the end"),
        (f"{PRICES}&{AT_ONCE}", "Nothing to pay back: $96,660 after 12 months"),
    ],
)
def test_where_nothing_is_paid_back_the_title_says_that(query: str, title: str) -> None:
    assert chart("cash", query).title == title


def test_the_answers_are_said_in_vietnamese() -> None:
    assert chart("cash", CASE, "vi").title == "Hoàn vốn sau 7,45 tháng"
    assert chart("money", CASE, "vi").title.startswith("Chuyển đổi tiết kiệm 8.055\u00a0US$ mỗi tháng")


def test_the_money_goes_step_by_step_from_baseline_to_candidate() -> None:
    found = chart("money", CASE)
    assert found.title == "The move saves $8,055 a month, most of it here: Output tokens"
    assert found.rows == (
        ("Baseline", "$9,000.00"),
        ("Input tokens", "−$2,370.00"),
        ("Output tokens", "−$5,685.00"),
        ("Candidate", "$945.00"),
    )


def test_of_several_workloads_the_steps_are_the_workloads() -> None:
    found = chart("money", f"workloads=2&{PRICES}&name=Chat&2.{PRICES.replace('&', '&2.')}&2.name=Mail&2.requests=1000")
    assert [row[0] for row in found.rows] == ["Baseline", "Chat", "Mail", "Candidate"]


def test_a_dearer_move_goes_up() -> None:
    turned = "from=typed&from.input=0.42&from.output=0.42&to=typed&to.input=2&to.output=8"
    found = chart("money", turned)
    assert found.title == "The move costs $8,055 more a month, most of it here: Output tokens"
    assert found.rows[1] == ("Input tokens", "+$2,370.00")


@given(
    st.lists(st.integers(1, 10**6), min_size=4, max_size=4),
    st.integers(1, 4),
)
@hypothesis_settings(max_examples=25)
def test_the_steps_always_lead_from_one_total_to_the_other(prices: list[int], count: int) -> None:
    one, two, three, four = prices
    query = "&".join(
        f"{prefix}from=typed&{prefix}from.input={one}&{prefix}from.output={two}"
        f"&{prefix}to=typed&{prefix}to.input={three + place}&{prefix}to.output={four}"
        for place, prefix in enumerate(["", *(f"{n}." for n in range(2, count + 1))])
    )
    result, reading = asked(f"workloads={count}&{query}")
    found = ReturnCharts(result, reading, formatter_for("en")).money()
    if found is not None:
        start, *steps, end = [money(amount.replace("+", "")) for _label, amount in found.rows]
        assert start + sum(steps) == end


def test_many_workloads_are_drawn_as_eight_steps_at_most() -> None:
    parts = "&".join(f"{n}.{PRICES.replace('&', f'&{n}.')}&{n}.requests={n}000" for n in range(2, 11))
    found = chart("money", f"workloads=10&{PRICES}&{parts}")
    assert len(found.rows) == 10
    assert found.rows[-2][0] == "everything else"


def test_what_drives_it_is_the_widest_swing_first() -> None:
    found, (result, _reading) = chart("drivers", UNSURE), asked(UNSURE)
    widest = result.swings[0]
    assert found.title.startswith("What decides between loss and gain: Requests, from −$")
    assert [money(found.rows[0][2]), money(found.rows[0][4])] == [dollars(widest.low_cents), dollars(widest.high_cents)]
    assert len(found.rows) == 2


def test_a_driver_that_decides_is_said_to_decide() -> None:
    result, _reading = asked(CASE)
    drivers = [Driver("Requests", "1", "2", -100_00, 200_00)]
    found = drivers_chart(result.returned, drivers, formatter_for("en"))
    assert found is not None
    assert found.title == "What decides between loss and gain: Requests, from −$100 to $200"


@pytest.mark.parametrize("name", ["cash", "money", "drivers"])
def test_where_a_price_is_unknown_nothing_is_drawn(name: str) -> None:
    result, reading = asked(
        CASE.replace("&to.output=0.42", "") + "&range.1.of=requests&range.1.low=1&range.1.high=1000000"
    )
    assert ReturnCharts(result, reading, formatter_for("en")).named(name) is None


def test_versions_are_compared_by_letter_and_the_highest_is_named() -> None:
    versions = [("Plan", asked(CASE)[0].returned), (HOSTILE, asked(f"{CASE}&horizon=24")[0].returned)]
    found = cash_compared(versions, formatter_for("en"))
    assert found is not None
    # 24 × 8,055 − 60,000 = 133,320
    assert found.title == f"“{HOSTILE}” ends highest, at $133,320"
    assert found.head[1] == "A Plan"
    assert found.rows[24] == ("24", "—", "$133,320.00")
    assert "<img" not in svg(found)
    assert cash_compared(versions[:1], formatter_for("en")) is None


@pytest.mark.parametrize("name", ["cash", "money", "drivers"])
def test_the_calculator_shows_its_charts_and_draws_them_for_whoever_has_no_script(client: Client, name: str) -> None:
    page = client.get(f"/?{UNSURE}").content.decode()
    image = re.search(rf'<img src="(/charts/{name}\.svg[^"]*)"', page)
    assert image is not None
    answer = client.get(unescape(image[1]))
    assert answer["content-type"] == "image/svg+xml"
    assert ElementTree.fromstring(answer.content).attrib["width"] == "720"
    data = json.loads(unescape(re.findall(rf'id="chart-{name}" data-chart="([^"]*)"', page)[0]))
    assert data["spec"]["width"] == "container"


def test_the_ledger_s_swap_waits_for_no_chart_and_the_return_s_swap_brings_them_all(client: Client) -> None:
    htmx = {"HX-Request": "true"}
    whole = client.get(f"/?{UNSURE}").content.decode()
    shape = re.findall(r'name="shape" value="([^"]*)"', whole)[0]
    ledger = client.get(f"/?{UNSURE}&lang=en&shape={shape}", headers=htmx).content.decode()
    returned = client.get(f"/return/?{UNSURE}", headers=htmx).content.decode()
    assert "<figure" not in ledger
    assert '<div id="money" hx-preserve="true"></div>' in ledger
    assert re.findall(r'<figure class="chart" id="([^"]*)"', returned) == ["chart-cash", "chart-drivers", "chart-money"]
    assert re.search(r'<div id="money" hx-swap-oob="true">\s*<figure', returned)
    assert re.search(r'<div id="money">\s*<figure', whole)


@pytest.mark.parametrize("path", ["cash.svg?requests=x", "nothing.svg", "cash.gif", "drivers.svg", "cash.svg?width=9"])
def test_a_picture_that_there_is_not_is_not_found(client: Client, path: str) -> None:
    assert client.get(f"/charts/{path}").status_code == 404


@pytest.mark.parametrize("name", ["cash", "money", "drivers"])
def test_the_largest_sums_are_drawn_too(client: Client, name: str) -> None:
    query = (
        "from=typed&from.input=1000000&from.output=1000000&to=typed&to.input=0&to.output=0&growth=10&retry=100"
        "&requests=1000000&in=8000000&out=8000000&horizon=24"
        "&range.1.of=requests&range.1.low=0&range.1.high=1000000000"
    )
    assert client.get(f"/?{query}").status_code == 200
    assert client.get(f"/charts/{name}.svg?{query}").status_code == 200


def test_hostile_names_are_words_in_every_picture(client: Client) -> None:
    query = QueryDict(mutable=True)
    query.update(QueryDict(f"workloads=2&{UNSURE}&2.{PRICES.replace('&', '&2.')}").dict())
    query["name"] = query["once.1.name"] = HOSTILE
    page = client.get(f"/?{query.urlencode()}").content.decode()
    assert "<img src=x" not in page
    for name in ("cash", "money", "drivers"):
        drawn = client.get(f"/charts/{name}.svg?{query.urlencode()}").content.decode()
        assert "<img" not in drawn
        assert "49" not in re.findall(r">([^<]*7\*7[^<]*)<", drawn)


def test_charts_are_drawn_in_the_currency_that_is_shown(client: Client) -> None:
    with override("en"):
        result, reading = asked(UNSURE)
        write = formatter_for("en").showing("VND", Fraction(26_000))
        charts = ReturnCharts(result, reading, write)
        cash, money, drivers = charts.cash(), charts.money(), charts.drivers()
    assert cash is not None
    assert money is not None
    assert drivers is not None
    # 8,055 × 26,000 = 209,430,000
    assert money.title.startswith("The move saves ₫209,430,000 a month")
    assert cash.spec["data"]["values"][0]["total"] == -60_000 * 26_000
    assert money.spec["data"]["values"][0]["end"] == 9_000 * 26_000
    assert drivers.spec["data"]["values"][0]["base"] == pytest.approx(31_830.93 * 26_000)
    assert drivers.locale["currency"] == ["₫", ""]
    page = client.get(f"/?{UNSURE}&show=VND").content.decode()
    image = re.search(r'<img src="(/charts/money\.svg[^"]*)"', page)
    assert image is not None
    assert "₫" in client.get(unescape(image[1])).content.decode()


def test_a_saved_revision_has_its_pictures_for_its_workspace_alone(cast: Cast) -> None:
    scenario = saved(cast)
    address = f"/scenarios/{scenario.public_id}/1/charts/cash.svg"
    page = signed_in(cast.bob).get(f"/scenarios/{scenario.public_id}/").content.decode()
    assert f'<img src="{address}"' in page
    assert signed_in(cast.vera).get(address).status_code == 200
    assert signed_in(cast.charlie).get(address).status_code == 404
    assert Client().get(address).status_code == 302


def test_a_link_has_its_pictures_while_it_is_open_and_counts_them_not_as_visits(cast: Cast) -> None:
    scenario, now = saved(cast), timezone.now()
    came = visit(cast.bob, cast.workspace)
    row, link = saving.share(came, saving.revision_of(scenario), now)
    page = Client().get(f"/s/{link}/?language=vi").content.decode()
    image = re.search(r'<img src="(/s/[^"]*cash\.svg\?language=vi)"', page)
    assert image is not None
    row.refresh_from_db()
    used = row.last_used_at
    answer = Client().get(unescape(image[1]))
    row.refresh_from_db()
    assert row.last_used_at == used
    assert "7,45 tháng" in answer.content.decode()
    assert (answer["referrer-policy"], answer["x-robots-tag"]) == ("no-referrer", "noindex, nofollow")
    assert "no-store" in answer["cache-control"]
    links.end(came, row, now)
    assert Client().get(unescape(image[1])).status_code == 404


def test_a_comparison_shows_cumulative_cash_and_has_it_as_a_picture(cast: Cast) -> None:
    one, two = saved(cast), saved(cast, f"{CASE}&horizon=24", "Longer")
    bob, query = signed_in(cast.bob), f"a={one.public_id}.1&b={two.public_id}.1"
    page = bob.get(f"/scenarios/compare/?{query}").content.decode()
    assert "“Longer” ends highest, at $133,320" in page
    drawn = bob.get(f"/scenarios/compare/charts/cash.svg?{query}&scheme=dark")
    assert "A Plan" in drawn.content.decode()
    assert signed_in(cast.charlie).get(f"/scenarios/compare/charts/cash.svg?{query}").status_code == 404
    assert bob.get(f"/scenarios/compare/charts/cash.svg?a={one.public_id}").status_code == 404


def saved(cast: Cast, query: str = CASE, name: str = "Plan") -> SavedScenario:
    """A scenario of Bob's."""
    now = timezone.now()
    said = draft(cast.workspace, query, now.date(), catalogue())
    return saving.save(visit(cast.bob, cast.workspace), said, name, now)
