"""The public index as files: a folder for each version, the manifest says which holds."""

from __future__ import annotations

import os
import shutil
from typing import TYPE_CHECKING, Final

import msgspec

from yushan.base import Absent
from yushan.engines.analytics import write_table

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

NAME: Final = "index"
LICENCE: Final = "OGDL-Taiwan-1.0 (CC BY 4.0)"
WITHHELD: Final = "withheld"


class File(msgspec.Struct, frozen=True):
    """A file of the index."""

    name: str
    bytes: int
    sha256: str


class Manifest(msgspec.Struct, frozen=True):
    """What a version of the index is; ``step`` and ``persons`` are the rules it was made by."""

    version: str
    number: int
    made_on: str
    licence: str
    lines: int
    columns: tuple[str, ...]
    step: int
    persons: int
    files: tuple[File, ...]


class PublicIndex:
    """Versions of the public index below a folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def manifest(self) -> Manifest | None:
        """What holds now; None before the first version."""
        try:
            return msgspec.json.decode((self.folder / "manifest.json").read_bytes(), type=Manifest)
        except FileNotFoundError:
            return None

    def file(self, kind: str) -> tuple[Path, File]:
        """A file of the version that holds now; ``Absent("publish.no-index-yet")``."""
        manifest = self.manifest()
        name = f"{NAME}.{kind}"
        found = (
            next((one for one in manifest.files if one.name == name), None) if manifest else None
        )
        if manifest is None or found is None:
            raise Absent("publish.no-index-yet")
        return self.folder / str(manifest.number) / name, found

    def write(
        self,
        about: Manifest,
        rows: Iterable[tuple[Sequence[str | None], int]],
    ) -> Manifest:
        """Write a version and let it hold; older ones go."""
        place = self.folder / str(about.number)
        shutil.rmtree(place, ignore_errors=True)
        place.mkdir(parents=True)
        told = (
            ([WITHHELD if value is None else value for value in values], n) for values, n in rows
        )
        constants = {"licence": about.licence, "version": about.version}
        files = write_table(place, NAME, about.columns, told, constants)
        manifest = msgspec.structs.replace(
            about,
            columns=(*about.columns, *constants),
            files=tuple(File(one.name, one.bytes, one.sha256) for one in files),
        )
        self.hold(manifest)
        return manifest

    def hold(self, manifest: Manifest) -> None:
        """Let a version hold, all at once; remove the others."""
        waiting = self.folder / "manifest.new"
        waiting.write_bytes(msgspec.json.format(msgspec.json.encode(manifest), indent=1))
        with waiting.open("rb") as file:
            os.fsync(file.fileno())
        waiting.replace(self.folder / "manifest.json")
        for place in self.folder.iterdir():
            if place.is_dir() and place.name != str(manifest.number):
                shutil.rmtree(place, ignore_errors=True)
