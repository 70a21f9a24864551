"""The page of a claim: what it opens on, what a pasted text gives, what its address holds, what it says of mistakes."""

import html
import re
from decimal import Decimal
from urllib.parse import urlencode

import pytest
from django.test import Client
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from costcalc.catalog import reviewed
from costcalc.digits import canonical
from costcalc.engine import check
from costcalc.formatting import formatter_for
from costcalc.scenarios.claims.fields import ARTICLE
from tests.engine.claims import ARTICLE as THE_ARTICLE
from tests.scenarios.test_claims_hearing import ENGLISH, VIETNAMESE

pytestmark = pytest.mark.django_db


def asked(query: str = "", language: str | None = None, **more: str) -> tuple[int, str]:
    """Status and the words of the page, on one line."""
    headers = {"Accept-Language": language} if language else {}
    address = f"/claims/?{query or urlencode(more)}"
    answer = Client().get(address.removesuffix("?"), headers=headers)
    page = answer.content.decode()
    return answer.status_code, words("<div " + page[page.index('id="findings"') : page.index("</main>")])


def words(markup: str) -> str:
    """What a desk shows: the labels that stand in cells on a phone are left out."""
    markup = re.sub(r'<span class="under-only[^>]*>.*?</span>', "", markup)
    return re.sub(r"\s+", " ", html.unescape(re.sub(r"<[^>]+>", " ", markup)))


def test_the_page_opens_on_the_article_in_english_with_its_verdicts_in_whole_dollars() -> None:
    status, page = asked()
    assert status == 200
    assert "costs $9,000 more a month" in page
    for fact in ("$135,000", "$18,000", "$117,000", "$1,404,000", "$9,000", "$1,268"):
        assert re.search(rf"{re.escape(fact)}(?![\d.,]\d)", page), fact


@pytest.mark.parametrize(
    "sentence",
    [
        "$4,500 is one day: 75 MTok × $60.00. A month of 30 days is $135,000.",
        "$46,800 a year is twelve days; twelve months are $1,404,000.",
        "gpt-4.1: $60.00 ÷ $4.00 = 15.0×, with $4.00 = (1,000 × $2.00 + 500 × $8.00) ÷ 1,500, from $2.00 in",
        "from $2.00 in, $8.00 out. Against the output price alone: 7.5×.",
        "claude-sonnet-4-5: $90.00 ÷ $7.00 = 12.9×",
        "gemini-2.5-flash: $17.50 ÷ $1.0333 = 16.9×",
        "deepseek-chat (24 April 2026): $2.80 ÷ $0.3267 = 8.6×",
        "gpt-4.1: $8.00 is the list’s output price; input lists at $2.00. For this mix the list comes to $4.00: +100%",
        "It says at least 85%; claude-sonnet-4-5: 1 − $15.00 ÷ $90.00 = 83.3%.",
        "It says at least 85%; the bills: 1 − $680 ÷ $4,200 = 83.8%.",
        "1 − 1 ÷ 7.1 = 85.9% is what follows",
        "$4,200 ÷ 2,250 MTok = $1.87 per MTok.",
        "$9,000.00 × 1 CNY ÷ 7.1 $1,267.61",
    ],
)
def test_the_article_s_findings_are_sentences_with_their_arithmetic(sentence: str) -> None:
    assert sentence in asked()[1]


def test_tables_are_to_the_cent() -> None:
    page = asked()[1]
    assert "gpt-4.1 $9,000.00 $18,000.00 $9,000.00 $1,267.61" in page
    assert "Before $4,500.00 $4,500.00 $135,000.00" in page
    assert "gpt-4.1 60.00 2.00 / 8.00 4.00 15.0× 7.5× 8.00 87% 86.7%" in page


def test_the_example_is_the_reviewed_file_s_and_the_engine_s() -> None:
    offers = [
        (quote.listed_as, quote.sheet.steps[0].rates["input_mtok"].base)
        for slug in ("article-relay", "article-original")
        for quote in reviewed.quotes()
        if quote.provider == slug
    ]
    shown = [(row["model"], row[name]) for name in ("offer", "baseline") for row in ARTICLE.rows]
    assert shown == offers
    assert len(check(THE_ARTICLE)) == 4 + 4 + 4 + 2 + 1 + 2


