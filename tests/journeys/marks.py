"""A patient who cannot be overlooked: marks in every text attribute, and how to find them again.

The marks stand for what identifies a person: names in Latin and Han, an identity number, chart and
accession numbers, telephone, address, hospital, dates, UIDs of origin, names of files.
"""

from __future__ import annotations

import json
import re
from copy import deepcopy
from io import BytesIO
from urllib.parse import quote

import pydicom
from pydicom.datadict import DicomDictionary
from pydicom.dataset import Dataset
from pydicom.uid import UID

from yushan.domain.phantoms import load_series
from yushan.domain.population import identity

FAMILY, GIVEN, HAN = "Qwyzzel", "Brxhtovan", "鸑鷟"
NUMBER = identity("Y", "M", 987)
CHART, ACCESSION = "ZQ7750931X", "ACZQ55001793"
PHONE, STREET, HOSPITAL = "0955771203", "Zqvxstreet", "Vyzhqmemorial"
BORN, EXAMINED = "19150713", "19530806"
ROOT = "1.2.826.0.1.3680043.8.498.77315"
CALLING = "ZQX_SCANNER"

WORDS = (FAMILY, GIVEN, HAN, NUMBER, CHART, ACCESSION, PHONE, STREET, HOSPITAL, ROOT, CALLING)
DATES = (BORN, EXAMINED)
#: A text with all that free text may hold.
STORY = (
    f"{FAMILY} {GIVEN} 龐{HAN} {NUMBER} {CHART} {ACCESSION} {PHONE} {STREET} {HOSPITAL} "
    f"{BORN} 1915-07-13 1953/08/06"
)

TEXTS = {"LO": 64, "SH": 16, "ST": 1024, "LT": 10240, "UT": 20000, "UC": 20000}
NAME = f"{FAMILY}^{GIVEN}=龐^{HAN}"


def plain(number: int = 1, seed: int = 4711) -> Dataset:
    """A CT instance whose every identifying attribute is marked; what it needs to be is not."""
    sample = next(iter(load_series(1, seed)))
    made = pydicom.dcmread(BytesIO(sample.data))
    study, series = f"{ROOT}.1.{seed}", f"{ROOT}.1.{seed}.2"
    made.StudyInstanceUID, made.SeriesInstanceUID = UID(study), UID(series)
    made.FrameOfReferenceUID = UID(f"{series}.9")
    made.SOPInstanceUID = made.file_meta.MediaStorageSOPInstanceUID = UID(f"{series}.{number}")
    made.InstanceNumber = number
    made.ImagePositionPatient[2] = float(number)
    made.walk(mark_dates)
    made.PatientName, made.PatientID, made.OtherPatientIDs = NAME, CHART, NUMBER
    made.PatientBirthDate, made.AccessionNumber, made.StudyID = BORN, ACCESSION, CHART
    made.PatientAddress, made.PatientTelephoneNumbers = f"{STREET} 9 {HAN}", PHONE
    made.InstitutionName, made.InstitutionAddress = HOSPITAL, f"{STREET} 1"
    made.IssuerOfPatientID = HOSPITAL[:16]
    made.ReferringPhysicianName = made.OperatorsName = f"{GIVEN}^{FAMILY}=龐^{HAN}"
    made.PatientComments = made.ImageComments = STORY
    made.StudyDescription = f"CT {FAMILY} {NUMBER}"
    made.SeriesDescription = f"CHEST {HAN}"
    made.ProtocolName, made.StationName = f"CHEST {GIVEN}", "ZQX1"
    made.RequestAttributesSequence[0].RequestedProcedureDescription = STORY[:64]
    made.RequestAttributesSequence[0].RequestedProcedureID = ACCESSION
    block = made.private_block(0x0019, "SIEMENS CT VA0  COAD")
    block.add_new(0xB0, "LO", f"{FAMILY} {GIVEN}")
    return made


def mark_dates(_: Dataset, element: pydicom.DataElement) -> None:
    """All dates of the examination."""
    if element.VR == "DA":
        element.value = EXAMINED


def everything(number: int = 1) -> Dataset:
    """The same with every text attribute of the Standard, whether it belongs there or not."""
    made = plain(number, seed=4712)
    inner = Dataset()
    for tag, (vr, _, _, _, keyword) in DicomDictionary.items():
        if tag >> 16 in {0x0000, 0x0002, 0x0004, 0xFFFE} or not keyword or tag & 0xFFFF == 0:
            continue
        for target in (made, inner):
            fill(target, tag, vr)
    made.OtherPatientIDsSequence = [deepcopy(inner)]
    made.SpecificCharacterSet = "ISO_IR 192"
    made.PatientName, made.PatientID, made.OtherPatientIDs = NAME, CHART, NUMBER
    block = made.private_block(0x0077, "ZQX PRIVATE", create=True)
    for offset, vr in enumerate(("LO", "PN", "UT", "UN")):
        value = STORY.encode() if vr == "UN" else STORY[: TEXTS.get(vr, 64)]
        block.add_new(offset, vr, value)
    return made


def fill(target: Dataset, tag: int, vr: str) -> None:
    """One attribute, if it is a text, a name or a date."""
    if vr in TEXTS:
        target.add_new(tag, vr, STORY[: TEXTS[vr]])
    elif vr == "PN":
        target.add_new(tag, vr, NAME)
    elif vr == "DA":
        target.add_new(tag, vr, EXAMINED)
    elif vr == "DT":
        target.add_new(tag, vr, f"{EXAMINED}101112")


def written(made: Dataset) -> bytes:
    """As a file."""
    out = BytesIO()
    made.save_as(out, enforce_file_format=True)
    return out.getvalue()


def conflicting(made: Dataset) -> Dataset:
    """Other pixels under the same name."""
    other = deepcopy(made)
    other.PixelData = other.PixelData[:-2] + b"\x07\x03"
    return other


def broken(made: Dataset) -> bytes:
    """A file that ends in the middle of its pixels."""
    return written(made)[:-1000]


def spellings(word: str) -> set[bytes]:
    """A mark as it may stand in bytes, texts, JSON, addresses; in small letters."""
    found: set[bytes] = set()
    for text in {word, word.lower()}:
        for spelled in (text, json.dumps(text)[1:-1], quote(text)):
            found |= {spelled.encode(), spelled.encode("utf-16-le"), spelled.encode("utf-16-be")}
        found |= {text.encode("cp950", "ignore"), text.encode("gb18030")}
    return {one.lower() for one in found if len(one) > 3}


def dates_of(day: str) -> set[bytes]:
    """A date in the spellings that a machine or a page would give it."""
    year, month, date = day[:4], day[4:6], day[6:]
    return {
        sign.join((year, month, date)).encode() for sign in ("", "-", "/", ".")
    } | {f"{int(year)} 年 {int(month)} 月 {int(date)} 日".encode()}  # fmt: skip


MARKS = frozenset().union(*map(spellings, WORDS))
DAYS = frozenset().union(*map(dates_of, DATES))


def marks_in(data: bytes | str) -> set[bytes]:
    """The marks that stand in a text or in bytes; a date inside a longer number is none."""
    low = (data.encode() if isinstance(data, str) else data).lower()
    found = {mark for mark in MARKS if mark in low}
    near = [day for day in DAYS if day in low]
    return found | {
        day for day in near
        if re.search(b"(?<![0-9a-f])" + re.escape(day) + b"(?![0-9a-f])", low)
    }  # fmt: skip
