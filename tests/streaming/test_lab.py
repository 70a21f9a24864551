"""The page of the lab: what it offers, and what it says without a script."""

from __future__ import annotations

import json
import re
import shlex
from html import unescape
from typing import Any

import pytest
from django.test import Client
from pydantic import SecretStr

from costcalc.streaming.calls import Question, completion_call
from costcalc.streaming.curl import curl, key_variable
from costcalc.streaming.endpoints import KNOWN
from tests.factories import Cast, signed_in

pytestmark = pytest.mark.usefixtures("prices")


def shown(client: Client, query: str = "") -> str:
    return client.get(f"/stream/{query}").content.decode()


def command(page: str) -> str:
    """The line for a terminal."""
    found = re.search(r'<pre class="command"><code>(.*?)</code>', page, re.DOTALL)
    assert found
    return unescape(found[1])


def test_the_first_model_is_the_built_in_providers_healthy_one(client: Client) -> None:
    page = shown(client)
    assert '<option value="sample-plain" selected>' in page
    assert page.index("sample-tools") < page.index("fault-cut")
    assert 'type="password"' not in page


def test_without_a_script_the_page_gives_the_command(client: Client) -> None:
    words = shlex.split(command(shown(client, "?sample=sample-reasoning")))
    assert words[:3] == ["curl", "-N", "http://testserver/sample/v1/chat/completions"]
    assert '"model": "sample-reasoning"' in words[-1]


def test_a_command_for_a_real_provider_names_the_key_and_holds_none(client: Client, settings: Any) -> None:
    settings.PROVIDERS = ["anthropic"]
    settings.PROVIDER_KEYS = {"anthropic": SecretStr("sk-of-the-operator")}
    page = shown(client, "?provider=anthropic&model=claude-sonnet-4-5")
    assert '-H "x-api-key: $ANTHROPIC_API_KEY"' in command(page)
    assert "sk-of-the-operator" not in page
    assert "claude-sonnet-4-5" in page


@pytest.mark.parametrize("name", ["openai", "anthropic", "google", "x-ai"])
def test_what_is_typed_cannot_leave_its_quotes(name: str) -> None:
    said = "'; rm -rf / #$(id)`id`"
    call = completion_call(KNOWN[name], Question(said, said), key_variable(KNOWN[name]))
    words = shlex.split(curl(call).replace("\\\n", ""))
    assert (words[:2], words[2]) == (["curl", "-N"], call.url)
    assert words[-1] == call.body.decode()


def test_a_key_is_asked_for_where_a_provider_may_be_called(client: Client, cast: Cast, settings: Any) -> None:
    settings.PROVIDERS = ["openai", "acme=https://llm.acme.example/v1"]
    settings.PROVIDER_KEYS = {"openai": SecretStr("sk-of-the-operator")}
    page = shown(client)
    assert 'type="password" id="key" maxlength="500" autocomplete="off"' in page
    assert 'name="key"' not in page
    # A prompt is asked by POST, where it stands in no address.
    assert '<form id="ask" class="ask" method="post"' in page
    assert '<option value="gpt-4.1"></option>' in page
    assert "there is a key of this installation" not in page
    assert "For OpenAI there is a key of this installation" in shown(signed_in(cast.alice))


@pytest.mark.parametrize(
    "query", ["?provider=evil", "?sample=evil", "?priced_as=evil", "?provider=sample&sample=&model=x"]
)
def test_an_address_chooses_only_what_is_on_offer(client: Client, query: str) -> None:
    assert "evil" not in shown(client, query).partition("<main")[2]
    assert '<option value="sample-plain" selected>' in shown(client, query)


def test_the_page_speaks_vietnamese() -> None:
    page = Client(headers={"accept-language": "vi"}).get("/stream/").content.decode()
    assert "Xem một luồng completion" in page
    words = json.loads(page.partition('<script id="words" type="application/json">')[2].partition("</script>")[0])
    assert words["truncated"].startswith("Bị cắt sau {count}")


def test_only_rooms_that_exist_are_linked(client: Client) -> None:
    nav = shown(client).partition('<nav class="tabs"')[2].partition("</nav>")[0]
    links = re.findall(r'href="([^"]+)"', nav)
    assert links[0] == "/stream/"
    assert {client.get(link).status_code for link in links} == {200}