def test_it_speaks_vietnamese_to_who_asks_for_it() -> None:
    page = asked(language="vi")[1]
    assert "tốn thêm 9.000 US$ mỗi tháng" in page
    assert "4.500 US$ là của một ngày: 75 MTok × 60,00 US$. Một tháng 30 ngày là 135.000 US$." in page
    assert "$135,000" not in page


def test_an_english_sentence_gives_its_own_findings() -> None:
    page = asked(said=ENGLISH)[1]
    assert "$600 is one day: 75 MTok × $8.00. A month of 30 days is $18,000." in page
    assert "gpt-4.1: $60.00 ÷ $4.00 = 15.0×" in page
    assert "gpt-4.1: $8.00 is the list’s output price" in page
    # 86.7 % is at least 85 %; nobody named a bill, another model or a top-up rate.
    for absent in ("percentage misses", "$1.87", "claude", "headline equals", "Not read"):
        assert absent not in page, absent


def test_a_vietnamese_sentence_gives_its_own_findings() -> None:
    page = asked(said=VIETNAMESE)[1]
    assert "$4,200 ÷ 2,250 MTok = $1.87 per MTok." in page
    assert "gpt-4.1: $60.00 ÷ $4.00 = 15.0×" in page
    # 1 − 680 ÷ 4,200 = 83.8 % is 84 %, and nobody stated a month's figure.
    for absent in ("percentage misses", "A day is sold", "Not read"):
        assert absent not in page, absent


def test_another_claim_gives_other_findings() -> None:
    said = "Claude Sonnet 4.5 at $1.5 input and $7.5 output per million tokens, save 50%; 1M requests per month, "
    status, page = asked(said=said + "2,000 input tokens, 500 output tokens: you pay $3,375 a month instead of $13,500")
    assert status == 200
    # 2,000 MTok × 1.5 + 500 × 7.5 = $6,750; at the list's 3 / 15 it is 13,500.
    assert "saves $6,750 a month" in page
    assert "$3,375 (after): its price for its own tokens gives $6,750.00." in page
    assert "It says 50%; the monthly figures: 1 − $3,375 ÷ $13,500 = 75%." in page
    assert "A day is sold" not in page


def test_what_was_not_read_is_said_with_the_reason() -> None:
    page = asked(said="GPT-4.1 at $8 per MTok with 50 ms of latency")[1]
    assert "Not read: “50 ms of” (no word says what it is)" in page
    assert "No volume of tokens is stated, so monthly figures and bills are not checked." in page
    page = asked(said="Today 75 × $60 and 2 × $3")[1]
    assert "Not read: “75 ×”, “$60 and”, “2 ×”" in page
    page = asked(said="Trust us.")[1]
    assert "No price, volume, percentage, monthly figure or bill was found in this text." in page


def test_another_currency_is_converted_at_the_table_s_rate_and_shown() -> None:
    page = asked(said="Hóa đơn 105 triệu đồng mỗi tháng")[1]
    assert "“105 triệu đồng” was converted into $4,038.46." in page


def test_an_empty_claim_has_nothing_to_say_and_does_not_invent() -> None:
    status, page = asked("empty=1")
    assert status == 200
    assert "nothing to compute" in page
    assert "Nothing that was stated contradicts itself" in page
    assert "gpt-4.1" not in page


def test_an_offer_is_read_in_three_ways_under_the_terms_that_are_typed() -> None:
    # 9,000 ÷ 7.1 × 1.03 × 1.02 = 1,331.75; 500 free credits in the first month: 8,500 → 1,257.76.
    page = asked("fee=3&spread=2&free=500")[1]
    assert "$1,331.75 $1,257.76 in the first month" in page
    # 20,000 at least, lost after 30 days: 20,000 ÷ 7.1 a month.
    assert "$2,816.90" in asked("least=20000&expires=30")[1]


def test_an_exchange_rate_that_nobody_typed_is_the_table_s_with_its_source() -> None:
    # 9,000 ÷ (0.729283 ÷ 0.103761) = 1,280.50
    page = asked("rate=")[1]
    assert "$1,280.50" in page
    assert "1 USD = 7.0285 CNY on 23 December 2025 (IMF, SDR per currency unit)." in page


def location(query: str) -> str:
    answer = Client().get(f"/claims/?{query}")
    assert answer.status_code == 302
    return answer["Location"]


