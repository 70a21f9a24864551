"""Markup that stands in every row: made by format_html, because a template's nodes cost ten times as much.

A fragment has some forty figures and rows. As nodes of a template they were half of its time; everything
that stands once is in the templates.
"""

from __future__ import annotations

from collections.abc import Iterable

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

FIGURE = '<details class="figure{}" name="figure"><summary>{}</summary><div>{}{}</div></details>'
STEP = '<p class="formula">{}</p>'
LINK = '<a href="{}" rel="noreferrer">{}</a> '
HEAD = '<th scope="row" class="word"><a href="{}">{}</a></th><td class="word aside">{}</td><td class="aside">{}</td>'
COST = '<td>{}</td><td class="{}">{}</td><td><a href="{}" aria-label="{}">{}</a></td>'


def figure(text: str, kind: str, steps: Iterable[str], sources: Iterable[tuple[str, str]]) -> SafeString:
    """A figure that opens on its arithmetic and its sources; without either, the text alone."""
    shown_steps = format_html_join("", STEP, ((step,) for step in steps))
    parts = [format_html(LINK, url, words) if url else format_html("{} ", words) for words, url in sources]
    if not shown_steps and not parts:
        return format_html("{}", text)
    shown_sources = format_html("<p>{}</p>", format_html_join("", "{}", ((part,) for part in parts))) if parts else ""
    return format_html(FIGURE, f" {kind}" if kind else "", text, shown_steps, shown_sources)


def place(page: str, model: str, provider: str, window: str) -> SafeString:
    """The first cells of a row elsewhere: which model, whose, how much context."""
    return format_html(HEAD, page, model, provider, window)


def cost(monthly: str, direction: str, difference: str, href: str, label: str, words: str) -> SafeString:
    """The cells of a row elsewhere that say what it costs, and the link that makes it the candidate."""
    return format_html(COST, monthly, direction, difference, href, label, words)
