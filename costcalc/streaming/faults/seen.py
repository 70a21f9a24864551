"""What a client saw of one stream that was made to go wrong, and whether that is what it must see. Pure."""

from dataclasses import dataclass
from itertools import pairwise
from typing import Final

from costcalc.streaming.completion import End
from costcalc.streaming.dialects import delta_of
from costcalc.streaming.doctor.findings import Diagnosis, Finding, diagnose, findings
from costcalc.streaming.doctor.recorded import Recording

# What follows from our client's having given up, or from a refusal's being no stream, is no finding.
GAVE_UP: Final = frozenset({"truncated", "empty", "unfinished-event"})
REFUSED: Final = frozenset({"content-type"})
REPLACEMENT: Final = "\N{REPLACEMENT CHARACTER}"


@dataclass(frozen=True, slots=True)
class Failure:
    """Why a client gave up. `kind` is the class of the error, `stage` where it was: connect, first byte, silence …"""

    kind: str
    stage: str
    seconds: float = 0.0


@dataclass(frozen=True, slots=True)
class Run:
    """One run as the client recorded it. `sound` is the text of the same answer from the healthy model."""

    recording: Recording
    sound: str
    attempts: int = 1
    failure: Failure | None = None
    total: float = 0.0
    retry_after: str = ""


@dataclass(frozen=True, slots=True)
class Seen:
    """What there was to see. Times in seconds; `first` is the first token's, from the request on; None: none came."""

    run: Run
    diagnosis: Diagnosis
    end: End
    first: float | None
    silence: float
    lost: int

    @property
    def text(self) -> str:
        """What arrived of the answer."""
        return self.diagnosis.reading.text

    @property
    def replaced(self) -> int:
        """How many characters had to be replaced."""
        return self.text.count(REPLACEMENT) - self.run.sound.count(REPLACEMENT)

    @property
    def findings(self) -> list[Finding]:
        """What the doctor says of it, the worst first."""
        beside = (GAVE_UP if self.run.failure else frozenset()) | (
            REFUSED if (self.run.recording.status or 200) >= 400 else frozenset()
        )
        return [finding for finding in findings(self.diagnosis) if finding.code not in beside]


def see(run: Run) -> Seen:
    """What there is to see in a run."""
    diagnosis = diagnose(run.recording)
    came = diagnosis.reading.text.replace(REPLACEMENT, "")
    return Seen(
        run,
        diagnosis,
        End.ERROR if run.failure else diagnosis.reading.end,
        _first(diagnosis),
        _silence(run),
        len(run.sound) - len(came) if run.sound.startswith(came) else len(run.sound),
    )


def _first(diagnosis: Diagnosis) -> float | None:
    """When the first token came."""
    waited = diagnosis.recording.waited or 0.0
    moments = zip(diagnosis.events, diagnosis.times, strict=True)
    return next((waited + time for event, time in moments if time is not None and delta_of(event).text), None)


def _silence(run: Run) -> float:
    """The longest time without a byte; before the first one, and before giving up, too."""
    waited = run.recording.waited
    if waited is None:
        return run.total
    moments = [waited + piece.at for piece in run.recording.pieces if piece.at is not None]
    return max((later - sooner for sooner, later in pairwise([0.0, *moments, run.total])), default=0.0)
