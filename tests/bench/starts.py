"""Seconds from `make run` in a fresh clone to the first page, and again when everything is there."""

from __future__ import annotations

import json
import signal
import subprocess
import time
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.processes import ROOT, Served, answers, environment, free_port

# A fresh machine installs everything first.
PATIENCE = 600


def main() -> dict[str, float]:
    """Clone, start cold, start again."""
    with TemporaryDirectory() as folder:
        clone = Path(folder) / "clone"
        subprocess.run(["git", "clone", "--quiet", str(ROOT), str(clone)], check=True)
        return {"cold_start_seconds": visit(clone), "second_start_seconds": visit(clone)}


def visit(clone: Path) -> float:
    """Seconds to the first page."""
    began = time.monotonic()
    with Served("make", "run", cwd=clone, env=environment(PORT=str(free_port()))) as served:
        address = served.wait_for(lambda line: line.startswith("http://"), PATIENCE)
        assert answers(address).status_code == 200
        taken = time.monotonic() - began
        served.end(signal.SIGINT, everybody=True)
    return round(taken, 2)


if __name__ == "__main__":
    print(json.dumps(main()))
