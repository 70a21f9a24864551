"""The numbers of a vendor's text, each with the words around it: what is a price, what belongs together."""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

from costcalc.scenarios.claims import cues

NEAR: Final = 60


@dataclass(frozen=True, eq=False)
class Number:
    """One number of the text, with what stands around it, up to the numbers beside it and within its sentence.

    `shown` is the number as it stands in the text, with a word or two after it.
    """

    match: re.Match[str]
    head: str
    sentence: str
    tail: str
    gap: str
    shown: str

    @property
    def currency(self) -> str:
        """The ISO code of a sum; empty for a number that is none."""
        text = self.match["before"] or self.match["after"] or ""
        return next((code for pattern, code in cues.CURRENCIES if text and pattern.match(text)), "")

    @property
    def direction(self) -> str:
        """`input` or `output` where the words beside the number say so."""
        for after, before, name in (
            (cues.INPUT, cues.INPUT_BEFORE, "input"),
            (cues.OUTPUT, cues.OUTPUT_BEFORE, "output"),
        ):
            if after.match(self.tail) or before.search(self.head):
                return name
        if self.match["mtok"]:
            # “$2 per million input tokens”, “$2/1M input”.
            said = cues.INSIDE_UNIT.search(self.match["mtok"]) or cues.AFTER_UNIT.match(self.gap)
            return "" if said is None else "input" if said["input"] else "output"
        return ""

    @property
    def period(self) -> str:
        """`day`, `month` or `year` where the words beside the number say so; what follows it speaks first."""
        for text in (cues.CLAUSE_END.split(self.tail)[0], cues.HEAD_END.split(self.head)[-1]):
            for pattern, name in ((cues.YEAR, "year"), (cues.MONTH, "month"), (cues.DAY, "day")):
                if pattern.search(text):
                    return name
        return ""

    def has(self, pattern: re.Pattern[str]) -> bool:
        """Whether a cue stands in what follows the number, or before it in its sentence."""
        return bool(pattern.search(self.tail) or pattern.search(self.sentence))


def numbers(text: str, original: str) -> list[Number]:
    """Every number of a text in which what was read before is blanked; `original` is the text as it was."""
    found = list(cues.NUMBER.finditer(text))
    ends = [0, *(end.end() for end in cues.SENTENCE_END.finditer(text))]
    read = []
    for index, match in enumerate(found):
        start = max(end for end in ends if end <= match.start())
        before = found[index - 1].end() if index else 0
        until = found[index + 1].start() if index + 1 < len(found) else len(text)
        after = match.start("mtok") if match["mtok"] else match.end()
        read.append(
            Number(
                match,
                head=text[max(before, start) : match.start()],
                sentence=text[start : match.start()],
                tail=text[after : min(until, match.end() + NEAR)],
                gap=text[match.end() : until],
                shown=_shown(match, original[match.end() : until]),
            )
        )
    return read


def prices(found: list[Number]) -> list[bool]:
    """Which sums are prices per million tokens.

    Those that say so, those joined to one that does, and, where one does, those said of input or output.
    """
    said = [bool(number.match["mtok"]) for number in found]
    for index in range(len(found) - 2, -1, -1):
        said[index] = said[index] or (said[index + 1] and joined(found[index], found[index + 1]))
    for index in range(1, len(found)):
        says = bool(found[index - 1].match["mtok"])
        said[index] = said[index] or (says and joined(found[index - 1], found[index]))
    ways = directions(found)
    if any(ways[number] for number, is_one in zip(found, said, strict=True) if is_one):
        pairs = {one for first, second in pairwise(found) if paired(first, second) for one in (first, second)}
        said = [is_one or _is_directed(number, pairs) for is_one, number in zip(said, found, strict=True)]
    return [
        is_one and not (cues.MONTH.match(number.tail.lstrip()) or cues.DAY.match(number.tail.lstrip()))
        for is_one, number in zip(said, found, strict=True)
    ]


def _is_directed(number: Number, pairs: set[Number]) -> bool:
    return bool(number.currency) and not number.period and (bool(number.direction) or number in pairs)


def joined(first: Number, second: Number) -> bool:
    """Whether two sums stand side by side, so that one unit holds for both."""
    return bool(first.currency and second.currency and cues.JOINS.fullmatch(first.gap))


def paired(first: Number, second: Number) -> bool:
    """Whether two sums are input and output: “$2 / $8”, and “$2 and $8” where nothing follows."""
    if not (first.currency and second.currency and cues.BOTH_WAYS.fullmatch(first.gap)):
        return False
    return "/" in first.gap or cues.CLAUSE_END.match(second.gap.lstrip(" ") or ".") is not None


def directions(found: list[Number]) -> dict[Number, str]:
    """`input`, `output` or nothing of each number; the second of “$2 / $8” is output."""
    said = {number: number.direction for number in found}
    for first, second in pairwise(found):
        if paired(first, second) and not said[second]:
            said[second] = "output"
    return said


def periods(found: list[Number]) -> dict[Number, str]:
    """`day`, `month`, `year` or nothing of each number; of two sums side by side, one says it for both."""
    said = {number: number.period for number in found}
    beside = [(first, second) for first, second in pairwise(found) if _of_one_period(first, second)]
    for first, second in beside[::-1]:
        said[first] = said[first] or said[second]
    for first, second in beside:
        said[second] = said[second] or said[first]
    return said


def _of_one_period(first: Number, second: Number) -> bool:
    """Whether two sums stand side by side but for their period: “$600 a month, not $4,500”."""
    gap = cues.PERIOD.sub(" ", first.gap)
    return bool(first.currency and second.currency and "=" not in gap and cues.JOINS.fullmatch(gap))


def per_thousand(found: list[Number]) -> set[Number]:
    """The prices that are said per thousand tokens; one without a unit has that of the price beside it or before it."""
    units = {number: bool(number.match["kilo"]) for number in found if number.match["mtok"]}
    for first, second in list(pairwise(found))[::-1]:
        if second in units and joined(first, second):
            units.setdefault(first, units[second])
    for first, second in pairwise(found):
        if first in units:
            units.setdefault(second, units[first])
    return {number for number, is_thousand in units.items() if is_thousand}


def ranged(found: list[Number]) -> set[Number]:
    """The numbers that are the ends of a range: “60–85 %”, “$0.5–$2”. Which one is promised, nobody says."""
    ends: set[Number] = set()
    for first, second in pairwise(found):
        is_sums = bool(first.currency)
        if is_sums != bool(second.currency) or first.match["mtok"]:
            continue
        if (cues.DASH if is_sums else cues.RANGE).fullmatch(first.gap):
            ends |= {first, second}
    return ends


def _shown(match: re.Match[str], after: str) -> str:
    words = re.match(r"[^\S\n]*\S*(?:[^\S\n]+\S+)?", after)
    return f"{match.group()}{words.group() if words else ''}".strip().rstrip(" ,;:.(")
