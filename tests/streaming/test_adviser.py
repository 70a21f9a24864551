"""The adviser: every combination of answers has advice with reasons, and no answer turns it the wrong way."""

from itertools import product

import pytest
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st

from costcalc.streaming.adviser.advice import MIND, Advice, Fit, advise, applies, standing
from costcalc.streaming.adviser.questions import ASSUMED, OF_OWN_RELAY, OF_TRANSPORT, OF_VENDOR, QUESTIONS
from costcalc.streaming.adviser.rules import RULES, TRANSPORTS, Subject
from costcalc.streaming.adviser.words import ASKED, CHOICES, GROUPS, SAYS
from costcalc.streaming.adviser.words import MIND as MINDED

ANSWERS = st.fixed_dictionaries({name: st.sampled_from(answers) for name, answers in QUESTIONS.items()})


def every(names: tuple[str, ...]) -> list[dict[str, str]]:
    """Every combination of answers to these questions."""
    return [dict(zip(names, said, strict=True)) for said in product(*(QUESTIONS[name] for name in names))]


# Computed once: all that can be answered of the transport, with its advice.
TRANSPORT = [(said, advise(said)) for said in every(OF_TRANSPORT)]


def changed(said: dict[str, str], **other: str) -> Advice:
    return advise({**said, **other})


def test_a_chatbot_is_advised_to_stream_over_sse_by_a_relay_of_its_own() -> None:
    advice = advise({})
    assert advice.chosen.subject is Subject.SSE
    assert (advice.own_fit, advice.vendor_fit, advice.is_close) == (Fit.YES, Fit.NO, False)


def test_every_combination_has_advice_that_can_be_done_with_reasons_and_what_to_mind() -> None:
    assert len(TRANSPORT) == 3888
    for said, advice in TRANSPORT:
        assert not advice.chosen.is_out, said
        assert advice.chosen.speaks_for, said
        assert advice.mind, said
        assert all(other.speaks_against for other in advice.others), said
        assert {advice.chosen.subject, *(one.subject for one in advice.others)} == set(TRANSPORTS)


def test_a_steady_flow_up_is_never_sse_nor_plain_http() -> None:
    flows = [advice for said, advice in TRANSPORT if said["up"] == "flow"]
    assert {advice.chosen.subject for advice in flows} == {Subject.WEBSOCKET}
    assert all(other.is_out for advice in flows for other in advice.others)


def test_a_text_seen_as_it_is_written_is_never_plain_http() -> None:
    seen = {advice.chosen.subject for said, advice in TRANSPORT if said["show"] == "written" and said["down"] == "text"}
    assert seen == {Subject.SSE, Subject.WEBSOCKET}


def test_a_whole_answer_to_one_question_is_plain_http() -> None:
    whole = {advice.chosen.subject for said, advice in TRANSPORT if (said["show"], said["up"]) == ("whole", "nothing")}
    assert whole == {Subject.HTTP}


# Whoever answers the second instead of the first is never led *to* this transport by it.
NEVER_TO = [
    ("network", "open", "corporate", Subject.WEBSOCKET),
    ("network", "open", "mobile", Subject.WEBSOCKET),
    ("cut", "again", "resume", Subject.WEBSOCKET),
    ("hosting", "process", "functions", Subject.WEBSOCKET),
    ("team", "sockets", "http", Subject.WEBSOCKET),
    ("show", "written", "whole", Subject.SSE),
    ("down", "text", "binary", Subject.SSE),
    ("streams", "few", "http1", Subject.SSE),
    ("up", "nothing", "messages", Subject.SSE),
    ("up", "messages", "flow", Subject.SSE),
    ("up", "messages", "flow", Subject.HTTP),
    ("up", "nothing", "messages", Subject.HTTP),
]


@pytest.mark.parametrize(("question", "before", "after", "subject"), NEVER_TO)
def test_no_answer_leads_to_what_it_speaks_against(question: str, before: str, after: str, subject: Subject) -> None:
    for said, advice in TRANSPORT:
        if said[question] == before and advice.chosen.subject is not subject:
            assert changed(said, **{question: after}).chosen.subject is not subject, said


@pytest.mark.parametrize("question", OF_TRANSPORT)
def test_every_question_of_the_transport_decides_somewhere(question: str) -> None:
    assert any(
        changed(said, **{question: other}).chosen.subject is not advice.chosen.subject
        for said, advice in TRANSPORT
        for other in QUESTIONS[question]
    )


