"""Part-10 files (PS3.10): preamble, file meta information, transfer syntax, inflation, the walk."""

from __future__ import annotations

import re
import zlib
from typing import TYPE_CHECKING, Final

from yushan.base import Rejected
from yushan.domain.dicom.dictionary import LONG, SHORT
from yushan.domain.dicom.tables import BIG_ENDIAN, DEFLATED, IMPLICIT, TRANSFER_SYNTAXES
from yushan.domain.dicom.values import DEFAULT, Part10
from yushan.domain.dicom.walker import Place, Walker

if TYPE_CHECKING:
    from yushan.domain.dicom.values import Bounds, Buffer, Element

PREAMBLE: Final = 128
PREFIX_END: Final = 132
TRANSFER_SYNTAX_UID: Final = 0x00020010
UID: Final = re.compile(rb"[0-9]+(?:\.[0-9]+)*")

#: A data set that starts without a preamble starts with one of these groups.
FIRST_GROUPS: Final = (b"\x02\x00", b"\x08\x00", b"\x00\x08")


def is_dicom(head: bytes) -> bool:
    """Whether a file that begins with ``head`` (132 bytes or more) is DICOM, however broken.

    True also for a data set without preamble, so that it is held with a reason as DICOM and not
    sent to digitisation.
    """
    return head[PREAMBLE:PREFIX_END] == b"DICM" or starts_bare(head)


def starts_bare(head: bytes) -> bool:
    """Whether the bytes begin like a data set written without preamble."""
    if len(head) < 8 or head[:2] not in FIRST_GROUPS:
        return False
    explicit = bytes(head[4:6]) in SHORT or bytes(head[4:6]) in LONG
    length = int.from_bytes(head[4:8], "big" if head[0] == 0 else "little")
    return explicit or (length <= 64 and head[3 if head[0] else 2] == 0)


def walk(data: Buffer, bounds: Bounds = DEFAULT) -> Part10:
    """All elements of a Part-10 file as offsets; the whole file is accounted for.

    Raises
    ------
    Rejected
        ``dicom.not-part10``, ``dicom.no-preamble``, ``dicom.no-meta``,
        ``dicom.transfer-syntax-missing``, ``dicom.transfer-syntax-unknown``, ``dicom.truncated``,
        ``dicom.vr-unknown``, ``dicom.sequence-broken``, ``dicom.fragments-broken``,
        ``dicom.length-undefined``, ``dicom.duplicate-tag``, ``dicom.too-deep``,
        ``dicom.too-many-elements``, ``dicom.too-many-fragments``, ``dicom.inflate-failed``,
        ``dicom.inflate-too-large``.
    """
    if data[PREAMBLE:PREFIX_END] != b"DICM":
        bare = starts_bare(bytes(data[:PREFIX_END]))
        raise Rejected("dicom.no-preamble" if bare else "dicom.not-part10")
    meta, start, flags = read_meta(data, bounds)
    syntax = transfer_syntax(data, meta)
    if syntax == DEFLATED:
        data = inflated(data, start, bounds)
    implicit, big_endian = syntax == IMPLICIT, syntax == BIG_ENDIAN
    walker = Walker(data, bounds, big_endian=big_endian)
    run = walker.dataset(start, Place(len(data), 0, implicit))
    return Part10(
        data, meta, run.elements, syntax, implicit, big_endian, start,
        frozenset(walker.flags | flags),
    )  # fmt: skip


def read_meta(data: Buffer, bounds: Bounds) -> tuple[tuple[Element, ...], int, set[str]]:
    """The elements of group 0002, where the data set begins, and what is odd about them.

    The group is read to its last element; a wrong group length is only flagged.
    """
    at, stop, walker = PREFIX_END, PREFIX_END, Walker(data, bounds)
    while data[stop : stop + 2] == b"\x02\x00":
        stop = walker.element_end(stop)
    if stop == at:
        raise Rejected("dicom.no-meta")
    meta = walker.dataset(at, Place(stop, 0, implicit=False)).elements
    first = meta[0]
    if first.tag != 0x00020000 or first.length != 4:
        walker.flags.add("dicom.meta-length-missing")
    elif first.end + int.from_bytes(data[first.value : first.end], "little") != stop:
        walker.flags.add("dicom.meta-length-wrong")
    return meta, stop, walker.flags


def transfer_syntax(data: Buffer, meta: tuple[Element, ...]) -> str:
    """The transfer syntax UID of the file meta information, one that PS3.6 knows."""
    for element in meta:
        if element.tag == TRANSFER_SYNTAX_UID:
            written = bytes(data[element.value : element.end]).rstrip(b"\0 ")
            syntax = written.decode() if len(written) <= 64 and UID.fullmatch(written) else ""
            if syntax in TRANSFER_SYNTAXES:
                return syntax
            raise Rejected("dicom.transfer-syntax-unknown")
    raise Rejected("dicom.transfer-syntax-missing")


def inflated(data: Buffer, start: int, bounds: Bounds) -> bytes:
    """The file with its deflated data set (PS3.5 A.5) written out, within the bound."""
    stream = zlib.decompressobj(-zlib.MAX_WBITS)
    try:
        content = stream.decompress(data[start:], bounds.max_inflated)
    except zlib.error:
        raise Rejected("dicom.inflate-failed") from None
    if not stream.eof:
        full = len(content) >= bounds.max_inflated
        raise Rejected("dicom.inflate-too-large" if full else "dicom.truncated")
    return bytes(data[:start]) + content
