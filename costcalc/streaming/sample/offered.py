"""The built-in provider's models, in the order in which it lists them: healthy ones first, then the faults."""

from dataclasses import dataclass
from typing import Any, Final

from django.utils.translation import gettext_lazy as _

from costcalc.streaming.completion import End

OWNER: Final = "costcalc"
# 22 November 2026, the day of the first release that had it.
CREATED: Final = 1_795_305_600


@dataclass(frozen=True, slots=True)
class Model:
    """A model on offer: what it does, what a correct client does with that, and how a stream of it ends there."""

    id: str
    title: Any
    happens: Any
    client: Any
    end: End = End.COMPLETE
    is_fault: bool = True

    def shown(self) -> dict[str, Any]:
        """As OpenAI lists a model."""
        return {"id": self.id, "object": "model", "created": CREATED, "owned_by": OWNER}


MODELS: Final[tuple[Model, ...]] = (
    Model(
        "sample-plain",
        _("Plain"),
        _("Running text in the prompt's language, Vietnamese or English; any key will do."),
        _("Shows each piece as it comes, and says that the answer is complete when it is."),
        is_fault=False,
    ),
    Model(
        "sample-vietnamese",
        _("Vietnamese"),
        _("The same in Vietnamese, whatever the prompt's language: most characters have two or three bytes."),
        _("Decodes the stream, not its pieces, so that no character breaks."),
        is_fault=False,
    ),
    Model(
        "sample-reasoning",
        _("Reasoning"),
        _("Thinks first, in reasoning_content, then answers; the usage says how many tokens were thought."),
        _("Tells the two apart: the time to the first thought is not the time to the first word."),
        is_fault=False,
    ),
    Model(
        "sample-tools",
        _("Tool call"),
        _("Calls the first tool of the request, else one of its own; its arguments come in pieces, as JSON."),
        _("Puts the arguments together by their index, and parses them when the finish reason has come."),
        is_fault=False,
    ),
    Model(
        "fault-one-piece",
        _("In one piece"),
        _("Every event arrives at once, after as long as the whole answer takes."),
        _("Reads all the same text; measures that the first token came last, and blames what buffers on the way."),
    ),
    Model(
        "fault-silent-start",
        _("Silence before the first token"),
        _("The status and the headers come at once, then not a byte for two minutes."),
        _("Gives up by a time-out of its own for the first byte, and says so; it has nothing to show."),
        End.ERROR,
    ),
    Model(
        "fault-silent-middle",
        _("Silence after some tokens"),
        _("After a third of the answer not a byte for two minutes, with the connection open."),
        _("Gives up by a time-out for silence, keeps what it has, and marks it as unfinished."),
        End.ERROR,
    ),
    Model(
        "fault-cut",
        _("Cut in the middle"),
        _("The stream stops inside an event, and the connection is closed as if that were the end."),
        _("Says that the answer is truncated: there was no finish reason, no closing mark and no error."),
        End.TRUNCATED,
    ),
    Model(
        "fault-no-done",
        _("Without [DONE]"),
        _("The finish reason comes, but not the line data: [DONE]."),
        _("Takes the finish reason for the end, and does not wait for a mark."),
    ),
    Model(
        "fault-no-usage",
        _("Without usage"),
        _("Asked for the usage, it streams none."),
        _("Counts chunks and calls them chunks: a chunk is not a token, and no cost can be told from it."),
    ),
    Model(
        "fault-split",
        _("Characters and events split"),
        _("Every event comes in pieces, cut within characters and between the two line ends that close it."),
        _("Keeps the unfinished rest in bytes until its line ends; the text is the same, to the last letter."),
    ),
    Model(
        "fault-crlf",
        _("Lines ending in CR LF"),
        _("Every line ends in CR LF, and pieces are cut between the two."),
        _("Takes CR LF for one line end, even in two pieces: otherwise an empty event follows each line."),
    ),
    Model(
        "fault-comments",
        _("Comments between events"),
        _("Lines that begin with a colon keep the connection open; some stand directly before data."),
        _("Ignores them as text, and counts them as a sign of life."),
    ),
    Model(
        "fault-error-inside",
        _("An error inside the stream"),
        _("Under a status of 200 an error arrives after a third of the answer, and then [DONE]."),
        _("Looks for an error in every event: it beats the mark after it, and the text is unfinished."),
        End.ERROR,
    ),
    Model(
        "fault-401",
        _("Refused key"),
        _("HTTP 401, whatever the key is."),
        _("Does not retry, shows that the key is refused, and repeats nothing of the key."),
        End.ERROR,
    ),
    Model(
        "fault-429",
        _("Too many requests"),
        _("HTTP 429 with Retry-After, every time."),
        _("Waits as long as it says, with a little chance added, retries twice at most, then says when to come again."),
        End.ERROR,
    ),
    Model(
        "fault-500",
        _("Broken server"),
        _("HTTP 500, every time."),
        _("Retries twice at most, each time after a longer wait with chance in it, then gives up."),
        End.ERROR,
    ),
    Model(
        "fault-long-line",
        _("A line of a megabyte"),
        _("One event in the middle has a line of 1 MB; its text is as ever."),
        _("Reads on without slowing down, and has a bound all the same, above which it ends the stream."),
    ),
    Model(
        "fault-invalid-utf8",
        _("Bytes that are not UTF-8"),
        _("Three bytes inside a text belong to no character."),
        _("Shows a replacement character in their place, and goes on: one broken letter is not a broken answer."),
    ),
    Model(
        "fault-buffered",
        _("Buffered on the way"),
        _("Nothing arrives before 4 kB are full, as behind a proxy that buffers."),
        _("Reads the same text; measures the bursts, and names the proxy's setting that causes them."),
    ),
)
BY_ID: Final = {model.id: model for model in MODELS}
