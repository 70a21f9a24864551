"""Pages of prices, on the whole catalogue."""

import re
from decimal import Decimal
from html import unescape

import pytest
from django.test import Client

from costcalc.catalog.index import catalogue
from costcalc.catalog.labels import collated
from costcalc.catalog.reviewed import provider_names

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
    assert 'aria-sort="ascending"><a id="sort-input" href="/prices/?sort=-input"' in up
    assert 'aria-sort="descending"><a id="sort-input" href="/prices/?sort=input"' in down
    lowest = [Decimal(row[2].lstrip("$").partition("–")[0]) for row in rows(up)]
    highest = [Decimal(row[2].replace(",", "").lstrip("$").partition("–")[0]) for row in rows(down)]
    assert lowest == sorted(lowest)
    assert highest == sorted(highest, reverse=True)
    assert highest[0] > lowest[0]
    assert rows(get(client, "/prices/?sort=-input&page=24"))[-1][2] == "unknown"
    assert rows(get(client, "/prices/?sort=input&page=24"))[-1][2] == "unknown"


def test_a_missing_price_is_unknown_and_never_nought(client: Client) -> None:
    found = {row[0]: row for row in rows(get(client, "/prices/?q=whisper"))}
    assert found["whisper-large-v3 Groq"][2:5] == ["unknown", "unknown", "unknown"]


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
    batch = heads.index("batch") + 1
    output, cached = table["Output tokens per MTok"], table["Input read from cache per MTok"]
    assert (output[1], output[batch]) == ("$8.00", "$4.00")
    assert (cached[1], cached[batch]) == ("$0.50", "= $0.50")
    assert "“=”: the standard price holds for this variant too." in page
    assert table["Web searches per 1,000 calls"][1] == "$10.00"
    assert "14 January 2027" in text(page)


def test_tiers_and_hours_are_said_in_words(client: Client) -> None:
    tiers = {row[0]: row for row in rows(get(client, "/prices/google/gemini-2.5-pro/"))}
    assert tiers["Input tokens per MTok"][1] == "$1.25 above 200,000 input tokens: $2.50, for the whole request"
    page = get(client, "/prices/deepseek/deepseek-v4-pro/")
    assert page.partition('id="history"')[0].count("01:00–04:00, 06:00–10:00 UTC") == 1
    assert rows(page)[0] == ["Input tokens per MTok", "$1.32", "$0.66"]


def test_a_long_price_opens_on_all_its_digits(client: Client) -> None:
    page = get(client, "/prices/huggingface_together/Qwen/Qwen3-VL-8B-Instruct/")
    assert '<summary>≈\u00a0$0.18</summary><div><p class="formula">$0.18000000000000002</p></div>' in page
    assert "$0.18000000000000002 in" in text(page.partition('id="history"')[2])


def test_what_the_catalogue_says_is_its_word_and_said_once(client: Client) -> None:
    page = text(get(client, "/prices/deepseek/deepseek-v4-pro/"))
    assert "The catalogue says: Supports both non-thinking" in page
    assert "DeepSeek-V4-Pro." not in page


def test_an_address_holds_nothing_that_says_nothing(client: Client) -> None:
    response = client.get("/prices/?q=&provider=anthropic&has=&standing=list&page=1")
    assert (response.status_code, response.headers["Location"]) == (302, "/prices/?provider=anthropic")
    assert client.get("/prices/?q=&standing=list").headers["Location"] == "/prices/"
    assert client.get("/prices/?provider=anthropic&sort=-input").status_code == 200


@pytest.mark.parametrize(
    ("before", "asked", "push", "put"),
    [
        ("/prices/", "q=&provider=openai&standing=list", "/prices/?provider=openai", None),
        ("/prices/", "q=so&provider=", "/prices/?q=so", None),
        ("/prices/?q=so", "q=sonnet&provider=", None, "/prices/?q=sonnet"),
        ("/prices/?q=so&page=2", "q=&provider=", None, "/prices/"),
        ("/prices/?sort=-input", "q=so&sort=-input", "/prices/?q=so&sort=-input", None),
        ("/prices/?q=so", "q=so&provider=openai", "/prices/?q=so&provider=openai", None),
        ("/prices/?q=gpt-4.1%20mini", "q=gpt-4.1+mini", None, "false"),
    ],
)
def test_the_address_follows_and_a_growing_word_is_one_step_back(
    client: Client, before: str, asked: str, push: str | None, put: str | None
) -> None:
    response = client.get(f"/prices/?{asked}", headers={**HTMX, "HX-Current-URL": f"http://testserver{before}"})
    assert response.status_code == 200
    assert (response.headers.get("HX-Push-Url"), response.headers.get("HX-Replace-Url")) == (push, put)


def test_filters_are_grouped_and_sorted_by_the_readers_language(client: Client) -> None:
    page = get(client, "/prices/", **{"Accept-Language": "vi"})
    groups = re.findall(r'<optgroup label="([^"]*)">(.*?)</optgroup>', page, re.DOTALL)
    assert [label for label, _options in groups] == ["Đơn vị", "Biến thể"]
    for _label, options in groups:
        words = [unescape(word) for word in re.findall(r">([^<]+)</option>", options)]
        assert words == sorted(words, key=collated)
        assert len(words) > 3


def test_providers_are_named_as_they_spell_themselves(client: Client) -> None:
    names = {entry.provider: entry.provider_name for entry in catalogue().entries}
    assert [names[slug] for slug in ("deepseek", "x-ai", "moonshotai", "zai")] == [
        "DeepSeek", "xAI", "Moonshot AI", "Z.AI",
    ]  # fmt: skip
    assert set(provider_names()) <= names.keys()


def test_our_own_words_are_in_the_readers_language_and_the_catalogues_are_not(client: Client) -> None:
    quote = text(get(client, "/prices/article-relay/gpt-4.1/", **{"Accept-Language": "vi"}))
    assert "Relay (báo giá trong bài)" in quote
    assert "“Giá gốc” (theo bài)" in get(client, "/prices/article-original/", **{"Accept-Language": "vi"})
    corrected = text(get(client, "/prices/deepseek/deepseek-chat/", **{"Accept-Language": "vi"}))
    assert "genai-prices vẫn ghi giá của V3 cho tên này." in corrected
    assert "hiệu chỉnh của costcalc 2026-11-22" in corrected
    assert "Hai tên cũ ngừng phản hồi lúc 15:59 UTC" in corrected
    assert "genai-prices 0.2.3" in corrected
    said = client.get("/api/v1/prices/deepseek/deepseek-chat", headers={"Accept-Language": "vi"}).json()["sources"]
    assert "costcalc corrections 2026-11-22" in {one["name"] for one in said}


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
