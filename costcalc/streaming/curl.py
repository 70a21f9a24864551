"""A call as a line for a terminal. Pure; the key is a variable of the shell, never a key."""

import shlex

from costcalc.streaming.calls import Call
from costcalc.streaming.endpoints import Endpoint

# What the call needs no line for: curl says it itself.
UNSAID = frozenset({"accept-encoding", "accept"})


def key_variable(endpoint: Endpoint) -> str:
    """Where a shell has the key of this provider: `$OPENAI_API_KEY`."""
    return f"${endpoint.name.upper().replace('-', '_')}_API_KEY"


def curl(call: Call) -> str:
    """The command that streams this call; -N, since curl would else collect what arrives."""
    heads = [_header(name, value) for name, value in call.headers.items() if name not in UNSAID]
    parts = [f"curl -N {shlex.quote(call.url)}", *heads, f"-d {shlex.quote(call.body.decode())}"]
    return " \\\n  ".join(parts)


def _header(name: str, value: str) -> str:
    said = f"{name}: {value}"
    # In double quotes the shell puts the key in; a variable's name is all that is special in there.
    return f'-H "{said}"' if "$" in value else f"-H {shlex.quote(said)}"
