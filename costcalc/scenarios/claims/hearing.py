"""A vendor's sentence, read: prices, volumes, percentages, monthly figures and bills, in English and Vietnamese.

Every number is read for one thing or named as not read; nothing is guessed. A number that can be two
(`1.875` where the text does not show which mark is its point) is not read either, and says so.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from itertools import pairwise

from costcalc.scenarios.claims import cues, figures
from costcalc.scenarios.claims.heard import CENTS, PRICE, Convert, Heard, named, put
from costcalc.scenarios.claims.numbers import Number, directions, numbers, per_thousand, periods, prices, ranged
from costcalc.scenarios.claims.tables import hear_table, without_tables
from costcalc.scenarios.claims.topups import TopUps
from costcalc.scenarios.kinds import Value


@dataclass(frozen=True)
class _Waiting:
    """A sum whose side may only be known from its counterpart: two fields, and the one where no word says anything."""

    number: Number
    group: tuple[str, str]
    role: str
    dollars: Decimal
    sides: Mapping[str, str]
    default: str


def hear(text: str, models: Mapping[str, str], convert: Convert) -> Heard:
    """Read a text. `models` gives catalogue keys by lower-case names, `convert` US dollars for a sum in a currency."""
    text, tables = without_tables(text)
    heard = Heard()
    for table in tables:
        hear_table(table, heard, models, convert)
    _Listener(text, models, convert, heard).run()
    return heard


class _Listener:
    def __init__(self, text: str, models: Mapping[str, str], convert: Convert, heard: Heard) -> None:
        self.original = self.text = text
        self.models = models
        self.convert = convert
        self.heard = heard
        self.places: list[tuple[int, str]] = []
        # Where models are named in one breath: a price after them is of one of them, or of all.
        self.listed: set[int] = set()
        # Whose sum the last number was, and the one before: “$3,900 a month = $46,800 a year” speaks of one thing.
        self.role = self.last_role = ""
        # Words before this place speak of a sum that was read already.
        self.spoken = 0
        self.waiting: list[_Waiting] = []

    def run(self) -> None:
        """Place every number of the text."""
        self._name_models()
        topups = TopUps(self.text)
        self.text, self.heard.fields = topups.text, topups.fields
        self.points = figures.points(self.text)
        self.numbers = numbers(self.text, self.original)
        self.ranged, self.directions, self.periods = ranged(found := self.numbers), directions(found), periods(found)
        self.per_thousand = per_thousand(found)
        for number, is_price in zip(found, prices(found), strict=True):
            self._place(number, is_price)
        self._settle()
        for _at, key in self.places:
            if self.heard.row(key) is None:
                self.heard.unread.append((key, "more"))

    def _name_models(self) -> None:
        """Models are named first: their digits are no numbers."""
        found = list(named(self.text, self.models))
        for start, end, _key in found:
            self._blank(start, end)
        self.places = sorted({(start, key) for start, _end, key in found})
        spans = sorted((start, end) for start, end, _key in found)
        together = [pair for pair in pairwise(spans) if cues.LISTED.fullmatch(self.text[pair[0][1] : pair[1][0]])]
        self.listed = {start for pair in together for start, _end in pair}

    def _blank(self, start: int, end: int) -> None:
        self.text = self.text[:start] + "#" * (end - start) + self.text[end:]

    def _place(self, number: Number, is_price: bool) -> None:
        """Give one number to the first kind that knows it."""
        kinds = (self._percent, self._price if is_price else self._sum, self._tokens, self._requests)
        if number in self.ranged:
            self._leave(number, "range")
            return
        # Nobody pays a hundredth of a đồng: 52.000đ is fifty-two thousand.
        is_fine = is_price and number.currency != "VND"
        value = figures.value(number.match, self.points, strict=is_fine or bool(number.match["percent"]))
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

    def _leave(self, number: Number, why: str) -> None:
        self.heard.unread.append((number.shown, why))

    def _set(self, name: str, value: Value) -> str:
        return put(self.heard.fields, name, value)

    def _percent(self, number: Number, value: Decimal) -> str | None:
        if not number.match["percent"]:
            return None
        is_minus = number.head.endswith(("-", "−"))
        if not (is_minus or number.has(cues.SAVING)) or value > 100:
            return "unknown"
        compared = cues.COMPARED.match(number.gap)
        if compared and number.gap[compared.end() :].strip():
            # “90 % off OpenAI’s list prices: …”: those words speak of the percentage, not of what follows.
            self.spoken = number.match.end() + compared.end()
        plus = number.match["plus"] or number.match["more"]
        bound = "least" if plus or cues.LEAST.search(number.head) else "most" if cues.MOST.search(number.head) else ""
        if cues.BILL.search(number.sentence) and not bound:
            return self._set("bill.percent", value)
        refused = self._set("percent", value)
        if not refused and bound:
            self.heard.fields["bound"] = bound
        return refused

    def _role(self, number: Number) -> str:
        """`baseline`, `offer`, or nothing where no word says it: what follows the number speaks first."""
        if cues.ARROW.match(number.gap):
            return "baseline"
        tail = cues.TURNS.split(cues.CLAUSE_END.split(number.tail)[0])[0]
        start = number.match.start()
        head = self.text[max(self.spoken, start - len(number.sentence)) : start]
        for text, from_end in ((tail, False), (head, True)):
            found = [(m.start(), "baseline") for m in cues.BASELINE.finditer(text)]
            found += [(m.start(), "offer") for m in cues.OFFER.finditer(text)]
            if from_end and cues.TO.search(cues.CLAUSE_END.split(number.gap)[0]):
                found += [(m.start(), "baseline") for m in cues.FROM.finditer(text)]
            if found:
                return (max if from_end else min)(found)[1]
        return ""

    def _wait(self, number: Number, group: tuple[str, str], role: str, dollars: Decimal, default: str) -> None:
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
            into = self.heard.row(one.group[1].partition(" ")[0]) if one.group[0] == "price" else self.heard.fields
            if into is None:
                self._leave(one.number, "more")
            elif put(into, one.sides[one.role or counterpart], one.dollars):
                self._leave(one.number, "twice")
        if "bill.percent" in self.heard.fields and "bill.before" not in self.heard.fields:
            # A bill without a sum: the percentage is the headline.
            self.heard.fields.setdefault("percent", self.heard.fields.pop("bill.percent"))

    def _price(self, number: Number, value: Decimal) -> str | None:
        if max((at for at, _key in self.places if at < number.match.start()), default=-1) in self.listed:
            # “GPT-4.1 and Claude at $8 and $15”.
            return "which_model"
        dollars = self._dollars(number, value * 1000 if number in self.per_thousand else value, PRICE)
        if dollars is None:
            return "no_rate"
        model = self._model_at(number.match.start())
        direction, role = self.directions[number], self._role(number)
        before = self.waiting[-1] if self.waiting else None
        if direction == "output" and not role and before is not None and before.group == ("price", f"{model} "):
            # “$2 input / $8 output”: the second price is on the side of the first.
            role = before.role
        self._wait(number, ("price", f"{model} {'output' if direction == 'output' else ''}"), role, dollars, "offer")
        return ""

    def _model_at(self, at: int) -> str:
        """The model that a price is about: the last that was named before it, else the only one."""
        before = [key for place, key in self.places if place < at]
        if before:
            return before[-1]
        return self.places[0][1] if self.places else ""

    def _sum(self, number: Number, value: Decimal) -> str | None:
        if not number.currency:
            return None
        converted = len(self.heard.converted)
        dollars = self._dollars(number, value, CENTS)
        if dollars is None:
            return "no_rate"
        refused = self._figure(number, dollars)
        if refused:
            # What is not read was not converted either.
            del self.heard.converted[converted:]
        return refused

    def _figure(self, number: Number, dollars: Decimal) -> str:
        """A sum of a month or a year; the reason where it is neither."""
        is_bill = bool(cues.BILL.search(number.sentence))
        period = self.periods[number] or ("month" if is_bill else "")
        if period in ("", "day"):
            return period or "no_period"
        same = cues.SAME.search(number.head)
        if self.last_role == "saving":
            # “$46,800 annually ($3,900/month)”, “$3,900 → $46,800 a year”.
            same = same or cues.ASIDE.search(number.head)
        self.role = (same and self.last_role) or self._kind(number)
        kind = "bill" if is_bill else "month"
        if self.role == "saving":
            self.spoken = number.match.end()
            return self._set(f"{kind}.{'year' if period == 'year' else 'saving'}", dollars)
        if period == "year":
            dollars = figures.rounded(Fraction(dollars) / 12, CENTS)
            self.heard.converted.append((f"{number.match.group().strip()} ÷ 12", dollars))
        self._wait(number, (kind, ""), self.role, dollars, "baseline" if is_bill else "offer")
        return ""

    def _kind(self, number: Number) -> str:
        if cues.SAVED.search(number.head) or cues.SAVED.search(cues.CLAUSE_END.split(number.tail)[0]):
            return "saving"
        return self._role(number)

    def _dollars(self, number: Number, value: Decimal, places: int) -> Decimal | None:
        return self.heard.dollars(number.match.group(), value, number.currency, places, self.convert)

    def _tokens(self, number: Number, value: Decimal) -> str | None:
        if cues.MTOKENS.match(number.tail):
            return self._volume(number, value)
        direction = number.direction
        if direction and (
            cues.TOKENS.search(number.tail) or cues.INPUT.match(number.tail) or cues.OUTPUT.match(number.tail)
        ):
            return self._set("in" if direction == "input" else "out", value)
        if not cues.TOKENS.match(number.tail):
            return None
        return self._volume(number, value.scaleb(-6)) if value >= 10**6 else "total"

    def _volume(self, number: Number, mtok: Decimal) -> str:
        return self._set_period(number) or self._set("mtok", mtok)

    def _requests(self, number: Number, value: Decimal) -> str | None:
        if not cues.REQUESTS.match(number.tail):
            return None
        return self._set_period(number) or self._set("requests", value)

    def _set_period(self, number: Number) -> str:
        for pattern, per in ((cues.DAY, "day"), (cues.MONTH, "month")):
            if pattern.search(number.tail) or pattern.search(number.head):
                return self._set("per", per)
        return "no_period"
