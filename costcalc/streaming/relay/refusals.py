"""What the relay answers instead of a run: problem JSON, which repeats nothing of what was sent. Pure."""

from costcalc.wire.problem import Fault
from costcalc.wire.raw import Refused


def no_run() -> Refused:
    """404, which also stops an EventSource for good."""
    return Refused(404, "There is no such run, or it has been read already.")


def from_elsewhere() -> Refused:
    """403 for a page of another site."""
    return Refused(403, "Runs are started by this site's own pages.")


def not_json() -> Refused:
    """415."""
    return Refused(415, "The body is application/json.")


def wait(seconds: int) -> Refused:
    """429, with how long."""
    return Refused(429, f"Too many runs; wait {seconds} s.", headers=[("retry-after", str(seconds))])


def too_many_open() -> Refused:
    """429 for one visitor with too many streams or waiting runs."""
    return Refused(429, "You have too many runs at a time; end one first.", headers=[("retry-after", "5")])


def busy() -> Refused:
    """503 for a server that has as many runs as it can carry, or is going down."""
    return Refused(503, "Too many runs at this moment.", headers=[("retry-after", "5")])


def wrong(*faults: Fault) -> Refused:
    """422 with what is wrong where."""
    return Refused(422, "The request cannot be carried out.", faults)


def at(pointer: str, detail: str) -> Refused:
    """422 with one thing that is wrong."""
    return wrong(Fault(pointer=pointer, detail=detail))
