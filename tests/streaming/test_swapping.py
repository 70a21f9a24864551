"""The move of code from one provider to another: what changes, and that both sides run."""

from pathlib import Path

import pytest

from costcalc.streaming.endpoints import KNOWN, Endpoint
from costcalc.streaming.snippets.making import Wish
from costcalc.streaming.snippets.swapping import Swap, base_url_swap
from tests.streaming import hostile
from tests.streaming.hostile import TEXT, Answer, cut, hostile_provider
from tests.streaming.running import KEY, Shown, ran

RELAY = "https://costs.example.org"


def moved(before: Endpoint, after: Endpoint) -> Swap:
    """From one to the other."""
    return base_url_swap(Wish(before, "gpt-4.1", RELAY), Wish(after, "relay/gpt-4.1", RELAY))


def test_three_lines_change_and_no_other() -> None:
    swap = moved(KNOWN["openai"], Endpoint("acme", "Acme", "https://llm.acme.example/v1"))
    assert swap.changes == (
        ('BASE_URL = "https://api.openai.com/v1"', 'BASE_URL = "https://llm.acme.example/v1"'),
        ('API_KEY = os.environ["OPENAI_API_KEY"]', 'API_KEY = os.environ["ACME_API_KEY"]'),
        ('MODEL = "gpt-4.1"', 'MODEL = "relay/gpt-4.1"'),
    )


def test_what_stays_is_no_change() -> None:
    wish = Wish(KNOWN["openai"], "gpt-4.1", RELAY)
    swap = base_url_swap(wish, wish)
    assert swap.changes == ()


@pytest.mark.parametrize("name", ["anthropic", "google", "deepseek"])
def test_other_dialects_are_asked_where_they_speak_the_sdks(name: str) -> None:
    (base, *_rest) = moved(KNOWN["openai"], KNOWN[name]).changes
    own = {"google": f"{KNOWN['google'].base_url}/openai"}.get(name, KNOWN[name].base_url)
    assert base[1] == f'BASE_URL = "{own}"'


def test_the_changed_lines_make_the_one_of_the_other_and_both_run(tmp_path: Path) -> None:
    with hostile_provider() as provider:
        here, there = (
            Endpoint(name, name, provider.plays(name, Answer(cut(hostile.openai())))) for name in ("here", "there")
        )
        swap = moved(here, there)
        file = tmp_path / "stream.py"
        assert ran(Shown(swap.before, "python stream.py", "HERE_API_KEY"), tmp_path).out == TEXT + "\n"
        moved_text = file.read_text()
        for was, now in swap.changes:
            assert moved_text.count(was) == 1
            moved_text = moved_text.replace(was, now)
        assert moved_text == swap.after
        variables = {"HERE_API_KEY": "the-old-key"}
        assert ran(Shown(moved_text, "python stream.py", "THERE_API_KEY"), tmp_path, variables).code == 0
    assert [(path.split("/")[1], body["model"]) for path, _, body, _ in provider.asked] == [
        ("here", "gpt-4.1"),
        ("there", "relay/gpt-4.1"),
    ]
    # The old key goes nowhere but to where it is from.
    assert {headers["authorization"] for _, _, _, headers in provider.asked} == {f"Bearer {KEY}"}
