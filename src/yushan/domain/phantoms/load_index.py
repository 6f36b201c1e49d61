"""Up to a hundred million rows of an index of series, as batches of columns, for load tests.

Every value is a hash of the row's number, so that a row is the same whatever the batch it came in.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any, Final

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from numpy.typing import NDArray

    Numbers = NDArray[np.uint64]

#: Rows of a batch.
BATCH: Final = 1 << 18
#: Series of a study, studies of a subject, sites.
SERIES, STUDIES, SITES = 4, 3, 24
#: First day, and days over which studies are spread.
FIRST_DAY: Final = np.datetime64("2015-01-01")
DAYS: Final = 3650
#: Bytes of an image on average.
IMAGE_BYTES: Final = 262_144
#: Slice thicknesses, um.
SLICES_UM: Final = np.array([625, 1250, 2500, 5000, 7000], np.uint16)


@dataclass(frozen=True, eq=False)
class IndexBatch:
    """Rows ``first`` and on, by columns of one length.

    Parameters
    ----------
    first
        Number of the first row.
    numbers
        ``series``, ``study``, ``subject`` (numbers that :func:`index_uid` turns into UIDs),
        ``instances``, ``bytes``, ``age_years``, ``slice_um``, and ``day`` (datetime64).
    codes
        Column -> place in ``words`` of each row.
    words
        Column -> its values: ``site``, ``modality``, ``body_part``, ``maker``, ``sex``.
    """

    first: int
    numbers: Mapping[str, NDArray[Any]]
    codes: Mapping[str, NDArray[np.uint8]]
    words: Mapping[str, tuple[str, ...]]


@cache
def shares() -> dict[str, Any]:
    """The table ``data/index.toml``."""
    page = files("yushan.domain.phantoms") / "data" / "index.toml"
    return tomllib.loads(page.read_text("utf-8"))


def mixed(numbers: Numbers, salt: int) -> Numbers:
    """Numbers that look random and are the same each time (splitmix64)."""
    with np.errstate(over="ignore"):
        value = (numbers + np.uint64(salt + 1)) * np.uint64(0x9E3779B97F4A7C15)
        value = (value ^ (value >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
        value = (value ^ (value >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
        return np.asarray(value ^ (value >> np.uint64(31)))


def index_rows(count: int, seed: int, batch: int = BATCH) -> Iterator[IndexBatch]:
    """``count`` rows, four series to a study and three studies to a subject.

    Parameters
    ----------
    count
        Rows, to 10^8 and beyond; memory stays that of a batch.
    seed
        Another seed gives other values.
    batch
        Rows of a batch; the rows do not depend on it.
    """
    for first in range(0, count, batch):
        yield rows(np.arange(first, min(first + batch, count), dtype=np.uint64), seed)


def rows(series: Numbers, seed: int) -> IndexBatch:
    """The rows of some series numbers."""
    study = series // np.uint64(SERIES)
    subject = study // np.uint64(STUDIES)
    table = shares()
    kinds = tuple(table["modality"])
    urn = np.repeat(np.arange(len(kinds)), [weight for weight, _ in table["modality"].values()])
    images = np.array([number for _, number in table["modality"].values()], np.uint32)
    own, person = mixed(study, seed * 4), mixed(subject, seed * 4 + 1)
    modality = urn[own % np.uint64(len(urn))].astype(np.uint8)
    words = {
        "site": tuple(f"hospital-{number:02d}" for number in range(SITES)),
        "modality": kinds,
        **{name: tuple(values) for name, values in table["words"].items()},
    }
    codes = {
        "site": part(own, 8, SITES),
        "modality": modality,
        "body_part": part(own, 16, len(words["body_part"])),
        "maker": part(own, 24, len(words["maker"])),
        "sex": part(person, 8, len(words["sex"])),
    }
    numbers = {
        "series": series,
        "study": study,
        "subject": subject,
        "instances": images[modality],
        "bytes": images[modality].astype(np.uint64) * np.uint64(IMAGE_BYTES),
        "day": FIRST_DAY + (own >> np.uint64(32)).astype(np.int64) % DAYS,
        "age_years": part(person, 16, 91),
        "slice_um": SLICES_UM[part(own, 40, len(SLICES_UM))],
    }
    return IndexBatch(int(series[0]), numbers, codes, words)


def part(values: Numbers, shift: int, count: int) -> NDArray[np.uint8]:
    """Numbers below ``count`` (at most 256) out of some bits."""
    return np.asarray((values >> np.uint64(shift)) % np.uint64(count), np.uint8)


def index_uid(kind: str, number: int, seed: int = 0) -> str:
    """The UID of a ``study`` or ``series`` of an index, below 2.25."""
    salt = {"study": 1, "series": 2}[kind] + 8 * seed
    value = int(mixed(np.array([number], np.uint64), salt)[0])
    return f"2.25.{10**38 + value * 10**18 + number}"
