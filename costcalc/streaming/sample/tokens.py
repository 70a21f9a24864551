"""Text cut into tokens, as coarsely as tokenizers do. Pure.

No provider's own tokenizer: words, runs of three digits, signs; long words in pieces. What matters is
that the same text is always cut in the same way, that nothing is lost, and that the lengths are plausible
(4 to 5 characters a token in English).
"""

import re
from itertools import pairwise
from typing import Final

# A word keeps the space before it, as byte-pair encodings have it.
_TOKEN: Final = re.compile(r" ?[^\W\d_]+| ?\d{1,3}| ?[^\w\s]|_|\s+?(?= \S)|\s+")
LONGEST_WORD: Final = 9


def tokens(text: str) -> list[str]:
    """The tokens of a text; joined they are the text."""
    return [piece for word in _TOKEN.findall(text) for piece in _pieces(word)]


def count(text: str) -> int:
    """How many tokens a text has."""
    return len(tokens(text))


def _pieces(word: str) -> list[str]:
    """A word in pieces of nearly the same length, none longer than `LONGEST_WORD`."""
    number = -(-len(word) // (LONGEST_WORD + 1))
    cuts = [round(place * len(word) / number) for place in range(number + 1)]
    return [word[begin:end] for begin, end in pairwise(cuts)]
