"""The verifier: opens a released object again and looks for any reason not to release it."""

from __future__ import annotations

from mmap import mmap
from typing import Final

from yushan.domain.verifier import harvest, shapes
from yushan.domain.verifier.attributes import Examiner
from yushan.domain.verifier.claims import (
    RETAINED_UIDS,
    Top,
    check_claims,
    claimed,
    value,
)
from yushan.domain.verifier.classes import check_class, check_faces, class_of
from yushan.domain.verifier.meta import PREAMBLE, check_meta, read_meta
from yushan.domain.verifier.parser import Bytes, Reader, Unreadable
from yushan.domain.verifier.pixels import check_pixels
from yushan.domain.verifier.report import Finding, Report
from yushan.domain.verifier.rules import rules_for
from yushan.domain.verifier.terms import STRICT, Terms

#: Attributes without which nobody can say whose or what the object is.
REQUIRED: Final = (0x00080005, 0x00080016, 0x00080018, 0x00100010, 0x00100020, 0x0020000D)
INSTANCE_UIDS: Final = (0x00080018, 0x0020000D, 0x0020000E)


def verify(
    data: bytes | bytearray | memoryview | mmap,
    *,
    harvested: frozenset[str] = frozenset(),
    subject: str | None = None,
    terms: Terms = STRICT,
) -> tuple[Finding, ...]:
    """Look for reasons not to release an object.

    Parameters
    ----------
    data
        A whole Part-10 file as it would be released.
    harvested
        The patient's own identifiers, searched in every byte outside the pixels.
    subject
        The pseudonym the object must carry, 16 characters; None when any may stand.
    terms
        What the policy of the release permits beyond what every object may do.

    Returns
    -------
    tuple of Finding
        Empty when the object keeps all promises. Never raises for what the bytes hold: what
        cannot be read is a finding.
    """
    buffer: Bytes = data if isinstance(data, bytes | mmap) else bytes(data)
    report = Report()
    reader = Reader(buffer)
    try:
        meta, start = read_meta(buffer, reader)
        elements, _ = reader.level(start, len(buffer), 0)
    except Unreadable as fault:
        report.at_byte(fault.offset, "verifier.unreadable")
        return report.findings()
    for offset, kind in reader.faults:
        report.at_byte(offset, kind)
    if buffer[:PREAMBLE].strip(b"\0"):
        report.at_byte(0, "verifier.preamble")
    top: Top = {element.tag: element for element in elements}
    transfer_syntax = check_meta(buffer, meta, top, report)
    claims = claimed(buffer, top, report)
    check_identity(buffer, top, subject, report)
    if RETAINED_UIDS not in claims & terms.permitted:
        check_uids(buffer, top, report)
    trusted = claims & terms.permitted
    rules = rules_for(trusted, class_of(buffer, top).iod, terms)
    Examiner(buffer, rules, report).examine(elements)
    check_claims(buffer, top, claims, terms.permitted, report)
    check_class(buffer, top, trusted, report)
    if terms.faces_removed:
        check_faces(buffer, top, trusted, report)
    check_pixels(buffer, top, transfer_syntax, report)
    if harvested:
        harvest.search(buffer, meta + elements, harvested, report)
    return report.findings()


def check_identity(data: Bytes, top: Top, subject: str | None, report: Report) -> None:
    """One pseudonym in both places, nothing missing that tells what this is."""
    for tag in (*REQUIRED, 0x0020000E):
        if tag not in top:
            report.at_tag("", tag, "verifier.missing")
    name, number = value(data, top, 0x00100010), value(data, top, 0x00100020)
    if name != number or (subject is not None and number != subject.encode()):
        report.at_tag("", 0x00100020, "verifier.subject")


def check_uids(data: Bytes, top: Top, report: Report) -> None:
    """The object, its series and its study have names of our own."""
    for tag in INSTANCE_UIDS:
        if tag in top and not shapes.is_ours(value(data, top, tag) or b""):
            report.at_tag("", tag, "verifier.uid")
