"""What the de-identifiers are compared on: real files, and built objects whose truth is known.

Of a built object the planted words are known at generation; of a real file they are what pydicom
reads in attributes that identify (names, numbers, addresses, birth dates, UIDs of origin).
"""

from __future__ import annotations

import logging
import struct
import warnings
from pathlib import Path
from typing import NamedTuple

import pydicom
from pydicom.data import get_testdata_files

from tests.spec.deid.objects import IMPLICIT, ct, element, item, part10, us
from tests.spec.deid.test_objects import FINDING, code, content, plain, report

LARGEST = 700_000
MR = "1.2.840.10008.5.1.4.1.1.4"
#: Keywords whose values name somebody or something: besides all person names.
NAMING = (
    "PatientID", "OtherPatientIDs", "AccessionNumber", "PatientAddress", "InstitutionName",
    "InstitutionAddress", "PatientTelephoneNumbers", "PatientBirthDate", "AdmissionID",
    "StudyInstanceUID", "SeriesInstanceUID", "SOPInstanceUID", "FrameOfReferenceUID",
    "DeviceSerialNumber", "StationName", "InstitutionalDepartmentName",
)  # fmt: skip
#: Values of real files that are already nobody's.
NOBODY = frozenset(("anonymous", "anon", "removed", "none", "unknown", "department", "patient"))
WORDS = ("Zqxwvorth", "Brxhtovan", "葛鵬飛", "QZ87351962", "B123456780", "19560312")


class Sample(NamedTuple):
    """One file: a name, its bytes, the words that must not be in the output."""

    name: str
    data: bytes
    words: tuple[str, ...]


def real() -> list[Sample]:
    """Readable files of pydicom's packages, each once."""
    found, seen = [], set()
    logging.getLogger("pydicom").setLevel(logging.CRITICAL)
    paths = sorted(path for path in map(Path, get_testdata_files()) if path.is_file())
    for path in paths:
        data = path.read_bytes() if path.stat().st_size <= LARGEST else b""
        if data[128:132] != b"DICM" or data in seen or "TINY_ALPHA" in path.parts:
            continue
        words = identifying(path)
        if words is not None:
            seen.add(data)
            found.append(Sample(f"r{len(found):03d}-{path.stem}.dcm", data, words))
    return found


