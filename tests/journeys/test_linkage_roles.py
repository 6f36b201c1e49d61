"""Three key holders as real processes: one dies, one lies, one is slow; the key is rotated."""

from __future__ import annotations

import json
import os
import signal
import time
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from msgspec import structs

from tests.commands import yushan
from yushan.assembly.demo.plan import lay_out
from yushan.assembly.people import PeopleActs
from yushan.base import SystemClock, Unavailable, write_settings
from yushan.engines.keys import deal, load_secret, make_secret
from yushan.engines.net import Peer
from yushan.services.linkage import LinkageClient, LinkageCommons, PeerEvaluator

if TYPE_CHECKING:
    from collections.abc import Iterator

    from yushan.assembly.demo.plan import Plan
    from yushan.assembly.demo.processes import Process

PERSON, SITE, AAD = "A123456789", "hospital-a", b"aad"


class Parties:
    """The holders' processes, and a hospital and a commons that use their settings."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.plan: Plan = lay_out(folder, 0, folder / "viewer", SystemClock())
        self.all = self.plan.processes()
        self.holders: tuple[Process, ...] = self.all[:3]

    def config(self, name: str) -> Path:
        return self.folder / "config" / f"{name}.toml"

    def start(self) -> None:
        for holder in self.holders:
            holder.start()
        for holder in self.holders:
            wait(holder)

    def stop(self) -> None:
        for holder in self.holders:
            if holder.running is not None and holder.is_alive():
                holder.running.send_signal(signal.SIGCONT)
                holder.running.send_signal(signal.SIGKILL)
                holder.running.wait(20)

    def token(self) -> bytes:
        """One person's token, from a hospital's question to the commons' answer."""
        gateway, commons = self.plan.gateways[0], self.plan.commons
        secret = load_secret(gateway.keyholders[0].token_file).decode()
        peers = [Peer(remote.url, token=secret) for remote in gateway.keyholders]
        asking = [PeerEvaluator(peer, SITE, timeout_s=1.5) for peer in peers]
        public = (self.folder / "keys" / "public" / "commons").read_bytes()
        groups = (self.folder / "keys" / SITE / "linkage-group").read_bytes()
        client = LinkageClient(asking, public, groups)
        opened = LinkageCommons(
            load_secret(commons.sealing_key), load_secret(commons.commons_key),
            (self.folder / "keys" / "public" / "linkage-group").read_bytes(), self.rotations(),
        )  # fmt: skip
        try:
            subject = opened.subject(client.envelope(PERSON, 0, None, AAD), AAD)
        finally:
            for peer in peers:
                peer.close()
        assert subject.token is not None
        return subject.token

    def rotations(self) -> list[bytes]:
        path = self.folder / "commons" / "linkage-rotations"
        data = path.read_bytes() if path.exists() else b""
        return [data[at : at + 32] for at in range(0, len(data), 32)]

    def usage(self, index: int) -> dict:
        return PeopleActs().linkage.usage(self.config(f"keyholder-{index}"), None)

    def start_with(self, index: int, share: Path) -> None:
        """A holder's next life, with this share."""
        process, settings = self.holders[index - 1], self.plan.holders[index - 1]
        process.config.write_text(write_settings(structs.replace(settings, share=str(share))))
        process.start()
        wait(process)

    def kill(self, index: int) -> None:
        process = self.holders[index - 1]
        os.kill(process.pid, signal.SIGKILL)
        process.running.wait(20)


def wait(process: Process) -> None:
    end = time.monotonic() + 60
    while not process.answers():
        assert time.monotonic() < end
        time.sleep(0.1)


@pytest.fixture(scope="module")
def parties(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Parties]:
    made = Parties(tmp_path_factory.mktemp("holders"))
    made.start()
    try:
        yield made
    finally:
        made.stop()


@pytest.mark.slow
def test_holders_as_processes_survive_death_lies_and_slowness_and_remember_their_counts(
    parties: Parties,
) -> None:
    token = parties.token()
    before = parties.usage(1)["counts"][0]["evaluations"]
    assert before > 0
    parties.kill(1)
    assert parties.token() == token  # one is lost
    os.kill(parties.holders[1].pid, signal.SIGSTOP)
    with pytest.raises(Unavailable, match=r"linkage\.holders-unreachable"):
        parties.token()  # one is lost, one does not answer
    os.kill(parties.holders[1].pid, signal.SIGCONT)
    make_secret(parties.folder / "wrong", deal().shares[0].to_bytes())
    parties.start_with(1, parties.folder / "wrong")
    assert parties.token() == token  # one lies
    parties.kill(1)
    parties.start_with(1, Path(parties.plan.holders[0].share))
    os.kill(parties.holders[1].pid, signal.SIGSTOP)
    assert parties.token() == token  # one does not answer
    os.kill(parties.holders[1].pid, signal.SIGCONT)
    found = parties.usage(1)
    assert found["counts"][0]["evaluations"] > before  # through two deaths
    assert found["agrees"]


@pytest.mark.slow
def test_the_key_is_rotated_by_commands_and_no_image_is_sent_again(parties: Parties) -> None:
    """Over the parties' own settings; only while a second holder starts again images wait."""
    token, table, acts = parties.token(), parties.folder / "table", PeopleActs().linkage
    configs = [parties.config(f"keyholder-{index}") for index in (1, 2, 3)]
    shares = [load_secret(holder.share) for holder in parties.plan.holders]
    said = yushan("linkage", "rotate", "--config", configs[0], table, "--json")
    assert (said.returncode, json.loads(said.stdout)["done"]) == (0, False)
    done = [acts.step(config, table)["done"] for _ in range(3) for config in configs]
    assert done[-3:] == [True] * 3
    assert acts.adopt(parties.config("commons"), table) == {"rotations": 1}
    for site in ("hospital-a", "hospital-b"):
        assert acts.adopt(parties.config(site), table) == {"keys": 2}
    for index, config in enumerate(configs, start=1):
        acts.switch(config)
        parties.kill(index)
        parties.start_with(index, Path(parties.plan.holders[index - 1].share))
        assert parties.token() == token
    new = [load_secret(holder.share) for holder in parties.plan.holders]
    assert all(after != old for after, old in zip(new, shares, strict=True))
