"""What a text says of credits and how they are bought: top-up rate, exchange rate, minimum, fees, gifts, expiry."""

from __future__ import annotations

import re
from collections.abc import Callable
from decimal import Decimal
from fractions import Fraction

from costcalc.scenarios.claims import cues, figures
from costcalc.scenarios.kinds import Value

_CREDITS = r"(?:credits?|tín dụng)(?!\w)"
_YUAN = r"(?:CNY|RMB|yuan|nhân dân tệ|tệ)(?!\w)"
# “1 CNY buys 1 credit”, “¥1 = $1”: what a credit costs.
CREDIT = re.compile(
    rf"(?P<paid>(?:¥[ \u00a0]?(?:{cues.DIGITS})|(?:{cues.DIGITS})[ \u00a0]?(?:CNY|RMB|yuan|nhân dân tệ|tệ)))"
    r"\s*(?:=|buys?|gets?(?: you)?|for|is worth|đổi được|mua được|được|bằng|đổi)\s*"
    rf"(?P<got>(?:\$[ \u00a0]?)?(?:{cues.DIGITS}|one|một)\s*(?:USD|\$|dollar|đô la|đô)?\s*"
    r"(?:of )?(?:credits?|tín dụng)?)",
    cues.ANY_CASE,
)
# “7.1 CNY per USD”: an exchange rate.
RATE = re.compile(
    rf"(?P<rate>{cues.DIGITS})[ \u00a0]?(?:CNY|RMB|yuan|nhân dân tệ|tệ)\s*(?:/|per|to|for|mỗi|một|đổi)\s*"
    r"(?:the |1 |một )?(?:USD|US dollar|dollar|đô la|đô|\$)(?!\w|\s*(?:of )?(?:credit|tín dụng))",
    cues.ANY_CASE,
)
# The rest is said in credits, per cent or days; a minimum may be said in what credits are paid in.
LEAST = re.compile(
    rf"(?:minimum (?:top-?up|recharge|deposit)|min\.? top-?up|nạp tối thiểu|mức nạp tối thiểu)\s*(?:is|of|:|là)?\s*"
    rf"(?P<number>{cues.DIGITS})\s*(?P<unit>{_CREDITS}|{_YUAN})",
    cues.ANY_CASE,
)
FEE = re.compile(
    rf"(?P<number>{cues.DIGITS})\s*%\s*(?:payment |processing |top-?up )?fees?(?!\w)|"
    rf"phí(?: thanh toán| nạp)?\s*(?:là|:)?\s*(?P<other>{cues.DIGITS})\s*%",
    cues.ANY_CASE,
)
SPREAD = re.compile(
    rf"(?P<number>{cues.DIGITS})\s*%\s*(?:fx |exchange |currency )?spread(?!\w)|"
    rf"chênh lệch(?: tỷ giá)?\s*(?:là|:)?\s*(?P<other>{cues.DIGITS})\s*%",
    cues.ANY_CASE,
)
FREE = re.compile(
    rf"(?P<number>{cues.DIGITS})\s*(?:free {_CREDITS}|{_CREDITS}\s*miễn phí)|"
    rf"tặng\s*(?P<other>{cues.DIGITS})\s*{_CREDITS}",
    cues.ANY_CASE,
)
EXPIRES = re.compile(
    rf"{_CREDITS}[^.,;\d]{{0,30}}(?:expires?|hết hạn|end)\s*(?:after|in|sau)?\s*(?P<number>{cues.DIGITS})\s*"
    r"(?:days?|ngày)(?!\w)",
    cues.ANY_CASE,
)


class TopUps:
    """Takes what it knows out of a text: `text` is what is left, `fields` what was said."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.fields: dict[str, Value] = {}
        for pattern, take in ((RATE, self._rate), (CREDIT, self._credit), (LEAST, self._least)):
            self._read(pattern, take)
        for name, pattern in (("fee", FEE), ("spread", SPREAD), ("free", FREE), ("expires", EXPIRES)):
            self._read(pattern, self._number(name))

    def _read(self, pattern: re.Pattern[str], take: Callable[[re.Match[str]], bool]) -> None:
        match = pattern.search(self.text)
        if match and take(match):
            start, end = match.span()
            self.text = self.text[:start] + "#" * (end - start) + self.text[end:]

    def _rate(self, match: re.Match[str]) -> bool:
        rate = figures.plain(match["rate"])
        # One for one is a top-up rate, not an exchange rate.
        if not rate or rate == 1:
            return False
        self.fields |= {"rate": rate, "currency": "CNY"}
        return True

    def _credit(self, match: re.Match[str]) -> bool:
        paid, got = figures.plain(match["paid"]), figures.plain(match["got"])
        is_credit = "$" in match["got"] or re.search(r"credit|tín dụng|USD|đô|dollar", match["got"], cues.ANY_CASE)
        if paid is None or not got or not is_credit:
            return False
        self.fields |= {"credit": figures.rounded(Fraction(paid) / Fraction(got), 6), "currency": "CNY"}
        return True

    def _least(self, match: re.Match[str]) -> bool:
        number, price = figures.plain(match["number"]), self.fields.get("credit")
        if number is not None and re.match(_YUAN, match["unit"], cues.ANY_CASE):
            is_known = isinstance(price, Decimal) and price > 0
            number = figures.rounded(Fraction(number) / Fraction(str(price)), 3) if is_known else None
        if number is None:
            return False
        self.fields["least"] = number
        return True

    def _number(self, name: str) -> Callable[[re.Match[str]], bool]:
        def take(match: re.Match[str]) -> bool:
            found = figures.plain(match["number"] or match.groupdict().get("other") or "")
            if found is None:
                return False
            self.fields[name] = found
            return True

        return take
