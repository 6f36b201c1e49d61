"""Any object in any encoding: no planted word comes out, three readers can read what does.

Random attributes under all value representations, sequences down to five levels, every kind of
transfer syntax; names and numbers of a person, in English and Chinese, in many spellings.
"""

from __future__ import annotations

import os
import struct
import unicodedata
import zlib
from typing import TYPE_CHECKING, Final

import numpy as np
import pydicom
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pydicom.encaps import encapsulate
from tests.spec.deid.cases.search import leaks
from tests.spec.deid.objects import (
    BIG_ENDIAN,
    EXPLICIT,
    IMPLICIT,
    LONG,
    NUL,
    SUBJECT,
    ct,
    element,
    part10,
    read,
    stage1,
    us,
)

from yushan.domain.deid import Harvest, Released, harvest
from yushan.domain.dicom import walk
from yushan.domain.verifier import verify

if TYPE_CHECKING:
    from collections.abc import Mapping

DEFLATED: Final = "1.2.840.10008.1.2.1.99"
RLE: Final = "1.2.840.10008.1.2.5"
SYNTAXES: Final = (EXPLICIT, IMPLICIT, BIG_ENDIAN, DEFLATED, RLE)
#: The person: a name of two alphabets, a chart number, a number with a right check digit.
WORDS: Final = ("Zqxwvorth", "Brxhtovan", "葛鵬飛", "QZ87351962", "B123456780")
ENCODINGS: Final = ("utf-8", "cp950", "gb18030", "utf-16-le")
EXAMPLES: Final = int(os.environ.get("YUSHAN_EXAMPLES", "15"))
PIXELS: Final = tuple(range(100, 116))
TAGS: Final = tuple(
    tag for tag, row in pydicom.datadict.DicomDictionary.items()
    if 0x0008 <= tag >> 16 < 0x7FE0 and tag & 0xFFFF and row[0] not in ("SQ", "NONE", "")
    and tag >> 16 != 0x0028
)  # fmt: skip
SEQUENCES: Final = tuple(
    tag for tag, row in pydicom.datadict.DicomDictionary.items() if row[0] == "SQ" and tag >> 16 > 8
)
VRS: Final = (
    *("AE", "AS", "AT", "CS", "DA", "DS", "DT", "FD", "FL", "IS", "LO", "LT", "OB", "OD", "OF"),
    *("OL", "OV", "OW", "PN", "SH", "SL", "SS", "ST", "SV", "TM", "UC", "UI", "UL", "UN", "UR"),
    *("US", "UT", "UV"),
)
FIXED: Final = {0x00080005, 0x00080016, 0x00080018, 0x0020000D, 0x0020000E, 0x00080008}
#: Attributes of the slice that research needs: what went in comes out.
KEPT: Final = ("SliceThickness", "KVP", "ImagePositionPatient", "ImageOrientationPatient",
               "PixelSpacing", "Rows", "RescaleSlope", "RescaleIntercept", "SeriesNumber",
               "InstanceNumber", "Modality", "PatientSex", "ConvolutionKernel")  # fmt: skip
Elements = dict[int, tuple[str, object]]


def spellings(word: str) -> tuple[str, ...]:
    """A word as people and machines write it."""
    wide = "".join(chr(ord(one) + 0xFEE0) if "!" <= one <= "~" else one for one in word)
    assert unicodedata.normalize("NFKC", wide) == word
    spaced = " ".join(word[at : at + 3] for at in range(0, len(word), 3))
    return (word, word.lower(), word.upper(), wide, spaced.replace(" ", "-"), f"({word})")


#: What rules alone must find, whoever it is: letters in a row. Digits and full-width letters in
#: bytes that claim to be numbers can be known only when somebody knows them.
STRANGE: Final = tuple(
    one for word in ("Zqxwvorth", "Brxhtovan") for one in spellings(word) if one.isascii()
)
FAMILIAR: Final = tuple(one for word in WORDS for one in spellings(word))


@st.composite
def values(draw: st.DrawFn, texts: tuple[str, ...]) -> bytes:
    """Bytes that hold a word of the person, or any bytes."""
    if draw(st.integers(0, 3)) == 0:
        return draw(st.binary(max_size=16))
    text = draw(st.sampled_from(texts))
    value = text.encode(draw(st.sampled_from(ENCODINGS)), "ignore")
    around = draw(st.sampled_from([b"", b"chest ", b"1.2.840.", b"20190725", b"\\", b"^", b"mm "]))
    return around + value + draw(st.sampled_from([b"", b" mm", b"\\A", around]))