def identifying(path: Path) -> tuple[str, ...] | None:
    """The words of a real file; ``None`` when pydicom does not read it whole."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            dataset = pydicom.dcmread(path)
            if dataset.get("SOPClassUID") is None or "DirectoryRecordSequence" in dataset:
                return None
            values = {
                str(one.value) for one in dataset.iterall()
                if one.value and (one.VR == "PN" or one.keyword in NAMING)
            }  # fmt: skip
        except Exception:  # noqa: BLE001 - a reader of others: what it cannot read is left out
            return None
    maker = f"{dataset.get('Manufacturer', '')}".casefold()
    parts = {part.strip() for value in values for part in value.replace("=", "^").split("^")}
    return tuple(sorted(part for part in parts if names(part, maker)))


def names(part: str, maker: str) -> bool:
    """Whether a piece of a value points to somebody: long enough, not the maker, not zeros."""
    word = part.casefold()
    return (
        len(part) > 4 and word not in NOBODY and word not in maker
        and not part.startswith("[") and bool(part.strip("0-"))
    )  # fmt: skip


def built() -> list[Sample]:
    """Objects with an invented person hidden in all the places where one hides."""
    name, given, han, chart, number, _ = WORDS
    story = f"{name} {given} {han} {chart} {number} 1956-03-12"
    who = {
        "PatientName": ("PN", f"{name}^{given}=葛^鵬飛"),
        "PatientID": ("LO", chart),
        "OtherPatientIDs": ("LO", number),
        "PatientBirthDate": ("DA", "19560312"),
        "AccessionNumber": ("SH", "ACZQ550017"),
        "ReferringPhysicianName": ("PN", f"{given}^{name}"),
        "InstitutionName": ("LO", "Vyzhq Memorial"),
    }
    nested: dict[int, tuple[str, object]] = {0x00100020: ("LO", chart), 0x00100010: ("PN", name)}
    for _ in range(3):
        nested = {0x00100020: ("LO", chart), 0x00101002: ("SQ", [nested])}
    local = {0x00080100: ("SH", "1"), 0x00080102: ("SH", "99X"), 0x00080104: ("LO", han)}
    private = {0x00290010: ("LO", name), 0x00291010: ("LO", story[:64])}
    csa = {0x00290010: ("LO", "SIEMENS CSA HEADER"), 0x00291010: ("OB", b"SV10" + story.encode())}
    overlay = {0x60000010: ("US", us(4)), 0x60000022: ("LO", name), 0x60004000: ("LT", story)}
    curve = {0x50000005: ("US", us(2)), 0x50002500: ("LO", name), 0x50003000: ("OW", name.encode())}
    hidden = {
        "plain": part10(ct(**who)),
        "implicit": part10(ct(**who), syntax=IMPLICIT),
        "descriptors": part10(ct(**who, StudyDescription=("LO", f"CT {han} chest"),
                                 SeriesDescription=("LO", f"{given} thin {name}"))),
        "comments": part10(ct(**who, ImageComments=("LT", story), PatientComments=("LT", story))),
        "protocol": part10(ct(**who, ProtocolName=("LO", f"{name.upper()} routine"))),
        "code string": part10(ct(**who, BodyPartExamined=("CS", number))),
        "request": part10(ct(**who, RequestAttributesSequence=("SQ", [{
            0x00400007: ("LO", f"CT for {given}"), 0x00400008: ("SQ", [local]),
            0x00401001: ("SH", chart)}]))),
        "other ids deep": part10(ct(**who, OtherPatientIDsSequence=("SQ", [nested]))),
        "wide and hyphens": part10(ct(**who, SeriesDescription=("LO", "B-123-456-780 chest"),
                                      StudyDescription=("LO", "ＱＺ８７３５１９６２"))),
        "wrong vr": part10(ct(**who, Manufacturer=("OB", story.encode()))),
        "unknown tag": part10(ct(**who) | {0x00189ABC: ("LO", story[:64])}),
        "private name": part10(ct(**who) | private),
        "csa": part10(ct(**who) | csa),
        "overlay": part10(ct(**who) | overlay),
        "curve": part10(ct(**who) | curve),
        "icon": part10(ct(**who, IconImageSequence=("SQ", [{
            0x7FE00010: ("OB", story.encode("cp950", "ignore"))}]))),
        "preamble": part10(ct(**who), preamble=name.encode().ljust(128)),
        "file meta": part10(ct(**who), meta={0x00020016: ("AE", name), 0x00020102: (
            "OB", story.encode()), 0x00020100: ("UI", "1.2.3")}),
        "padding": part10(ct(**who) | {0xFFFCFFFC: ("OB", story.encode())}),
        "behind the pixels": part10(ct(**who), tail=element(0x7FE10010, "LO", name)),
        "behind the last frame": part10(ct(**who, PixelData=(
            "OW", us(*range(100, 116)) + story.encode("utf-8")))),
        "big5": part10(ct(SpecificCharacterSet=None, PatientID=("LO", chart),
                          PatientName=("PN", han.encode("cp950")),
                          StudyDescription=("LO", f"胸部 {han}".encode("cp950")))),
        "gb18030 item": part10(ct(**who, RequestAttributesSequence=("SQ", [{
            0x00080005: ("CS", "GB18030"), 0x00400007: ("LO", f"腹部{han}".encode("gb18030"))}]))),
        "iso 2022": part10(ct(SpecificCharacterSet=("CS", "\\ISO 2022 IR 58"),
                              PatientName=("PN",
                                  b"Q^Zqxwvorth=\x1b$)A" + "葛^小东".encode("gb2312")),
                              StudyDescription=("LO", b"\x1b$)A" + "葛小东".encode("gb2312")))),
        "uid in text": part10(ct(**who, ImageComments=("LT", "see 1.2.826.0.1.3680043.10.99.1"))),
        "marked clean": part10(ct(**who, PatientIdentityRemoved=("CS", "YES"),
                                  StudyDescription=("LO", f"CT {name}"))),
        "era date": part10(ct(**who, ImageComments=("LT", "民國45年3月12日 045/03/12"))),
        "clinical": part10(ct(**who, AdmittingDiagnosesDescription=("LO", name),
                              PhysiciansOfRecord=("PN", given), PatientAddress=("LO", story[:64]))),
        "mr private sequence": part10(ct(**who, SOPClassUID=("UI", MR), Modality=("CS", "MR")) | {
            0x20050010: ("LO", "Philips MR Imaging DD 005"),
            0x2005100E: ("SQ", [{0x00100010: ("PN", name), 0x00204000: ("LT", story)}])}),
        "un sequence": un_sequence(who, name),
    }  # fmt: skip
    hidden |= others(who, story)
    extra = {
        "wide and hyphens": ("ＱＺ８７３５１９６２",),
        "era date": ("民國45年3月12日", "045/03/12"),
        "iso 2022": ("葛小东",),
        "uid in text": ("1.2.826.0.1.3680043.10.99.1",),
    }
    return [
        Sample(f"b{at:02d}-{title.replace(' ', '-')}.dcm", data, (*WORDS, *extra.get(title, ())))
        for at, (title, data) in enumerate(hidden.items())
    ]


def un_sequence(who: dict[str, tuple[str, object]], name: str) -> bytes:
    """A sequence that calls itself unknown."""
    object_ = ct(**who)  # type: ignore[arg-type]
    inner = item({0x00400007: ("LO", f"chest {name}")}, is_implicit=True)
    un = struct.pack("<HH2sHI", 0x40, 0x275, b"UN", 0, 0xFFFFFFFF) + inner
    un += struct.pack("<HHI", 0xFFFE, 0xE0DD, 0)
    head = {tag: one for tag, one in object_.items() if tag < 0x00400275}
    rest = {tag: one for tag, one in object_.items() if tag > 0x00400275}
    return part10(head, tail=un + b"".join(element(tag, *one) for tag, one in rest.items()))


def others(who: dict[str, tuple[str, object]], story: str) -> dict[str, bytes]:
    """A report, a structure set, a presentation state, a waveform."""
    name, given = WORDS[:2]
    text = {0x00700006: ("ST", story), 0x00700010: ("FL", struct.pack("<2f", 1, 1))}
    note = {0x00700002: ("CS", "L"), 0x00700008: ("SQ", [text])}
    channel = {0x003A0203: ("SH", name), 0x003A021A: ("US", us(16)),
               0x003A0208: code("2:1", "MDC", "Lead I")}  # fmt: skip
    group = {
        0x003A0004: ("CS", "ORIGINAL"), 0x003A0005: ("US", us(1)),
        0x003A0010: ("UL", struct.pack("<L", 4)), 0x003A001A: ("DS", "500"),
        0x003A0200: ("SQ", [channel]), 0x54001004: ("US", us(16)), 0x54001006: ("CS", "SS"),
        0x54001010: ("OW", us(1, 2, 3, 4)),
    }  # fmt: skip
    mark = {0x0040A0B0: ("US", us(1, 0)), 0x0040A180: ("US", us(1)), 0x00700006: ("ST", story)}
    base = "1.2.840.10008.5.1.4.1.1."
    return {
        "report": report(
            content("TEXT", FINDING, TextValue=("UT", f"lung nodule of {story}")),
            content("CODE", FINDING, ConceptCodeSequence=code("39607008", "SCT", name)),
            content("PNAME", code("121008", "DCM", "Observer"), PersonName=("PN", given)),
        ),
        "structure": part10(plain(
            base + "481.3", "RTSTRUCT", **who, StructureSetLabel=("SH", name),
            StructureSetROISequence=("SQ", [{
                0x30060022: ("IS", "1"), 0x30060026: ("LO", f"{name} GTV")}]))),
        "state": part10(plain(base + "11.1", "PR", **who, ContentLabel=("CS", name.upper()),
                              GraphicAnnotationSequence=("SQ", [note]))),
        "waveform": part10(plain(base + "9.1.1", "ECG", **who, WaveformSequence=("SQ", [group]),
                                 WaveformAnnotationSequence=("SQ", [dict(sorted(mark.items()))]))),
    }  # type: ignore[arg-type]  # fmt: skip
