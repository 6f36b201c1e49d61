"""Preamble and file meta information: rebuilt, with nothing of the source left in them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from yushan.domain.verifier.claims import Top, value
from yushan.domain.verifier.parser import Bytes, Element, Reader, Unreadable
from yushan.domain.verifier.pixels import ENCAPSULATED, NATIVE

if TYPE_CHECKING:
    from yushan.domain.verifier.report import Report

PREAMBLE: Final = 128
META: Final = 132
#: File meta attributes of a released object with their VRs: no AE titles, nothing private.
META_VRS: Final = {
    0x00020000: b"UL",
    0x00020001: b"OB",
    0x00020002: b"UI",
    0x00020003: b"UI",
    0x00020010: b"UI",
    0x00020012: b"UI",
    0x00020013: b"SH",
}
META_REQUIRED: Final = frozenset(META_VRS) - {0x00020013}
#: File meta attribute and the attribute of the data set it repeats.
TWINS: Final = ((0x00020002, 0x00080016), (0x00020003, 0x00080018))
PRODUCT: Final = {
    0x00020001: re.compile(rb"\x00\x01").fullmatch,
    0x00020012: re.compile(rb"2\.25\.[1-9][0-9]{0,38}\0?").fullmatch,
    0x00020013: re.compile(rb"YUSHAN[A-Z0-9_. -]{0,10}").fullmatch,
}


def read_meta(data: Bytes, reader: Reader) -> tuple[tuple[Element, ...], int]:
    """Read the file meta information by its group length; also where the data set starts."""
    if data[PREAMBLE:META] != b"DICM" or data[META : META + 8] != b"\x02\0\0\0UL\x04\0":
        raise Unreadable(PREAMBLE)
    end = META + 12 + int.from_bytes(data[META + 8 : META + 12], "little")
    if end > len(data):
        raise Unreadable(META)
    group_length = Element(0x00020000, b"UL", META + 8, META + 12, None)
    rest, _ = reader.level(META + 12, end, 0)
    return (group_length, *rest), end


def check_meta(data: Bytes, meta: tuple[Element, ...], top: Top, report: Report) -> bytes:
    """Only what is needed to read the file, and the same UIDs as in the data set.

    Returns
    -------
    bytes
        The transfer syntax UID; empty when there is none.
    """
    for element in meta:
        if META_VRS.get(element.tag) != element.vr:
            report.at_tag("", element.tag, "verifier.meta")
    found = {element.tag: element for element in meta}
    for tag in META_REQUIRED - found.keys():
        report.at_tag("", tag, "verifier.missing")
    for tag, twin in TWINS:
        if value(data, found, tag) != value(data, top, twin):
            report.at_tag("", tag, "verifier.uid-mismatch")
    check_product(data, found, report)
    transfer_syntax = value(data, found, 0x00020010) or b""
    if transfer_syntax != NATIVE and transfer_syntax not in ENCAPSULATED:
        report.at_tag("", 0x00020010, "verifier.transfer-syntax")
    return transfer_syntax


def check_product(data: Bytes, meta: Top, report: Report) -> None:
    """Version 1 of the header, and our own name as its writer: nothing of the source's."""
    for tag, matches in PRODUCT.items():
        element = meta.get(tag)
        if element and not matches(data, element.start, element.end):
            report.at_tag("", tag, "verifier.meta")
