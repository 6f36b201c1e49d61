"""From JSON back to a data set, as pydicom writes the one and reads the other."""

from __future__ import annotations

import io
import warnings
from typing import Any

import pydicom
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydicom.data import get_testdata_file

from yushan.base import Rejected
from yushan.domain.deid import file_head
from yushan.domain.dicom import BulkValue, encode_dataset

EXPLICIT = "1.2.840.10008.1.2.1"


def read(pieces: list[Any]) -> pydicom.Dataset:
    return pydicom.dcmread(io.BytesIO(b"".join([file_head("1.2", "1.3", EXPLICIT), *pieces])))


@pytest.mark.parametrize(
    "name", ["CT_small.dcm", "MR_small.dcm", "rtplan.dcm", "rtdose.dcm", "test-SR.dcm", "liver.dcm"]
)
def test_every_attribute_comes_back(name: str) -> None:
    warnings.simplefilter("ignore")
    sent = pydicom.dcmread(get_testdata_file(name))
    beside: dict[str, bytes] = {}

    def keep(element: pydicom.DataElement) -> str:
        beside[str(len(beside))] = element.value
        return str(len(beside) - 1)

    told = sent.to_json_dict(1024, keep)
    found = read(encode_dataset(told, lambda uri: BulkValue([beside[uri]])))
    for one in (sent, found):
        one.pop("SpecificCharacterSet", None)
    assert found.to_json_dict() == sent.to_json_dict()


def test_texts_are_utf_8_and_fragments_are_items() -> None:
    told = {
        "00080005": {"vr": "CS", "Value": ["ISO 2022 IR 149"]},
        "00081030": {"vr": "LO", "Value": ["胸部"]},
        "00100010": {"vr": "PN", "Value": [{"Alphabetic": "Wang^A", "Ideographic": "王^甲"}]},
        "00180050": {"vr": "DS", "Value": [1 / 3, None, "2.50"]},
        "00020010": {"vr": "UI", "Value": ["1.2"]},
        "7FE00010": {"vr": "OB", "BulkDataURI": "x"},
    }
    found = encode_dataset(told, lambda _: BulkValue([b"abc", b"de"], encapsulated=True))
    data = b"".join(map(bytes, found))
    assert data.endswith(b"\x04\0\0\0abc\0\xfe\xff\x00\xe0\x02\0\0\0de\xfe\xff\xdd\xe0\0\0\0\0")
    head = read(found[:-12])
    assert (head.SpecificCharacterSet, head.StudyDescription) == ("ISO_IR 192", "胸部")
    assert str(head.PatientName) == "Wang^A=王^甲"
    assert [str(one) for one in head.SliceThickness] == ["0.33333333333333", "", "2.50"]


@pytest.mark.parametrize(
    "attribute",
    [
        {"vr": "US", "Value": [1.5]}, {"vr": "US", "Value": [70000]}, {"vr": "US", "Value": "1"},
        {"vr": "FD", "Value": ["x"]}, {"vr": "OB", "InlineBinary": "?"}, {"vr": "ZZ"},
        {"vr": "OB", "InlineBinary": 7}, {"vr": "PN", "Value": ["A^B"]},
        {"vr": "LO", "Value": [{}]},
        {"vr": "SQ", "Value": ["x"]}, {"vr": "SQ", "Value": [{"x": {}}]},
        {"vr": "AT", "Value": [1]},
        {"vr": "LO", "Value": ["x" * 70000]}, {"vr": ["LO"]}, {"vr": "OW", "BulkDataURI": "none"},
    ],
)  # fmt: skip
def test_what_is_not_what_it_says_is_refused(attribute: dict[str, Any]) -> None:
    with pytest.raises(Rejected, match=r"dicom\.(json-malformed|bulk-missing)"):
        encode_dataset({"00091001": attribute})


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=4),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["vr", "Value", "00081140", "InlineBinary"]), inner)
    ),
    max_leaves=8,
)


@given(JSON, st.sampled_from(["LO", "SQ", "US", "FD", "PN", "OB", "AT", "DS"]))
@settings(max_examples=60, deadline=None)
def test_any_json_is_a_data_set_or_a_refusal(value: Any, vr: str) -> None:
    for told in (value, {"00081140": {"vr": vr, "Value": value}}):
        try:
            pieces = encode_dataset(told)
        except Rejected:
            continue
        assert sum(map(len, pieces)) % 2 == 0
