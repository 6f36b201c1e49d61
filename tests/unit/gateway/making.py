"""Makes what the gateway's tests need: small DICOM files, a spool, a hospital, a commons."""

from __future__ import annotations

import hashlib
import json
import random
import struct
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import msgspec

from yushan.base import Conflict, ManualClock, Rejected, Unavailable
from yushan.domain.packs import IncomingState, Manifest, PackState, Receipt
from yushan.services.gateway import Batches, Handling, Journal, Outbox, Rules, Sender

if TYPE_CHECKING:
    from pathlib import Path

    from yushan.engines.database import Database

CT = "1.2.840.10008.5.1.4.1.1.2"
EXPLICIT = "1.2.840.10008.1.2.1"
NOON = datetime(2026, 12, 1, 4, 0, tzinfo=UTC)
LONG = {b"OW", b"OB", b"SQ", b"UN", b"UT"}


def element(tag: int, vr: bytes, value: bytes) -> bytes:
    """One explicit little-endian element, padded."""
    if len(value) % 2:
        value += b"\0" if vr in {b"UI", b"OB"} else b" "
    head = struct.pack("<HH", tag >> 16, tag & 0xFFFF) + vr
    if vr in LONG:
        return head + b"\0\0" + struct.pack("<L", len(value)) + value
    return head + struct.pack("<H", len(value)) + value


def part10(elements: list[tuple[int, bytes, bytes]], *, writer: str = "TEST", sop: str) -> bytes:
    """A Part-10 file around a data set."""
    meta = b"".join([
        element(0x00020001, b"OB", b"\0\1"),
        element(0x00020002, b"UI", CT.encode()),
        element(0x00020003, b"UI", sop.encode()),
        element(0x00020010, b"UI", EXPLICIT.encode()),
        element(0x00020012, b"UI", b"1.2.3.4"),
        element(0x00020013, b"SH", writer.encode()),
    ])  # fmt: skip
    length = element(0x00020000, b"UL", struct.pack("<L", len(meta)))
    body = b"".join(element(*one) for one in sorted(elements))
    return b"\0" * 128 + b"DICM" + length + meta + body


