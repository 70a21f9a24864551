"""A scenario from a file: what is wrong is said with its line and column, nothing is guessed, nothing typed is lost."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st

from costcalc.scenarios.documents import LONGEST, DocumentError, Spot, read_document
from tests.pace import cost
from tests.scenarios.test_takeaway import taken
from tests.scenarios.test_workbook import EVERYTHING

BODY = """{
  "days_per_month": 30,
  "workloads": [
    {
      "requests_per_day": 50000,
      "input_tokens": 1000, "output_tokens": 500,
      "baseline": {"provider": "openai", "model": "gpt-4.1"},
      "candidate": {"prices": {"input_mtok": "0.42", "output_mtok": 0.42}}
    }
  ]
}"""
YAML = """# The article's traffic
days_per_month: 365/12
at: 2026-11-22
workloads:
  - name: Chat
    requests_per_day: 50000
    input_tokens: 1000
    output_tokens: 500.5
    baseline: {provider: openai, model: gpt-4.1}
    candidate:
      prices:
        input_mtok: 0.42
        output_mtok: "0.42"
"""
JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(10**9), 10**9)
    | st.text(st.characters(codec="ascii", min_codepoint=1), max_size=9),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text('ab\n"\\{:,', max_size=3), inner, max_size=3),
    max_leaves=9,
)


def sent(client: Client, text: str) -> Any:
    """The answer to a paste."""
    return client.post("/import/", {"text": text})


@pytest.mark.django_db
@pytest.mark.parametrize("text", [BODY, YAML])
def test_a_scenario_opens_in_the_calculator(client: Client, text: str) -> None:
    answer = sent(client, text)
    assert answer.status_code == 302, answer.context["wrong"]
    page = client.get(answer["Location"])
    assert page.status_code == 200
    assert "to.output=0.42" in answer["Location"]
    assert ("name=Chat" in answer["Location"]) == (text == YAML)


@pytest.mark.django_db
def test_what_was_taken_away_comes_back_as_it_was(client: Client) -> None:
    data = taken(client, "scenario.json", EVERYTHING)
    answer = client.post("/import/", {"file": SimpleUploadedFile("scenario.json", data)})
    assert answer.status_code == 302
    assert taken(client, "scenario.json", answer["Location"].removeprefix("/?")) == data


WRONG: list[tuple[str, str, tuple[int, int], str]] = [
    (BODY, '"0.42", "output', (8, 53), "not JSON"),
    (BODY.replace('"input_tokens": 1000', '"input_tokens": -1'), "", (6, 23), "workloads 1, input_tokens"),
    (BODY.replace('"input_tokens": 1000', '"input_tokens": 1000, "inputs": 2'), "", (6, 39), "workloads 1, inputs"),
    (BODY.replace('"gpt-4.1"', '"gpt-9"'), "", (7, 51), "workloads 1, baseline, model"),
    (BODY.replace("30", '"often"'), "", (2, 21), "days_per_month"),
    (YAML.replace("500.5", "1_000"), "", (8, 20), "Programs do not agree"),
    (YAML.replace("Chat", "no"), "", (5, 11), "Programs do not agree"),
    (YAML.replace("500.5", ".nan"), "", (8, 20), "Programs do not agree"),
    (YAML.replace("500.5", "012"), "", (8, 20), "Programs do not agree"),
    (YAML.replace("input_tokens: 1000", "requests_per_day: 1"), "", (7, 5), "appears twice"),
    (YAML.replace("name: Chat", "name: !!python/object:os.system x"), "", (5, 11), "Tags"),
    (YAML.replace("name: Chat", "name: &a Chat"), "", (5, 11), "References"),
    (YAML.replace("  - name", " - name: [\n  - name"), "", (6, 3), "neither JSON nor YAML"),
    (YAML + "---\na: 1\n", "", (14, 1), "more than one document"),
    (YAML.replace("500.5", "501 # over\n    reasoning_tokens: 600"), "", (9, 23), "workloads 1, reasoning_tokens"),
    ("- 1", "", (1, 1), "A scenario is an object"),
]


@pytest.mark.django_db
@pytest.mark.parametrize(("text", "cut", "spot", "words"), WRONG)
def test_what_is_wrong_is_said_with_its_place(
    client: Client, text: str, cut: str, spot: tuple[int, int], words: str
) -> None:
    text = text.replace(cut, '"0.42" "output') if cut else text
    answer = sent(client, text)
    assert answer.status_code == 422
    (one,) = answer.context["wrong"]
    assert words in f"{one.place}: {one.message}"
    assert (one.spot.line, one.spot.column) == spot
    # The form holds what was sent.
    assert answer.context["text"].replace("\r\n", "\n") == text


@pytest.mark.django_db
def test_every_mistake_is_said_at_once_in_the_order_of_the_file(client: Client) -> None:
    text = YAML.replace("1000", "-1").replace("500.5", "many").replace("0.42", "-3", 1)
    wrong = sent(client, text).context["wrong"]
    assert [one.spot.line for one in wrong] == [7, 8, 12]


@pytest.mark.django_db
def test_every_mistake_is_said_in_the_language_of_the_reader(client: Client) -> None:
    mistakes = [
        ("requests_per_day: 50000", "requests_per_day: fifty", "“fifty” không phải là số"),
        ("input_tokens: 1000", "input_tokens: -1", "Phải từ 0 trở lên"),
        ("output_tokens: 500.5", "output_tokens: [1]", "Phải là số"),
        ("name: Chat", "name: 5", "Chỗ này phải là văn bản."),
        ("365/12", "often", "Phải là số từ 1 đến 31"),
        ("2026-11-22", "soon", "Phải là ngày như 2026-11-22"),
        ("{provider: openai, model: gpt-4.1}", "{currency: XX}", "Không phải mã tiền tệ ISO 4217"),
        ("{provider: openai, model: gpt-4.1}", "7", "Chỗ này phải là đối tượng"),
        ("# The", "return: {horizon_months: 999}\n# The", "Không được quá 120."),
        ("# The", "return: {ranges: 1}\n# The", "Chỗ này phải là danh sách."),
        ("# The", "return: {price_changes: [{side: x}]}\n# The", "Phải là 'baseline'"),
    ]
    for right, mistake, words in mistakes:
        assert right in YAML
        text = YAML.replace(right, mistake, 1)
        answer = client.post("/import/", {"text": text}, headers={"accept-language": "vi"})
        assert any(words in one.message for one in answer.context["wrong"]), (mistake, answer.context["wrong"])
        assert "in the address" not in answer.content.decode()


@pytest.mark.django_db
def test_a_file_that_is_no_text_is_refused(client: Client) -> None:
    for data, words in ((b"\xff\xfe\x00", "UTF-8"), (b"a" * (4 * LONGEST + 1), "characters"), (b"", "nothing")):
        answer = client.post("/import/", {"file": SimpleUploadedFile("x.json", data)})
        assert answer.status_code == 422
        assert words in answer.context["wrong"][0].message
    assert sent(client, "").status_code == 422


HOSTILE = [
    "a: &a [x,x]\nb: &b [*a,*a]\nc: [*b,*b]",
    "[" * 60_000,
    "{a: " * 15_000,
    "- " * 30_000,
    "? " * 30_000,
    "a: " + "x" * 60_000,
    "\n".join(f"k{n}: {n}" for n in range(6_000)),
    "'" * 60_001,
    "&" * 60_000,
    "!" * 60_000,
    "%" * 60_000,
    "a:\n" + " " * 60_000 + "b",
    "x" * (LONGEST + 1),
    '{"a": ' * 10_000,
    '{"a": "\\ud800"}',
    "a: \x07",
    "\ud800",
    "key: |\n" + "  line\n" * 9_000,
    "[" + "1," * 30_000 + "1]",
]


@pytest.mark.django_db
@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_hostile_text_is_refused_and_costs_little(client: Client, text: str) -> None:
    typed = text.encode("utf-8", "replace").decode()
    assert sent(client, typed).status_code == 422
    assert cost(lambda: sent(client, typed)) < 80


@given(JSON)
def test_each_value_of_json_has_its_place(value: Any) -> None:
    text = json.dumps({"top": value}, indent=1)
    document = read_document(text)
    assert document.value == {"top": value}
    lines = text.split("\n")
    for path, spot in document.spots.items():
        found: Any = document.value
        for step in path:
            found = found[step]
        rest = "\n".join([lines[spot.line - 1][spot.column - 1 :], *lines[spot.line :]])
        assert json.JSONDecoder().raw_decode(rest)[0] == found


@given(st.text(max_size=60))
def test_whatever_is_pasted_is_read_or_refused(text: str) -> None:
    try:
        spot = read_document(text).spot(())
    except DocumentError as error:
        spot = error.spot
    assert spot is None or spot >= Spot(1, 1)
