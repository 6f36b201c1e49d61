"""Private attributes as makers write them: some harmless, some with the patient's name inside."""

from __future__ import annotations

from struct import pack
from typing import TYPE_CHECKING

from pydicom.dataset import Dataset

if TYPE_CHECKING:
    from yushan.domain.phantoms.headers import Study


def csa_header(study: Study, instance: str) -> bytes:
    """A blob in the manner of a protocol dump, with name, weight and UIDs in clear text."""
    person = study.person
    lines = (
        f'tPatientName = "{person.romanised}"',
        f'tPatientID = "{person.charts[study.hospital.site]}"',
        f'tReferenceImage0 = "{instance}"',
        f"flUsedPatientWeight = 62.5  # {study.date}",
    )
    text = "\n".join(lines).encode()
    blob = b"SV10\4\3\2\1" + pack("<2L", 1, 77) + b"MrPhoenixProtocol".ljust(64, b"\0") + text
    return blob + b"\0" * (len(blob) % 2)


def add_siemens(dataset: Dataset, study: Study) -> None:
    """A header blob, and a block that names the patient in a text."""
    block = dataset.private_block(0x0029, "SIEMENS CSA HEADER", create=True)
    block.add_new(0x10, "OB", csa_header(study, dataset.SOPInstanceUID))
    block.add_new(0x08, "CS", "IMAGE NUM 4")
    block = dataset.private_block(0x0019, "SIEMENS CT VA0  COAD", create=True)
    block.add_new(0xB0, "LO", f"{study.person.family} {study.person.given}")


def add_ge(dataset: Dataset, study: Study) -> None:
    """Numbers of the safe list, and a comment that is not on it."""
    block = dataset.private_block(0x0019, "GEMS_ACQU_01", create=True)
    block.add_new(0x23, "DS", "39.37")
    block.add_new(0x27, "DS", "0.5")
    block = dataset.private_block(0x0043, "GEMS_PARM_01", create=True)
    block.add_new(0x27, "SH", "0.984:1")
    block = dataset.private_block(0x0009, "GEMS_IDEN_01", create=True)
    block.add_new(0x31, "LO", f"{study.person.charts[study.hospital.site]} {study.person.family}")


def add_philips(dataset: Dataset, study: Study) -> None:
    """Numbers of the safe list, and a nested sequence with the patient inside."""
    block = dataset.private_block(0x2001, "Philips Imaging DD 001", create=True)
    block.add_new(0x03, "FL", 0.0)
    block.add_new(0x13, "SL", 1)
    inner = Dataset()
    inner.PatientName = study.person.romanised
    inner.PatientID = study.person.charts[study.hospital.site]
    block = dataset.private_block(0x2005, "Philips MR Imaging DD 001", create=True)
    block.add_new(0x0E, "SQ", [inner])