def make_object(
    sop: str = "1.2.3.1",
    series: str = "1.2.3",
    *,
    study: str = "1.2",
    patient: str = "A100",
    number: int = 1,
    station: str = "CT1",
    modality: str = "CT",
    pixel: int = 0,
    writer: str = "TEST",
    other: str = "",
    burned: str = "",
    words: int = 256,
) -> bytes:
    """A CT slice of 16 × 16 that says who, what and where it is."""
    rows = [
        (0x00080008, b"CS", b"ORIGINAL\\PRIMARY\\AXIAL"),
        (0x00080016, b"UI", CT.encode()),
        (0x00080018, b"UI", sop.encode()),
        (0x00080060, b"CS", modality.encode()),
        (0x00081010, b"SH", station.encode()),
        (0x00081090, b"LO", b"Modell"),
        (0x00100010, b"PN", b"Wang^Test"),
        (0x00100020, b"LO", patient.encode()),
        (0x00180015, b"CS", b"CHEST"),
        (0x0020000D, b"UI", study.encode()),
        (0x0020000E, b"UI", series.encode()),
        (0x00200013, b"IS", str(number).encode()),
        (0x00280002, b"US", struct.pack("<H", 1)),
        (0x00280010, b"US", struct.pack("<H", max(16, words // 1000))),
        (0x00280011, b"US", struct.pack("<H", 16 if words == 256 else 1000)),
        (0x00280100, b"US", struct.pack("<H", 16)),
        (0x7FE00010, b"OW", struct.pack("<H", pixel) * words),
    ]
    if other:
        rows.append((0x00101000, b"LO", other.encode()))
    if burned:
        rows.append((0x00280301, b"CS", burned.encode()))
    return part10(rows, writer=writer, sop=sop)


@dataclass
class Commons:
    """A commons in memory: keeps its word about offsets, hashes and receipts."""

    up: bool = True
    packs: dict[str, Manifest] = field(default_factory=dict)
    bytes: dict[str, bytearray] = field(default_factory=dict)
    receipts: dict[str, Receipt] = field(default_factory=dict)
    #: Calls after which the line breaks, before or after the call did its work.
    breaks_after: int | None = None
    lost_answers: bool = False
    calls: int = 0
    searchable: bool = False
    admits: IncomingState = IncomingState.ADMITTED

    def tell(self, pack: str) -> PackState:
        if pack not in self.packs:
            raise Rejected("exchange.pack-unknown")
        receipt = self.receipts.get(pack)
        state = IncomingState.RECEIVED if receipt else IncomingState.RECEIVING
        if receipt and self.searchable:
            state = self.admits
        return PackState(
            pack=pack, state=state, offset=len(self.bytes[pack]), receipt=receipt,
            searchable=self.packs[pack].instances if self.searchable else 0,
        )  # fmt: skip

    def enter(self) -> None:
        self.calls += 1
        if not self.up:
            raise Unavailable("net.unreachable")
        if self.breaks_after is not None and self.calls > self.breaks_after:
            self.up = False
            if not self.lost_answers:
                raise Unavailable("net.unreachable")

    def leave(self) -> None:
        if not self.up:
            raise Unavailable("net.unreachable")

    def offer(self, manifest: Manifest) -> PackState:
        self.enter()
        if manifest.pack not in self.packs:
            self.packs[manifest.pack] = manifest
            self.bytes[manifest.pack] = bytearray()
        self.leave()
        return self.tell(manifest.pack)

    def put(self, pack: str, offset: int, piece: bytes) -> PackState:
        self.enter()
        if offset == len(self.bytes[pack]):
            self.bytes[pack] += piece
        self.leave()
        return self.tell(pack)

    def seal(self, pack: str) -> PackState:
        self.enter()
        manifest, data = self.packs[pack], self.bytes[pack]
        if hashlib.sha256(data).hexdigest() != pack or len(data) != manifest.size:
            self.bytes[pack] = bytearray()
            return PackState(
                pack=pack, state=IncomingState.REFUSED, offset=0, reasons=("packs.hash-mismatch",)
            )
        self.receipts[pack] = Receipt(
            pack=pack, site=manifest.site, size=manifest.size, instances=manifest.instances,
            received_at="2026-12-01T00:00:00Z", signature=sign(pack),
        )  # fmt: skip
        self.leave()
        return self.tell(pack)

    def state(self, pack: str) -> PackState:
        self.enter()
        return self.tell(pack)


def sign(pack: str) -> str:
    return hashlib.sha256(b"commons" + pack.encode()).hexdigest()


def is_signed(receipt: Receipt) -> bool:
    return receipt.signature == sign(receipt.pack)


@dataclass
class Hospital:
    """The gateway's rooms over one database and one folder."""

    db: Database
    base: Path
    rules: Rules = field(default_factory=Rules)
    clock: ManualClock = field(default_factory=lambda: ManualClock(NOON))
    commons: Commons = field(default_factory=Commons)
    rng: random.Random = field(default_factory=lambda: random.Random(1))

    def __post_init__(self) -> None:
        self.spool = self.base / "spool"
        self.journal = Journal(self.db, self.clock, self.spool, self.rules)
        self.batches = Batches(self.db, self.clock, self.spool, self.rules)
        self.outbox = Outbox(self.db, self.clock, self.base / "outbox", self.rules)
        self.sender = Sender(self.outbox, self.commons, is_signed)
        self.handling = Handling(self.db, self.clock)
        self.dropped = 0

    def associate(self, number: int = 1, *, kind: str = "dimse", ae: str = "CT_AE") -> Path:
        """An association's folder with its head."""
        name = f"{number:032x}"
        folder = self.spool / "20261201" / name
        if not folder.exists():
            folder.mkdir(parents=True)
            head = {"id": name, "kind": kind, "calling_ae": ae, "called_ae": "YUSHAN",
                    "peer": "127.0.0.1", "tls": False, "opened": NOON.isoformat()}  # fmt: skip
            (folder / "association.json").write_text(json.dumps(head))
        return folder

    def receive(self, *files: bytes, association: int = 1) -> list[str]:
        """What a receiver does: complete files under their names."""
        folder, names = self.associate(association), []
        for data in files:
            self.dropped += 1
            name = f"{self.dropped:06d}.dcm"
            (folder / f"{self.dropped:06d}.part").write_bytes(data)
            (folder / f"{self.dropped:06d}.part").rename(folder / name)
            names.append(name)
        return names

    def states(self) -> dict[str, int]:
        """States that occur, with counts."""
        found = self.journal.accounting().states
        return {str(state): count for state, count in found.items() if count}

    def quiet(self) -> int:
        """Let the series fall quiet and freeze them."""
        self.clock.advance(self.rules.quiet_s)
        return self.batches.freeze()


def manifest_of(pack: str, size: int, instances: int, batch: str = "b") -> Manifest:
    """A manifest that passes its own checks."""
    return Manifest(
        pack=pack, size=size, site="h1", batch=batch, instances=instances, policy="tw-hospital",
        policy_digest="d", subject="A" * 16, linked=False, envelope="",
    )  # fmt: skip


__all__ = [
    "CT", "NOON", "Commons", "Conflict", "Hospital", "is_signed", "make_object", "manifest_of",
    "msgspec", "part10", "sign",
]  # fmt: skip
