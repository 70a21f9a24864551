"""What a move from one provider to another changes in code that uses the openai SDK: address, key, model. Pure."""

from dataclasses import dataclass

from costcalc.streaming.snippets.kinds import Kind
from costcalc.streaming.snippets.making import Wish, key_variable, snippet


@dataclass(frozen=True, slots=True)
class Swap:
    """Both files, and the lines that differ: (as it is, as it is to be). Both files run as they are."""

    before: str
    after: str
    changes: tuple[tuple[str, str], ...]
    # Whether another address is given a key by the old one's name.
    keeps_variable: bool


def base_url_swap(before: Wish, after: Wish) -> Swap:
    """The change from one provider and model to another; nothing but `base_url`, key and model differs.

    A provider of another dialect is asked where it speaks OpenAI's: not all that it can do is to be had there.
    """
    texts = snippet(Kind.OPENAI, before).text, snippet(Kind.OPENAI, after).text
    lines = zip(*(text.splitlines() for text in texts), strict=True)
    changes = tuple((was, now) for was, now in lines if was != now)
    elsewhere = before.endpoint.base_url != after.endpoint.base_url
    return Swap(*texts, changes, elsewhere and key_variable(before.endpoint) == key_variable(after.endpoint))