def test_a_sent_form_leads_to_the_canonical_address_with_defaults_left_out() -> None:
    assert location("lang=en&rows=4&requests=50,000&in=1k&bill.before=4%2C200") == "/claims/"
    assert location("lang=vi&rows=4&requests=1,5 triệu&offer=7,5") == "/claims/?offer=7.5&requests=1500000"
    assert location("lang=en&rows=4&2.offer=") == "/claims/?2.offer="
    assert location("lang=en&empty=1&rows=1&model=openai/gpt-4.1") == "/claims/?empty=1&model=openai/gpt-4.1"
    assert location("lang=en&said=") == "/claims/"


def test_what_a_text_says_is_not_said_again_in_the_address() -> None:
    where = location(urlencode({"lang": "en", "said": "Save 40%", "percent": "45", "in": ""}))
    assert where == "/claims/?said=Save+40%25&percent=45"


def test_models_are_added_and_removed() -> None:
    assert location("lang=en&rows=4&add=1") == "/claims/?rows=5"
    assert "2.model=google/gemini-2.5-flash" in location("lang=en&rows=4&remove=2")
    assert location("lang=en&rows=4&remove=4") == "/claims/?rows=3"
    assert location("lang=en&rows=1&empty=1&remove=1") == "/claims/?empty=1"


@pytest.mark.parametrize(
    ("query", "message"),
    [
        ("in=1,5&lang=en", "“1,5” can be read in two ways. Write 1.5 or 15."),
        ("percent=120&lang=en", "This must be 100 or less."),
        ("model=gpt-9&lang=en", "No model is called “gpt-9”."),
        ("3.offer=x&lang=en", "“x” is not a number. Type it like 1,000.5."),
        ("in=1&in=2", "This is in the address more than once."),
        ("expires=0", "This must be 1 or more."),
        ("per=week", "This can be one of: day, month."),
        (urlencode({"said": "a" * 1501}), "At most 1500 characters."),
        (urlencode({"said": "a\x07"}), "This holds characters that cannot be shown."),
    ],
)
def test_bad_input_is_said_beside_its_field_and_nothing_is_lost(query: str, message: str) -> None:
    answer = Client().get(f"/claims/?{query}&bill.after=123.45")
    page = answer.content.decode()
    assert answer.status_code == 422
    assert message in words(page)
    assert 'value="123.45"' in page
    assert "Correct the marked field" in page


@pytest.mark.parametrize(
    "query",
    [
        "in=0&out=0",
        "in=0&out=0&mtok=1",
        "requests=0",
        "baseline=0&offer=0&month.before=0&bill.before=0",
        "percent=100&bound=most",
        "requests=1000000000000&in=1000000000000&out=1000000000000&offer=1000000",
        "least=1000000000000&expires=1&free=1000000000000&spread=100&fee=100",
        "rate=0.000001",
        "currency=USD&rate=&credit=0.5",
        "empty=1&offer=5&percent=50",
        "empty=1&bill.before=5&bill.after=2&bill.percent=90",
        "empty=1&month.saving=5&month.year=61",
        "model=article-relay/gpt-4.1",
        "at=2000-01-01",
        "days=365/12",
        "said=%ff%fe",
    ],
)
def test_whatever_can_be_typed_is_answered(query: str) -> None:
    assert Client().get(f"/claims/?{query}").status_code == 200


def test_what_is_no_part_of_an_address_is_said() -> None:
    page = words(Client().get("/claims/?bills=3&rows=70&lang=xx").content.decode())
    assert "This page does not know this part of the address and left it out: rows, bills, lang." in page


def test_what_is_pasted_is_text_and_never_markup() -> None:
    page = Client().get("/claims/?" + urlencode({"said": '<b>$8</b> per MTok "><script>9'})).content.decode()
    assert "<b>$8" not in page
    assert "<script>9" not in page


def test_the_menu_leads_here_from_every_page() -> None:
    assert '<a href="/claims/">' in Client().get("/").content.decode()
    assert '<a href="/claims/" aria-current="page">' in Client().get("/claims/").content.decode()


def test_the_calculator_leads_to_the_claim_that_a_quote_makes() -> None:
    page = html.unescape(Client().get("/?requests=30000").content.decode())
    found = re.search(r'<a href="(/claims/[^"]*)">Check this claim</a>', page)
    assert found is not None
    assert found[1] == "/claims/?empty=1&model=openai/gpt-4.1&offer=8&baseline=60&requests=30000&in=1000&out=500"
    # 30,000 × 1,500 × 30 = 1,350 MTok a month: $10,800 against $5,400 at list.
    assert "costs $5,400 more a month" in words(Client().get(found[1]).content.decode())


