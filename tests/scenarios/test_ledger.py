"""What the right-hand column says: verdict, figures, how each came about, and what to know beside them."""

import datetime as dt
from decimal import Decimal

import pytest
from django.http import QueryDict
from django.utils.translation import override

from costcalc.catalog.exchange import bundled_rates
from costcalc.catalog.index import catalogue
from costcalc.engine import dollars
from costcalc.formatting import formatter_for
from costcalc.scenarios.findings import Finding, Findings
from costcalc.scenarios.ledger import Writer
from costcalc.scenarios.reading import read
from costcalc.scenarios.scenario import Result
from costcalc.scenarios.sheet import Figure, Ledger

TODAY = dt.date(2026, 11, 22)
RELAY = "to=article-relay/"
pytestmark = pytest.mark.django_db


def result_of(address: str) -> Result:
    """The computed scenario of an address."""
    reading = read(QueryDict(address), catalogue())
    scenario = reading.built(TODAY, bundled_rates())
    assert scenario is not None, reading.errors
    return scenario.computed()


def ledger_of(address: str, language: str = "en") -> Ledger:
    """The ledger of an address, as it reads in one language."""
    with override(language):
        result, write = result_of(address), formatter_for(language)
        findings = Findings(result, catalogue(), write, TODAY).all()
        return Writer(result, write, TODAY).ledger(findings)


def findings_of(address: str) -> dict[str, Finding]:
    """What there is to know beside the figures, by code."""
    return {finding.code: finding for finding in ledger_of(address).findings}


@pytest.mark.parametrize(
    ("address", "baseline", "candidate"),
    [
        ("", "9000.00", "18000.00"),
        (f"from=anthropic/claude-sonnet-4-5&{RELAY}claude-sonnet-4.5", "15750.00", "33750.00"),
        (f"from=google/gemini-2.5-flash&{RELAY}gemini-2.5-flash", "2325.00", "5625.00"),
        (f"batch=100&{RELAY}deepseek-v3.2&from=openai/gpt-4.1", "4500.00", "0.00"),
        (f"{RELAY}deepseek-v3.2", "9000.00", "945.00"),
        ("from=article-original/gpt-4.1", "135000.00", "18000.00"),
    ],
)
def test_the_articles_traffic_costs_what_a_pocket_calculator_says(address: str, baseline: str, candidate: str) -> None:
    totals = result_of(address).estimate.monthly
    assert (dollars(totals.baseline_cents), dollars(totals.candidate_cents)) == (Decimal(baseline), Decimal(candidate))


def test_the_verdict_is_a_sentence() -> None:
    assert ledger_of("").verdict.sentence == "At today’s prices, moving costs $9,000 more a month"
    saving = ledger_of("to=google/gemini-2.5-flash").verdict
    assert saving.sentence == "At today’s prices, moving saves $6,675 a month"
    assert (saving.kind, ledger_of("").verdict.kind) == ("saves", "costs")
    assert ledger_of("to=openai/gpt-4.1").verdict.sentence == "At today’s prices, moving changes nothing"
    assert ledger_of("at=2026-10-15").verdict.lead == "At the prices of 15 October 2026, moving costs"


def test_a_missing_price_is_unknown_in_verdict_line_and_total() -> None:
    ledger = ledger_of("to=typed&to.input=1")
    assert ledger.verdict.phrase == "unknown"
    assert not ledger.complete
    (group,) = ledger.groups
    lines = {row.label: row for row in group.rows}
    assert lines["Output tokens"].candidate.text == "unknown"
    assert lines["Output tokens"].difference == "unknown"
    assert lines["Input tokens"].candidate.text == "$1,500.00"
    assert ledger.total.candidate.text == "$1,500.00 + ?"
    assert ledger.total.difference == "unknown"
    finding = next(finding for finding in ledger.findings if finding.code == "unknown_price")
    assert finding.grave
    assert "Output tokens" in finding.lead


def test_half_a_line_without_a_price_says_which_half() -> None:
    finding = findings_of("to=typed&to.input=1&to.output=1&batch=50")["unknown_price"]
    assert "batch" in finding.lead
    assert "50%" in finding.sentence


