"""What must be true of an object because of its class, and what a policy's terms let stand."""

from __future__ import annotations

import pytest
from tests.unit.verifier.objects import CLAIMS, Elements, ct, head, image, methods, part10, short

from yushan.domain.verifier import Finding, Terms, verify
from yushan.domain.verifier.tables import option_checks, tables

READ = {0x00120064: methods(*CLAIMS, "113101"), 0x00280301: (b"CS", b"NO")}
DEFACED = {0x00120064: methods(*CLAIMS, "113102"), 0x00280302: (b"CS", b"NO")}
THIN_HEAD: Elements = {0x00180015: (b"CS", b"HEAD"), 0x00180050: (b"DS", b"1.0")}
CT, DX, US = (
    b"1.2.840.10008.5.1.4.1.1.2",
    b"1.2.840.10008.5.1.4.1.1.1.1",
    b"1.2.840.10008.5.1.4.1.1.6.1",
)
PORTRAIT = b"1.2.840.10008.5.1.4.1.1.77.1.4"
UNREAD = Finding("(7FE0,0010)", "verifier.pixels-unread")
FACE = Finding("(0028,0302)", "verifier.face")


def of(sop_class: bytes, changes: Elements | None = None) -> bytes:
    """A picture of a class."""
    return part10(head(sop_class=sop_class) | image() | (changes or {}))


@pytest.mark.parametrize(
    ("sop_class", "changes"),
    [
        (CT, {0x00080008: (b"CS", b"DERIVED\\SECONDARY\\MPR")}),
        (CT, {0x00080008: (b"CS", b"DERIVED\\PRIMARY\\SCREEN SAVE")}),
        (CT, {0x00080064: (b"CS", b"WSD")}),
        (CT, {0x00280004: (b"CS", b"RGB")}),
        (CT, {0x00280002: short(3), 0x7FE00010: (b"OW", bytes(96))}),
        (DX, {}),
        (DX, {0x00280301: (b"CS", b"NO"), 0x00080008: (b"CS", b"DERIVED\\PRIMARY")}),
        (US, {}),
        (US, {0x00280301: (b"CS", b"NO")}),
    ],
)
def test_pictures_that_may_carry_text_must_have_been_read(
    sop_class: bytes, changes: Elements
) -> None:
    assert UNREAD in verify(of(sop_class, changes))
    assert UNREAD not in verify(of(sop_class, changes | READ))


def test_a_radiograph_may_go_on_the_word_of_its_header() -> None:
    assert UNREAD not in verify(of(DX, {0x00280301: (b"CS", b"NO")}))


def test_a_picture_without_pixels_is_half_an_object() -> None:
    assert Finding("(7FE0,0010)", "verifier.missing") in verify(part10(ct({0x7FE00010: None})))


def test_the_label_of_a_slide_never_goes() -> None:
    slide = b"1.2.840.10008.5.1.4.1.1.77.1.6"
    label = {0x00080008: (b"CS", b"ORIGINAL\\PRIMARY\\LABEL\\NONE")}
    assert Finding("(0008,0008)", "verifier.sop-class") in verify(of(slide, label | READ))


def test_faces_are_asked_for_where_the_policy_removes_them() -> None:
    removing = Terms(faces_removed=True)
    assert FACE in verify(of(CT, THIN_HEAD), terms=removing)
    assert FACE not in verify(of(CT, THIN_HEAD))
    assert FACE not in verify(of(CT, THIN_HEAD | DEFACED), terms=removing)
    assert FACE not in verify(of(CT, THIN_HEAD | {0x00180050: (b"DS", b"5")}), terms=removing)
    assert FACE in verify(of(CT, THIN_HEAD | {0x00180050: (b"DS", b"")}), terms=removing)
    diffusion = {0x00080008: (b"CS", b"ORIGINAL\\PRIMARY\\DIFFUSION\\NONE")}
    assert FACE not in verify(of(CT, THIN_HEAD | diffusion), terms=removing)


def test_a_portrait_never_goes_without_the_claim() -> None:
    assert FACE in verify(of(PORTRAIT, READ))
    both = {0x00120064: methods(*CLAIMS, "113101", "113102"), 0x00280302: (b"CS", b"NO")}
    assert FACE not in verify(of(PORTRAIT, READ | both))


def test_a_birth_date_stays_only_under_terms_that_shift_it() -> None:
    born = ct({0x00100030: (b"DA", b"19560312")})
    assert verify(part10(born), terms=Terms(birth_dates=True)) == ()
    assert verify(part10(born)) == (Finding("(0010,0030)", "verifier.not-blank"),)


def test_learned_words_pass_under_the_terms_that_name_them() -> None:
    text = ct({0x00081030: (b"LO", "CT zaratan 髕骨軟化".encode())})
    learned = Terms(words=frozenset({"zaratan", "髕骨軟化"}))
    assert verify(part10(text), terms=learned) == ()
    assert verify(part10(text)) != ()


def test_every_code_has_its_check_in_words() -> None:
    assert option_checks().keys() == tables().methods.keys()


def test_an_identifier_in_full_width_is_found_in_numbers() -> None:
    wide = "Ａ１２３４５６７８９".encode("cp950")
    hidden = ct({0x00189073: (b"FD", wide + bytes(-len(wide) % 8))})
    found = verify(part10(hidden), harvested=frozenset({"A123456789"}))
    assert "verifier.harvested" in {finding.kind for finding in found}
