"""The servers that are measured: each on a core of its own, what feeds and reads them on the other."""

from __future__ import annotations

import os
import secrets
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

import httpx
import psutil

from tests.bench.streams.readers import Target
from tests.processes import ROOT, answers, environment, free_port

MEASURED_CORE: Final = 0
OTHER_CORE: Final = min(1, (os.cpu_count() or 1) - 1)
PEERS: Final = ROOT / ".venv-peers" / "bin"
START_S: Final = 120
RESTS_S: Final = 1.0
NGINX: Final = """
daemon off; master_process off; worker_processes 1; pid {folder}/pid; error_log {folder}/errors;
events {{ worker_connections 8192; }}
http {{
  access_log off; client_body_temp_path {folder}/body; proxy_temp_path {folder}/proxy;
  fastcgi_temp_path {folder}/f; uwsgi_temp_path {folder}/u; scgi_temp_path {folder}/s;
  server {{
    listen 127.0.0.1:{port} backlog=2048;
    location / {{ proxy_pass http://127.0.0.1:{upstream}; proxy_http_version 1.1; proxy_buffering off; }}
  }}
}}
"""
LITELLM: Final = """
model_list:
  - model_name: bench
    litellm_params: {{model: openai/bench, api_base: "http://127.0.0.1:{upstream}/v1", api_key: none}}
litellm_settings: {{telemetry: false, num_retries: 0}}
"""


def completion(prompt: str) -> dict[str, object]:
    """OpenAI's body for a streamed completion."""
    return {"model": "bench", "stream": True, "messages": [{"role": "user", "content": prompt}]}


def run(prompt: str) -> dict[str, object]:
    """The relay's own: with a typed key the answer is the stream, as a proxy's is."""
    return {"provider": "bench", "model": "bench", "prompt": prompt, "key": "none"}


@contextmanager
def process(core: int, *command: str, env: Mapping[str, str] | None = None) -> Iterator[psutil.Process]:
    """A process on one core, its group ended with the block. What it prints is kept for when it fails."""
    with TemporaryDirectory() as folder, (Path(folder) / "log").open("w+") as log:
        pinned = ["taskset", "--cpu-list", str(core), *command]
        started = subprocess.Popen(pinned, cwd=ROOT, env=env, stdout=log, stderr=log, start_new_session=True)
        try:
            yield psutil.Process(started.pid)
        except BaseException:
            print((Path(folder) / "log").read_text()[-4000:], file=sys.stderr)
            raise
        finally:
            os.killpg(started.pid, 15)
            started.wait(20)


@contextmanager
def provider() -> Iterator[int]:
    """The paced provider's port."""
    port = free_port()
    command = (sys.executable, "-m", "tests.bench.streams.upstream", str(port))
    with process(OTHER_CORE, *command):
        answers(f"http://127.0.0.1:{port}/open")
        yield port


@contextmanager
def nginx(upstream: int) -> Iterator[tuple[Target, psutil.Process]]:
    """nginx, passing on without buffering."""
    port, program = free_port(), os.environ.get("NGINX") or shutil.which("nginx") or "/usr/sbin/nginx"
    with TemporaryDirectory() as folder:
        config = Path(folder) / "nginx.conf"
        config.write_text(NGINX.format(folder=folder, port=port, upstream=upstream))
        with process(MEASURED_CORE, program, "-c", str(config), "-p", folder) as ran:
            answers(f"http://127.0.0.1:{port}/open")
            settled(ran)
            yield Target("nginx", port, "/v1/chat/completions", completion), ran


@contextmanager
def costcalc(upstream: int) -> Iterator[tuple[Target, psutil.Process]]:
    """The product, one worker, as it is installed."""
    port = free_port()
    with TemporaryDirectory() as folder:
        env = environment(
            PORT=str(port),
            DATA_DIR=folder,
            RATE_LIMIT="off",
            PRIVATE_PROVIDERS="yes",
            PROVIDERS=f"bench=http://127.0.0.1:{upstream}/v1",
        )
        with process(MEASURED_CORE, sys.executable, "manage.py", "serve", env=env) as ran:
            answers(f"http://127.0.0.1:{port}/healthz", START_S)
            settled(ran)
            headers = {"Origin": f"http://127.0.0.1:{port}"}
            yield Target("costcalc", port, "/stream/runs", run, headers), ran


@contextmanager
def litellm(upstream: int) -> Iterator[tuple[Target, psutil.Process]]:
    """LiteLLM's proxy, one worker, without a database."""
    port = free_port()
    with TemporaryDirectory() as folder:
        config = Path(folder) / "config.yaml"
        config.write_text(LITELLM.format(upstream=upstream))
        # It starts with a key only; it is made here, and reaches nobody.
        key = f"sk-{secrets.token_hex(32)}"
        env = {**os.environ, "LITELLM_LOCAL_MODEL_COST_MAP": "True", "LITELLM_MASTER_KEY": key}
        command = (str(PEERS / "litellm"), "--config", str(config), "--port", str(port), "--host", "127.0.0.1")
        with process(MEASURED_CORE, *command, env=env) as ran:
            answers(f"http://127.0.0.1:{port}/health/liveliness", START_S)
            settled(ran)
            yield Target("litellm", port, "/v1/chat/completions", completion, {"Authorization": f"Bearer {key}"}), ran


def settled(ran: psutil.Process) -> None:
    """Return once a server rests: some go on making themselves ready while they answer already."""
    deadline, before = time.monotonic() + START_S, cpu_s(ran)
    while time.monotonic() < deadline:
        time.sleep(RESTS_S)
        now = cpu_s(ran)
        if now - before < RESTS_S / 50:
            return
        before = now


def asked(port: int, path: str) -> object:
    """What the provider tells of itself."""
    return httpx.get(f"http://127.0.0.1:{port}{path}", trust_env=False).json()


def family(ran: psutil.Process) -> list[psutil.Process]:
    """A process and all that it started."""
    return [ran, *ran.children(recursive=True)]


def cpu_s(ran: psutil.Process) -> float:
    """Processor time that a family has taken."""
    return sum(sum(each.cpu_times()[:2]) for each in family(ran))


def resident_kb(ran: psutil.Process) -> float:
    """Memory of its own that a family holds."""
    return sum(each.memory_info().rss for each in family(ran)) / 1024


def threads(ran: psutil.Process) -> int:
    """Threads of the busiest of a family."""
    return max(each.num_threads() for each in family(ran))


def descriptors(ran: psutil.Process) -> int:
    """Files and sockets that a family holds open."""
    return sum(each.num_fds() for each in family(ran))
