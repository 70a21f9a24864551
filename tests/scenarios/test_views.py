"""The calculator's pages and fragments, without a browser."""

import json
import re
from functools import cache
from html import unescape
from urllib.parse import parse_qs, urlsplit

import pytest
from django.test import Client

pytestmark = pytest.mark.django_db
HTMX = {"HX-Request": "true"}


@pytest.fixture
def visitor() -> Client:
    """Somebody without an account who reads English."""
    return Client(headers={"accept-language": "en"})


@cache
def drawn_shape() -> str:
    """What the page that the calculator opens on says of its form."""
    found = re.search(r'name="shape" value="([^"]+)"', Client().get("/").content.decode())
    assert found is not None
    return found[1]


def form(**changes: str) -> dict[str, str]:
    """What the form sends, in English, as the page draws it."""
    return {
        "lang": "en",
        "shape": drawn_shape(),
        "last": "",
        "requests": "50,000",
        "per": "day",
        "in": "1,000",
        **changes,
    }


def test_the_page_opens_on_the_article(visitor: Client) -> None:
    response = visitor.get("/")
    page = unescape(response.content.decode())
    assert response.status_code == 200
    assert "$9,000 more a month" in page
    assert "gpt-4.1 shuts down at OpenAI on 14 January 2027." in page
    assert "HX-Request" in response["Vary"]


def test_a_form_without_a_script_is_sent_on_to_its_canonical_address(visitor: Client) -> None:
    response = visitor.get("/", form(requests="60k", to="google/gemini-2.5-flash"))
    assert response.status_code == 302
    assert response["Location"] == "/?to=google/gemini-2.5-flash&requests=60000"


def test_a_vietnamese_form_is_read_in_vietnamese_whatever_the_reader_prefers(visitor: Client) -> None:
    assert (
        visitor.get("/", form(lang="vi", requests="1,5 triệu", **{"in": "1.000"}))["Location"] == "/?requests=1500000"
    )


def test_the_address_alone_restores_the_scenario(visitor: Client) -> None:
    page = visitor.get("/?requests=60000&cached=12.5&from=typed&from.input=2").content.decode()
    for drawn in ('name="requests" value="60,000"', 'name="cached" value="12.5"', 'name="from.input" value="2"'):
        assert drawn in page


def test_a_change_answers_with_the_ledger_and_moves_the_address(visitor: Client) -> None:
    response = visitor.get("/", form(requests="60k"), headers=HTMX)
    body = response.content.decode()
    assert response["HX-Push-Url"] == "/?requests=60000"
    assert json.loads(response["HX-Trigger"]) == {"costcalc:figures": {"w1-requests": "60,000"}}
    assert "<html" not in body
    assert 'id="ledger"' in body
    assert 'id="w1-requests"' not in body
    assert "HX-Retarget" not in response


def test_a_change_that_alters_the_form_answers_with_all_of_it(visitor: Client) -> None:
    for sent in (form(to="typed"), form(shape="!"), form(add="1"), form(requests="x")):
        response = visitor.get("/", sent, headers=HTMX)
        assert response["HX-Retarget"] == "#calculator"
        assert 'id="w1-requests"' in response.content.decode()


def test_each_new_mistake_is_shown(visitor: Client) -> None:
    for typed in ("abc", "-5", "1_000"):
        response = visitor.get("/", form(shape="!", requests=typed), headers=HTMX)
        assert response["HX-Retarget"] == "#calculator"
        assert f'value="{typed}"' in response.content.decode()


def test_a_workload_is_removed_in_place(visitor: Client) -> None:
    sent = {**form(remove="1", shape="mmmm"), "workloads": "2", "2.in": "7", "2.name": "b"}
    response = visitor.get("/", sent, headers=HTMX)
    assert response.status_code == 200
    assert response["HX-Push-Url"] == "/?name=b&in=7"


def test_the_ranking_goes_by_the_baselines_tokens_and_so_does_the_move_there(visitor: Client) -> None:
    context = visitor.get("/elsewhere/?tokenizer=1.5&verbosity=2&q=gemini-2.5-flash").context
    row = context["rows"][0]
    assert context["shifted"]
    assert visitor.get(row.move).context["ledger"].total.candidate.text == row.monthly


