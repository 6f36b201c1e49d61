"""How much room packs take: bytes at rest to the sum of uncompressed pixels, all included.

The files of a folder are described, made smaller as admission does it (HTJ2K lossless where that
is smaller, verified), written as one pack with its sidecars, and, for the last line, sealed. What
is compared is all that lies in the store: pack, sidecars, headers. Without a folder the synthetic
studies and the real CT and MR of pydicom's own package are measured.

Run: ``.venv/bin/python -m tests.bench.storage [FOLDER]``
"""

from __future__ import annotations

import io
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypedDict

from pydicom.data import get_testdata_file

from yushan.assembly.samples import sample_files
from yushan.base import Rejected
from yushan.domain.dicom import describe
from yushan.domain.packs import InstanceEntry, PackWriter, Sidecar
from yushan.engines.keys import ChunkSealer
from yushan.flows.admit.recompressing import recompressed

if TYPE_CHECKING:
    from collections.abc import Iterator

    from yushan.domain.dicom import Description

#: Bytes at rest per byte of uncompressed pixels that the design allows.
TARGET = 0.45


class Row(TypedDict):
    """One line: bytes at rest and uncompressed, both in MB, and their ratio."""

    name: str
    ours: float
    peer: float
    ratio: float


def pixel_bytes(described: Description) -> int:
    """Bytes of an instance's pixels if nothing compressed them."""

    def whole(tag: str, default: int) -> int:
        values: list[Any] = described.metadata.get(tag, {}).get("Value") or [default]
        return int(values[0])

    plane = whole("00280010", 0) * whole("00280011", 0) * whole("00280002", 1)
    return plane * whole("00280100", 16) // 8 * len(described.frames)


def samples(folder: Path | None) -> Iterator[bytes]:
    """The files that are measured."""
    if folder is not None:
        yield from (path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file())
        return
    yield from (one.data for site in ("hospital-a", "hospital-b") for one in sample_files(site))
    for name in ("CT_small.dcm", "MR_small.dcm"):
        yield Path(str(get_testdata_file(name, read=False))).read_bytes()


class Measure:
    """Sums over files: as they came, and made smaller."""

    def __init__(self) -> None:
        self.raw = self.files = self.smaller = 0
        self.seconds = 0.0
        self.plain = 0
        self.out = io.BytesIO()
        self.writer = PackWriter(self.out)
        self.series: dict[str, Sidecar] = {}

    def add(self, data: bytes) -> None:
        """One file; what is no image or not readable does not count."""
        try:
            described = describe(data)
        except Rejected:
            return
        if not described.frames:
            return
        begun = time.process_time()
        made = recompressed(data, described)
        self.seconds += time.process_time() - begun
        self.raw += pixel_bytes(described)
        self.plain += len(data)
        self.files += 1
        if made is not None:
            self.smaller += 1
            described = describe(made)
        self.keep(made or data, described)

    def keep(self, data: bytes, described: Description) -> None:
        """Into the pack, and into the sidecar of its series."""
        member, about = self.writer.add([data]), described.summary
        uid = about.series_instance_uid
        if uid not in self.series:
            self.series[uid] = Sidecar(
                pack="00" * 32, site="bench", subject="A" * 16, modality=about.modality,
                study_instance_uid=about.study_instance_uid, series_instance_uid=uid, instances=[],
            )  # fmt: skip
        self.series[uid].instances.append(
            InstanceEntry(
                sop_instance_uid=about.sop_instance_uid,
                sop_class_uid=about.sop_class_uid,
                transfer_syntax_uid=about.transfer_syntax_uid,
                start=member.start,
                length=member.length,
                sha256="ab" * 32,
                frames=list(described.frames),
                bulk=list(described.bulk),
                spots=list(described.spots),
                metadata=described.metadata,
            )
        )

    def at_rest(self) -> tuple[int, int, int]:
        """Bytes of the pack, of its sidecars, and of both sealed."""
        size = self.writer.finish().size
        beside = [one.encode() for one in self.series.values()]
        sealed = sum(
            len(piece)
            for plain in (self.out.getvalue(), *beside)
            for piece in ChunkSealer.fresh(b"k" * 32, "a", len(plain)).sealed([plain])
        )
        return size, sum(map(len, beside)), sealed


def rows(folder: Path | None = None) -> Iterator[Row]:
    """The table."""
    measure = Measure()
    for data in samples(folder):
        measure.add(data)
    if not measure.files:
        raise SystemExit("no images there")
    pack, beside, sealed = measure.at_rest()
    raw = measure.raw / 1e6
    for name, size in (
        (f"{measure.files} files as they came", measure.plain),
        (f"at rest: pack and sidecars ({measure.smaller} made HTJ2K)", pack + beside),
        ("of it sidecars", beside),
        ("at rest and sealed", sealed),
    ):
        mb = size / 1e6
        yield Row(name=name, ours=round(mb, 2), peer=round(raw, 2), ratio=round(mb / raw, 3))
    speed = measure.plain / 1e6 / max(measure.seconds, 1e-9)
    per_image = 1000 * measure.seconds / max(measure.files, 1)
    print(f"made and verified at {speed:.0f} MB/s, {per_image:.1f} ms of CPU per file")


def main() -> None:
    """Print it."""
    for row in rows(Path(sys.argv[1]) if len(sys.argv) > 1 else None):
        print(f"{row['name']:<60}{row['ours']:>10} MB of {row['peer']:>10} MB  {row['ratio']:.3f}")


if __name__ == "__main__":
    main()