@st.composite
def levels(draw: st.DrawFn, texts: tuple[str, ...], depth: int = 5) -> Elements:
    """A data set: random tags, mostly under their own VR, sequences among them."""
    found: Elements = {}
    for _ in range(draw(st.integers(0, 5))):
        tag = draw(st.sampled_from(TAGS))
        own = pydicom.datadict.dictionary_VR(tag)[:2]
        found[tag] = (draw(st.sampled_from(VRS)) if draw(st.integers(0, 3)) == 0 else own,
                      draw(values(texts)))  # fmt: skip
    for _ in range(draw(st.integers(0, 2)) if depth else 0):
        items = [draw(levels(texts, depth - 1)) for _ in range(draw(st.integers(0, 2)))]
        found[draw(st.sampled_from(SEQUENCES))] = ("SQ", items)
    if draw(st.integers(0, 2)) == 0:
        found[0x00091001] = (draw(st.sampled_from(VRS)), draw(values(texts)))
        found[0x00090010] = ("LO", b"ZQ MAKER")
    return dict(sorted(found.items()))


def person(extra: Elements, *, is_known: bool) -> Elements:
    """A slice with the random attributes; the words stand in their own place, if they are known."""
    object_: Elements = ct(ImageType=None)  # type: ignore[assignment]
    object_ |= {tag: one for tag, one in extra.items() if tag not in FIXED}
    if is_known:
        object_[0x00100010] = ("PN", "Zqxwvorth^Brxhtovan=葛^鵬飛")
        object_[0x00100020] = ("LO", "QZ87351962")
        object_[0x00101000] = ("LO", "B123456780")
    return object_


def swapped(elements: Mapping[int, tuple[str, object]]) -> bytes:
    """Elements in Explicit VR Big Endian."""
    out = b""
    for tag, (vr, value) in sorted(elements.items()):
        if isinstance(value, list):
            items = [swapped(one) for one in value]
            raw = b"".join(struct.pack(">HHI", 0xFFFE, 0xE000, len(one)) + one for one in items)
        else:
            raw = value.encode() if isinstance(value, str) else bytes(value)  # type: ignore[arg-type, call-overload]
            raw += (b"\0" if vr in NUL else b" ") * (len(raw) % 2)
            if vr in {"US", "OW", "SS"}:
                raw = np.frombuffer(raw, "<u2").astype(">u2").tobytes()
        out += struct.pack(">HH2s", tag >> 16, tag & 0xFFFF, vr.encode())
        out += struct.pack(">HI", 0, len(raw)) if vr in LONG else struct.pack(">H", len(raw))
        out += raw
    return out


def run_length(frame: bytes) -> bytes:
    """A 16-bit frame as RLE: two segments of literal bytes."""
    parts = [bytes([len(plane) - 1]) + plane for plane in (frame[1::2], frame[0::2])]
    parts = [part + b"\0" * (len(part) % 2) for part in parts]
    starts = [64, 64 + len(parts[0])] + [0] * 13
    return struct.pack("<16L", 2, *starts) + b"".join(parts)


def written(object_: Elements, syntax: str) -> bytes:
    """A file in one of the encodings."""
    if syntax == BIG_ENDIAN:
        return part10({}, syntax=syntax, tail=swapped(object_))
    if syntax == DEFLATED:
        body = part10(object_)  # type: ignore[arg-type]
        start = 144 + struct.unpack_from("<L", body, 140)[0]
        packer = zlib.compressobj(6, zlib.DEFLATED, -15)
        return part10({}, syntax=syntax, tail=packer.compress(body[start:]) + packer.flush())
    if syntax == RLE:
        rest = {tag: one for tag, one in object_.items() if tag != 0x7FE00010}
        head = element(0x7FE00010, "OB", b"")[:8] + struct.pack("<I", 0xFFFFFFFF)
        value = encapsulate([run_length(us(*PIXELS))], has_bot=False)
        tail = head + value + struct.pack("<HHI", 0xFFFE, 0xE0DD, 0)
        return part10(rest, syntax=syntax, tail=tail)  # type: ignore[arg-type]
    return part10(object_, syntax=syntax)  # type: ignore[arg-type]


@pytest.mark.parametrize("is_known", [True, False])
@pytest.mark.parametrize("syntax", SYNTAXES)
@settings(
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
    deadline=None,
    max_examples=EXAMPLES,
)
@given(drawn=st.data())
def test_no_word_comes_out_and_all_can_read_it(
    syntax: str, drawn: st.DataObject, *, is_known: bool
) -> None:
    extra = drawn.draw(levels(FAMILIAR if is_known else STRANGE))
    data = written(person(extra, is_known=is_known), syntax)
    made = stage1(data, harvested=Harvest())
    if not isinstance(made, Released):
        return
    out = b"".join(made.chunks)
    assert not leaks(out, WORDS)
    assert walk(out).elements[-1].tag == 0x7FE00010
    assert verify(out, harvested=harvest(data).tokens, subject=SUBJECT) == ()
    after = read(out)
    assert after.pixel_array.ravel().tolist() == list(PIXELS)
    before = read(part10(ct()))
    for keyword in KEPT:
        if int(pydicom.tag.Tag(keyword)) not in extra:
            assert after[keyword].value == before[keyword].value, keyword


@pytest.mark.parametrize("syntax", SYNTAXES)
def test_a_plain_slice_comes_out_of_every_encoding(syntax: str) -> None:
    made = stage1(written(person({}, is_known=True), syntax))
    assert isinstance(made, Released), made
    assert not leaks(b"".join(made.chunks), WORDS)
