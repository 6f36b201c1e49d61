"""The things done in a child; the codecs are imported there and never here."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from yushan.domain.imaging import Look, Shape
    from yushan.doors.dicomweb.picture import Wanted


def render(data: bytes, pixels: Shape, look: Look, wanted: Wanted) -> bytes:
    """A frame as PNG, JPEG or GIF."""
    from yushan.doors.dicomweb.rendering import rendered  # noqa: PLC0415 - codecs stay in the child

    return rendered(data, pixels, look, wanted)


def cine(
    frames: Sequence[tuple[bytes, Shape, Look]], wanted: Wanted, frame_ms: Sequence[int]
) -> bytes:
    """Frames as one moving GIF."""
    from yushan.doors.dicomweb.rendering import moving  # noqa: PLC0415 - as above

    return moving(frames, wanted, frame_ms)


def recode(data: bytes, pixels: Shape, transfer_syntax_uid: str) -> bytes:
    """A frame in another transfer syntax, without loss."""
    from yushan.doors.dicomweb.rendering import recoded  # noqa: PLC0415 - as above

    return recoded(data, pixels, transfer_syntax_uid)


def rewrite(data: bytes, frames: Sequence[tuple[int, int]], transfer_syntax_uid: str) -> bytes:
    """A whole file in another transfer syntax, without further loss."""
    from yushan.doors.dicomweb.rewriting import rewritten  # noqa: PLC0415 - as above

    return rewritten(data, frames, transfer_syntax_uid)
