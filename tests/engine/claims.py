"""The article's table and ROI section as a claim, for tests."""

from decimal import Decimal
from fractions import Fraction

from costcalc.engine import Claim, ClaimedPrice, ClaimedTraffic, Pair, TokenPrices, quoted


def prices(text: str) -> TokenPrices:
    """`2 8` is 2 in, 8 out; `8` is flat."""
    before, _, after = text.partition(" ")
    return quoted(Decimal(before), Decimal(after) if after else None)


def row(name: str, listed: str, baseline: str, offer: str, percent: str) -> ClaimedPrice:
    return ClaimedPrice(name, prices(listed), prices(baseline), prices(offer), Decimal(percent))


TRAFFIC = ClaimedTraffic(Decimal(50000), Decimal(1000), Decimal(500))
GPT = row("gpt-4.1", "2 8", "60", "8", "87")
# Exchange: a credit that lists at a dollar costs 1 CNY, and a dollar 7.1 CNY.
ARTICLE = Claim(
    prices=(
        GPT,
        row("claude-sonnet-4-5", "3 15", "90", "15", "83"),
        row("gemini-2.5-flash", "0.3 2.5", "17.5", "2.5", "86"),
        row("deepseek-chat", "0.28 0.42", "2.8", "0.42", "85"),
    ),
    traffic=TRAFFIC,
    figures=Pair(Decimal(4500), Decimal(600), Decimal(3900), Decimal(46800)),
    bills=Pair(before=Decimal(4200), after=Decimal(680), percent=Decimal(84)),
    percent=Decimal(85),
    bound="least",
    credit=Fraction(10, 71),
)
