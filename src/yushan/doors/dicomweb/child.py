"""The two things done in a child; the codecs are imported there and never here."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from yushan.domain.imaging import Look, Shape
    from yushan.doors.dicomweb.picture import Wanted


def render(data: bytes, pixels: Shape, look: Look, wanted: Wanted) -> bytes:
    """A frame as PNG or JPEG."""
    from yushan.doors.dicomweb.rendering import rendered  # noqa: PLC0415 - codecs stay in the child

    return rendered(data, pixels, look, wanted)


def decode(data: bytes, pixels: Shape) -> bytes:
    """A frame as Explicit VR Little Endian holds it."""
    from yushan.doors.dicomweb.rendering import native_frame  # noqa: PLC0415 - as above

    return native_frame(data, pixels)
