"""A real gateway process is killed again and again; the next lives bring everything home, once."""

from __future__ import annotations

import json
import random
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from tests.flows.intaking import ANNA, KEYS
from tests.unit.gateway.making import NOON, make_object
from tests.unit.gateway.web import Site

from yushan.base import ManualClock
from yushan.domain.deid import replace_uid
from yushan.domain.dicom import summarize
from yushan.domain.packs import read_members
from yushan.engines.database import Database
from yushan.services.gateway import Journal, Rules

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).parents[2]


@pytest.fixture
def site() -> Iterator[Site]:
    site = Site()
    site.start()
    yield site
    site.stop()


def fill(spool: Path) -> set[str]:
    """Three series of four, a duplicate and a picture; the instances that must arrive."""
    name = "a" * 32
    folder = spool / "20261201" / name
    folder.mkdir(parents=True)
    head = {"id": name, "kind": "dimse", "calling_ae": "CT", "called_ae": "YUSHAN",
            "peer": "127.0.0.1", "tls": False, "opened": NOON.isoformat()}  # fmt: skip
    (folder / "association.json").write_text(json.dumps(head))
    sops = [(f"1.9.{s}.{n}", f"1.8.{s}") for s in range(1, 4) for n in range(1, 5)]
    files = [make_object(sop, series, patient=ANNA) for sop, series in sops]
    files += [files[0], b"%PDF-1.7" + b" " * 600]
    for number, data in enumerate(files, 1):
        (folder / f"{number:06d}.dcm").write_bytes(data)
    return {sop for sop, _ in sops}


def live(base: Path, url: str, fuse: int, hands: str) -> int:
    """One life; how it ended."""
    done = subprocess.run(
        [sys.executable, "-m", "tests.flows.life", str(base), url, str(fuse), hands],
        cwd=ROOT, timeout=120, check=False, capture_output=True,
    )  # fmt: skip
    assert done.returncode in {0, -9}, done.stderr.decode()[-2000:]
    return done.returncode


def check_all_arrived(base: Path, site: Site, sops: set[str]) -> None:
    """Every instance is at the commons once, and the hospital's sum says so."""
    db = Database(f"sqlite:///{base}/gateway.db")
    journal = Journal(db, ManualClock(NOON), base / "spool", Rules())
    said = journal.accounting()
    db.dispose()
    assert said.closes
    assert {str(state): count for state, count in said.states.items() if count} == {
        "acknowledged": 12, "duplicate": 1, "to-digitise": 1,
    }  # fmt: skip
    arrived = []
    for pack in site.commons.receipts:
        data = bytes(site.commons.bytes[pack])
        for member in read_members(data):
            shown = summarize(data[member.start : member.start + member.length])
            arrived.append(shown.sop_instance_uid)
    assert sorted(arrived) == sorted(replace_uid(KEYS.uid, sop) for sop in sops)
    assert list((base / "outbox").iterdir()) == []
    assert list((base / "work").iterdir()) == []


@pytest.mark.slow
@pytest.mark.parametrize("seed", [1])
def test_a_gateway_killed_at_any_effect_loses_nothing_and_sends_nothing_twice(
    tmp_path: Path, site: Site, seed: int
) -> None:
    rng = random.Random(seed)
    sops = fill(tmp_path / "spool")
    ends = [live(tmp_path, site.url, rng.randint(12, 90), "inline") for _ in range(3)]
    assert -9 in ends
    assert live(tmp_path, site.url, 0, "inline") == 0
    check_all_arrived(tmp_path, site, sops)


@pytest.mark.slow
def test_a_gateway_with_real_children_is_killed_and_comes_back(tmp_path: Path, site: Site) -> None:
    sops = fill(tmp_path / "spool")
    assert live(tmp_path, site.url, 60, "children") == -9
    assert live(tmp_path, site.url, 0, "children") == 0
    check_all_arrived(tmp_path, site, sops)
