"""What a provider counted, in genai-prices' names. Pure.

The rules are those of genai-prices' own extractors, which the tests hold them to: input includes what
was read from and written to a cache, output includes reasoning. What was not reported is absent, never 0.
"""

from collections.abc import Mapping
from typing import Any, Final

# More tokens than every request of a year: whatever says so does not count.
MOST: Final = 10**15
# Names of the result → where in a report their parts are; the parts are summed.
Places = Mapping[str, tuple[tuple[str, ...], ...]]

OPENAI: Final[Places] = {
    "input_tokens": (("prompt_tokens",),),
    "cache_read_tokens": (("prompt_tokens_details", "cached_tokens"),),
    "cache_write_tokens": (("prompt_tokens_details", "cache_write_tokens"),),
    "input_audio_tokens": (("prompt_tokens_details", "audio_tokens"),),
    "output_audio_tokens": (("completion_tokens_details", "audio_tokens"),),
    "output_reasoning_tokens": (("completion_tokens_details", "reasoning_tokens"),),
    "output_tokens": (("completion_tokens",),),
}
ANTHROPIC: Final[Places] = {
    "input_tokens": (("input_tokens",), ("cache_creation_input_tokens",), ("cache_read_input_tokens",)),
    "cache_write_tokens": (("cache_creation_input_tokens",),),
    "cache_write_5m_tokens": (("cache_creation", "ephemeral_5m_input_tokens"),),
    "cache_write_1h_tokens": (("cache_creation", "ephemeral_1h_input_tokens"),),
    "cache_read_tokens": (("cache_read_input_tokens",),),
    "web_searches": (("server_tool_use", "web_search_requests"),),
    "output_reasoning_tokens": (("output_tokens_details", "thinking_tokens"),),
    "output_tokens": (("output_tokens",),),
}
# A word in capitals is a kind: the entry of a list that names it.
GEMINI: Final[Places] = {
    "input_tokens": (("promptTokenCount",), ("toolUsePromptTokenCount",)),
    "cache_read_tokens": (("cachedContentTokenCount",),),
    "input_text_tokens": (
        ("promptTokensDetails", "TEXT", "tokenCount"),
        ("toolUsePromptTokensDetails", "TEXT", "tokenCount"),
    ),
    "input_audio_tokens": (("promptTokensDetails", "AUDIO", "tokenCount"),),
    "cache_text_read_tokens": (("cacheTokensDetails", "TEXT", "tokenCount"),),
    "output_text_tokens": (("candidatesTokensDetails", "TEXT", "tokenCount"),),
    "output_tokens": (("candidatesTokenCount",), ("thoughtsTokenCount",)),
    "output_reasoning_tokens": (("thoughtsTokenCount",),),
    "input_tool_tokens": (("toolUsePromptTokenCount",),),
}


def counted(report: Mapping[str, Any], places: Places) -> dict[str, int]:
    """What `report` counts, by name; a count that is no whole number from 0 on is left out."""
    found = {name: [_at(report, path) for path in paths] for name, paths in places.items()}
    known = {name: [number for number in numbers if number is not None] for name, numbers in found.items()}
    return {name: sum(numbers) for name, numbers in known.items() if numbers}


def _at(report: Any, path: tuple[str, ...]) -> int | None:
    for step in path:
        report = _of_kind(report, step) if isinstance(report, list) else report
        if isinstance(report, Mapping) and not step.isupper():
            report = report.get(step)
        elif not isinstance(report, Mapping):
            return None
    return _count(report)


def _of_kind(entries: list[Any], kind: str) -> Any:
    kinds = (entry for entry in entries if isinstance(entry, Mapping))
    return next((entry for entry in kinds if entry.get("modality") == kind), None)


def _count(value: Any) -> int | None:
    # Dashboards and some relays write counts as 10.0.
    whole = isinstance(value, int) or (isinstance(value, float) and value.is_integer())
    return int(value) if whole and not isinstance(value, bool) and 0 <= value <= MOST else None
