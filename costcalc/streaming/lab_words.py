"""What the page of the lab says by script, in the active language."""

from __future__ import annotations

from typing import Any, Final

from django.utils.translation import gettext_lazy as _

# The rows of the table of figures: by the name that `static/js/lab.js` fills.
FIGURES: Final[tuple[tuple[str, Any], ...]] = (
    ("connect", _("Connection ready")),
    ("upstream", _("Connection to the provider")),
    ("ttft", _("Time to first token")),
    ("reasoning_ttft", _("Time to first token of the reasoning")),
    ("between", _("Between chunks, p50 / p95 / p99")),
    ("tokens_per_second", _("Tokens a second")),
    ("chunks_per_second", _("Chunks a second")),
    ("bytes", _("Bytes per token")),
    ("total", _("Total")),
    ("tokens", _("Tokens, in and out")),
    ("chunks", _("Chunks")),
    ("resumed", _("Resumed")),
    ("end", _("End")),
)

# Words in braces are filled in by the script.
WORDS: Final[dict[str, Any]] = {
    "sse": "Server-Sent Events",
    "websocket": "WebSocket",
    "connecting": _("Connecting …"),
    "streaming": _("Streaming …"),
    "run": _("Run {number} of {of}."),
    "complete": _("Complete: {count} in {time}."),
    "truncated": _("Truncated after {count}: the stream was cut, and this is not the whole answer."),
    "error": _("Error after {count}: {message}"),
    "refused": _("Not streamed: {message}"),
    "attempts": _("It was asked {number} times."),
    "cancelled": _("Stopped after {count}: what stands here is unfinished."),
    "whole": _("This was one whole answer, not a stream."),
    "declined": _("The model refused to answer."),
    "tokens": _("{number} tokens"),
    "chunks": _("{number} chunks"),
    "between_tokens": _("Between tokens, p50 / p95 / p99"),
    "between_chunks": _("Between chunks, p50 / p95 / p99"),
    "bytes_per_token": _("Bytes per token"),
    "bytes_per_chunk": _("Bytes per chunk"),
    "end_complete": _("complete"),
    "end_truncated": _("truncated"),
    "end_error": _("error"),
    "end_cancelled": _("stopped"),
    "in_out": _("{input} in, {output} out"),
    "not_reported": _("not reported"),
    "unknown_error": _("the provider gave no reason"),
    "lost": _("the connection to this server broke"),
    "busy": _("too many streams at once; try again in {time}."),
    "no_runs": _("this server cannot relay streams now (HTTP {status})"),
    "no_twin": _("A typed key is for one stream: without it, or with the built-in sample, both transports can be fed."),
    "no_resume": _("A stream with a typed key cannot be resumed: its key is forgotten with the request."),
    "no_twin_resume": _("What comes over both transports at once is not resumed: choose one of the two."),
    "not_kept": _("The figures could not be kept."),
    "spread": _("Over {number} runs"),
    "spread_ttft": _("Time to first token"),
    "spread_total": _("Total"),
    "spread_between_p50": _("Between chunks, p50"),
    "once": _("one stream, once"),
    "strip": _("{title}: {count}, the first after {first}, the last after {last}."),
    "strip_empty": _("{title}: nothing has come yet."),
    "number": _("Number"),
    "after": _("After"),
    "gap": _("Gap"),
    "kind": _("Kind"),
    "content": _("answer"),
    "reasoning": _("reasoning"),
    "more_times": _("and {number} more"),
    "cut": _("The connection was cut; going on after the last event that came."),
    "resumed": _("Resumed {number}×."),
}
