"""Every snippet that runs in a shell, as the page shows it, against the built-in provider and each of its faults."""

import re
from pathlib import Path
from typing import Any

import pytest

from costcalc.streaming.completion import End
from costcalc.streaming.sample import MODELS
from costcalc.streaming.sample.texts import IN_ONE_ANSWER, PARAGRAPHS
from costcalc.streaming.sample.tokens import count
from costcalc.streaming.snippets.kinds import Kind
from tests.streaming.running import Run, all_ran, shown

# A browser's has its own tests; the WebSocket's asks this server's own relay.
IN_SHELLS: tuple[Kind, ...] = tuple(kind for kind in Kind if kind is not Kind.BROWSER)
REPLACEMENT = "\N{REPLACEMENT CHARACTER}"
# What of a failure each of them must say.
SAID = {
    "fault-401": "401",
    "fault-429": "429",
    "fault-500": "500",
}


def is_whole(text: str, model: str) -> bool:
    """Whether a text is all of what the built-in provider said, to the letter."""
    known = PARAGRAPHS["vi" if model == "sample-vietnamese" else "en"]
    said = text.split("\n\n")
    return len(said) == IN_ONE_ANSWER and set(said) <= set(known)


def counted(run: Run) -> int | None:
    """The output tokens of a usage that was reported."""
    found = re.search(r'"(?:completion|output)_tokens": ?(\d+)', run.err)
    return int(found[1]) if found else None


@pytest.mark.usefixtures("quick")
@pytest.mark.parametrize("model", MODELS, ids=lambda model: model.id)
def test_each_model_is_read_to_its_end_or_is_an_error(site: str, tmp_path: Path, model: Any) -> None:
    silence = "3" if "silent" in model.id else "30"
    pages = {kind: shown(site, model=model.id, kind=kind, silence=silence) for kind in IN_SHELLS}
    runs = all_ran(pages, tmp_path)
    for kind, run in runs.items():
        if model.end is End.COMPLETE:
            assert run.code == 0, f"{kind}: {run.err}"
            text = run.out.replace(REPLACEMENT, "").removesuffix("\n")
            assert run.out == "\n" if model.id == "sample-tools" else is_whole(text, model.id), f"{kind}: {run.out}"
            assert (REPLACEMENT in run.out) is (model.id == "fault-invalid-utf8"), kind
            has_usage = model.id != "fault-no-usage"
            assert (counted(run) or 0) >= count(text) if has_usage else counted(run) is None, f"{kind}: {run.err}"
        else:
            assert run.code != 0, kind
            assert run.err, kind
            assert SAID.get(model.id, "") in run.err, f"{kind}: {run.err}"
            assert not is_whole(run.out, model.id), kind
