"""The sidecar of a series in a pack: DICOM JSON metadata and the byte range of everything.

Zstandard over canonical JSON, so the same series gives the same bytes.
"""

from __future__ import annotations

from typing import Annotated, Any, Final

import msgspec
import zstandard

from yushan.base import Rejected, canonical_json

#: Largest JSON that is unpacked, in bytes; 100,000 instances of 5 kB each.
LIMIT: Final = 1 << 29
LEVEL: Final = 3


class InstanceEntry(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """One instance: where its file stands in the pack and what a reader needs of it."""

    sop_instance_uid: str
    sop_class_uid: str
    transfer_syntax_uid: str
    instance_number: int | None = None
    #: First byte of the file, from the start of the pack.
    start: int
    #: Bytes of the file.
    length: int
    #: SHA-256 of the file, and of the file as it was before lossless recompression (if it was).
    sha256: str = ""
    original_sha256: str = ""
    #: (start, length) of each frame, from the start of the file.
    frames: list[tuple[int, int]] = []
    #: (tag path, start, length) of large values, from the start of the file.
    bulk: list[tuple[str, int, int]] = []
    #: (place, kind) of identifiers and dates, from the start of the file.
    spots: list[tuple[int, str]] = []
    #: DICOM JSON model, PS3.18 Annex F.
    metadata: dict[str, Any] = {}


class Sidecar(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """One series' part of one pack, instances in slice order.

    ``version`` is the version of the series that this part makes, from 1 (0 in format 1: parts
    count in order of receipt); ``replaces`` names instances of older parts that it stands for.
    """

    format: Annotated[int, msgspec.Meta(ge=1, le=2)] = 2
    pack: str
    site: str
    subject: str
    study_instance_uid: str
    series_instance_uid: str
    modality: str
    #: When the site's pack was received, ISO 8601 UTC.
    received_at: str = ""
    #: The site's pack from which these instances came, and the policy of its first stage.
    source: str = ""
    policy: str = ""
    policy_digest: str = ""
    version: int = 0
    replaces: list[str] = []
    instances: list[InstanceEntry]

    def encode(self) -> bytes:
        """The sidecar as it lies in the store."""
        return zstandard.ZstdCompressor(LEVEL, write_checksum=True).compress(canonical_json(self))

    @classmethod
    def decode(cls, data: bytes) -> Sidecar:
        """The sidecar back from the store.

        Raises
        ------
        Rejected
            ``packs.bad-sidecar``: damaged, too large, or another format.
        """
        try:
            size = zstandard.get_frame_parameters(data).content_size
            if size > LIMIT:  # also "unknown", which is 2^64 - 1
                raise Rejected("packs.bad-sidecar", bytes=len(data))
            return msgspec.json.decode(zstandard.ZstdDecompressor().decompress(data), type=cls)
        except (zstandard.ZstdError, msgspec.DecodeError, UnicodeDecodeError) as error:
            raise Rejected("packs.bad-sidecar", bytes=len(data)) from error
