"""The frame of a released file: preamble, meta information, and what stage 1 says of itself."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Final

from yushan.domain.deid import codes
from yushan.domain.deid.encode import element, sequence
from yushan.domain.deid.policy import (
    FULL_DATES,
    MODIFIED_DATES,
    PERFORMED,
    PROFILE,
    option_bit,
)
from yushan.domain.deid.tables import methods

if TYPE_CHECKING:
    from collections.abc import Iterable

    from yushan.domain.deid.policy import Policy

EXPLICIT: Final = "1.2.840.10008.1.2.1"
#: Who wrote the file (PS3.10 7.1); in the fixed form of all our UIDs.
IMPLEMENTATION_CLASS_UID: Final = "2.25.127449381208463729150846371925083746150"
IMPLEMENTATION_VERSION: Final = "YUSHAN_2026_12"
REMOVED, METHOD, METHODS, TEMPORAL = 0x00120062, 0x00120063, 0x00120064, 0x00280303
#: Claims of another program that stay true whatever is done here: that it cleaned something.
REPEATED: Final = frozenset({PROFILE, "113103", "113104", "113105"})
#: (0028,0303) by the option that kept dates.
TEMPORAL_SAYS: Final = {
    option_bit(FULL_DATES): b"UNMODIFIED",
    option_bit(MODIFIED_DATES): b"MODIFIED",
}


def file_head(sop_class_uid: str, sop_instance_uid: str, transfer_syntax_uid: str) -> bytes:
    """A zero preamble and new file meta information (PS3.10 table 7.1-1)."""
    content = b"".join(
        (
            element(0x00020001, "OB", b"\0\1"),
            element(0x00020002, "UI", sop_class_uid.encode()),
            element(0x00020003, "UI", sop_instance_uid.encode()),
            element(0x00020010, "UI", transfer_syntax_uid.encode()),
            element(0x00020012, "UI", IMPLEMENTATION_CLASS_UID.encode()),
            element(0x00020013, "SH", IMPLEMENTATION_VERSION.encode()),
        )
    )
    return (
        bytes(128)
        + b"DICM"
        + element(0x00020000, "UL", len(content).to_bytes(4, "little"))
        + content
    )


def method_codes(bits: int, before: Iterable[str] = ()) -> tuple[str, ...]:
    """Codes of CID 7050: claims of earlier programs, the profile, options that kept something."""
    table = methods()
    earlier = [code for code in before if code in REPEATED]
    ours = [PROFILE] + [
        table[option].code for place, option in enumerate(PERFORMED) if bits & 1 << place
    ]
    return tuple(dict.fromkeys(earlier + ours))


@lru_cache(maxsize=256)
def statement(policy: Policy, bits: int, claims: tuple[str, ...]) -> dict[int, bytes]:
    """The attributes by which an object says what was done to it (PS3.15 E.1.1)."""
    meaning = {method.code: method.meaning for method in methods().values()}
    items = [codes.content(codes.Code(code, "DCM", meaning[code])) for code in claims]
    temporal = next((said for bit, said in TEMPORAL_SAYS.items() if bits & bit), b"REMOVED")
    return {
        REMOVED: element(REMOVED, "CS", b"YES"),
        METHOD: element(METHOD, "LO", f"Yushan {policy.name}"[:64].encode()),
        METHODS: sequence(METHODS, items),
        TEMPORAL: element(TEMPORAL, "CS", temporal),
    }
