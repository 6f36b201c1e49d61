"""Each promise of the first stage has an object that breaks it, and the finding that says so."""

from __future__ import annotations

import pytest
from tests.unit.verifier.objects import (
    CLAIMS,
    PSEUDONYM,
    Elements,
    code,
    ct,
    dataset,
    head,
    items,
    methods,
    part10,
    short,
    uid,
)

from yushan.base import codes
from yushan.domain.verifier import Finding, verify

Change = dict[int, tuple[bytes, bytes] | None]


def private(value: tuple[bytes, bytes], creator: bytes = b"GEMS_PARM_01") -> Change:
    """A private block with one element (0043,1039), and Retain Safe Private claimed."""
    return {
        0x00120064: methods(*CLAIMS, "113111"),
        0x00430010: (b"LO", creator),
        0x00431039: value,
    }


def nested(change: Elements) -> Change:
    """The change inside two kept sequences."""
    inner = (b"SQ", items(dataset(change)))
    return {0x00089215: (b"SQ", items(dataset({0x0040A170: inner})))}


def kinds(change: Change, **arguments: object) -> set[str]:
    """The kinds found in a CT with one change."""
    return {finding.kind for finding in verify(part10(ct(change)), **arguments)}  # type: ignore[arg-type]


def test_a_released_ct_passes() -> None:
    assert verify(part10(ct())) == ()
    assert verify(part10(ct()), subject=PSEUDONYM.decode()) == ()


@pytest.mark.parametrize(
    "change",
    [
        private((b"IS", b"1000\\8\\0")),
        {0x00081030: (b"LO", b"T2W AX 3MM FS")},
        {0x00081030: (b"LO", "胸部電腦斷層 CT".encode())},
        {0x00081030: (b"LO", b""), 0x00081032: (b"SQ", items(code(b"SCT", b"51185008", b"Chest")))},
        {0x00101010: (b"AS", b"090Y")},
        {0x00081032: (b"SQ", items(*(code(b"UCUM", one, one) for one in (b"{HU}", b"%", b"mm"))))},
        {0x00081032: (b"SQ", items(code(b"MDC", b"MDC_ECG_LEAD_II", b"Lead II")))},
        {0x00081140: (b"SQ", items(dataset({0x00081155: (b"UI", uid(77))})))},
        {0x00200052: (b"UI", b"1.2.840.10008.1.4.1.1")},
        {
            0x00081140: (
                b"SQ",
                items(dataset({0x00081155: (b"UI", b"1.2.840.10008.5.1.4.1.1.2\\" + uid(5))})),
            )
        },
        {0x00120064: methods("113100"), 0x00280303: (b"CS", b"REMOVED"), 0x00100040: (b"CS", b"")}
        | {0x00080021: None, 0x00080020: (b"DA", b""), 0x00080030: (b"TM", b"")}
        | {0x00081030: None, 0x00101010: None},
        {0x00120064: methods(*CLAIMS, "113101"), 0x00280301: (b"CS", b"NO")},
        {0x00180010: (b"LO", b"REMOVED"), 0x00120064: methods("113100", *CLAIMS[2:])}
        | {0x00081030: None},
    ],
)
def test_what_the_policies_keep_passes(change: Change) -> None:
    assert verify(part10(ct(change))) == ()