def test_the_difference_is_candidate_minus_baseline_and_the_saving_the_reverse() -> None:
    ledger = ledger_of("")
    assert ledger.total.difference == "+$9,000.00"
    facts = {label: figure.text for label, figure in ledger.facts}
    assert facts["Saving, a month"] == "−$9,000.00"
    assert facts["Saving: run-rate of twelve months"] == "−$108,000.00"
    assert facts["Saving, % of baseline"] == "−100%"
    assert facts["Effective price per MTok"] == "$4.00 → $8.00"


def test_a_model_that_cannot_be_bought_saves_on_paper_only() -> None:
    for address in ("to=deepseek/deepseek-chat", "in=200001&from=openai/gpt-4.1&to=anthropic/claude-haiku-4-5"):
        verdict = ledger_of(address).verdict
        assert verdict.kind == "doubt"
        assert verdict.lead.startswith("On paper only")


def test_less_than_a_cent_is_not_nothing() -> None:
    small = "requests=1&per=month&in=1000&out=0&from=typed&from.input=1.001&from.output=0&to=typed&to.output=0"
    assert ledger_of(f"{small}&to.input=1.000").verdict.phrase == "less than a cent a month"
    assert ledger_of(f"{small}&to.input=1.001").verdict.phrase == "nothing"


def test_the_effective_price_is_exact_and_leaves_tools_out() -> None:
    few = dict(ledger_of("requests=30&per=month&in=100&out=50&searches=2").facts)["Effective price per MTok"]
    assert few.text == "$4.00 → $8.00"
    both = dict(ledger_of("requests=30&per=month&in=100&out=50&tokenizer=1.5").facts)["Effective price per MTok"]
    assert both.text == "$4.00 → $12.00"
    assert dict(ledger_of("requests=0").facts)["Effective price per MTok"].text == "—"


def test_totals_open_on_their_sums() -> None:
    ledger = ledger_of("")
    assert ledger.total.candidate.steps == ("$12,000.00 + $6,000.00 = $18,000.00",)
    assert ledger.year.candidate.steps[0] == "12 × $18,000.00 = $216,000.00"


def test_the_sheet_says_what_it_rests_on() -> None:
    ledger = ledger_of("")
    assert ledger.grounds[:2] == [
        "Prices of 22 November 2026.",
        "openai/gpt-4.1: genai-prices 0.2.3, checked on 10 November 2026.",
    ]
    assert ledger.title == "gpt-4.1 → gpt-4.1: +$9,000.00 a month"


def test_a_baseline_of_nothing_has_no_percentage() -> None:
    facts = dict(ledger_of("from=typed&from.input=0&from.output=0").facts)
    assert facts["Saving, % of baseline"].text == "—"


def line(ledger: Ledger, label: str) -> Figure:
    """The candidate's figure of one line of the first workload."""
    return next(row.candidate for row in ledger.groups[0].rows if row.label == label)


def test_every_amount_shows_its_arithmetic_and_its_source() -> None:
    ledger = ledger_of("retry=3&to=google/gemini-2.5-flash")
    figure = line(ledger, "Output tokens")
    assert tuple(step.replace("\N{NO-BREAK SPACE}", " ") for step in figure.steps) == (
        "50,000 a day × 30 days × 1.03 = 1,545,000 requests a month",
        "× 500 tokens = 772.5 MTok",
        "772.5 MTok × $2.50 / MTok = $1,931.25",
    )
    assert figure.sources[0][0] == "Price: genai-prices 0.2.3, checked on 10 November 2026."
    assert figure.sources[1] == ("google/gemini-2.5-flash", "/prices/google/gemini-2.5-flash/")
    assert figure.sources[2][1].startswith("https://")
    for row in (*ledger.groups[0].rows, ledger.total, ledger.year):
        for one in (row.baseline, row.candidate):
            assert one.steps


def test_a_part_that_is_billed_elsewhere_says_so() -> None:
    figure = line(ledger_of("reasoning=100&to=google/gemini-2.5-flash"), "Reasoning tokens")
    assert "billed as: Output tokens" in figure.steps[2]