def test_an_address_that_did_not_move_is_not_pushed_again(visitor: Client) -> None:
    here = {**HTMX, "HX-Current-URL": "http://testserver/?requests=60000"}
    assert "HX-Push-Url" not in visitor.get("/", form(requests="60,000"), headers=here)


def test_a_mistake_keeps_what_was_typed_and_the_last_good_ledger(visitor: Client) -> None:
    for headers in (HTMX, {}):
        response = visitor.get("/", form(requests="12x", last="requests=4000"), headers=headers)
        page = unescape(response.content.decode())
        assert response.status_code == 422
        assert 'value="12x"' in page
        assert "“12x” is not a number." in page
        assert 'aria-describedby="w1-requests-error"' in page
        assert "$720 more a month" in page
        assert "These figures are from before your last change" in page
        assert "HX-Push-Url" not in response


def test_a_mistake_in_an_address_shows_no_ledger_that_nobody_asked_for(visitor: Client) -> None:
    page = unescape(visitor.get("/?requests=12x").content.decode())
    assert "Correct the marked field to see the ledger." in page
    assert "more a month" not in page


def test_a_broken_last_ledger_is_left_out(visitor: Client) -> None:
    response = visitor.get("/", form(requests="x", last="requests=y&from=" + "z" * 9000))
    assert response.status_code == 422


def test_workloads_are_added_and_removed(visitor: Client) -> None:
    two = visitor.get("/", form(add="1", requests="60k"))["Location"]
    assert two == "/?workloads=2&requests=60000&2.requests=0"
    assert visitor.get("/", {**form(remove="1"), "workloads": "2", "2.in": "7"})["Location"] == "/?in=7"
    assert visitor.get("/", form(remove="1"))["Location"] == "/"


def test_there_are_ten_workloads_at_most(visitor: Client) -> None:
    assert 'name="add"' not in visitor.get("/?workloads=10").content.decode()
    assert visitor.get("/", {**form(add="1"), "workloads": "10"})["Location"] == "/?workloads=10"


def test_a_stranger_in_the_address_is_named(visitor: Client) -> None:
    page = unescape(visitor.get("/?inputs=5").content.decode())
    assert "left it out: inputs" in page


def test_what_is_typed_cannot_become_markup(visitor: Client) -> None:
    attack = '"><script>alert(1)</script>'
    for name in ("requests", "from", "name", "at", "2.name", attack):
        page = visitor.get("/", {name: attack}).content.decode()
        assert "<script>alert" not in page


@pytest.mark.parametrize("sort", ["cost", "-cost", "model", "-model", "provider", "-provider", "window", "-window"])
def test_the_traffic_elsewhere_is_sorted_as_asked(sort: str, visitor: Client) -> None:
    response = visitor.get("/elsewhere/", {"sort": sort})
    entries = [row.entry for row in response.context["rows"]]
    keys = {
        "model": [entry.model_id.lower() for entry in entries],
        "provider": [entry.provider_name.lower() for entry in entries],
        "window": [entry.context_window for entry in entries],
    }.get(sort.removeprefix("-"))
    if keys is not None:
        assert keys == sorted(keys, reverse=sort.startswith("-"))
    assert len(entries) == 50


def test_the_traffic_elsewhere_is_filtered_and_paged(visitor: Client) -> None:
    response = visitor.get("/elsewhere/", {"q": "openai gpt-4.1"})
    names = [row.entry.key for row in response.context["rows"]]
    assert "openai/gpt-4.1-mini" in names
    assert all("gpt-4.1" in name for name in names)
    pages = visitor.get("/elsewhere/", {"page": "2"}).context
    assert pages["number"] == 2
    assert visitor.get("/elsewhere/", {"page": "9999999"}).status_code == 200
    assert visitor.get("/elsewhere/", {"page": "99999"}).context["number"] == pages["pages"]