PATIENT = (b"PN", b"WANG^DAMING")
BROKEN: list[tuple[Change, str, str]] = [
    # whose object it is
    ({0x00100010: PATIENT}, "(0010,0010)", "verifier.pseudonym"),
    ({0x00100020: (b"LO", b"A123456789")}, "(0010,0020)", "verifier.pseudonym"),
    ({0x00100010: (b"PN", b"A" * 16)}, "(0010,0020)", "verifier.subject"),
    ({0x00100020: None}, "(0010,0020)", "verifier.missing"),
    ({0x0020000D: None}, "(0020,000D)", "verifier.missing"),
    # UIDs
    ({0x0020000D: (b"UI", b"1.2.3.4.5")}, "(0020,000D)", "verifier.uid"),
    ({0x0020000E: (b"UI", b"1.2.840.10008.1.2")}, "(0020,000E)", "verifier.uid"),
    ({0x00200052: (b"UI", uid(1)[:-1])}, "(0020,0052)", "verifier.uid"),
    ({0x00200052: (b"UI", b"2.25." + b"3" * 38 + b"x")}, "(0020,0052)", "verifier.uid"),
    ({0x00200052: (b"UI", b"2.25.3" + b"9" * 38)}, "(0020,0052)", "verifier.uid"),
    (
        nested({0x00081155: (b"UI", b"1.2.3")}),
        "(0008,9215)[0](0040,A170)[0](0008,1155)",
        "verifier.uid",
    ),
    # dates, times, ages
    ({0x00080020: (b"DA", b"2021.03.04")}, "(0008,0020)", "verifier.date"),
    ({0x00080020: (b"DA", b"20211304")}, "(0008,0020)", "verifier.date"),
    ({0x00080020: (b"DA", b"WANG")}, "(0008,0020)", "verifier.date"),
    ({0x00080030: (b"TM", b"WANG")}, "(0008,0030)", "verifier.date"),
    ({0x0008002A: (b"DT", b"2021")}, "(0008,002A)", "verifier.date"),
    ({0x0008002A: (b"DT", b"20210304101500+08")}, "(0008,002A)", "verifier.date"),
    ({0x00101010: (b"AS", b"091Y")}, "(0010,1010)", "verifier.age"),
    ({0x00101010: (b"AS", b"42")}, "(0010,1010)", "verifier.age"),
    ({0x00100030: (b"DA", b"19560312")}, "(0010,0030)", "verifier.not-blank"),
    # Table E.1-1
    ({0x00101001: (b"PN", b"")}, "(0010,1001)", "verifier.must-be-absent"),
    ({0x00081050: PATIENT}, "(0008,1050)", "verifier.must-be-absent"),
    ({0x00080050: (b"SH", b"A1")}, "(0008,0050)", "verifier.not-blank"),
    ({0x00080090: PATIENT}, "(0008,0090)", "verifier.not-blank"),
    ({0x00081070: PATIENT}, "(0008,1070)", "verifier.not-blank"),
    ({0x00081110: (b"SQ", items(b""))}, "(0008,1110)", "verifier.not-blank"),
    ({0x00120064: methods("113100", "113107")}, "(0010,1010)", "verifier.must-be-absent"),
    ({0x00120064: methods("113100", "113107")}, "(0010,0040)", "verifier.not-blank"),
    ({0x00120064: methods("113100", "113107")}, "(0008,1030)", "verifier.must-be-absent"),
    (
        nested({0x00081070: PATIENT}),
        "(0008,9215)[0](0040,A170)[0](0008,1070)",
        "verifier.not-blank",
    ),
    # what no rule knows
    ({0x00100099: (b"LO", b"X")}, "(0010,0099)", "verifier.unknown-attribute"),
    ({0x00080001: (b"UL", bytes(4))}, "(0008,0001)", "verifier.unknown-attribute"),
    ({0x00020016: (b"AE", b"STORESCP")}, "(0002,0016)", "verifier.unknown-attribute"),
    ({0x00180050: (b"LO", b"1.25")}, "(0018,0050)", "verifier.vr"),
    ({0x00180050: (b"UN", b"1.25")}, "(0018,0050)", "verifier.vr"),
    ({0x00180050: (b"DS", b"Wang")}, "(0018,0050)", "verifier.value"),
    ({0x00200013: (b"IS", b"A123456789")}, "(0020,0013)", "verifier.value"),
    ({0x00180015: (b"CS", b"A123456789")}, "(0018,0015)", "verifier.value"),
    ({0x00180015: (b"CS", b"Chest Wang")}, "(0018,0015)", "verifier.value"),
    ({0x00280010: (b"US", b"WANG DAMING ")}, "(7FE0,0010)", "verifier.pixel-length"),
    ({0x00189073: (b"FD", b"WANG")}, "(0018,9073)", "verifier.value"),
    # text
    ({0x00081090: (b"LO", "王大明".encode())}, "(0008,1090)", "verifier.text-han"),
    ({0x00081090: (b"LO", "王大明".encode("cp950"))}, "(0008,1090)", "verifier.text-charset"),
    ({0x00081090: (b"LO", b"A 123-456-789")}, "(0008,1090)", "verifier.text-identity"),
    (
        {0x00081090: (b"LO", "Ａ１２３４５６７８９".encode())},
        "(0008,1090)",
        "verifier.text-identity",
    ),
    ({0x00081090: (b"LO", b"ac01234567")}, "(0008,1090)", "verifier.text-identity"),
    ({0x00081090: (b"LO", b"NO 1234567")}, "(0008,1090)", "verifier.text-digits"),
    ({0x00081090: (b"LO", b"1956/3/12")}, "(0008,1090)", "verifier.text-date"),
    ({0x00081090: (b"LO", b"12-MAR-1956")}, "(0008,1090)", "verifier.text-date"),
    ({0x00081030: (b"LO", b"45.3.12")}, "(0008,1030)", "verifier.text-date"),
    ({0x00081090: (b"LO", b"a@b.tw")}, "(0008,1090)", "verifier.text-contact"),
    ({0x00081090: (b"LO", b"02-2312-3456")}, "(0008,1090)", "verifier.text-contact"),
    ({0x00081090: (b"LO", "модель".encode())}, "(0008,1090)", "verifier.text-shape"),
    ({0x00081090: (b"LO", b"x" * 65)}, "(0008,1090)", "verifier.text-shape"),
    ({0x00081090: (b"LO", b"one\\1234567")}, "(0008,1090)", "verifier.text-digits"),
    ({0x00081030: (b"LO", "許功蓋 胸部電腦斷層".encode())}, "(0008,1030)", "verifier.text-han"),
    ({0x00081030: (b"LO", "王心 心臟".encode())}, "(0008,1030)", "verifier.text-han"),
    ({0x00081030: (b"LO", b"CT Wang chest")}, "(0008,1030)", "verifier.text-word"),
    ({0x00081030: (b"LO", "CHEST \u0416".encode())}, "(0008,1030)", "verifier.text-shape"),
    ({0x00181111: (b"DS", b"Wang")}, "(0018,1111)", "verifier.value"),
    ({0x00181003: (b"LO", b"room 5")}, "(0018,1003)", "verifier.not-in-iod"),
    ({0x00089123: (b"UI", b"Wang")}, "(0008,9123)", "verifier.not-in-iod"),
    ({0x0040A123: PATIENT}, "(0040,A123)", "verifier.not-in-iod"),
    ({0x00080054: (b"AE", b"STORESCP")}, "(0008,0054)", "verifier.not-in-iod"),
    ({0x00081090: (b"LO", b"Wang")}, "(0008,1090)", "verifier.text-word"),
    ({0x00120063: (b"LO", b"cleaned by Wang")}, "(0012,0063)", "verifier.text-shape"),
    # codes
    (
        {0x00081032: (b"SQ", items(code(b"99TPE", b"1", b"Chest")))},
        "(0008,1032)[0](0008,0102)",
        "verifier.coding-scheme",
    ),
    (
        {0x00081032: (b"SQ", items(dataset({0x00080100: (b"SH", b"1")})))},
        "(0008,1032)[0](0008,0102)",
        "verifier.coding-scheme",
    ),
    (
        {0x00081032: (b"SQ", items(code(b"SCT", b"A123456789", b"Chest")))},
        "(0008,1032)[0](0008,0100)",
        "verifier.text-code",
    ),
    (
        {0x00081032: (b"SQ", items(code(b"SCT", b"WANGDAMING", b"Chest")))},
        "(0008,1032)[0](0008,0100)",
        "verifier.text-code",
    ),
    (
        {0x00081032: (b"SQ", items(code(b"SCT", b"51185008", b"Wang")))},
        "(0008,1032)[0](0008,0104)",
        "verifier.text-word",
    ),
    # character sets
    ({0x00080005: (b"CS", b"ISO_IR 100")}, "(0008,0005)", "verifier.text-charset"),
    (
        nested({0x00080005: (b"CS", b"ISO_IR 192")}),
        "(0008,9215)[0](0040,A170)[0](0008,0005)",
        "verifier.text-charset",
    ),
    # second copies and sealed bytes
    ({0x00880200: (b"SQ", items(b""))}, "(0088,0200)", "verifier.must-be-absent"),
    ({0x60003000: (b"OW", bytes(4))}, "(6000,3000)", "verifier.must-be-absent"),
    ({0x60021500: (b"LO", b"X")}, "(6002,1500)", "verifier.must-be-absent"),
    ({0x50003000: (b"OW", bytes(4))}, "(5000,3000)", "verifier.must-be-absent"),
    ({0x00420011: (b"OB", b"%PDF")}, "(0042,0011)", "verifier.must-be-absent"),
    ({0x00282000: (b"OB", b"profile of Wang ")}, "(0028,2000)", "verifier.opaque"),
    # private
    ({0x00090010: (b"LO", b"GEMS_PARM_01")}, "(0009,0010)", "verifier.private"),
    (private((b"IS", b"1"), b"WANG HOSPITAL"), "(0043,0010)", "verifier.private"),
    (private((b"IS", b"1"), b"GEMS_ACQU_01"), "(0043,1039)", "verifier.private"),
    (private((b"LO", b"1")), "(0043,1039)", "verifier.private"),
    (private((b"IS", b"Wang")), "(0043,1039)", "verifier.value"),
    (private((b"IS", b"1")) | {0x00430010: None}, "(0043,1039)", "verifier.private"),
    (private((b"IS", b"1")) | {0x00431127: (b"SH", b"1")}, "(0043,1127)", "verifier.private"),
    (
        private((b"IS", b"1")) | {0x00431027: (b"SH", b"A123456789")},
        "(0043,1027)",
        "verifier.text-identity",
    ),
    (private((b"IS", b"1")) | {0x00430001: (b"LO", b"X")}, "(0043,0001)", "verifier.private"),
    (private((b"IS", b"1")) | {0x00120064: methods(*CLAIMS)}, "(0043,1039)", "verifier.private"),
    # claims and flags
    ({0x00120062: None}, "(0012,0062)", "verifier.flag"),
    ({0x00120062: (b"CS", b"NO")}, "(0012,0062)", "verifier.flag"),
    ({0x00120064: None}, "(0012,0064)", "verifier.claim-missing"),
    ({0x00120064: methods("113107")}, "(0012,0064)", "verifier.claim-missing"),
    (
        {0x00120064: (b"SQ", items(code(b"DCM", b"113199", b"All clean")))},
        "(0012,0064)",
        "verifier.claim-unknown",
    ),
    (
        {0x00120064: (b"SQ", items(code(b"DCM", b"113100", b"All clean")))},
        "(0012,0064)",
        "verifier.claim-unknown",
    ),
    ({0x00120064: methods(*CLAIMS, "113106")}, "(0012,0064)", "verifier.claim-unproven"),
    ({0x00120064: methods(*CLAIMS, "113102")}, "(0028,0302)", "verifier.flag"),
    ({0x00280303: (b"CS", b"REMOVED")}, "(0028,0303)", "verifier.flag"),
    ({0x00280303: None}, "(0028,0303)", "verifier.flag"),
    ({0x00280301: (b"CS", b"YES")}, "(0028,0301)", "verifier.flag"),
    ({0x00280302: (b"CS", b"YES")}, "(0028,0302)", "verifier.flag"),
    ({0x00120064: methods(*CLAIMS, "113101")}, "(0028,0301)", "verifier.flag"),
    # pixels
    ({0x7FE00010: (b"OW", bytes(34))}, "(7FE0,0010)", "verifier.pixel-length"),
    ({0x7FE00010: (b"OW", b"")}, "(7FE0,0010)", "verifier.pixel-length"),
    ({0x00280008: (b"IS", b"2")}, "(7FE0,0010)", "verifier.pixel-length"),
    ({0x7FE00010: (b"OW", bytes(31) + b"\x10")}, "(7FE0,0010)", "verifier.pixel-bits"),
    ({0x00280102: short(15)}, "(7FE0,0010)", "verifier.pixel-bits"),
    ({0x7FE00008: (b"OF", bytes(4))}, "(7FE0,0008)", "verifier.pixel-length"),
]


