"""What the demo's hospitals send: the sample studies, or any folder.

DICOM files go by C-STORE as from a PACS (one hospital with TLS); everything else, and files that no
PACS could send, are imported from a folder.
"""

from __future__ import annotations

import ssl
import zlib
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Final

from yushan.assembly.demo.plan import HOSPITALS
from yushan.assembly.imports import import_folder
from yushan.assembly.samples import sample_files
from yushan.base import YushanError
from yushan.domain.dicom import summarize
from yushan.engines.net import send_files

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from yushan.assembly.demo.plan import Hospital, Plan
    from yushan.assembly.gateway_settings import Gateway

#: A file larger than this is not looked into to find out whether a PACS could send it.
LARGEST: Final = 1 << 30


@dataclass
class Load:
    """What one hospital sends: files by C-STORE, and a folder of links that is imported."""

    hospital: Hospital
    sent: list[Path] = field(default_factory=list)
    imported: list[Path] = field(default_factory=list)

    @property
    def files(self) -> int:
        """How many files in all."""
        return len(self.sent) + len(self.imported)


def sample_loads(folder: Path, told: Callable[[str, int], None]) -> list[Load]:
    """Make the sample studies of both hospitals as files below ``folder``."""
    loads = []
    for hospital in HOSPITALS:
        load = Load(hospital)
        target = folder / hospital.name
        target.mkdir(parents=True)
        for number, sample in enumerate(sample_files(hospital.name)):
            path = target / f"{number:04d}{Path(sample.name).suffix}"
            path.write_bytes(sample.data)
            assign(load, path)
            told(hospital.name, number + 1)
        loads.append(load)
    return loads


def folder_loads(folder: Path) -> list[Load]:
    """The files of any folder, studies kept together, shared between the hospitals."""
    loads = [Load(hospital) for hospital in HOSPITALS]
    for path in files_below(folder):
        assign(loads[share_of(path, len(loads))], path)
    return loads


def files_below(folder: Path) -> Iterator[Path]:
    """Regular files, no links, in a stable order."""
    for path in sorted(folder.rglob("*")):
        if path.is_file() and not path.is_symlink():
            yield path


def share_of(path: Path, hospitals: int) -> int:
    """Which hospital a file belongs to: by its study, so that no study is torn apart."""
    try:
        study = summarize(path.read_bytes()).study_instance_uid
    except (YushanError, OSError):
        return 0
    return zlib.crc32(study.encode()) % hospitals


def assign(load: Load, path: Path) -> None:
    """By C-STORE if a PACS could send it, else by import."""
    (load.sent if is_sendable(path) else load.imported).append(path)


def is_sendable(path: Path) -> bool:
    """Whether the file is a whole Part-10 file with the UIDs that a C-STORE needs."""
    if path.stat().st_size > LARGEST:
        return False
    try:
        summarize(path.read_bytes())
    except YushanError:
        return False
    return True


@dataclass(frozen=True, slots=True)
class Delivered:
    """What became of a hospital's files: in the gateway's spool, or left out and why."""

    taken: int
    left_out: dict[str, int]


def send(plan: Plan, load: Load, told: Callable[[int], None]) -> Delivered:
    """Send a hospital's files to its gateway: by C-STORE, what was not accepted by import."""
    gateway = next(one for one in plan.gateways if one.name == load.hospital.name)
    door = gateway.dimse[0]
    context = tls_context(plan) if load.hospital.tls else None
    report = send_files(
        door.host, door.port, load.sent, calling="DEMO_PACS", called=door.ae_title,
        tls_context=context, progress=lambda done, _: told(done),
    )  # fmt: skip
    rest = hand_over(plan, gateway, [*load.imported, *report.unsent])
    return Delivered(report.sent + rest.taken, rest.left_out)


def hand_over(plan: Plan, gateway: Gateway, files: list[Path]) -> Delivered:
    """Import what no PACS could send."""
    if not files:
        return Delivered(0, {})
    folder = plan.folder / "feed" / f"{gateway.name}-import"
    folder.mkdir(parents=True)
    for number, path in enumerate(files):
        (folder / f"{number:05d}{path.suffix[:8]}").write_bytes(path.read_bytes())
    report = import_folder(gateway, folder)
    return Delivered(report.taken, dict(report.left_out))


def tls_context(plan: Plan) -> ssl.SSLContext:
    """A sender's context that trusts the demo's authority and nobody else."""
    context = ssl.create_default_context(cafile=plan.keys.known("authority.pem"))
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    return context
