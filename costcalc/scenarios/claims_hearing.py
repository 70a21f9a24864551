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
from costcalc.scenarios.fields import Value

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

    def run(self) -> Heard:
        self._name_models()
        self._exchange(cues.RATE, self._rate)
        self._exchange(cues.CREDIT, self._credit)
        self.points = figures.points(self.text)
        numbers = self._numbers()
        for index, number in enumerate(numbers):
            self._place(number, self._unit(numbers, index))
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

    def _exchange(self, pattern: re.Pattern[str], take: Callable[[re.Match[str]], bool]) -> None:
        match = pattern.search(self.text)
        if match and take(match):
            self._blank(match.start(), match.end())

    def _credit(self, match: re.Match[str]) -> bool:
        paid, got = figures.plain(match["paid"]), figures.plain(match["got"])
        is_credit = "$" in match["got"] or re.search(r"credit|tín dụng|USD|đô|dollar", match["got"], cues.I)
        if paid is None or not got or not is_credit:
            return False
        price = Fraction(paid) / Fraction(got)
        self.heard.fields |= {"credit": figures.rounded(price, _PRICE), "currency": "CNY"}
        return True

    def _rate(self, match: re.Match[str]) -> bool:
        rate = figures.plain(match["rate"])
        if not rate or rate == 1:
            # One for one is a top-up rate, not an exchange rate.
            return False
        self.heard.fields |= {"rate": rate, "currency": "CNY"}
        return True

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

    def _unit(self, numbers: list[_Number], index: int) -> bool:
        """Whether a sum is a price per million tokens: it says so, or the sum that it is joined to does."""
        number = numbers[index]
        if number.match["mtok"] or not number.currency:
            return bool(number.match["mtok"])
        if cues.MONTH.match(number.tail.lstrip()) or cues.DAY.match(number.tail.lstrip()):
            return False
        for other, between in ((index + 1, index), (index - 1, index - 1)):
            if 0 <= other < len(numbers) and cues.JOINS.fullmatch(numbers[between].gap):
                joined = numbers[other]
                if joined.currency and joined.match["mtok"]:
                    return True
                if joined.currency and other > index and self._unit(numbers, other):
                    return True
        return False

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
        tail = cues.TURNS.split(cues.CLAUSE_END.split(number.tail)[0])[0]
        for text, from_end in ((tail, False), (number.sentence, True)):
            found = [(m.start(), "baseline") for m in cues.BASELINE.finditer(text)]
            found += [(m.start(), "offer") for m in cues.OFFER.finditer(text)]
            if found:
                return (max if from_end else min)(found)[1]
        return ""

    def _price(self, number: _Number, value: Decimal) -> str | None:
        dollars = self._dollars(number, value, _PRICE)
        if dollars is None:
            return "no_rate"
        side, direction = self._role(number) or "offer", self._direction(number)
        row = self._row(self._model_at(number.match.start()))
        if direction == "output":
            return self._set(f"{side}.out", dollars, row)
        return self._set(side, dollars, row)

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
        name = self._figure(number)
        return self._set(name, dollars) if name else "no_period" if name is None else "unknown"

    def _figure(self, number: _Number) -> str | None:
        """The field of a sum; None where no word says of how long it is, nothing where it is none of ours."""
        is_bill = bool(cues.BILL.search(number.sentence))
        after = cues.CLAUSE_END.split(number.tail)[0]
        is_year = cues.YEAR.search(after)
        is_month = (
            cues.MONTH.search(after) or (is_bill and not cues.DAY.search(after)) or cues.MONTH.search(number.head)
        )
        if not is_month and not is_year:
            return None if not cues.DAY.search(after) else ""
        role = (cues.SAME.search(number.head) and self.last_role) or self._kind(number)
        self.role = role
        if is_year:
            return ("bill.year" if is_bill else "month.year") if role == "saving" else ""
        if is_bill:
            return {"saving": "bill.saving", "baseline": "bill.before"}.get(
                role, "bill.after" if role else "bill.before"
            )
        return {"saving": "month.saving", "baseline": "month.before"}.get(role, "month.after")

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