def test_a_reading_that_lacks_its_terms_says_so() -> None:
    assert "List price in credits no top-up rate is stated unknown" in asked("credit=")[1]


def test_a_head_request_and_no_other_method_is_answered() -> None:
    assert Client().head("/claims/").status_code == 200
    assert Client().post("/claims/").status_code == 405


COUNT = st.integers(min_value=1, max_value=10**6).map(Decimal)


@hypothesis_settings(max_examples=25)
@given(COUNT, COUNT, COUNT, st.decimals(min_value=Decimal("0.01"), max_value=500, places=2))
def test_the_page_agrees_with_a_pocket_calculator(
    requests: Decimal, went_in: Decimal, came_out: Decimal, price: Decimal
) -> None:
    values = {"requests": requests, "in": went_in, "out": came_out, "offer": price}
    page = asked(urlencode({name: canonical(value) for name, value in values.items()}))[1]
    cents = Decimal("0.01")
    sides = [(requests * count * 30 * price / 10**6).quantize(cents, "ROUND_HALF_UP") for count in (went_in, came_out)]
    assert formatter_for("en").money(sum(sides)) in page


PASTED = """| Model | HolySheep ($/MTok) | API Gốc ($/MTok) | Tiết kiệm |
|---|---|---|---|
| GPT-4.1 | $8.00 | $60.00 | 87% |
| Claude Sonnet 4.5 | $15.00 | $90.00 | 83% |
| Gemini 2.5 Flash | $2.50 | $17.50 | 86% |
| DeepSeek V3.2 | $0.42 | $2.80 | 85% |
Tính toán ROI cho dự án 50,000 request/ngày
Giả sử mỗi request sử dụng 1,000 tokens input + 500 tokens output = 1,500 tokens/request:
- Tổng tokens/ngày: 50,000 × 1,500 = 75,000,000 tokens = 75 MTokens
- Với GPT-4.1 qua API gốc: 75 × $60 = $4,500/tháng
- Với GPT-4.1 qua HolySheep: 75 × $8 = $600/tháng
- Tiết kiệm: $3,900/tháng = $46,800/năm"""


def test_the_article_s_own_lines_pasted_give_what_the_page_opens_on() -> None:
    status, page = asked(said=PASTED)
    assert status == 200
    for sentence in (
        "$4,500 is one day: 75 MTok × $60.00. A month of 30 days is $135,000.",
        "$46,800 a year is twelve days; twelve months are $1,404,000.",
        "gpt-4.1: $60.00 ÷ $4.00 = 15.0×",
        "claude-sonnet-4-5: $90.00 ÷ $7.00 = 12.9×",
        "gemini-2.5-flash: $17.50 ÷ $1.0333 = 16.9×",
        "gpt-4.1 60.00 2.00 / 8.00 4.00 15.0× 7.5× 8.00 87% 86.7%",
    ):
        assert sentence in page, sentence
    assert "(part of a sum that is written out)" in page
    assert page.count("Not read:") == 1


def test_htmx_gets_the_claim_without_the_page_and_the_address_follows() -> None:
    sent = "lang=en&rows=4&requests=60,000&last="
    answer = Client().get(f"/claims/?{sent}", headers={"HX-Request": "true", "HX-Current-URL": "http://x/claims/"})
    page = answer.content.decode()
    assert answer.status_code == 200
    assert "<html" not in page
    assert page.strip().startswith('<div class="calculator claim" id="claims"')
    assert answer["HX-Push-Url"] == "/claims/?requests=60000"
    assert "HX-Request" in answer["Vary"]
    assert '<p class="sr-only" id="announce" role="status" aria-live="polite" hx-swap-oob="innerHTML">' in page


def test_beside_a_mistake_the_findings_before_it_stay_and_say_so() -> None:
    said = {"said": ENGLISH, "lang": "en", "rows": "1", "requests": "lots", "last": "requests=70000"}
    status, page = asked(urlencode(said))
    assert status == 422
    # 105 MTok × $8 × 30: the text's price, and the number that was typed before.
    assert "These figures are from before your last change" in page
    assert "$25,200" in page
