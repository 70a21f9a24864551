"""How words are compared in a search: by letters, in whatever case; and typed without accents, without them.

Databases do not agree on it: SQLite folds ASCII only, PostgreSQL by its locale. So the text is folded here.
"""

from __future__ import annotations

import unicodedata

# Letters that Unicode does not take apart into a base and a mark.
BARE = str.maketrans({"đ": "d", "ø": "o", "ł": "l", "ı": "i"})


def folded(text: str) -> str:
    """In one case and one spelling: `Đ` and `đ`, `é` as one character or two."""
    return unicodedata.normalize("NFC", unicodedata.normalize("NFKC", text).casefold())


def bare(text: str) -> str:
    """Folded and without accents: `chuyển đổi` as `chuyen doi`."""
    apart = unicodedata.normalize("NFD", folded(text).translate(BARE))
    return "".join(letter for letter in apart if not unicodedata.combining(letter))


def sought(*texts: str) -> str:
    """What a search looks in: the texts folded, and once more without accents where they have any."""
    lines = [folded(text) for text in texts]
    return "\n".join(dict.fromkeys([*lines, *map(bare, texts)]))


def has_words(words: str, *texts: str) -> bool:
    """Whether every word is in one of the texts."""
    there = sought(*texts)
    return all(word in there for word in folded(words).split())
