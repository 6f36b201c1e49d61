"""A commons' archive for tests: clock, ledger, store, uploads; packs with sidecars."""

import hashlib
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from tests.unit.packs.packing import make_pack

from yushan.base import ManualClock, PackId, SeriesUID, SiteName
from yushan.domain.packs import InstanceEntry, Manifest, Sidecar
from yushan.engines.database import Database
from yushan.engines.keys import Signer, Wrapper
from yushan.engines.store import FolderStore, Store
from yushan.services.archive import (
    Admissions,
    Archive,
    Keyring,
    SealedStore,
    UploadLimits,
    Uploads,
)
from yushan.services.ledger import Ledger

NORTH, SOUTH = SiteName("north"), SiteName("south")


@dataclass
class House:
    """The rooms together, over one database and one folder."""

    db: Database
    folder: Path
    clock: ManualClock
    ledger: Ledger
    store: Store
    uploads: Uploads
    admissions: Admissions
    archive: Archive


def make_house(database, folder, *, sealed=False, **limits):
    """With ``sealed`` everything in the store is encrypted."""
    clock = ManualClock(datetime(2026, 12, 1, tzinfo=UTC))
    ledger = Ledger(database, clock, Signer(b"\7" * 32))
    store, keyring = FolderStore(folder / "store"), None
    if sealed:
        keyring = Keyring(database, clock, Wrapper([b"w" * 32]))
        store = SealedStore(store, keyring)
    bounds = UploadLimits(**({"reserve_bytes": 0} | limits))
    uploads = Uploads(database, folder / "incoming", ledger, Signer(b"\10" * 32), bounds)
    admissions = Admissions(database, folder / "incoming", store, clock, keyring)
    return House(
        database,
        folder,
        clock,
        ledger,
        store,
        uploads,
        admissions,
        Archive(database, store, clock, keyring),
    )


def uid(*words):
    """A UID of ours, from words."""
    digest = hashlib.sha256(repr(words).encode()).digest()
    return f"2.25.{10**38 + int.from_bytes(digest[:15], 'big')}"


def make_manifest(data, site=NORTH, instances=None, **changes):
    values = {
        "pack": hashlib.sha256(data).hexdigest(),
        "size": len(data),
        "site": site,
        "batch": "b1",
        "instances": instances if instances is not None else 2,
        "policy": "tw-hospital",
        "policy_digest": "cd" * 32,
        "subject": "A" * 16,
        "linked": True,
        "envelope": "AAAA",
    }
    return Manifest(**(values | changes))


def upload(house, data, site=NORTH, **changes):
    """Offer, write and seal; the final state."""
    manifest = make_manifest(data, site, **changes)
    pack = PackId(manifest.pack)
    house.uploads.offer(site, manifest)
    house.uploads.write(site, pack, 0, data)
    return house.uploads.seal(site, pack)


def make_series(name="s1", *, contents=(b"one", b"two!"), **changes):
    """A pack of one series and its sidecar: (bytes, sidecar)."""
    summary, data = make_pack(*contents)
    values = {
        "site": "north",
        "subject": "P" * 16,
        "study_instance_uid": uid("study", name),
        "modality": "CT",
        "received_at": "2026-12-01T00:00:00.000+00:00",
        "source": "ee" * 32,
        "policy": "tw-hospital",
        "policy_digest": "cd" * 32,
    } | changes
    entries = [
        InstanceEntry(
            sop_instance_uid=uid("instance", name, content),
            sop_class_uid="1.2.840.10008.5.1.4.1.1.2",
            transfer_syntax_uid="1.2.840.10008.1.2.1",
            start=member.start,
            length=member.length,
            sha256=hashlib.sha256(content).hexdigest(),
        )
        for member, content in zip(summary.members, contents, strict=True)
    ]
    sidecar = Sidecar(
        pack=summary.pack, series_instance_uid=uid("series", name), instances=entries, **values
    )
    return data, sidecar


def keep(house, name="s1", **changes):
    """Put and admit a pack of one series; its sidecar."""
    data, sidecar = make_series(name, **changes)
    put(house, data, sidecar)
    with house.db.begin() as tx:
        house.archive.admit(tx, house.archive.staged(PackId(sidecar.pack), 1))
    return sidecar


def put(house, data, sidecar):
    """Bring a pack into the store."""
    file = house.folder / "work.zip"
    file.write_bytes(data)
    house.archive.put(PackId(sidecar.pack), file, [sidecar])
    file.unlink()


def series_of(sidecar):
    return SeriesUID(sidecar.series_instance_uid)
