"""Objects of every class: valid, readable by everybody, and the same in every transfer syntax."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest
from tests.unit.phantoms.making import GREY, HU, ROWS, faults, one, own_reading, read

from yushan.base import Rejected
from yushan.domain.imaging import Shape, decode_frame
from yushan.domain.phantoms import SYNTAXES
from yushan.domain.phantoms.syntaxes import syntax_of

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray
    from pydicom.dataset import Dataset

#: What the validator does not know, and where two parts of the Standard contradict each other.
NOT_KNOWN = {
    "breathing": ["Information Object Not found"],
    "eeg": ["Information Object Not found"],
    "oct": ["ConcatenationFrameOffsetNumber", "InConcatenationNumber", "not a Concatenation"],
}
LOSSLESS = ("implicit", "big-endian", "deflated", "deflated-frames", "rle", "jpeg-lossless",
            "jpeg-lossless-sv1", "jpeg-ls", "jpeg-2000", "htj2k", "htj2k-rpcl",
            "jpeg-xl")  # fmt: skip
#: Largest difference a lossy syntax may make to twelve bits of noise.
LOSSY = {"jpeg-extended": 40, "jpeg-ls-near": 2, "jpeg-2000-lossy": 40, "htj2k-lossy": 200}


@pytest.mark.parametrize("name", ROWS)
def test_the_library_and_the_verifier_read_it(name: str) -> None:
    found = read(one(name))
    count, wrong = own_reading(one(name))
    assert count == len(found)
    assert wrong == []
    assert found.SOPClassUID == ROWS[name][1]
    assert str(found.PatientName) == "Hsu^KungKai=許^功蓋"
    if "PixelData" in found:
        assert found.pixel_array.size


@pytest.mark.peer
@pytest.mark.parametrize("name", ROWS)
def test_a_validator_finds_nothing(name: str, tmp_path: Path) -> None:
    known = NOT_KNOWN.get(name, [])
    wrong = [line for line in faults(one(name), tmp_path) if not any(k in line for k in known)]
    assert wrong == []


def test_values_are_those_that_were_given() -> None:
    for name in ("ct", "ct-padded"):
        ct = read(one(name))
        wanted = HU[0] if name == "ct" else np.where(HU[0] > 900, -3024, HU[0])
        stored = ct.pixel_array.astype(np.int32)
        assert np.array_equal(stored + int(ct.RescaleIntercept), wanted)
    whole = read(one("ct-enhanced"))
    assert np.array_equal(whole.pixel_array, HU)
    for name, values in (("pt", GREY[0]), ("dose", GREY / 50)):
        found = read(one(name))
        slope = float(found.get("RescaleSlope") or found.DoseGridScaling)
        assert np.abs(found.pixel_array * slope - values).max() <= slope


def frames(found: Dataset) -> NDArray[np.int64]:
    """Grey frames by our own decoder."""
    shape = Shape(
        found.Rows, found.Columns, found.SamplesPerPixel, found.BitsAllocated, found.BitsStored,
        bool(found.PixelRepresentation), found.PhotometricInterpretation,
        bool(found.get("PlanarConfiguration", 0)), str(found.file_meta.TransferSyntaxUID),
    )  # fmt: skip
    data = found.PixelData
    if SYNTAXES[NAMES[shape.transfer_syntax_uid]].is_encapsulated:
        length = int.from_bytes(data[4:8], "little")
        at = 8 + length
        data = data[at + 8 : at + 8 + int.from_bytes(data[at + 4 : at + 8], "little")]
    return np.asarray(decode_frame(data, shape), np.int64)


NAMES = {one.uid: name for name, one in SYNTAXES.items()}


@pytest.mark.parametrize("syntax", LOSSLESS)
@pytest.mark.parametrize("name", ["ct", "ct-padded", "mg"])
def test_every_lossless_syntax_gives_the_same_pixels(name: str, syntax: str) -> None:
    plain, found = read(one(name)), read(one(name, syntax))
    assert found.file_meta.TransferSyntaxUID == SYNTAXES[syntax].uid
    if syntax == "deflated":
        assert np.array_equal(found.pixel_array, plain.pixel_array)
    else:
        assert np.array_equal(frames(found), plain.pixel_array)
    assert str(found.PatientName) == str(plain.PatientName)


@pytest.mark.parametrize("syntax", LOSSY)
def test_a_lossy_syntax_says_so_and_stays_close(syntax: str) -> None:
    plain, found = read(one("ct")), read(one("ct", syntax))
    assert np.abs(frames(found) - plain.pixel_array).max() <= LOSSY[syntax]
    assert found.LossyImageCompression == "01"
    assert float(found.LossyImageCompressionRatio) > 1


@pytest.mark.parametrize("syntax", ["rle", "jpeg", "jpeg-2000", "jpeg-2000-lossy", "htj2k"])
def test_colour_and_clips_are_encoded_frame_by_frame(syntax: str) -> None:
    found = read(one("us-clip", syntax))
    assert found.NumberOfFrames == 3
    assert found.PhotometricInterpretation == SYNTAXES[syntax].colour
    if syntax != "htj2k":
        assert found.pixel_array.shape == (3, 48, 64, 3)


def test_what_a_syntax_cannot_hold_stays_as_it_was() -> None:
    for name, syntax in (("ct", "jpeg"), ("us", "jpeg-lossless"), ("ecg-12", "jpeg-ls")):
        assert read(one(name, syntax)).file_meta.TransferSyntaxUID == SYNTAXES["explicit"].uid
    with pytest.raises(Rejected) as refused:
        syntax_of("gif")
    assert refused.value.code == "phantoms.no-syntax"


@pytest.mark.parametrize(
    ("way", "codec"),
    [("big5-undeclared", "cp950"), ("gb18030", "gb18030"), ("iso-ir-58", "gb2312")],
)
def test_names_are_written_in_every_character_set(way: str, codec: str) -> None:
    for syntax in ("explicit", "implicit", "big-endian"):
        assert "示範".encode(codec, "replace") in one("ct", syntax, way)
