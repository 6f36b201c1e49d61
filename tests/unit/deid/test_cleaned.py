"""Pixels that were cleaned before: what they settle, what is claimed, what they may not do."""

from __future__ import annotations

import pytest
from tests.spec.deid.objects import KEYS, OFFSET, SUBJECT, ct, element, part10, read, us

from yushan.domain.deid import (
    CleanedPixels,
    Harvest,
    PixelNeed,
    Policy,
    Quarantined,
    Released,
    deidentify,
    load_policy,
    pixel_need,
    read_policy,
)
from yushan.domain.deid.classes import classes, routes, settled_by
from yushan.domain.deid.policy import PERFORMED
from yushan.domain.verifier import verify

ULTRASOUND = "1.2.840.10008.5.1.4.1.1.6.1"
READ = CleanedPixels(done=frozenset({"clean_pixel_data"}))
DEFACED = CleanedPixels(done=frozenset({"clean_recognizable_visual_features"}))
REMOVING = read_policy(
    b'name = "r"\nedition = "1"\ntitle_en = "x"\ntitle_zh = "x"\nfaces = "remove"\n'
    b'options = ["clean_pixel_data", "clean_recognizable_visual_features"]\n'
    b'[pixels]\nsample = 0.1\nread = ["tomography"]\n'
)


def made(
    data: bytes, pixels: CleanedPixels | None, policy: Policy | None = None
) -> Released | Quarantined:
    """Stage 1 with cleaned pixels."""
    return deidentify(
        data, policy=policy or load_policy("tw-hospital"), keys=KEYS, subject=SUBJECT,
        offset_days=OFFSET, harvested=Harvest(), pixels=pixels,
    )  # fmt: skip


def ultrasound() -> bytes:
    """An ultrasound picture, with a header that knows better."""
    return part10(
        ct(SOPClassUID=("UI", ULTRASOUND), Modality=("CS", "US"), BurnedInAnnotation=("CS", "YES"))
    )


def thin_head() -> bytes:
    """A slice from which a face could be drawn."""
    return part10(ct(BodyPartExamined=("CS", "HEAD"), SliceThickness=("DS", "1")))


def test_without_work_on_the_pixels_everything_stays_as_it_was() -> None:
    assert made(ultrasound(), None) == Quarantined(("deid.ultrasound-unread", "deid.burned-in"))


def test_read_pixels_settle_what_only_reading_can() -> None:
    released = made(ultrasound(), READ)
    assert isinstance(released, Released)
    assert "113101" in released.methods
    assert "113102" not in released.methods
    out = b"".join(released.chunks)
    assert read(out).BurnedInAnnotation == "NO"
    assert verify(out, subject=SUBJECT) == ()


def test_a_new_pixel_element_comes_with_its_own_description() -> None:
    pixels = us(*range(16))
    cleaned = CleanedPixels(
        done=READ.done,
        element=(element(0x7FE00010, "OW", pixels),),
        transfer_syntax_uid="1.2.840.10008.1.2.1",
        attributes={0x00280004: ("CS", b"MONOCHROME1"), 0x00280101: ("US", us(8))},
    )
    released = made(ultrasound(), cleaned)
    assert isinstance(released, Released)
    dataset = read(b"".join(released.chunks))
    assert dataset.PixelData == pixels
    assert dataset.PhotometricInterpretation == "MONOCHROME1"
    assert dataset.BitsStored == 8


def test_a_removed_face_settles_the_face_alone() -> None:
    assert made(thin_head(), None, REMOVING) == Quarantined(("deid.face-visible",))
    assert made(thin_head(), READ, REMOVING) == Quarantined(("deid.face-visible",))
    released = made(thin_head(), DEFACED, REMOVING)
    assert isinstance(released, Released)
    assert "113102" in released.methods
    assert "113101" not in released.methods
    assert read(b"".join(released.chunks)).RecognizableVisualFeatures == "NO"


def test_a_policy_without_the_option_takes_no_cleaned_pixels() -> None:
    basic = load_policy("basic")
    assert made(ultrasound(), READ, basic) == made(ultrasound(), None, basic)
    plain = made(part10(ct()), READ, basic)
    assert isinstance(plain, Released)
    assert plain.methods == ("113100",)


def test_what_no_reading_settles_holds() -> None:
    raw = part10(ct(SOPClassUID=("UI", "1.2.840.10008.5.1.4.1.1.66")))
    assert made(raw, READ) == Quarantined(("deid.raw-data",))
    assert pixel_need(raw, load_policy("tw-hospital")) == PixelNeed(
        "none", reasons=("deid.raw-data",)
    )


@pytest.mark.parametrize(
    "wrong",
    [
        {"done": frozenset({"retain_uids"})},
        {"done": frozenset(), "attributes": {0x00100010: ("PN", b"X")}},
    ],
)
def test_only_pixels_come_in_as_pixels(wrong: dict[str, object]) -> None:
    with pytest.raises(ValueError, match="pixels"):
        CleanedPixels(**wrong)  # type: ignore[arg-type]


def test_the_need_says_what_has_to_be_done() -> None:
    hospital, basic = load_policy("tw-hospital"), load_policy("basic")
    assert pixel_need(ultrasound(), hospital).text == "full"
    assert pixel_need(ultrasound(), basic).text == "none"
    assert pixel_need(ultrasound(), basic).reasons == made(ultrasound(), None, basic).reasons  # type: ignore[union-attr]
    assert pixel_need(ultrasound(), REMOVING).text == "none"
    assert pixel_need(part10(ct()), hospital) == PixelNeed("sample")
    assert pixel_need(part10(ct()), basic) == PixelNeed("none")
    assert pixel_need(thin_head(), REMOVING) == PixelNeed(
        "sample", face=True, reasons=("deid.face-visible",)
    )
    assert pixel_need(b"no DICOM", hospital).text == "none"


def test_what_settles_is_an_option_and_what_is_settled_a_reason() -> None:
    assert set(settled_by().values()) == set(PERFORMED[:2])
    known = {route.reason for route in routes().values()}
    known |= {"deid.burned-in", "deid.captured", "deid.derived-secondary", "deid.colour-slice"}
    assert set(settled_by()) <= known | {"deid.face-visible"}
    read_routes = set(load_policy("tw-hospital").pixels.read)
    assert read_routes <= {row.route for row in classes().values()}