@pytest.mark.parametrize(("change", "place", "kind"), BROKEN)
def test_a_broken_promise_is_found(change: Change, place: str, kind: str) -> None:
    assert Finding(place, kind) in verify(part10(ct(change)))


@pytest.mark.parametrize(
    ("sop_class", "kind"),
    [
        (b"1.2.840.10008.5.1.4.1.1.6.1", "verifier.pixels-unread"),
        (b"1.2.840.10008.5.1.4.1.1.7", "verifier.pixels-unread"),
        (b"1.2.840.10008.5.1.4.1.1.88.11", "verifier.content-unread"),
        (b"1.2.840.10008.5.1.4.1.1.104.1", "verifier.sop-class"),
        (b"1.2.840.10008.5.1.4.1.1.66", "verifier.sop-class"),
        (b"1.2.840.10008.1.3.10", "verifier.sop-class"),
        (b"1.3.46.670589.2.5.1.1", "verifier.sop-class"),
    ],
)
def test_some_classes_are_released_only_after_a_reading_or_never(
    sop_class: bytes, kind: str
) -> None:
    assert kind in kinds(head(sop_class=sop_class))


def test_the_subject_is_the_one_asked_for() -> None:
    assert kinds({}, subject="B" * 16) == {"verifier.subject"}


def test_signed_pixels_may_carry_their_sign_in_the_unused_bits() -> None:
    minus_one = {0x00280103: short(1), 0x7FE00010: (b"OW", b"\xff\xff" * 16)}
    masked = {0x00280103: short(1), 0x7FE00010: (b"OW", b"\xff\x0f" * 16)}
    overlay = {0x00280103: short(1), 0x7FE00010: (b"OW", b"\x00\x10" * 16)}
    assert kinds(minus_one) == set()
    assert kinds(masked) == set()
    assert kinds(overlay) == {"verifier.pixel-bits"}


def test_a_bitmap_is_as_long_as_its_bits() -> None:
    bits = {0x00280100: short(1), 0x00280101: short(1), 0x00280102: short(0)}
    assert kinds(bits | {0x7FE00010: (b"OW", bytes(2))}) == set()
    assert kinds(bits | {0x7FE00010: (b"OW", bytes(4))}) == {"verifier.pixel-length"}


def test_every_finding_has_texts() -> None:
    found = {kind for _, _, kind in BROKEN}
    assert found <= codes().keys()
