"""Writing in pictures (cases D01-D12, D14): found and filled, or held; all else stays as it was."""

from __future__ import annotations

import dataclasses
import io
import struct
from functools import cache
from typing import TYPE_CHECKING

import imagecodecs
import numpy as np
import pydicom
import pytest
from PIL import Image
from tests.spec.deid.objects import KEYS, OFFSET, SUBJECT, harvest, part10, reasons, us
from tests.spec.deid.pictures import (
    CAPTURE,
    CR,
    NAME,
    US,
    US_CINE,
    Array,
    burnt,
    changed_by,
    fragments,
    image,
    lettering,
    sector,
    stored,
)

from yushan.base import Rejected
from yushan.domain.deid import CleanedPixels, Harvest, Released, deidentify, load_policy
from yushan.domain.dicom import Lookup, frame_ranges, walk
from yushan.domain.imaging import Shape
from yushan.domain.phantoms.lettering import line_of
from yushan.domain.redaction import Box, Reading, Settled, frames_of, settle
from yushan.domain.verifier import verify
from yushan.engines.ocr import Reader

if TYPE_CHECKING:
    from collections.abc import Sequence

ROWS, COLUMNS = 240, 320
J2K, JPEG_LS, HTJ2K, RLE = (
    f"1.2.840.10008.1.2.{number}" for number in ("4.90", "4.80", "4.201", "5")
)
JPEG = "1.2.840.10008.1.2.4.50"
TEXT = frozenset({"clean_pixel_data"})
BAR = lettering(ROWS, COLUMNS, (8, 6, NAME, 18))


@cache
def reader() -> Reader:
    """One reader for all cases: it takes a second to make."""
    return Reader()


class Pointer:
    """A reader that points at one rectangle as long as anything is written there."""

    def __init__(self, *box: int) -> None:
        self.box = Box(*box)

    def read(self, picture: np.ndarray, /) -> Sequence[Reading]:
        plain = picture.max(axis=2) if picture.ndim == 3 else picture
        here = plain[self.box.rows, self.box.columns]
        written = here.size and int(here.max()) - int(here.min()) > 40
        return [Reading(self.box, NAME, 1.0)] if written else []


def through(data: bytes, found: Settled) -> pydicom.Dataset:
    """The object released by stage 1 with its pixels settled, after the verifier's consent."""
    new, known = found.redacted, harvest(data)
    pixels = CleanedPixels(done=TEXT)
    if new is not None:
        pixels = CleanedPixels(
            done=TEXT, element=new.element, transfer_syntax_uid=new.transfer_syntax_uid,
            attributes=new.attributes,
        )  # fmt: skip
    made = deidentify(
        data, policy=load_policy("tw-hospital"), keys=KEYS, subject=SUBJECT, offset_days=OFFSET,
        harvested=Harvest(known.tokens), pixels=pixels,
    )  # fmt: skip
    assert isinstance(made, Released), made
    out = b"".join(made.chunks)
    problems = verify(out, harvested=known.tokens, subject=SUBJECT)
    assert not problems, problems
    dataset = pydicom.dcmread(io.BytesIO(out))
    assert dataset.BurnedInAnnotation == "NO"
    assert "113101" in [code.CodeValue for code in dataset.DeidentificationMethodCodeSequence]
    return dataset


def outside(frame: Array, found: Settled) -> np.ndarray:
    """Pixels that no rectangle of a finding covers."""
    rest = np.ones(frame.shape[:2], bool)
    for one in found.findings:
        rest[one.box.rows, one.box.columns] = False
    return rest


def test_d01_a_name_bar_on_some_frames_goes_from_all_of_a_cine() -> None:
    grey = sector(ROWS, COLUMNS)
    plain, named = (burnt(grey, letters, 220) for letters in (BAR * 0, BAR))
    frames = [np.stack([named if n in (3, 4) else plain] * 3, -1) for n in range(12)]
    data = image(*stored(frames), SOPClassUID=("UI", US_CINE), Modality=("CS", "US"))
    assert reasons(data) == ("deid.ultrasound-unread",)
    found = settle(data, reader=reader(), tokens=harvest(data).tokens)
    assert found.outcome == "redacted"
    assert {one.kind for one in found.findings} == {"name"}
    released = through(data, found).pixel_array
    for before, after in zip(frames, released, strict=True):
        rest = outside(before, found)
        assert np.array_equal(before[rest], after[rest])
        assert not after[~rest].any()
    assert BAR[~outside(frames[0], found)].sum() == pytest.approx(BAR.sum())


