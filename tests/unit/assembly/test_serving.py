"""A role that is told to stop lays down its work before it ends."""

from __future__ import annotations

import signal
import subprocess
import sys

import httpx
import pytest

PROGRAM = """
import socket, sys
from types import SimpleNamespace
from starlette.applications import Starlette
from yushan.assembly.serve import run
from yushan.assembly.settings import Http, KeyHolder

with socket.socket() as probe:
    probe.bind(("127.0.0.1", 0))
    port = probe.getsockname()[1]
settings = SimpleNamespace(data=sys.argv[1], database="", name="one", read_only=False)
role = SimpleNamespace(
    name="one", http=Http(port=port), settings=settings, app=Starlette(),
    start=lambda: print(port, flush=True), stop=lambda: print("laid down", flush=True),
)
run(role)
"""


@pytest.mark.parametrize("sign", [signal.SIGTERM, signal.SIGINT])
def test_a_role_lays_down_its_work_when_it_is_told_to_stop(tmp_path, sign):
    with subprocess.Popen(
        [sys.executable, "-c", PROGRAM, str(tmp_path)], stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        port = int(process.stdout.readline())
        answer = httpx.Client(transport=httpx.HTTPTransport(retries=20))
        with answer:
            assert answer.get(f"http://127.0.0.1:{port}/").status_code == 404
        process.send_signal(sign)
        said, _ = process.communicate(timeout=30)
    assert said == "laid down\n"
    assert process.returncode == 0
