"""Pages of prices, on the whole catalogue."""

import re
from decimal import Decimal
from html import unescape

import pytest
from django.test import Client

from costcalc.catalog.index import catalogue

pytestmark = pytest.mark.usefixtures("prices")
HTMX = {"HX-Request": "true"}


def rows(page: str) -> list[list[str]]:
    """The text of the table's cells, row by row."""
    body = page.partition("<tbody>")[2].partition("</tbody>")[0]
    found = re.findall(r"<tr>(.*?)</tr>", body, re.DOTALL)
    return [[text(cell) for cell in re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", row, re.DOTALL)] for row in found]


def text(html: str) -> str:
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", html)).split())


def get(client: Client, address: str, **headers: str) -> str:
    response = client.get(address, headers=headers)
    assert response.status_code == 200
    return response.content.decode()


def test_all_prices_are_shown_a_hundred_to_a_page(client: Client) -> None:
    page = get(client, "/prices/")
    assert len(rows(page)) == 100
    assert "2,330 models" in text(page)
    assert "genai-prices 0.2.3" in text(page)
    last = get(client, "/prices/?page=9999")
    assert len(rows(last)) == 30
    assert "Next" not in text(last)


def test_a_search_finds_by_words_of_model_and_provider(client: Client) -> None:
    found = rows(get(client, "/prices/?q=openai gpt-4.1"))
    assert found[0][0].startswith("gpt-4.1 ")
    assert found[0][1:5] == ["OpenAI", "$2.00", "$0.50", "$8.00"]
    assert all("gpt-4.1" in row[0] for row in found)


def test_htmx_gets_the_list_alone_and_caches_keep_the_two_apart(client: Client) -> None:
    response = client.get("/prices/?q=gpt-4.1", headers=HTMX)
    fragment = response.content.decode()
    assert fragment.lstrip().startswith('<section id="prices"')
    assert "<html" not in fragment
    assert "HX-Request" in response.headers["Vary"]
    assert rows(fragment) == rows(get(client, "/prices/?q=gpt-4.1"))


def test_filters_narrow_by_provider_and_by_what_has_a_price(client: Client) -> None:
    found = rows(get(client, "/prices/?provider=anthropic&has=batch"))
    assert found
    assert {row[1] for row in found} == {"Anthropic"}
    fewer, all_of_them = get(client, "/prices/?has=audio_hours"), get(client, "/prices/")
    assert len(rows(fewer)) < len(rows(all_of_them))


def test_quotes_and_list_prices_never_share_a_list(client: Client) -> None:
    quotes, listed = rows(get(client, "/prices/?standing=quote")), get(client, "/prices/?q=gpt-4.1")
    assert len(quotes) == 8
    assert all("quote" in row[0] for row in quotes)
    assert not any("quote" in row[0] for row in rows(listed))
    assert "2 vendors’ quotes match too" in text(listed)


def test_the_order_turns_at_the_second_click_and_the_unknown_comes_last_either_way(client: Client) -> None:
    up, down = get(client, "/prices/?sort=input"), get(client, "/prices/?sort=-input")
    assert 'aria-sort="ascending"><a href="/prices/?sort=-input"' in up
    assert 'aria-sort="descending"><a href="/prices/?sort=input"' in down
    lowest = [Decimal(row[2].lstrip("$").partition("–")[0]) for row in rows(up)]
    highest = [Decimal(row[2].replace(",", "").lstrip("$").partition("–")[0]) for row in rows(down)]
    assert lowest == sorted(lowest)
    assert highest == sorted(highest, reverse=True)
    assert highest[0] > lowest[0]
    assert rows(get(client, "/prices/?sort=-input&page=24"))[-1][2] == "unknown"
    assert rows(get(client, "/prices/?sort=input&page=24"))[-1][2] == "unknown"


def test_a_missing_price_is_unknown_and_never_nought(client: Client) -> None:
    found = {row[0]: row for row in rows(get(client, "/prices/?q=whisper"))}
    assert found["whisper-large-v3"][2:5] == ["unknown", "unknown", "unknown"]


@pytest.mark.parametrize(
    "query",
    ["sort=price", "has=inputs_mtok", "standing=offer", "provider=nobody", "page=0", "page=x", "q=" + "x" * 101],
)
def test_a_word_that_is_not_on_offer_is_an_error_not_a_silent_default(client: Client, query: str) -> None:
    response = client.get(f"/prices/?{query}")
    assert response.status_code == 422
    assert 'role="alert"' in response.content.decode()
    assert "<tbody>" not in response.content.decode()


def test_nothing_found_says_what_would_be_right(client: Client) -> None:
    assert "Type a part of its name" in text(get(client, "/prices/?q=zzzz"))


def test_what_is_searched_for_is_shown_as_text(client: Client) -> None:
    page = get(client, "/prices/") + get(client, '/prices/?q="><script>alert(1)</script>')
    assert "<script>alert" not in page


def test_a_provider_has_a_page_with_all_its_models_and_its_price_pages(client: Client) -> None:
    page = get(client, "/prices/openai/")
    assert len(rows(page)) > 50
    assert 'href="https://openai.com/api/pricing/" rel="external noopener noreferrer"' in page


def test_a_model_shows_units_down_and_variants_across(client: Client) -> None:
    page = get(client, "/prices/openai/gpt-4.1/")
    table = {row[0]: row for row in rows(page)}
    heads = re.findall(r'<th scope="col">(.*?)</th>', page.partition("Prices in force")[2].partition("</thead>")[0])
    batch = heads.index("batch") + 2
    assert (table["Output tokens"][2], table["Output tokens"][batch]) == ("$8.00", "$4.00")
    assert table["Input read from cache"][batch] == table["Input read from cache"][2]
    assert table["Web searches"][1:3] == ["per 1,000 calls", "$10.00"]
    assert "14 January 2027" in text(page)


def test_tiers_and_hours_are_said_in_words(client: Client) -> None:
    tiers = {row[0]: row for row in rows(get(client, "/prices/google/gemini-2.5-pro/"))}
    assert tiers["Input tokens"][2] == "$1.25 above 200,000 input tokens: $2.50, for the whole request"
    hours = text(get(client, "/prices/deepseek/deepseek-v4-pro/"))
    assert "01:00–04:00" in hours
    assert "UTC" in hours


def test_where_sources_disagree_both_are_named(client: Client) -> None:
    page = text(get(client, "/prices/deepseek/deepseek-chat/"))
    assert "Sources disagree." in page
    assert "genai-prices 0.2.3 says" in page
    assert "reviewed correction" in page
    assert "$0.28 in, $0.028 cached, $0.42 out" in page


def test_a_quote_names_the_list_price_beside_it(client: Client) -> None:
    page = text(get(client, "/prices/article-relay/gpt-4.1/"))
    assert "This is a vendor’s quote, not a list price." in page
    assert "OpenAI itself lists gpt-4.1 at $2.00 in, $0.50 cached, $8.00 out" in page
    assert "The vendor compares it with $60.00 in, $60.00 out" in page


def test_a_model_leads_into_the_calculator_from_either_side(client: Client) -> None:
    page = get(client, "/prices/openrouter/deepseek/deepseek-chat/")
    assert 'href="/?from=openrouter/deepseek/deepseek-chat"' in page
    assert 'href="/?to=openrouter/deepseek/deepseek-chat"' in page


@pytest.mark.parametrize(("loose", "exact"), [("/prices/zhipuai/glm-4.7/", "/prices/zhipuai/GLM-4.7/")])
def test_a_looser_name_leads_to_the_model_it_means(client: Client, loose: str, exact: str) -> None:
    response = client.get(loose)
    assert (response.status_code, response.headers["Location"]) == (302, exact)


@pytest.mark.parametrize("address", ["/prices/nobody/", "/prices/nobody/nothing/", "/prices/openai/no-such-model/"])
def test_what_is_not_sold_is_not_found(client: Client, address: str) -> None:
    assert client.get(address).status_code == 404


def test_every_model_has_a_page_that_can_be_shown(client: Client) -> None:
    odd = [entry for entry in catalogue().entries if re.search(r"[^\w./-]", entry.model_id) or entry.comments]
    for entry in odd[:: max(1, len(odd) // 40)]:
        response = client.get(f"/prices/{entry.provider}/{entry.model_id}/")
        assert response.status_code == 200, entry.key


def test_prices_speak_vietnamese(client: Client) -> None:
    page = text(get(client, "/prices/openai/gpt-4.1/", **{"Accept-Language": "vi"}))
    assert "Token đầu vào mỗi MTok 2,00 US$" in page
    assert "14/01/2027" in page
