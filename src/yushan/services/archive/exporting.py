"""Export: chosen series as plain files or as packs, with a manifest by which both are verified.

The folder holds ``studies/STUDY/SERIES/00000.dcm`` (form *files*: every instance of the newest
version) or ``packs/ID.zip`` with sidecars (form *packs*: all versions); ``manifest.json``, written
last: a folder without it is no export; and ``SHA256SUMS`` for ``sha256sum -c``.
"""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final, Literal

import msgspec

from yushan.base import Absent, Conflict, PackId, Rejected, SeriesUID, YushanError
from yushan.domain.packs import Sidecar, read_members
from yushan.services.archive import archive_queries as queries
from yushan.services.archive.parting import write_together

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from yushan.services.archive.archive import Archive

PIECE: Final = 4 << 20
MANIFEST: Final = "manifest.json"
SUMS: Final = "SHA256SUMS"
Form = Literal["files", "packs"]


class ExportedFile(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A file of the export, by its path in the folder; of an instance also what it is."""

    path: str
    size: int
    sha256: str
    series_instance_uid: str = ""
    sop_instance_uid: str = ""


class ExportedSeries(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A series of the export, with the version that it had."""

    study_instance_uid: str
    series_instance_uid: str
    version: int
    version_id: str
    instances: int


class ExportManifest(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What an export holds."""

    format: Annotated[int, msgspec.Meta(ge=1, le=1)] = 1
    form: Form
    made_at: str
    series: tuple[ExportedSeries, ...]
    files: tuple[ExportedFile, ...]


class ExportVerdict(msgspec.Struct, frozen=True, kw_only=True):
    """What a verification of an export found: ``faults`` are (code, path)."""

    files: int
    bytes: int
    faults: tuple[tuple[str, str], ...]

    @property
    def holds(self) -> bool:
        """Every file is there and as it was, and nothing else is."""
        return not self.faults


def export_series(
    archive: Archive, folder: Path, series: Sequence[SeriesUID], form: Form
) -> ExportManifest:
    """Write an export into a new or empty folder.

    Raises
    ------
    Absent
        ``archive.series-unknown``.
    Conflict
        ``archive.export-not-empty``.
    """
    if folder.exists() and any(folder.iterdir()):
        raise Conflict("archive.export-not-empty")
    folder.mkdir(parents=True, exist_ok=True)
    listed = tuple(described(archive, uid) for uid in sorted(set(series)))
    write = files_of if form == "files" else packs_of
    files = tuple(write(archive, folder, [SeriesUID(one.series_instance_uid) for one in listed]))
    made_at = archive.stamp()
    manifest = ExportManifest(form=form, made_at=made_at, series=listed, files=files)
    sums = "".join(f"{one.sha256}  {one.path}\n" for one in files)
    (folder / SUMS).write_text(sums, "ascii")
    (folder / MANIFEST).write_bytes(msgspec.json.format(msgspec.json.encode(manifest)))
    return manifest


def described(archive: Archive, uid: SeriesUID) -> ExportedSeries:
    """A series and its newest version."""
    found = archive.versions(uid)
    if not found:
        raise Absent("archive.series-unknown")
    [first, *_] = archive.series_sidecars(uid)
    newest = found[-1]
    return ExportedSeries(
        study_instance_uid=first.study_instance_uid,
        series_instance_uid=uid,
        version=newest.number,
        version_id=newest.id,
        instances=newest.instances,
    )


def files_of(archive: Archive, folder: Path, series: Sequence[SeriesUID]) -> Iterator[ExportedFile]:
    """Write every instance of the series as a file of its own."""
    for uid in series:
        place = 0
        for sidecar in archive.series_sidecars(uid):
            for entry in sidecar.instances:
                path = f"studies/{sidecar.study_instance_uid}/{uid}/{place:05d}.dcm"
                target = folder / path
                target.parent.mkdir(parents=True, exist_ok=True)
                data = archive.read(PackId(sidecar.pack), entry.start, entry.length)
                target.write_bytes(data)
                place += 1
                yield ExportedFile(
                    path=path,
                    size=len(data),
                    sha256=hashlib.sha256(data).hexdigest(),
                    series_instance_uid=uid,
                    sop_instance_uid=entry.sop_instance_uid,
                )


def packs_of(archive: Archive, folder: Path, series: Sequence[SeriesUID]) -> Iterator[ExportedFile]:
    """Write packs that hold exactly the series: whole ones as they are, shared ones cut down."""
    wanted = set(series)
    names = sorted({
        PackId(one.pack) for uid in series for one in archive.series_sidecars(uid, replaced=True)
    })  # fmt: skip
    (folder / "packs").mkdir()
    for name in names:
        with archive.db.read() as tx:
            count = len(queries.parts_of_pack(tx, name))
        sidecars = archive.staged(name, count).sidecars
        stay = [one for one in sidecars if one.series_instance_uid in wanted]
        draft = folder / "packs" / f"{name}.part"
        summary, made = write_together(archive.read, stay, draft)
        draft.rename(folder / "packs" / f"{summary.pack}.zip")
        yield ExportedFile(path=f"packs/{summary.pack}.zip", size=summary.size, sha256=summary.pack)
        for number, sidecar in enumerate(made):
            path, data = f"packs/{summary.pack}.{number:04d}.json.zst", sidecar.encode()
            (folder / path).write_bytes(data)
            yield ExportedFile(
                path=path,
                size=len(data),
                sha256=hashlib.sha256(data).hexdigest(),
                series_instance_uid=sidecar.series_instance_uid,
            )


def verify_export(folder: Path) -> ExportVerdict:
    """Hold a folder against its manifest, needing nothing else.

    ``Rejected("archive.no-export")`` when there is no manifest or it is malformed.
    """
    try:
        data = (folder / MANIFEST).read_bytes()
        manifest = msgspec.json.decode(data, type=ExportManifest)
    except (OSError, msgspec.DecodeError) as error:
        raise Rejected("archive.no-export") from error
    known = {one.path for one in manifest.files} | {MANIFEST, SUMS}
    here = {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}
    faults = [("archive.export-stray", path) for path in sorted(here - known)]
    faults += [
        (code, one.path) for one in manifest.files if (code := verdict_on(folder, one)) is not None
    ]
    return ExportVerdict(
        files=len(manifest.files),
        bytes=sum(one.size for one in manifest.files),
        faults=tuple(faults),
    )


def verdict_on(folder: Path, one: ExportedFile) -> str | None:
    """What is wrong with a file; a manifest never leads out of its folder."""
    path = folder / one.path
    if Path(one.path).is_absolute() or ".." in Path(one.path).parts or not path.is_file():
        return "archive.export-missing"
    data = path.read_bytes()
    if len(data) != one.size or hashlib.sha256(data).hexdigest() != one.sha256:
        return "archive.export-damaged"
    try:
        if path.suffix == ".zip":
            read_members(data)
        elif path.suffix == ".zst":
            Sidecar.decode(data)
    except YushanError as error:
        return error.code
    return None
