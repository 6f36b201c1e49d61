"""Our walker and JSON against pydicom's, on the files that pydicom's packages bring."""

from __future__ import annotations

import json
import warnings
from pathlib import Path
from typing import TYPE_CHECKING

import pydicom
import pytest
from pydicom.data import get_testdata_files
from pydicom.sequence import Sequence
from tests.unit.dicom.factory import refused

from yushan.domain.dicom import UNDEFINED, Element, Part10, walk
from yushan.domain.dicom.json_model import JsonWriter

if TYPE_CHECKING:
    from pydicom.dataset import Dataset


def corpus() -> list[Path]:
    data_store = __import__("data_store").__path__[0]
    found = {Path(name) for name in get_testdata_files("**/*")}
    found |= set(Path(data_store).rglob("*"))
    return sorted(path for path in found if path.is_file() and path.suffix not in (".py", ".pyc"))


def dicom_files() -> list[Path]:
    return [path for path in corpus() if path.read_bytes()[128:132] == b"DICM"]


#: What we refuse on purpose although pydicom reads it, by the reason.
REFUSED = {
    "SC_rgb_jpeg.dcm": "dicom.vr-unknown",
    "rtplan_truncated.dcm": "dicom.truncated",
    "meta_missing_tsyntax.dcm": "dicom.transfer-syntax-missing",
    "MR_truncated.dcm": "dicom.truncated",
    "DICOMDIR-nooffset": "dicom.truncated",
    "emri_small_jpeg_2k_lossless_too_short.dcm": "dicom.truncated",
}


def assert_same(part: Part10, ours: tuple[Element, ...], theirs: Dataset) -> None:
    assert [element.tag for element in sorted(ours)] == sorted(int(tag) for tag in theirs._dict)
    for element in ours:
        if element.items is not None:
            sequence = theirs[element.tag].value
            if not isinstance(sequence, Sequence):  # pydicom leaves UN of known length closed
                assert element.vr == "UN"
                continue
            assert len(element.items) == len(sequence)
            for item, their_item in zip(element.items, sequence, strict=True):
                assert_same(part, item.elements, their_item)
            continue
        raw = theirs.get_item(element.tag)
        if not hasattr(raw, "is_raw") or not raw.is_raw:
            continue  # pydicom decodes some itself: charsets, undefined lengths
        end = element.end - 8 if element.length == UNDEFINED else element.end
        assert bytes(part.buffer[element.value : end]) == (raw.value or b"")
        if raw.VR is not None:
            assert element.vr == raw.VR


@pytest.mark.parametrize("path", dicom_files(), ids=lambda path: path.name)
def test_walk_finds_the_elements_that_pydicom_finds(path: Path) -> None:
    data = path.read_bytes()
    if path.name in REFUSED:
        with refused(REFUSED[path.name]):
            walk(data)
        return
    part = walk(data)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        theirs = pydicom.dcmread(path)
        assert_same(part, part.elements, theirs)
        assert part.transfer_syntax_uid == theirs.file_meta.TransferSyntaxUID


def plain(value: object) -> object:
    """A JSON value with the differences taken out that are pydicom's manner, not meaning."""
    if isinstance(value, list):
        return [plain(one) for one in value]
    if isinstance(value, str):
        return value.strip(" ") or None
    if isinstance(value, dict):
        return {key: plain(one) for key, one in value.items()}
    return float(value) if isinstance(value, int | float) else value


def differences(ours: dict, theirs: dict) -> list[str]:
    """Where the two JSON models of one data set differ in more than manner."""
    found = []
    for key in sorted(theirs.keys() | ours.keys()):
        a, b = ours.get(key, {}), theirs.get(key, {})
        if key.endswith("0000") or key == "00080005" or b.get("vr") in ("OB", "OW", "UN"):
            continue
        if a.get("vr") == b.get("vr") == "SQ":
            pairs = zip(a.get("Value", []), b.get("Value", []), strict=True)
            found += [f"{key}/{more}" for x, y in pairs for more in differences(x, y)]
        elif "BulkDataURI" not in a and plain(a.get("Value")) != plain(b.get("Value")):
            found.append(f"{key} {a} != {b}")
    return found


#: Both read these (an IS of ``1A`` stops pydicom's JSON).
READ_BY_BOTH = [path for path in dicom_files() if path.name not in {*REFUSED, "badVR.dcm"}]


@pytest.mark.parametrize("path", READ_BY_BOTH, ids=lambda path: path.name)
def test_metadata_equals_the_json_of_pydicom(path: Path) -> None:
    part = walk(path.read_bytes())
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        theirs = pydicom.dcmread(path).to_json_dict()
    ours = JsonWriter(part).dataset(part.elements)
    json.dumps(ours, allow_nan=False)
    assert differences(ours, theirs) == []
