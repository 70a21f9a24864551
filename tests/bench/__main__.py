"""`python -m tests.bench [pricing] [uncertainty] [pages] [streams] [starts]`: measure, and print the figures as JSON.

Each part runs in a process of its own, so that none warms or burdens another. BENCH_OUT names a file for the JSON.
"""

from __future__ import annotations

import json
import os
import platform
import subprocess
import sys
from pathlib import Path
from typing import Any

PARTS = ("pricing", "uncertainty", "pages", "streams", "starts")


def measured(part: str) -> Any:
    """One part's figures."""
    print(f"Measuring {part} …", file=sys.stderr)
    command = [sys.executable, "-m", f"tests.bench.{part}"]
    return json.loads(subprocess.run(command, check=True, stdout=subprocess.PIPE).stdout)


def main(parts: list[str]) -> None:
    """Measure the parts, all of them unless some are named."""
    machine = {"python": platform.python_version(), "cores": os.cpu_count(), "system": platform.platform()}
    found = {"machine": machine, **{part: measured(part) for part in parts or PARTS}}
    text = json.dumps(found, indent=2)
    if "BENCH_OUT" in os.environ:
        Path(os.environ["BENCH_OUT"]).write_text(text + "\n", encoding="utf-8")
    print(text)


if __name__ == "__main__":
    main(sys.argv[1:])
