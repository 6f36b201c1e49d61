"""Hospital and commons with their real rooms: from the spool to searchable, and the way back."""

from __future__ import annotations

import base64
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest
from tests.databases import make_database
from tests.flows.admitting import make_file, make_scene
from tests.flows.intaking import ANNA, World

from yushan.base import PackId, SiteName
from yushan.domain.packs import receipt_message
from yushan.engines.keys import Signer, verify

if TYPE_CHECKING:
    from pathlib import Path

    from tests.flows.admitting import Scene

    from yushan.domain.packs import Manifest, PackState, Receipt
    from yushan.engines.database import Database
    from yushan.services.archive import Uploads

HERE = SiteName("h1")


@dataclass
class Line:
    """The commons' uploads as this site reaches them."""

    uploads: Uploads

    def offer(self, manifest: Manifest) -> PackState:
        return self.uploads.offer(HERE, manifest)

    def put(self, pack: str, offset: int, piece: bytes) -> PackState:
        return self.uploads.write(HERE, PackId(pack), offset, piece)

    def seal(self, pack: str) -> PackState:
        return self.uploads.seal(HERE, PackId(pack))

    def state(self, pack: str) -> PackState:
        return self.uploads.state(HERE, PackId(pack))


def is_signed(receipt: Receipt) -> bool:
    public = Signer(b"\10" * 32).public  # the key of the scene's uploads
    return verify(public, receipt_message(receipt), base64.b64decode(receipt.signature))


@pytest.fixture
def scene(database: Database, tmp_path: Path) -> Scene:
    return make_scene(database, tmp_path / "commons")


@pytest.fixture
def world(scene: Scene, tmp_path: Path) -> World:
    db = make_database(tmp_path / "gateway.db", "services.gateway")
    world = World(db, tmp_path / "gateway")
    world.sender.commons, world.sender.check = Line(scene.house.uploads), is_signed
    client = scene.parties.client("h1")
    world.holders.envelope = client.envelope  # type: ignore[method-assign]
    return world


def test_what_a_hospital_received_is_searchable_at_the_commons(world: World, scene: Scene) -> None:
    files = [make_file(patient=ANNA, number=n) for n in (1, 2, 3)]
    world.receive(*files, make_file(patient="CHART-9", study="1.2.4", series="1.2.4.1"))
    world.tick()
    world.tick(world.rules.quiet_s)
    assert world.states() == {"acknowledged": 4}
    scene.tick()
    world.tick(400)
    assert {one.remote_state for one in world.outbox.page()} == {"admitted"}
    assert world.outbox.totals().searchable == 4
    assert scene.account("h1").received == 4
    world.db.dispose()


def test_a_pack_damaged_in_the_outbox_is_refused_made_again_and_admitted(
    world: World, scene: Scene
) -> None:
    world.receive(make_file(patient=ANNA))
    world.journal.scan()
    world.quiet()
    (last,) = world.batches.due(sending=100)
    run = world.batches.begin(last)
    for name in ("consent", "clean", "link", "seal"):
        assert world.intake.take(name, run)
    (pack,) = world.outbox.folder.iterdir()
    data = bytearray(pack.read_bytes())
    data[300] ^= 1
    pack.write_bytes(data)
    assert not world.intake.take("send", run)
    world.settle(2)
    assert world.states() == {"acknowledged": 1}
    scene.tick()
    world.tick(400)
    assert world.outbox.totals().searchable == 1
    world.db.dispose()
