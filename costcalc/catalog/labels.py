"""Names of units, measures and variants as people read them, in the active language."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from typing import TYPE_CHECKING, Final, TypeAlias

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from costcalc.engine import unit_named

if TYPE_CHECKING:
    # A test dependency: what is lazily translated has no type of its own in Django.
    from django_stubs_ext import StrPromise

Words: TypeAlias = "str | StrPromise"

UNITS: Final[dict[str, Words]] = {
    "input_mtok": _("Input tokens"),
    "cache_read_mtok": _("Input read from cache"),
    "cache_write_mtok": _("Input written to cache"),
    "cache_write_5m_mtok": _("Input written to cache, 5 min"),
    "cache_write_1h_mtok": _("Input written to cache, 1 h"),
    "output_mtok": _("Output tokens"),
    "output_reasoning_mtok": _("Reasoning tokens"),
    "output_citation_mtok": _("Citation tokens"),
    "input_tool_mtok": _("Tool input tokens"),
    "input_text_mtok": _("Text input"),
    "output_text_mtok": _("Text output"),
    "input_audio_mtok": _("Audio input"),
    "output_audio_mtok": _("Audio output"),
    "cache_audio_read_mtok": _("Audio input read from cache"),
    "input_image_mtok": _("Image input"),
    "output_image_mtok": _("Image output"),
    "cache_image_read_mtok": _("Image input read from cache"),
    "input_video_mtok": _("Video input"),
    "output_video_mtok": _("Video output"),
    "cache_video_read_mtok": _("Video input read from cache"),
    "audio_hours": _("Audio"),
    "input_audio_hours": _("Audio input, by length"),
    "output_audio_hours": _("Audio output, by length"),
    "input_mchars": _("Input characters"),
    "input_text_messages_kcount": _("Text messages in"),
    "input_gpixels": _("Input pixels"),
    "input_document_kpages": _("Document pages"),
    "input_annotated_document_kpages": _("Annotated document pages"),
    "rerank_searches_kcount": _("Rerank searches"),
    "web_searches_kcount": _("Web searches"),
    "social_searches_kcount": _("Social searches"),
    "storage_searches_kcount": _("File searches"),
    "code_executions_kcount": _("Code runs"),
    "requests_kcount": _("Requests"),
}
_MEASURES: Final[dict[str, Words]] = {
    "tokens": _("per MTok"),
    "characters": _("per million characters"),
    "durations": _("per hour"),
    "pixels": _("per billion pixels"),
    "document_pages": _("per 1,000 pages"),
    "messages": _("per 1,000 messages"),
    "tool_calls": _("per 1,000 calls"),
    "rerank": _("per 1,000 searches"),
    "requests": _("per 1,000 requests"),
}
VARIANTS: Final[dict[str, Words]] = {
    "standard": _("standard"),
    "batch": _("batch"),
    "flex": _("flex"),
    "priority": _("priority"),
    "default": _("default tier"),
    "fast": _("fast"),
}
KINDS: Final[dict[str, Words]] = {
    "catalogue": _("price catalogue"),
    "correction": _("reviewed correction"),
    "quote": _("a vendor’s quote"),
}


def own_words(text: str) -> str:
    """What the product's own reviewed files say, in the active language; the translators' file holds their texts."""
    return gettext(text) if text else ""


def collated(words: str) -> tuple[str, str]:
    """A key that sorts as a dictionary does: whatever the case and the accents, and đ after d."""
    folded = words.casefold()
    bare = "".join(mark for mark in unicodedata.normalize("NFD", folded) if not unicodedata.combining(mark))
    return bare.replace("đ", "d\uffff"), folded


def unit_label(name: str) -> str:
    """A unit in words: `Output tokens`; its own name where there are no words for it."""
    words = UNITS.get(name)
    # Not `or`: to ask whether a lazy text is empty translates it.
    return unit_named(name).usage_key.replace("_", " ").capitalize() if words is None else str(words)


def measure_label(name: str) -> str:
    """What one price of a unit is for: `per MTok`. Raises UnknownUnit."""
    return str(_MEASURES[unit_named(name).dimensions["family"]])


def variant_label(name: str) -> str:
    """A variant in words; the provider's own word where there are no others."""
    return str(VARIANTS.get(name, name))


def context_label(context: Mapping[str, str]) -> str:
    """The context of a variant in words: `batch`."""
    return ", ".join(variant_label(value) for value in context.values())
