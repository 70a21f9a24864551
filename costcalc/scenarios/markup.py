"""Markup that stands in every row, put together here because a template's nodes cost ten times as much.

A fragment has some forty figures and rows. As nodes of a template they were half of its time; everything
that stands once is in the templates. Every text goes through `escape`, which is what Django's own calls.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import lru_cache
from html import escape

from django.utils.safestring import SafeString

Sources = tuple[tuple[str, str], ...]


def figure(text: str, kind: str, steps: Sequence[str], sources: Sources) -> SafeString:
    """A figure that opens on its arithmetic and its sources; without either, the text alone."""
    if not steps and not sources:
        return SafeString(escape(text))
    css = f"figure {kind}" if kind else "figure"
    shown = "".join([f'<p class="formula">{escape(step)}</p>' for step in steps])
    opened = f"<div>{shown}{_sources(sources)}</div>"
    return SafeString(f'<details class="{css}" name="figure"><summary>{escape(text)}</summary>{opened}</details>')


@lru_cache(maxsize=1024)
def _sources(sources: Sources) -> str:
    """Where prices come from: the same few in every line of a ledger."""
    parts = [
        f'<a href="{escape(url)}" rel="noreferrer">{escape(words)}</a> ' if url else f"{escape(words)} "
        for words, url in sources
    ]
    return f"<p>{''.join(parts)}</p>" if parts else ""


def row(label: str, volume: str, sides: Iterable[str], difference: str, direction: str, css: str) -> SafeString:
    """A line of the ledger: what it is for, its volume, both sides (markup already), and the difference."""
    shown = "".join([f"<td>{side}</td>" for side in sides])
    return SafeString(
        f'<tr{_css(css)}><th scope="row">{escape(label)}</th><td class="volume">{escape(volume)}</td>{shown}'
        f"<td{_css(direction)}>{escape(difference)}</td></tr>"
    )


def place(page: str, model: str, provider: str, window: str) -> SafeString:
    """The first cells of a row elsewhere: which model, whose, how much context."""
    return SafeString(
        f'<th scope="row" class="word"><a href="{escape(page)}">{escape(model)}</a></th>'
        f'<td class="word aside">{escape(provider)}</td><td class="aside">{escape(window)}</td>'
    )


def cost(monthly: str, direction: str, difference: str, href: str, label: str, words: str) -> SafeString:
    """The cells of a row elsewhere that say what it costs, and the link that makes it the candidate."""
    return SafeString(
        f'<td>{escape(monthly)}</td><td class="{direction}">{escape(difference)}</td>'
        f'<td><a href="{escape(href)}" aria-label="{escape(label)}">{escape(words)}</a></td>'
    )


def swapped(texts: Iterable[tuple[str, str]]) -> SafeString:
    """Texts that htmx puts into elements elsewhere on the page, by their ids."""
    spans = [f'<span id="{ident}" hx-swap-oob="innerHTML">{escape(text)}</span>' for ident, text in texts]
    return SafeString("".join(spans))


def hidden(pairs: Iterable[tuple[str, str]]) -> SafeString:
    """A scenario's own part of the address, as the fields of a form that asks something else."""
    fields = [f'<input type="hidden" name="{escape(name)}" value="{escape(value)}">' for name, value in pairs]
    return SafeString("".join(fields))


def head(label: str, css: str, order: str, href: str, *, pushes: bool) -> SafeString:
    """The head of a column by which the list elsewhere is sorted; `pushes` where its address is the page's."""
    ordered = f' aria-sort="{order}"' if order else ""
    pushed = ' hx-push-url="true"' if pushes else ""
    address = escape(href)
    return SafeString(
        f'<th scope="col"{_css(css)}{ordered}><a href="{address}" hx-get="{address}" hx-target="#elsewhere" '
        f'hx-swap="outerHTML"{pushed}>{escape(label)}</a></th>'
    )


def links(found: Iterable[tuple[str, str]]) -> SafeString:
    """Addresses and their words, in a row."""
    return SafeString(" · ".join([f'<a href="{escape(href)}">{escape(words)}</a>' for href, words in found]))


def facts(pairs: Iterable[tuple[str, str]]) -> SafeString:
    """The figures under the verdict: what each is, and the figure, which is markup already."""
    return SafeString("".join([f"<div><dt>{escape(label)}</dt><dd>{figure}</dd></div>" for label, figure in pairs]))


def switch(ident: str, href: str, focus: str, words: str, *, swapped: bool) -> SafeString:
    """The link of one side to its other way, typed prices or a model; `swapped` where htmx puts it into the page."""
    if not href:
        return SafeString("")
    address, out_of_band = escape(href), ' hx-swap-oob="true"' if swapped else ""
    return SafeString(
        f'<p class="hint" id="{ident}-switch"{out_of_band}><a href="{address}" id="{ident}-switch-link" '
        f'hx-get="/{address}&amp;focus={focus}" hx-target="#calculator" hx-swap="outerHTML">{escape(words)}</a></p>'
    )


def _css(name: str) -> str:
    return f' class="{name}"' if name else ""
