"""The main job as everybody sees it: what hospitals sent is accounted for, object by object."""

from __future__ import annotations

import json
import re
import time
from collections import Counter
from pathlib import Path

import msgspec
import pytest

from tests import commands
from tests.journeys.house import SITES, House
from yushan.assembly.demo.words import told
from yushan.base import codes
from yushan.services.gateway import State

pytestmark = pytest.mark.slow

HAN = re.compile("[\u4e00-\u9fff]")
#: States in which something is not released: each says why.
NOT_RELEASED = (
    State.QUARANTINED, State.CONFLICT, State.DUPLICATE, State.REFUSED, State.TO_DIGITISE,
    State.OPTED_OUT,
)  # fmt: skip


def yushan(*arguments: object) -> tuple[int, dict]:
    """A command's exit code and JSON."""
    done = commands.yushan(*arguments, "--json")
    return done.returncode, json.loads(done.stdout)


def test_every_object_of_both_hospitals_is_in_exactly_one_state(house: House) -> None:
    for load in house.loads:
        site = load.hospital.name
        found = house.reader.journals[site].accounting()
        assert found.closes, house.standing()
        assert found.alarms == 0
        assert found.received == house.spooled(site) >= load.files
        assert house.delivered[site].taken == load.files
        assert not house.delivered[site].left_out
        assert sum(found.states.values()) == found.received
    commons = house.reader.commons()
    assert commons.closes
    assert commons.states["in-work"] == 0
    acknowledged = sum(len(house.entries(site, State.ACKNOWLEDGED)) for site in SITES)
    assert commons.received == acknowledged > 100
    assert commons.states["admitted"] == commons.instances == len(house.instances())


def test_the_demos_report_says_what_there_is(house: House) -> None:
    report = house.reader.report(time.monotonic() - 60, house.delivered)
    said = json.loads(msgspec.json.encode(report))
    assert said["portal"] == house.url()
    assert said["dicomweb"] == f"{house.url()}/dicom-web"
    accounts = {one["role"]: one for one in said["accounts"]}
    assert {"steward", "visitor", "engineer"} <= accounts.keys()
    assert all(one[key] for one in accounts.values() for key in ("user", "password", "token"))
    assert [one["name"] for one in said["gateways"]] == list(SITES)
    for one in said["gateways"]:
        assert one["closes"]
        assert one["received"] == sum(one["states"].values())
        assert one["dimse"]["tls"] == (one["name"] == "hospital-b")
        assert {reason for reason in one["reasons"] if reason not in codes()} == set()
    counted = house.reader.commons()
    for key in ("studies", "series", "instances", "subjects", "packs"):
        assert said["commons"][key] == getattr(counted, key) > 0
    alive = {one["pid"] for one in (*said["gateways"], said["commons"])}
    assert len(alive) == 3
    assert all(Path(f"/proc/{pid}").exists() for pid in alive)
    assert (said["seconds"] >= 60, said["peak_rss_mib"] > 0) == (True, True)
    text = told(report)
    assert all(one["password"] in text for one in accounts.values())
    assert f"{counted.instances} instances in {counted.packs} packs" in text


def test_the_gateways_own_command_says_the_same(house: House) -> None:
    for site in SITES:
        code, said = yushan("gateway", "status", "--config", house.config(site))
        assert code == 0
        assert said["closes"]
        assert said["received"] == sum(said["states"].values()) == house.spooled(site)


def test_every_object_that_was_not_released_says_why_in_both_languages(house: House) -> None:
    seen = Counter()
    for site in SITES:
        for entry in house.entries(site, *NOT_RELEASED):
            assert entry.reasons, (site, entry.id, entry.state)
            seen.update(entry.reasons)
    assert {"gateway.duplicate", "gateway.conflict", "gateway.not-dicom", "gateway.opted-out"} <= (
        seen.keys()
    )
    for reason in seen:
        texts = codes()[reason]
        assert all(HAN.search(text) for text in (texts.zh, texts.remedy_zh)), reason
        assert all(text and not HAN.search(text) for text in (texts.en, texts.remedy_en)), reason
