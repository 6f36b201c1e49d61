"""The installation guide is followed word by word: six roles over TLS, one study, a drill."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.seaweed import free_ports
from yushan.assembly.demo.processes import Process
from yushan.domain.phantoms import load_series
from yushan.engines.net import send_files

if TYPE_CHECKING:
    from collections.abc import Iterator

GUIDE = Path(__file__).parents[2] / "docs" / "installation.md"
BLOCK = re.compile(r"^```sh (run[a-z-]*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
ROLES = ("keyholder-1", "keyholder-2", "keyholder-3", "citizen", "commons", "hospital-a")
WAIT_S = 180.0


class Reader:
    """Somebody who types what the guide says, on a machine with other folders and ports."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        ports = free_ports(7)
        self.ports = dict(zip(("8441", "8442", "8443", "8444", "8445", "8446", "11112"), ports,
                              strict=True))  # fmt: skip
        self.dimse = ports[-1]
        self.blocks = [(kind, self.mine(text)) for kind, text in BLOCK.findall(GUIDE.read_text())]
        self.began: list[Process] = []

    def mine(self, text: str) -> str:
        """The text with this machine's folders and ports."""
        for old, new in (
            ("/etc/yushan", f"{self.folder}/etc"), ("/var/lib/yushan", f"{self.folder}/lib"),
            ("/var/backups/yushan", f"{self.folder}/backups"),
        ):  # fmt: skip
            text = text.replace(old, new)
        text = text.replace("844$n)", "$(port 844$n))")
        for old, port in self.ports.items():
            text = re.sub(rf"(?<![\d$]){old}(?!\d)(?!\$)", str(port), text)
        return text

    def type(self, kind: str) -> str:
        """Type all blocks of a kind, one after the other, in one shell; what came out."""
        ports = "".join(f"{old}) echo {new} ;; " for old, new in self.ports.items())
        before = f"port() {{ case $1 in {ports} esac; }}\n"
        script = "set -eu\n" + before
        script += f'yushan() {{ "{sys.executable}" -m yushan "$@"; }}\n'
        script += f"mkdir -p {self.folder}/etc && cd {self.folder}/etc\n"
        script += "\n".join(text for name, text in self.blocks if name == kind)
        done = subprocess.run(
            ["bash", "-c", script], capture_output=True, text=True, check=False,
            env={**os.environ, "no_proxy": "*"},
        )  # fmt: skip
        assert done.returncode == 0, (done.stdout[-2000:], done.stderr[-2000:])
        return done.stdout

    def start(self) -> None:
        """What systemd would do."""
        for role in ROLES:
            config, log = self.folder / "etc" / f"{role}.toml", self.folder / f"{role}.log"
            self.began.append(Process(role, config, "", log))
            self.began[-1].start()
        end = time.monotonic() + WAIT_S
        for process in self.began:
            while "role.started" not in (process.log.read_text() if process.log.exists() else ""):
                assert process.is_alive(), process.log.read_text()[-2000:]
                assert time.monotonic() < end
                time.sleep(0.1)
        time.sleep(1.0)

    def stop(self) -> None:
        for process in self.began:
            if process.running is not None and process.is_alive():
                process.running.terminate()
        for process in self.began:
            if process.running is not None:
                process.running.wait(30)


@pytest.fixture
def reader(tmp_path: Path) -> Iterator[Reader]:
    found = Reader(tmp_path)
    yield found
    found.stop()


def test_who_follows_the_guide_has_a_house_that_stands(reader: Reader, tmp_path: Path) -> None:
    kinds = {kind for kind, _ in reader.blocks}
    assert kinds == {"run", "run-started", "run-sent"}
    said = reader.type("run")
    assert said.count("well: True") >= len(ROLES)
    assert "done: True" in said
    reader.start()
    files = []
    for number, sample in enumerate(load_series(4, seed=5)):
        files.append(tmp_path / f"{number}.dcm")
        files[-1].write_bytes(sample.data)
    sent = send_files("127.0.0.1", reader.dimse, files, calling="PACS", called="YUSHAN")
    assert sent.sent == len(files)
    said = reader.type("run-started")
    assert said.count("holds: True") >= 2
    assert '"commons":{"state":"ok"}' in said
    assert '"keyholders":{"state":"ok"}' in said
    end = time.monotonic() + WAIT_S
    while f"instances: {len(files)}" not in reader.type("run-sent"):
        assert time.monotonic() < end
        time.sleep(2)
