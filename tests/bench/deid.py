"""Header de-identification, harvested and verified, against pydicom reading and writing the files.

The same files, one core each, in turns; the peer touches nothing, it only parses and serialises.
Files: the real CT and MR of pydicom's own package, and CTs of 512 x 512 pixels of the phantoms.

Run: ``.venv/bin/python -m tests.bench.deid``
"""

from __future__ import annotations

import io
import statistics
import time
from pathlib import Path
from typing import TYPE_CHECKING, TypedDict

import pydicom
from pydicom.data import get_testdata_file

from yushan.assembly.samples import sample_files
from yushan.domain.deid import (
    Harvest,
    Quarantined,
    Released,
    SiteKeys,
    deidentify,
    harvest,
    load_policy,
    site_pseudonym,
)
from yushan.domain.verifier import verify

if TYPE_CHECKING:
    from collections.abc import Callable

ROUNDS = 7
KEYS = SiteKeys(b"u" * 32, b"p" * 32, b"d" * 32)


class Row(TypedDict):
    """One line of the table: milliseconds per file, and how many times faster than the peer."""

    name: str
    ours: float
    peer: float
    ratio: float


def samples() -> dict[str, list[bytes]]:
    """What is measured, by name: only what stage 1 releases."""
    real = Path(str(get_testdata_file("CT_small.dcm", read=False))).read_bytes()
    drawn = [sample.data for sample in sample_files("hospital-b") if b"CT" in sample.data[:4096]]
    return {
        "real CT, 39 kB, 266 elements": [real] * 40,
        "synthetic CT and MR studies": [data for data in drawn if is_released(data)],
    }


def is_released(data: bytes) -> bool:
    """Whether stage 1 lets the file go."""
    return isinstance(stage_one(data, harvest(data)), Released)


def stage_one(data: bytes, found: Harvest) -> Released | Quarantined:
    """Rewrite."""
    return deidentify(
        data, policy=load_policy("tw-hospital"), keys=KEYS,
        subject=site_pseudonym(KEYS, "1"), offset_days=-700, harvested=found,
    )  # fmt: skip


def by_pydicom(data: bytes) -> None:
    """Read every value and write the file."""
    dataset = pydicom.dcmread(io.BytesIO(data))
    for element in dataset.iterall():
        _ = element.value
    dataset.save_as(io.BytesIO())


def by_us(data: bytes) -> None:
    """Stage 1 and the verifier, as the gateway does it."""
    found = harvest(data)
    result = stage_one(data, found)
    if not isinstance(result, Released):
        raise TypeError(result.reasons)
    if findings := verify(b"".join(result.chunks), harvested=found.tokens):
        raise AssertionError(findings)


def once(act: Callable[[bytes], None], files: list[bytes]) -> float:
    """Milliseconds per file."""
    begun = time.perf_counter()
    for data in files:
        act(data)
    return (time.perf_counter() - begun) * 1000 / len(files)


def rows() -> list[Row]:
    """The table: medians over turns."""
    table = []
    for name, files in samples().items():
        turns = [(once(by_us, files), once(by_pydicom, files)) for _ in range(ROUNDS)]
        ours = statistics.median(one for one, _ in turns)
        peer = statistics.median(other for _, other in turns)
        table.append(
            Row(name=f"stage 1 + verifier, {name}", ours=round(ours, 3), peer=round(peer, 3),
                ratio=round(peer / ours, 2))
        )  # fmt: skip
    return table


def main() -> None:
    """Measure and print."""
    for row in rows():
        print(
            f"{row['name']:<52}{row['ours']:>8.3f} ms{row['peer']:>8.3f} ms  x {row['ratio']:.2f}"
        )


if __name__ == "__main__":
    main()