def test_variants_and_tiers_are_named_in_the_arithmetic() -> None:
    steps = line(ledger_of("in=210000&batch=25&to=anthropic/claude-sonnet-4-5"), "Input tokens").steps
    assert any("25% (batch, above 200,000 tokens)" in step for step in steps)
    assert steps[-1].startswith("Together, rounded once to cents:")


@pytest.mark.parametrize(("tokens", "crossed"), [("200000", False), ("200001", True)])
def test_a_tier_is_crossed_above_its_threshold_only(tokens: str, crossed: bool) -> None:
    assert ("tier" in findings_of(f"in={tokens}&to=anthropic/claude-sonnet-4-5")) is crossed


def test_a_quote_is_set_beside_the_list_price_and_its_own_comparison() -> None:
    findings = findings_of("")
    assert "OpenAI lists gpt-4.1 at $2.00 in, $8.00 out" in findings["quote_not_list"].sentence
    assert "$60.00 flat" in findings["inflated_baseline"].sentence
    assert "$117,000 a month" in findings["inflated_baseline"].sentence


def test_a_shutdown_is_announced_until_its_day_and_stated_from_then() -> None:
    assert findings_of("at=2027-01-13")["shutdown"].lead == "gpt-4.1 shuts down at OpenAI on 14 January 2027."
    then = findings_of("at=2027-01-14")["shutdown"].lead
    assert then == "gpt-4.1 will have shut down at OpenAI by then, on 14 January 2027."
    past = findings_of("from=deepseek/deepseek-chat")["shutdown"].lead
    assert past == "deepseek-chat shut down at DeepSeek on 24 July 2026."


def test_sources_that_disagree_are_both_quoted() -> None:
    sentence = findings_of("to=deepseek/deepseek-chat&at=2026-04-24")["sources_disagree"].sentence
    assert "$0.28 in, $0.42 out" in sentence
    assert "genai-prices" in sentence


def test_other_doubts_are_said() -> None:
    assert "hours" in findings_of("to=deepseek/deepseek-v4-flash")
    assert findings_of("in=200001&to=anthropic/claude-haiku-4-5")["context_window"].grave
    assert "billed_as_whole" in findings_of("cached=50&to=typed&to.input=1&to.output=1")
    assert "old_catalogue" not in findings_of("")


def test_an_old_catalogue_is_doubted() -> None:
    with override("en"):
        later = TODAY + dt.timedelta(days=60)
        codes = {f.code for f in Findings(result_of(""), catalogue(), formatter_for("en"), later).all()}
    assert "old_catalogue" in codes


def test_several_workloads_stand_apart_and_add_up() -> None:
    ledger = ledger_of("workloads=2&name=Chat&2.to=google/gemini-2.5-flash")
    assert [group.title for group in ledger.groups] == [
        "Chat: openai/gpt-4.1 → article-relay/gpt-4.1",
        "Workload 2: openai/gpt-4.1 → google/gemini-2.5-flash",
    ]
    assert ledger.total.baseline.text == "$18,000.00"
    assert ledger.total.candidate.text == "$20,325.00"


def test_growth_is_in_the_year_and_not_in_the_month() -> None:
    ledger = ledger_of("growth=10&to=typed&to.input=0&to.output=0")
    # 9,000 × (1.1^12 − 1) / 0.1 = 192,458.55, each line of each month rounded to cents
    assert ledger.total.baseline.text == "$9,000.00"
    assert ledger.year.baseline.text == "$192,458.55"
    assert ledger.year.baseline.steps[0].endswith("+ $25,678.05 = $192,458.55")
    assert ledger.year.label == "Twelve months, growing 10% a month"
    assert ledger.verdict.phrase == "$9,000 in the first month"


def test_the_day_count_is_printed() -> None:
    assert ledger_of("").note == "A month is 30 days."
    assert ledger_of("days=365/12").note == "A month is 30.416667 days."
    assert ledger_of("days=calendar&at=2026-02-10").note == "The calendar’s own months; the first has 28 days."


def test_figures_are_vietnamese_in_vietnamese() -> None:
    ledger = ledger_of("", "vi")
    assert ledger.total.baseline.text == "9.000,00\N{NO-BREAK SPACE}US$"
    assert ledger.groups[0].rows[0].volume == "1.500\N{NO-BREAK SPACE}MTok"