def test_whoever_has_readers_in_browsers_or_apps_keeps_the_key_on_a_relay() -> None:
    for said in every(OF_OWN_RELAY):
        if said["reader"] != "server":
            assert advise(said).own_fit is not Fit.NO, said
            assert "own-holds-key" in advise(said).own.speaks_for


def test_more_providers_or_resuming_never_speak_against_a_relay_of_ones_own() -> None:
    for said in every(OF_OWN_RELAY):
        weight = advise(said).own.weight
        assert changed(said, providers="several").own.weight >= weight
        assert changed(said, cut="resume").own.weight >= weight
    assert {advise(said).own_fit for said in every(OF_OWN_RELAY)} == set(Fit)


def test_a_vendor_without_a_contract_never_fits_and_never_gets_personal_data() -> None:
    for said in every(OF_VENDOR):
        fit = advise(said).vendor_fit
        if said["contract"] == "none":
            assert fit is not Fit.YES, said
        if said["contract"] == "none" and said["prompts"] == "personal":
            assert fit is Fit.NO, said
    assert {advise(said).vendor_fit for said in every(OF_VENDOR)} == set(Fit)


@given(ANSWERS)
def test_each_advice_looks_only_at_its_own_questions(said: dict[str, str]) -> None:
    advice = advise(said)
    of_transport = advise({name: said[name] for name in OF_TRANSPORT})
    assert (advice.chosen, advice.others, advice.mind) == (of_transport.chosen, of_transport.others, of_transport.mind)
    assert advice.own == advise({name: said[name] for name in OF_OWN_RELAY}).own
    assert advice.vendor == advise({name: said[name] for name in OF_VENDOR}).vendor


@given(ANSWERS)
def test_every_reason_follows_from_an_answer(said: dict[str, str]) -> None:
    for subject in Subject:
        stands = standing(subject, said)
        given_codes = {rule.code for rule in RULES if rule.subject is subject and applies(rule.when, said)}
        assert {*stands.speaks_for, *stands.speaks_against} == given_codes


def test_rules_name_answers_that_can_be_given_and_all_have_words() -> None:
    for when in [*(rule.when for rule in RULES), *(when for _, _, when in MIND)]:
        assert all(set(said) <= set(QUESTIONS[name]) for name, said in when.items())
    assert {rule.code for rule in RULES} == SAYS.keys()
    assert {code for code, _, _ in MIND} == MINDED.keys()
    assert ASKED.keys() == CHOICES.keys() == QUESTIONS.keys()
    assert {name: tuple(choices) for name, choices in CHOICES.items()} == dict(QUESTIONS)
    assert sorted(name for _, names in GROUPS for name in names) == sorted(QUESTIONS)


def test_an_unknown_answer_is_refused() -> None:
    with pytest.raises(ValueError, match="No such answer: up"):
        advise({"up": "everything"})


def test_the_page_advises_and_its_address_holds_the_answers(client: Client, db: None) -> None:
    assert b"<strong>Server-Sent Events</strong>" in client.get("/stream/adviser/").content
    answer = client.get("/stream/adviser/", {**ASSUMED, "up": "flow", "down": "binary"})
    assert (answer.status_code, answer["Location"]) == (302, "/stream/adviser/?up=flow&down=binary")
    page = client.get(answer["Location"]).content.decode()
    assert "<strong>WebSocket</strong>" in page
    assert "Server-Sent Events cannot do it" in page
    assert '<option value="flow" selected>' in page


def test_for_htmx_only_what_follows_with_the_address(client: Client, db: None) -> None:
    answer = client.get("/stream/adviser/", {**ASSUMED, "show": "whole"}, headers={"HX-Request": "true"})
    assert answer["HX-Push-Url"] == "/stream/adviser/?show=whole"
    assert "HX-Request" in answer["Vary"]
    assert b"<form" not in answer.content
    assert b"<strong>Plain HTTP</strong>" in answer.content


def test_an_answer_that_is_none_is_said_beside_its_question(client: Client, db: None) -> None:
    answer = client.get("/stream/adviser/?up=%3Cscript%3E&lost=1")
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "“&lt;script&gt;” is none of the answers" in page
    assert "Correct the marked answer" in page
    assert "left it out: lost" in page
    assert "<strong>" not in page