def test_d02_lossy_jpeg_goes_the_whole_way_and_stays_marked_as_lossy() -> None:
    picture = np.repeat(burnt(sector(ROWS, COLUMNS), BAR, 220)[..., None], 3, 2)
    stream = bytes(imagecodecs.jpeg_encode(picture, level=90, outcolorspace="YCBCR"))
    shape = Shape(ROWS, COLUMNS, 3, 8, 8, False, "YBR_FULL_422", False, JPEG)
    data = image(shape, [stream], SOPClassUID=("UI", US), Modality=("CS", "US"))
    found = settle(data, reader=reader(), tokens=harvest(data).tokens)
    released = through(data, found)
    assert released.file_meta.TransferSyntaxUID == JPEG_LS
    assert (released.PhotometricInterpretation, released.LossyImageCompression) == ("RGB", "01")
    decoded, rest = frames_of(data).values(0), outside(picture, found)
    again = imagecodecs.jpegls_decode(pydicom.encaps.get_frame(released.PixelData, 0))
    assert np.array_equal(again[rest], decoded[rest])
    assert not again[~rest].any()


@pytest.mark.parametrize("syntax", [J2K, JPEG_LS, RLE, HTJ2K])
@pytest.mark.parametrize("colour", [False, True])
def test_d03_lossless_syntaxes_stay_and_other_pixels_are_equal(syntax: str, colour: bool) -> None:
    grey = burnt(sector(ROWS, COLUMNS), BAR, 220)
    frame = np.stack([grey, grey // 2, 255 - grey], -1) if colour else grey.astype("<u2") * 16
    photometric = "MONOCHROME2"
    if colour:
        photometric = "YBR_RCT" if syntax in (J2K, HTJ2K) else "RGB"
    shape, streams = stored(
        [frame, frame], transfer_syntax_uid=syntax, photometric=photometric,
        bits_stored=8 if colour else 12,
    )  # fmt: skip
    data = image(shape, streams, SOPClassUID=("UI", US_CINE), Modality=("CS", "US"))
    found = settle(data, reader=Pointer(4, 2, 300, 30))
    released = through(data, found)
    assert released.file_meta.TransferSyntaxUID == syntax
    again = frames_of(whole(released))
    for index in (0, 1):
        values, rest = again.values(index), outside(frame, found)
        assert np.array_equal(values[rest], frame[rest])
        assert not values[~rest].any()


def whole(dataset: pydicom.Dataset) -> bytes:
    """A data set as a file."""
    out = io.BytesIO()
    dataset.save_as(out)
    return out.getvalue()


def test_d04_video_is_never_read_nor_released() -> None:
    shape = Shape(64, 64, 3, 8, 8, False, "YBR_PARTIAL_420", False, "1.2.840.10008.1.2.4.102")
    data = image(shape, [b"\0\0\0\1video" * 8], NumberOfFrames=("IS", "3"))
    assert "deid.video-unread" in reasons(data)
    with pytest.raises(Rejected, match=r"redaction\.video"):
        settle(data, reader=Pointer(0, 0, 9, 9))


def test_d05_a_dose_screen_loses_its_names_and_keeps_its_doses() -> None:
    sheet = lettering(
        ROWS, 400, (8, 6, "Patient: WANG DA-MING", 16), (8, 36, "ID A123456789", 16),
        (8, 100, "120 kV 40 mA", 16),
    )  # fmt: skip
    frame = burnt(np.zeros((ROWS, 400), np.float32), sheet, 255)
    data = image(*stored([frame]), SOPClassUID=("UI", CAPTURE), ConversionType=("CS", "WSD"),
                 ImageType=("CS", "DERIVED\\SECONDARY\\SCREEN SAVE"))  # fmt: skip
    assert reasons(data)
    found = settle(data, reader=reader(), tokens=harvest(data).tokens)
    after = through(data, found).pixel_array
    assert not after[:60].any()
    assert np.array_equal(after[90:130], frame[90:130])


def test_d06_a_side_mark_stays_and_a_name_label_goes() -> None:
    ramp = np.linspace(600, 2600, 400, dtype=np.float32)[None, :].repeat(ROWS, 0)
    noise = np.random.default_rng(3).normal(0, 12, ramp.shape)
    letters = lettering(ROWS, 400, (20, 150, "L", 44), (120, 16, NAME, 18))
    frame = (ramp + noise + letters * 1400).clip(0, 4095).astype("<u2")
    data = image(*stored([frame], bits_stored=12), SOPClassUID=("UI", CR), Modality=("CS", "CR"))
    found = settle(data, reader=reader(), tokens=harvest(data).tokens)
    assert [one.kind for one in found.findings] == ["name"]
    after, rest = through(data, found).pixel_array, outside(frame, found)
    assert np.array_equal(after[rest], frame[rest])
    assert rest[150:200, 20:60].all()
    assert np.ptp(after[~rest]) == 0


def palette(values: Array) -> dict[str, tuple[str, bytes]]:
    """A palette in which index 7 is black and 0 is white."""
    grey = np.r_[np.full(7, 65535), np.linspace(0, 65535, 249)].astype("<u2").tobytes()
    about = ("US", us(256, 0, 16))
    tables = {f"x0028110{n}": about for n in (1, 2, 3)} | {
        f"x0028120{n}": ("OW", grey) for n in (1, 2, 3)
    }
    return tables if values.dtype == np.uint8 else {}


@pytest.mark.parametrize(
    "form",
    ["MONOCHROME1", "signed", "PALETTE COLOR", "YBR_FULL", "YBR_FULL_422", "planar"],
)
def test_d07_the_fill_is_black_as_displayed(form: str) -> None:
    grey = np.maximum(burnt(sector(ROWS, COLUMNS), BAR, 220), 8)
    changes: dict[str, tuple[str, bytes]] = {}
    about: dict[str, object] = {}
    frame: Array = grey
    if form == "MONOCHROME1":
        frame, about = (4095 - grey.astype("<u2") * 16), {"bits_stored": 12, "photometric": form}
    elif form == "signed":
        frame = grey.astype("<i2") * 8 - 1024
        frame[:, :2] = -2000
        changes = {"x00280120": ("SS", struct.pack("<h", -2000))}
    elif form == "PALETTE COLOR":
        about, changes = {"photometric": form}, palette(grey)
    else:
        frame = np.stack([grey, np.full_like(grey, 90), np.full_like(grey, 150)], -1)
        about = {"photometric": "RGB" if form == "planar" else form, "planar": form == "planar"}
    data = image(*stored([frame], **about), SOPClassUID=("UI", CAPTURE), **changes)
    found = settle(data, reader=Pointer(5, 3, 301, 29))
    assert found.redacted is not None
    before, after, new = frames_of(data), through(data, found), found.redacted.frames
    rest = outside(frame, found)
    if form == "YBR_FULL_422":  # chroma is stored for two columns
        rest[:, 3], rest[:, 307] = False, False
    assert np.array_equal(new.stored(0)[rest], before.stored(0)[rest])
    filled = new.picture(0)[~outside(frame, found)]
    assert int(filled.max()) <= 1
    if form == "signed":
        assert after.PixelPaddingValue == -2000
        assert int(new.stored(0)[~rest].min()) == int(frame[:, 2:].min())


def hard_pictures() -> dict[str, Array]:
    """What readers find hard."""
    han = np.asarray(Image.fromarray(line_of("王大明女生日")).resize((60, 10)), np.float32) / 255
    small = np.zeros((ROWS, COLUMNS), np.float32)
    small[20:30, 40:100] = han
    bone = np.random.default_rng(5).normal(215, 4, (ROWS, COLUMNS)).astype(np.float32)
    noise = np.random.default_rng(6).normal(60, 5, (COLUMNS, ROWS)).astype(np.float32)
    return {
        "chinese 10 px": burnt(np.zeros((ROWS, COLUMNS), np.float32), small, 230),
        "white on bone": burnt(bone, BAR, 255),
        "low contrast, turned": np.rot90(np.clip(noise.T + BAR * 25, 0, 255)).astype(np.uint8),
    }


@pytest.mark.parametrize("kind", list(hard_pictures()))
def test_d08_hard_writing_is_found_or_doubted_never_passed(kind: str) -> None:
    frame = np.ascontiguousarray(hard_pictures()[kind])
    data = image(*stored([frame]), SOPClassUID=("UI", CAPTURE))
    found = settle(data, reader=reader(), tokens=harvest(data).tokens)
    assert found.outcome in ("redacted", "unknown")


def test_d09_a_header_that_says_no_text_is_no_evidence() -> None:
    frame = burnt(sector(ROWS, COLUMNS), BAR, 220)
    data = image(*stored([frame]), SOPClassUID=("UI", US), BurnedInAnnotation=("CS", "NO"))
    assert settle(data, reader=Pointer(4, 2, 300, 30)).outcome == "redacted"
    assert settle(data, reader=None, thorough=False).outcome == "unknown"


def test_d10_a_picture_without_text_keeps_its_bytes() -> None:
    frame = burnt(sector(ROWS, COLUMNS), BAR * 0, 0)
    shape, streams = stored([frame])
    data = image(shape, streams, SOPClassUID=("UI", US), Modality=("CS", "US"))
    found = settle(data, reader=reader())
    assert (found.outcome, found.redacted, found.read) == ("clean", None, True)
    assert through(data, found).PixelData == streams[0]
    unread = settle(data, reader=None, thorough=False)
    assert (unread.outcome, unread.read) == ("clean", False)


def test_d11_bytes_after_the_last_frame_and_in_spare_bits_go() -> None:
    frame = burnt(sector(ROWS, COLUMNS), BAR, 220)[:, :-1]
    shape, streams = stored([np.ascontiguousarray(frame)])
    data = image(shape, [streams[0] + b"WANG^DAMING A123456789"], SOPClassUID=("UI", CAPTURE))
    found = settle(data, reader=Pointer(4, 2, 300, 30))
    released = through(data, found)
    assert len(released.PixelData) == ROWS * (COLUMNS - 1)
    assert b"WANG" not in whole(released)
    high = (frame.astype("<u2") << 2) | 0xF000
    shape, streams = stored([np.ascontiguousarray(high & 0x0FFF)], bits_stored=12)
    data = image(shape, [high.astype("<u2").tobytes()], SOPClassUID=("UI", CAPTURE))
    found = settle(data, reader=Pointer(4, 2, 300, 30))
    assert int(through(data, found).pixel_array.max()) < 1 << 12


def test_d12_what_rides_in_a_stream_does_not_survive_writing_again() -> None:
    frame = burnt(sector(ROWS, COLUMNS), BAR, 220)
    plain = bytes(imagecodecs.jpeg_encode(frame, level=95))
    rider = b"\xff\xe1\0\x18Exif\0\0GPS WANG DA-MING" + b"\xff\xfe\0\x0aA1234567"
    boxed = bytes(imagecodecs.jpeg2k_encode(frame, reversible=True, codecformat="jp2"))
    xml = b"<name>WANG DA-MING</name>"
    boxed = boxed[:32] + struct.pack(">L", 8 + len(xml)) + b"xml " + xml + boxed[32:]
    for syntax, stream in ((JPEG, plain[:2] + rider + plain[2:]), (J2K, boxed)):
        shape = Shape(ROWS, COLUMNS, 1, 8, 8, False, "MONOCHROME2", False, syntax)
        data = image(shape, [stream], SOPClassUID=("UI", CAPTURE))
        found = settle(data, reader=Pointer(4, 2, 300, 30))
        released = through(data, found)
        assert not {b"WANG", b"A1234567", b"Exif", b"jP  "} & {
            word for word in (b"WANG", b"A1234567", b"Exif", b"jP  ") if word in whole(released)
        }
        rest = outside(frame, found)
        after = frames_of(whole(released)).values(0)
        assert np.array_equal(after[rest], frames_of(data).values(0)[rest])


def test_d14_fragments_and_offset_tables_are_rebuilt() -> None:
    frames = [burnt(sector(ROWS, COLUMNS, n), BAR, 220) for n in (1, 2)]
    shape, streams = stored(frames, transfer_syntax_uid=JPEG_LS)
    cut = [[one[:1000], one[1000:]] for one in streams]
    sizes = [sum(8 + len(piece) + len(piece) % 2 for piece in one) for one in cut]
    extended = struct.pack("<2Q", 0, sizes[0])
    for table, more in (
        (b"", {}),
        (struct.pack("<2L", 0, sizes[0]), {}),
        (b"", {"x7FE00001": ("OV", extended), "x7FE00002": ("OV", extended)}),
    ):
        elements = walked(shape, streams, more)
        data = part10(elements, syntax=JPEG_LS, tail=fragments(cut, table))
        found = settle(data, reader=Pointer(4, 2, 300, 30))
        released = through(data, found)
        assert "ExtendedOffsetTable" not in released
        again = whole(released)
        part = walk(again)
        assert len(frame_ranges(Lookup(part, part.elements))) == 2
        for index, frame in enumerate(frames):
            rest = outside(frame, found)
            assert np.array_equal(frames_of(again).values(index)[rest], frame[rest])


def walked(shape: Shape, streams: list[bytes], more: dict[str, tuple[str, bytes]]) -> dict:
    """The elements of a capture without its pixels, and some more."""
    part = walk(image(shape, streams, SOPClassUID=("UI", CAPTURE)))
    held = {
        one.tag: (one.vr, bytes(part.buffer[one.value : one.end]))
        for one in part.elements
        if one.tag != 0x7FE00010
    }
    return dict(changed_by(held, more))


def test_a_persons_rectangles_are_filled_without_a_reader() -> None:
    frame = burnt(sector(ROWS, COLUMNS), BAR, 220)
    data = image(*stored([frame]), SOPClassUID=("UI", US), Modality=("CS", "US"))
    found = settle(data, reader=None, decided=(Box(0, 0, COLUMNS, 40),))
    assert (found.outcome, found.findings[0].kind) == ("redacted", "decided")
    assert not through(data, found).pixel_array[:40].any()
    assert dataclasses.asdict(settle(data, reader=None, decided=()))["outcome"] == "clean"
