"""What the peer is told, for each code: three tables and the PDUs they fill."""

from __future__ import annotations

import struct
from typing import Final

#: code -> result, source, reason of an A-ASSOCIATE-RJ. PS3.8 2026d Table 9-21.
#: Result 1 is permanent, 2 transient: the caller may try again later.
REJECTIONS: Final[dict[str, tuple[int, int, int]]] = {
    "dimse.called-unknown": (1, 1, 7),
    "dimse.caller-unknown": (1, 1, 3),
    "dimse.application-context-unknown": (1, 1, 2),
    "dimse.protocol-version-unknown": (1, 2, 2),
    "dimse.too-many-associations": (2, 3, 2),
    "dimse.out-of-service": (2, 3, 1),
}

#: code -> reason of an A-ABORT by the service provider. PS3.8 2026d Table 9-26:
#: 0 not specified, 1 unrecognised PDU, 2 unexpected PDU, 5 unexpected parameter, 6 invalid value.
ABORTS: Final[dict[str, int]] = {
    "dimse.command-broken": 6,
    "dimse.context-not-accepted": 5,
    "dimse.data-before-command": 5,
    "dimse.idle": 0,
    "dimse.internal": 0,
    "dimse.not-an-association": 2,
    "dimse.object-too-large": 6,
    "dimse.pdu-broken": 6,
    "dimse.pdu-too-long": 6,
    "dimse.pdu-unexpected": 2,
    "dimse.pdu-unknown": 1,
    "dimse.stopping": 0,
    "dimse.too-slow": 0,
}

#: code -> status of a response. PS3.4 2026d Table B.2-1, PS3.7 2026d Annex C.
STATUSES: Final[dict[str, int]] = {
    "dimse.class-mismatch": 0x0122,
    "dimse.data-set-missing": 0xC000,
    "dimse.disk-failed": 0xA700,
    "dimse.disk-full": 0xA700,
    "dimse.disk-reserve": 0xA700,
    "dimse.instance-uid-malformed": 0x0117,
    "dimse.operation-unsupported": 0x0211,
    "dimse.spool-disturbed": 0xA700,
}

SUCCESS: Final = 0x0000


def rejection(code: str) -> bytes:
    """The A-ASSOCIATE-RJ PDU for a code of ``REJECTIONS``."""
    return struct.pack(">BxIxBBB", 3, 4, *REJECTIONS[code])


def abortion(code: str) -> bytes:
    """The A-ABORT PDU for a code of ``ABORTS``; the source is the service provider."""
    return struct.pack(">BxIxxBB", 7, 4, 2, ABORTS[code])


#: The A-RELEASE-RP PDU.
RELEASED: Final = struct.pack(">BxI4x", 6, 4)