def test_who_cannot_serve_is_set_apart_with_the_reason(visitor: Client) -> None:
    page = visitor.get("/elsewhere/")
    context = page.context
    links = re.findall(r'<a href="([^"]*)">([\d,]+): ', page.content.decode())
    counts = {parse_qs(urlsplit(unescape(href)).query)["apart"][0]: int(n.replace(",", "")) for href, n in links}
    assert counts
    assert sum(counts.values()) + context["able"] == len(context["catalogue"].entries)
    for reason, count in counts.items():
        response = visitor.get("/elsewhere/", {"apart": reason})
        assert response.context["matching"] == count
        assert str(response.context["why"]) in unescape(response.content.decode())
    quotes = visitor.get("/elsewhere/", {"apart": "quote"}).context["rows"]
    assert {row.entry.provider for row in quotes} == {"article-relay", "article-original"}


def test_the_ranking_and_the_ledger_agree_to_the_cent(visitor: Client) -> None:
    address = "requests=51237&in=1234.5&out=517&cached=37&retry=1.3&batch=20&days=365/12"
    row = visitor.get(f"/elsewhere/?{address}&q=gpt-5.1").context["rows"][0]
    ledger = visitor.get(f"/?{address}&to={row.entry.key}").context["ledger"]
    assert ledger.total.candidate.text == row.monthly
    assert ledger.total.difference == row.difference


def test_a_row_elsewhere_can_be_made_the_candidate(visitor: Client) -> None:
    row = visitor.get("/elsewhere/?requests=60000&to=typed&to.input=1&q=gemini-2.5-flash").context["rows"][0]
    response = visitor.get(row.move)
    assert response.status_code == 200
    page = response.content.decode()
    assert 'name="requests" value="60,000"' in page
    assert f'value="{row.entry.key}"' in page


def test_elsewhere_of_an_unreadable_address_says_so(visitor: Client) -> None:
    response = visitor.get("/elsewhere/?requests=x")
    assert response.status_code == 422
    assert "cannot be read" in response.content.decode()


def test_the_picker_lists_models_by_words_with_the_makers_own_first(visitor: Client) -> None:
    body = visitor.get("/models/?field=from&from=gpt-4.1&list=w1-from").content.decode()
    assert body.index('data-value="openai/gpt-4.1"') < body.index('data-value="github-copilot/gpt-4.1"')
    assert 'id="w1-from-o0"' in body
    assert "$2.00 in, $8.00 out" in body
    assert "quote" in body


def test_the_picker_says_which_models_are_shut_down_and_names_them_last(visitor: Client) -> None:
    body = visitor.get("/models/?field=to&to=deepseek").content.decode()
    offered = re.findall(r'data-value="([^"]+)".*?</li>', body)
    ended = re.findall(r'data-value="([^"]+)"(?:(?!</li>).)*shut down', body)
    assert "deepseek/deepseek-chat" in ended
    assert offered[-len(ended) :] == ended
    assert offered[0] not in ended


def test_the_picker_begins_with_what_was_used_last(visitor: Client) -> None:
    body = visitor.get("/models/?field=to&to=&recent=google/gemini-2.5-flash,nobody/nothing").content.decode()
    assert body.index('data-value="google/gemini-2.5-flash"') == body.index("data-value")
    assert "nobody" not in body


def test_the_picker_says_when_nothing_matches(visitor: Client) -> None:
    assert "No model matches" in visitor.get("/models/?q=zzzzqqqq").content.decode()
    assert visitor.get("/models/?q=" + "x" * 100_000).status_code == 200


@pytest.mark.parametrize("address", ["/", "/elsewhere/", "/models/"])
def test_only_reading_is_allowed(address: str, visitor: Client) -> None:
    assert visitor.post(address).status_code in {403, 405}
    assert visitor.head(address).status_code == 200


def test_the_largest_and_the_finest_figures_are_answered(visitor: Client) -> None:
    for address in (
        # Nearly a quadrillion dollars a month; what is more is refused.
        "requests=1000000000000&in=1000000&out=1000000&retry=100&growth=1000",
        "requests=0.001&in=0.001&out=0&tokenizer=1.123456&days=365/12&from=typed&from.input=0.000000000000000001",
    ):
        assert visitor.get(f"/?{address}").status_code == 200
