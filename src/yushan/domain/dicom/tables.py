"""Transfer syntaxes and storage classes as tables (PS3.5 annex A, PS3.6 annex A, PS3.4 B.5)."""

from __future__ import annotations

import csv
from importlib.resources import files
from typing import Final, NamedTuple

IMPLICIT: Final = "1.2.840.10008.1.2"
EXPLICIT: Final = "1.2.840.10008.1.2.1"
BIG_ENDIAN: Final = "1.2.840.10008.1.2.2"
DEFLATED: Final = "1.2.840.10008.1.2.1.99"


class TransferSyntax(NamedTuple):
    """One row of ``data/transfer_syntaxes.csv``; ``media_type`` is PS3.18 table 8.7.3-2's."""

    uid: str
    name: str
    encapsulated: bool
    lossy: bool
    video: bool
    media_type: str


class StorageClass(NamedTuple):
    """One row of ``data/sop_classes.csv``; ``pixels``: the object must hold pixel data."""

    name: str
    iod: str
    pixels: bool


def lines(name: str) -> list[str]:
    """The lines of a data file of this room without its comments."""
    page = files("yushan.domain.dicom") / "data" / name
    return [line for line in page.read_text("utf-8").splitlines() if not line.startswith("#")]


def rows(name: str) -> list[dict[str, str]]:
    """The rows of a table of this room."""
    return list(csv.DictReader(lines(name)))


def transfer_syntaxes() -> dict[str, TransferSyntax]:
    """UID → transfer syntax."""
    found = {}
    for row in rows("transfer_syntaxes.csv"):
        is_yes = {key: row[key] == "y" for key in ("encapsulated", "lossy", "video")}
        syntax = TransferSyntax(
            row["uid"], row["name"], is_yes["encapsulated"], is_yes["lossy"], is_yes["video"],
            row["media_type"],
        )  # fmt: skip
        found[syntax.uid] = syntax
    return found


TRANSFER_SYNTAXES: Final = transfer_syntaxes()

#: SOP Class UID → storage class, all of them.
STORAGE_CLASSES: Final = {
    row["sop_class_uid"]: StorageClass(row["name"], row["iod"], row["pixels"] == "y")
    for row in rows("sop_classes.csv")
}

#: UIDs of PS3.6 annex A: they mean the same everywhere.
REGISTERED_UIDS: Final = frozenset(lines("uids.txt"))
