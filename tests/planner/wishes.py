"""Commands as people may send them: of each kind's own schema, with what a plan has now where it names something."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any, get_args

from hypothesis import strategies as st

from migrations_app.rules import key_commands, overlap, safety, stepping
from migrations_app.rules.commands import Command
from migrations_app.rules.deciding import AnyCommand
from migrations_app.rules.keys import Standing
from migrations_app.rules.review import Metric
from migrations_app.rules.state import State
from migrations_app.rules.steps import EvidenceKind
from tests.planner.test_rollout import COMMANDS

PEOPLE = ("alice", "bob", "carol")
Wish = st.SearchStrategy[Any]
Schema = Mapping[str, Any]

SENT: dict[str, type[Command]] = {
    get_args(kind.model_fields["command"].annotation)[0]: kind for kind in get_args(get_args(AnyCommand)[0])
}
# What only the product itself says: no address takes it.
OWN: dict[str, type[Command]] = {
    "tried": key_commands.Tried,
    "record_test": safety.RecordTest,
    "show_file": stepping.ShowFile,
}
KINDS = {**SENT, **OWN}
TEXTS = st.sampled_from(["because", "Read the contract", "errors", "a\nb", "Đổi khóa", "x", "  "])
_FEW = 3


def command_of(name: str, said: dict[str, Any], revision: int) -> Command:
    """As the API and the product itself make it. Raises ValidationError."""
    if name in SENT:
        return COMMANDS.validate_python({"command": name, "revision": revision, **said})
    named = {"command": name} if "command" in OWN[name].model_fields else {}
    return OWN[name].model_validate({**named, **said})


# What may be told where it leads.
MOVES = ("start", "promote", "skip", "hold", "pause", "resume")


def wish(name: str, state: State, now: dt.datetime) -> Wish:
    """What such a command says, its revision aside; most of it can be done now."""
    kind = KINDS[name]
    schema = kind.model_json_schema()
    known = _known(state, now) | _of_command(name, state)
    return _object(schema, schema.get("$defs", {}), known)


def _object(schema: Schema, defs: Schema, known: Mapping[str, Wish]) -> Wish:
    required, optional = dict[str, Wish](), dict[str, Wish]()
    for name, field in schema["properties"].items():
        if name != "revision":
            needed = name in schema.get("required", ()) or name in {"percent", "on"}
            (required if needed else optional)[name] = known[name] if name in known else _value(field, defs, known)
    return st.fixed_dictionaries(required, optional=optional)


def _value(schema: Schema, defs: Schema, known: Mapping[str, Wish]) -> Wish:
    if "$ref" in schema:
        return _named(schema["$ref"].rpartition("/")[2], defs, known)
    if "anyOf" in schema:
        return st.one_of(*(_value(one, defs, known) for one in schema["anyOf"]))
    if "const" in schema:
        return st.just(schema["const"])
    if "enum" in schema:
        return st.sampled_from(schema["enum"])
    return _PLAIN[schema["type"]](schema, defs, known)


def _named(name: str, defs: Schema, known: Mapping[str, Wish]) -> Wish:
    if name in _WHOLE:
        return _WHOLE[name]
    schema = defs[name]
    return _object(schema, defs, known) if schema.get("type") == "object" else _value(schema, defs, known)


def _text(schema: Schema, _defs: Schema, _known: Mapping[str, Wish]) -> Wish:
    if schema.get("format") == "date":
        return DAYS
    if "pattern" in schema:
        return st.from_regex(schema["pattern"].replace("$", r"\Z"), fullmatch=False).filter(str.isascii)
    most, least = schema.get("maxLength", 40), schema.get("minLength", 0)
    return TEXTS.filter(lambda text: least <= len(text) <= most) | st.text(min_size=least, max_size=min(most, 12))


def _number(schema: Schema, _defs: Schema, _known: Mapping[str, Wish]) -> Wish:
    low = max(schema.get("minimum", schema.get("exclusiveMinimum", -(10**9))), -(10**9))
    high = min(schema.get("maximum", schema.get("exclusiveMaximum", 10**9)), 10**9)
    ends = [str(end) for end in (low, high) if end in {schema.get("minimum"), schema.get("maximum")}]
    found = st.decimals(low, high, places=2).map(str)
    return found | st.sampled_from(ends) if ends else found


def _integer(schema: Schema, _defs: Schema, _known: Mapping[str, Wish]) -> Wish:
    return st.integers(schema.get("minimum"), schema.get("maximum")) | st.integers(
        schema.get("minimum", 0), min(schema.get("maximum", 100), 100)
    )


def _array(schema: Schema, defs: Schema, known: Mapping[str, Wish]) -> Wish:
    most = min(schema.get("maxItems", _FEW), _FEW)
    return st.lists(_value(schema["items"], defs, known), min_size=schema.get("minItems", 0), max_size=most)


_PLAIN: Mapping[str, Callable[[Schema, Schema, Mapping[str, Wish]], Wish]] = {
    "string": _text,
    "number": _number,
    "integer": _integer,
    "boolean": lambda *_: st.booleans(),
    "null": lambda *_: st.none(),
    "array": _array,
    "object": _object,
}
DAYS = st.dates(dt.date(2026, 10, 1), dt.date(2027, 6, 1)).map(str) | st.sampled_from(["2020-01-01", "2100-01-01"])


def _side(requests: int, errors: int, more: Mapping[str, Any]) -> dict[str, Any]:
    return {"requests": requests + errors, "errors": errors, **more}


# What holds together in ways that a schema does not say.
_MEASURED = st.fixed_dictionaries(
    {},
    optional={
        "latency_p95_ms": st.sampled_from(["700", "900.5"]),
        "cost": st.sampled_from(["0", "12.5"]),
        "own": st.just([{"name": "Answers refused", "count": 3, "of": 900}]),
    },
)
_WHOLE: Mapping[str, Wish] = {
    "Side": st.builds(_side, st.sampled_from([0, 1, 900, 10**6]), st.sampled_from([0, 9, 400]), _MEASURED),
    "Limit": st.sampled_from(
        [
            {"metric": "error_rate", "kind": "points", "margin": "0.5", "base": "1"},
            {"metric": "error_rate", "kind": "points", "margin": "0"},
            {"metric": "latency_p95_ms", "kind": "percent", "margin": "10"},
            {"metric": "cost_per_thousand", "kind": "forecast", "margin": "0"},
            {"metric": "Answers refused", "kind": "at_most", "margin": "1", "better": "higher"},
        ]
    ),
    "Figure": st.builds(
        lambda metric, before, after: {
            "metric": metric,
            "before": before,
            "after": after,
            **({"name": "Tickets"} if metric is Metric.OWN else {}),
        },
        st.sampled_from(Metric),
        st.sampled_from(["0", "10", "1e3", "2.50"]),
        st.none() | st.sampled_from(["0", "5", "0.0001"]),
    ),
    "Print": st.sampled_from(["", "9fQ2", "w7Lk"]).map(lambda last: {"last": last}),
}


def _known(state: State, now: dt.datetime) -> dict[str, Wish]:
    """Names of what is there, now and then of what is not."""
    steps, keys = [step.id for step in state.steps.each], [key.id for key in state.keys.rows]
    ids = st.sampled_from([*steps, *steps, *steps, "s99"])
    some = st.lists(ids, min_size=1, max_size=_FEW)
    today = now.date()
    return {
        "step": ids,
        "steps": some,
        "after": st.just([]) | some,
        "owner": st.sampled_from(["", *PEOPLE]),
        "evidence": st.sampled_from([*(one.id for step in state.steps.each for one in step.evidence), "e99"]),
        "url": st.sampled_from(["https://example.org/contract", "http://example.org/?a=b"]),
        "number": st.sampled_from(["0", "12.5", "1e3", "-0.000000001"]),
        "key": st.sampled_from([*keys, *keys, *keys, "k99"]),
        "print": _WHOLE["Print"],
        "reason": TEXTS.filter(str.strip) | st.text(min_size=1, max_size=20),
        "percent": _shares(state) | _number({"minimum": 0, "exclusiveMaximum": 100}, {}, {}),
        "stages": _ladder(state),
        "until": _until(state, now) | DAYS,
        "used_on": st.sampled_from([today, today - dt.timedelta(2), today - dt.timedelta(9)]).map(str) | DAYS,
        "on": st.none() | st.just(str(today)) | DAYS,
        "days_off": st.lists(DAYS, max_size=_FEW),
        "automatic": st.sampled_from(_awaited(state)),
    }


def _of_command(name: str, state: State) -> dict[str, Wish]:
    """What is called alike and means another thing, or goes together."""
    current = [key.id for key in state.keys.rows if key.standing is Standing.CURRENT]
    shown = [step.id for step in state.steps.each if step.evidence]
    wanted: dict[str, dict[str, Wish]] = {
        "withdraw_evidence": {"step": st.sampled_from([*shown, "s1"])},
        "create_key": {"replaces": st.sampled_from(["", *current, *current, *(row.id for row in state.keys.rows)])},
        "rollback_window": {"days": st.integers(0, 40) | st.integers(0, 365)},
        "set_steps": {"days": st.none() | st.integers(-366, 366), "due": st.none() | DAYS},
        "show_step": {"kind": st.sampled_from([EvidenceKind.NOTE, EvidenceKind.LINK, EvidenceKind.NUMBER])},
        "tried": {
            "outcome": st.sampled_from(["works", "works", "refused", "over-quota", "unreachable"]),
            "known": st.sampled_from(["print", "last", "nothing"]),
            "seconds": st.none() | st.floats(0, 60),
            "status": st.none() | st.just(200),
        },
        "record_test": {"outcome": st.sampled_from(["works", "refused", "over-quota", "unreachable"])},
        **{each: {"percent": _expected(state, each)} for each in MOVES},
        "show_file": {"file": st.just("f1"), "sha256": st.just("a" * 64)},
    }
    return wanted.get(name, {})


def _expected(state: State, name: str) -> Wish:
    """The share that a command of the canary leads to, as whoever gives it may say; seldom another one."""
    leads = state.rollout.weight if name in {"hold", "pause", "resume"} else state.rollout.onward
    return st.sampled_from([None, None, str(leads), str(leads), "33"])


def _shares(state: State) -> Wish:
    return st.sampled_from([*(str(share) for share in state.rollout.earlier()), "0", "1e1", "10.00"])


def _awaited(state: State) -> list[str]:
    shares = [f"{stage.percent.normalize():f}" for stage in state.rollout.stages]
    of_shares = [f"{what}:{share}" for what in ("stage-started", "stage-held", "gate-passed") for share in shares]
    keys = [f"key-{what}" for what in ("created", "set", "tested", "finished", "revoked")]
    return ["", *of_shares, *keys, "canary-started", "cut-over", "drill-done", "rolled-back", "stage-held:010.0"]


def _until(state: State, now: dt.datetime) -> Wish:
    least = overlap.least_until(state, None, max(now, state.last_at))
    later = [least, least + dt.timedelta(1), least - dt.timedelta(1), least + dt.timedelta(60)]
    return st.sampled_from(later).map(str)


def _ladder(state: State) -> Wish:
    """Stages that begin with those that were entered, then rise; some ladders are none."""
    place = state.rollout.place
    kept = [] if place is None else [stage.model_dump(mode="json") for stage in state.rollout.stages[: place + 1]]
    least = Decimal(kept[-1]["percent"]) if kept else Decimal(0)
    shares = st.lists(st.sampled_from(["0.5", "5", "10", "20.25", "40", "50", "1e1", "99"]), max_size=_FEW, unique=True)

    def laid(more: list[str], hours: int, sample: int, automatic: bool) -> list[dict[str, Any]]:
        rising = sorted({Decimal(one) for one in more if Decimal(one) > least})
        said = {"hold_hours": hours, "sample": sample, "automatic": automatic}
        ends = [] if least == 100 else [{"percent": "100", **said}]
        return [*kept, *({"percent": str(one), **said} for one in rising), *ends]

    return st.builds(laid, shares, st.sampled_from([0, 1, 24]), st.sampled_from([0, 0, 500]), st.booleans()) | st.just(
        [{"percent": "40"}, {"percent": "10"}]
    )
