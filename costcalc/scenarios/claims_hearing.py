"""A vendor's sentence, read: prices, volumes, percentages, monthly figures and bills, in English and Vietnamese.

Every number is read for one thing or named as not read; nothing is guessed. A number that can be two
(`1.875` where the text does not show which mark is its point) is not read either, and says so.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction
from typing import Final

from costcalc.scenarios import claims_cues as cues
from costcalc.scenarios import claims_figures as figures
from costcalc.scenarios.claims_topups import TopUps
from costcalc.scenarios.kinds import Value

NEAR: Final = 60
MOST_ROWS: Final = 6
# Places that are kept of a sum and of a price that was converted from another currency.
_CENTS, _PRICE = 2, 6
Convert = Callable[[Decimal, str], Fraction | None]


@dataclass
class Heard:
    """What a sentence said: fields of the rows and of the claim, and what in it could not be read, with the reason."""

    rows: list[dict[str, Value]] = field(default_factory=list)
    fields: dict[str, Value] = field(default_factory=dict)
    unread: list[tuple[str, str]] = field(default_factory=list)
    converted: list[tuple[str, Decimal, str]] = field(default_factory=list)

    @property
    def is_empty(self) -> bool:
        """Whether nothing was read at all."""
        return not self.rows and not self.fields


@dataclass(frozen=True)
class _Number:
    """One number of the text, with what stands around it."""

    match: re.Match[str]
    head: str
    sentence: str
    tail: str
    gap: str

    @property
    def currency(self) -> str:
        """The ISO code of a sum; empty for a number that is none."""
        text = self.match["before"] or self.match["after"] or ""
        return next((code for pattern, code in cues.CURRENCIES if text and pattern.match(text)), "")

    @property
    def shown(self) -> str:
        """The number as it stands in the text, with a word or two after it."""
        words = self.gap.split()[:2]
        return " ".join([self.match.group().strip(), *words]).rstrip(",;:.")

    def has(self, pattern: re.Pattern[str]) -> bool:
        """Whether a cue stands in what follows the number, or before it in its sentence."""
        return bool(pattern.search(self.tail) or pattern.search(self.sentence))


@dataclass(frozen=True)
class _Waiting:
    """A sum whose side may only be known from its counterpart: two fields, and the one where no word says anything."""

    number: _Number
    group: tuple[str, str]
    role: str
    dollars: Decimal
    sides: Mapping[str, str]
    default: str


def hear(text: str, models: Mapping[str, str], convert: Convert) -> Heard:
    """Read a text. `models` gives catalogue keys by lower-case names, `convert` US dollars for a sum in a currency."""
    return _Listener(text, models, convert).run()


class _Listener:
    def __init__(self, text: str, models: Mapping[str, str], convert: Convert) -> None:
        self.text = text
        self.models = models
        self.convert = convert
        self.heard = Heard()
        self.places: list[tuple[int, str]] = []
        # Whose sum the last number was, and the one before: “$3,900 a month = $46,800 a year” speaks of one thing.
        self.role = self.last_role = ""
        # Words before this place speak of a sum that was read already.
        self.spoken = 0
        self.waiting: list[_Waiting] = []

    def run(self) -> Heard:
        self._name_models()
        topups = TopUps(self.text)
        self.text, self.heard.fields = topups.text, topups.fields
        self.points = figures.points(self.text)
        numbers = self._numbers()
        for number, is_price in zip(numbers, self._prices(numbers), strict=True):
            self._place(number, is_price)
        self._settle()
        for _at, key in self.places:
            self._row(key)
        return self.heard

    def _name_models(self) -> None:
        """Models by name, longest first; their digits are no numbers."""
        lower = self.text.lower()
        for name in sorted((name for name in self.models if name in lower), key=len, reverse=True):
            for match in re.finditer(rf"(?<![\w.-]){re.escape(name)}(?![\w-])(?!\.\d)", lower):
                self._blank(match.start(), match.end())
                self.places.append((match.start(), self.models[name]))
                lower = self.text.lower()
        self.places = sorted(dict.fromkeys(self.places))

    def _blank(self, start: int, end: int) -> None:
        self.text = self.text[:start] + "#" * (end - start) + self.text[end:]

    def _numbers(self) -> list[_Number]:
        found = list(cues.NUMBER.finditer(self.text))
        numbers = []
        for index, match in enumerate(found):
            ends = [end.end() for end in cues.SENTENCE_END.finditer(self.text, 0, match.start())]
            start = ends[-1] if ends else 0
            before = found[index - 1].end() if index else 0
            until = found[index + 1].start() if index + 1 < len(found) else len(self.text)
            sentence = self.text[start : match.start()]
            after = match.start("mtok") if match["mtok"] else match.end()
            tail = self.text[after : min(until, match.end() + NEAR)]
            head = self.text[max(before, start) : match.start()]
            numbers.append(_Number(match, head, sentence, tail, self.text[match.end() : until]))
        return numbers

    def _prices(self, numbers: list[_Number]) -> list[bool]:
        """Which sums are prices per million tokens: those that say so, and those joined to one that does."""
        found = [bool(number.match["mtok"]) for number in numbers]
        for index in range(len(numbers) - 2, -1, -1):
            found[index] = found[index] or (found[index + 1] and _joined(numbers[index], numbers[index + 1]))
        for index in range(1, len(numbers)):
            said = bool(numbers[index - 1].match["mtok"])
            found[index] = found[index] or (said and _joined(numbers[index - 1], numbers[index]))
        return [
            is_price and not (cues.MONTH.match(number.tail.lstrip()) or cues.DAY.match(number.tail.lstrip()))
            for is_price, number in zip(found, numbers, strict=True)
        ]

    def _place(self, number: _Number, is_price: bool) -> None:
        """Give one number to the first kind that knows it."""
        kinds = (self._percent, self._price if is_price else self._sum, self._tokens, self._requests)
        value = figures.value(number.match, self.points, strict=is_price or bool(number.match["percent"]))
        if value is None:
            self._leave(number, "two_ways")
            return
        answer: str | None = None
        self.last_role, self.role = self.role, ""
        for kind in kinds:
            answer = kind(number, value)
            if answer == "":
                return
            if answer is not None:
                break
        is_arithmetic = cues.FACTOR.match(number.gap) or cues.PRODUCT.search(number.head)
        self._leave(number, "arithmetic" if is_arithmetic else answer or "unknown")

    def _leave(self, number: _Number, why: str) -> None:
        self.heard.unread.append((number.shown, why))

    def _set(self, name: str, value: Value, fields: dict[str, Value] | None = None) -> str:
        """Nothing if it was set; the reason where another value is there already."""
        into = self.heard.fields if fields is None else fields
        if into.get(name, value) != value:
            return "twice"
        into[name] = value
        return ""

    def _percent(self, number: _Number, value: Decimal) -> str | None:
        if not number.match["percent"]:
            return None
        if not number.has(cues.SAVING) or value > 100:
            return "unknown"
        plus = number.match["plus"] or number.match["more"]
        bound = "least" if plus or cues.LEAST.search(number.head) else "most" if cues.MOST.search(number.head) else ""
        if cues.BILL.search(number.sentence) and not bound:
            return self._set("bill.percent", value)
        refused = self._set("percent", value)
        if not refused and bound:
            self.heard.fields["bound"] = bound
        return refused

    def _role(self, number: _Number) -> str:
        """`baseline`, `offer`, or nothing where no word says it: what follows the number speaks first."""
        if cues.ARROW.match(number.gap):
            return "baseline"
        tail = cues.TURNS.split(cues.CLAUSE_END.split(number.tail)[0])[0]
        start = number.match.start()
        head = self.text[max(self.spoken, start - len(number.sentence)) : start]
        for text, from_end in ((tail, False), (head, True)):
            found = [(m.start(), "baseline") for m in cues.BASELINE.finditer(text)]
            found += [(m.start(), "offer") for m in cues.OFFER.finditer(text)]
            if found:
                return (max if from_end else min)(found)[1]
        return ""

    def _wait(self, number: _Number, group: tuple[str, str], role: str, dollars: Decimal, default: str) -> None:
        """Keep a sum until its counterpart is known; `group` is its kind with what tells it from others."""
        self.spoken = number.match.end()
        out = ".out" if group[1].endswith("output") else ""
        sides = {
            "price": {"baseline": f"baseline{out}", "offer": f"offer{out}"},
            "month": {"baseline": "month.before", "offer": "month.after"},
            "bill": {"baseline": "bill.before", "offer": "bill.after"},
        }[group[0]]
        self.waiting.append(_Waiting(number, group, role, dollars, sides, default))

    def _settle(self) -> None:
        """Of two sums of a kind one of which is named, the other is its counterpart."""
        for one in self.waiting:
            named = {other.role for other in self.waiting if other.group == one.group and other.role}
            counterpart = {"baseline": "offer", "offer": "baseline"}[named.pop()] if len(named) == 1 else one.default
            row = self._row(one.group[1].partition(" ")[0]) if one.group[0] == "price" else None
            if self._set(one.sides[one.role or counterpart], one.dollars, row):
                self._leave(one.number, "twice")
        if "bill.percent" in self.heard.fields and "bill.before" not in self.heard.fields:
            # A bill without a sum: the percentage is the headline.
            self.heard.fields.setdefault("percent", self.heard.fields.pop("bill.percent"))

    def _price(self, number: _Number, value: Decimal) -> str | None:
        dollars = self._dollars(number, value * 1000 if number.match["kilo"] else value, _PRICE)
        if dollars is None:
            return "no_rate"
        model = self._model_at(number.match.start())
        direction, role = self._direction(number), self._role(number)
        before = self.waiting[-1] if self.waiting else None
        if direction == "output" and not role and before is not None and before.group == ("price", f"{model} "):
            # “$2 input / $8 output”: the second price is on the side of the first.
            role = before.role
        self._wait(number, ("price", f"{model} {'output' if direction == 'output' else ''}"), role, dollars, "offer")
        return ""

    def _direction(self, number: _Number) -> str:
        for after, before, name in (
            (cues.INPUT, cues.INPUT_BEFORE, "input"),
            (cues.OUTPUT, cues.OUTPUT_BEFORE, "output"),
        ):
            if after.match(number.tail) or before.search(number.head):
                return name
        return ""

    def _model_at(self, at: int) -> str:
        """The model that a price is about: the last that was named before it, else the only one."""
        before = [key for place, key in self.places if place < at]
        if before:
            return before[-1]
        return self.places[0][1] if self.places else ""

    def _row(self, key: str) -> dict[str, Value]:
        for row in self.heard.rows:
            if row.get("model") == key:
                return row
        if len(self.heard.rows) < MOST_ROWS:
            self.heard.rows.append({"model": key})
        return self.heard.rows[-1]

    def _sum(self, number: _Number, value: Decimal) -> str | None:
        if not number.currency:
            return None
        dollars = self._dollars(number, value, _CENTS)
        if dollars is None:
            return "no_rate"
        return self._figure(number, dollars)

    def _figure(self, number: _Number, dollars: Decimal) -> str:
        """A sum of a month or a year; the reason where it is neither."""
        after = cues.CLAUSE_END.split(number.tail)[0]
        is_bill, is_day = bool(cues.BILL.search(number.sentence)), cues.DAY.search(after)
        is_year = cues.YEAR.search(after)
        is_month = cues.MONTH.search(after) or cues.MONTH.search(number.head) or (is_bill and not is_day)
        if not is_year and not is_month:
            return "unknown" if is_day else "no_period"
        self.role = (cues.SAME.search(number.head) and self.last_role) or self._kind(number)
        kind = "bill" if is_bill else "month"
        if self.role == "saving":
            self.spoken = number.match.end()
            return self._set(f"{kind}.{'year' if is_year else 'saving'}", dollars)
        if is_year:
            return "unknown"
        self._wait(number, (kind, ""), self.role, dollars, "baseline" if is_bill else "offer")
        return ""

    def _kind(self, number: _Number) -> str:
        if cues.SAVED.search(number.head) or cues.SAVED.search(cues.CLAUSE_END.split(number.tail)[0]):
            return "saving"
        return self._role(number)

    def _dollars(self, number: _Number, value: Decimal, places: int) -> Decimal | None:
        if number.currency == "USD":
            return value
        dollars = self.convert(value, number.currency)
        if dollars is None:
            return None
        found = figures.rounded(dollars, places)
        self.heard.converted.append((number.match.group().strip(), found, number.currency))
        return found

    def _tokens(self, number: _Number, value: Decimal) -> str | None:
        if cues.MTOKENS.match(number.tail):
            return self._volume(number, value)
        direction = self._direction(number)
        if direction and (
            cues.TOKENS.search(number.tail) or cues.INPUT.match(number.tail) or cues.OUTPUT.match(number.tail)
        ):
            return self._set("in" if direction == "input" else "out", value)
        if not cues.TOKENS.match(number.tail):
            return None
        return self._volume(number, value.scaleb(-6)) if value >= 10**6 else "total"

    def _volume(self, number: _Number, mtok: Decimal) -> str:
        return self._set_period(number) or self._set("mtok", mtok)

    def _requests(self, number: _Number, value: Decimal) -> str | None:
        if not cues.REQUESTS.match(number.tail):
            return None
        return self._set_period(number) or self._set("requests", value)

    def _set_period(self, number: _Number) -> str:
        for pattern, per in ((cues.DAY, "day"), (cues.MONTH, "month")):
            if pattern.search(number.tail) or pattern.search(number.head):
                return self._set("per", per)
        return "no_period"


def _joined(first: _Number, second: _Number) -> bool:
    """Whether two sums stand side by side, so that one unit holds for both."""
    return bool(first.currency and second.currency and cues.JOINS.fullmatch(first.gap))
