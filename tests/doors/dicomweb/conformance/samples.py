"""What the suite stores before it asks: small objects that name nobody, of several kinds."""

from __future__ import annotations

import io
from dataclasses import dataclass
from functools import cache

import pydicom
from tests.flows.admitting import make_file, make_mr, release

#: Han characters in a description that our vocabulary keeps.
CHEST = "胸部 CT"


@dataclass(frozen=True)
class Sample:
    """One object as it is sent: its bytes and its data set."""

    kind: str
    data: bytes

    @property
    def dataset(self) -> pydicom.Dataset:
        return pydicom.dcmread(io.BytesIO(self.data))


def cleaned(kind: str, data: bytes, patient: str, site: str) -> Sample:
    return Sample(kind, release(data, site, patient))


@cache
def samples(site: str = "north") -> tuple[Sample, ...]:
    """A CT of four slices and an MR in one study; dose, segmentation, compressed and multi-frame
    objects and a report in others."""
    study = "1.2.826.0.1.3680043.9.1"
    ct = [
        make_file(
            patient="CT1", study=study, series=f"{study}.1", number=n, StudyDate="20240315",
            StudyTime="101500", StudyDescription=CHEST, BodyPartExamined="CHEST",
            SeriesDescription="AXIAL", SeriesNumber=1, SpecificCharacterSet="ISO_IR 192",
        )
        for n in range(1, 5)
    ]  # fmt: skip
    mr = [make_mr(patient="CT1", study=study, number=n, StudyDate="20240315") for n in (1, 2)]
    rest = {
        "dose": ("rtdose.dcm", {}),
        "seg": ("liver.dcm", {}),
        "jpeg2000": ("693_J2KR.dcm", {"BodyPartExamined": "ABDOMEN", "StudyDate": "20230102"}),
        "enhanced": (
            "emri_small_jpeg_ls_lossless.dcm",
            {"BodyPartExamined": "KNEE", "ImageType": ["ORIGINAL", "PRIMARY"]},
        ),
        "report": ("test-SR.dcm", {}),
    }
    found = [cleaned("ct", one, "CT1", site) for one in ct]
    found += [cleaned("mr", one, "CT1", site) for one in mr]
    for number, (kind, (name, changes)) in enumerate(rest.items(), 2):
        other = f"1.2.826.0.1.3680043.9.{number}"
        data = make_file(name, patient=kind.upper(), study=other, series=f"{other}.1", **changes)
        found.append(cleaned(kind, data, kind.upper(), site))
    return tuple(found)
