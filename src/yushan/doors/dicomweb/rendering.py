"""Pictures for people: window and level, colours, PNG or JPEG. Runs in a child only."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

import numpy as np
from PIL import Image

from yushan.domain.imaging import decode_frame, displayed

if TYPE_CHECKING:
    from yushan.domain.imaging import Look, Shape
    from yushan.doors.dicomweb.picture import Wanted


def rendered(data: bytes, pixels: Shape, look: Look, wanted: Wanted) -> bytes:
    """A frame as PNG or JPEG."""
    shown = displayed(decode_frame(data, pixels), pixels, look)
    picture = Image.fromarray(shown)
    width, height = wanted.box
    if width and height:
        scale = min(width / picture.width, height / picture.height)
        size = (max(1, round(picture.width * scale)), max(1, round(picture.height * scale)))
        picture = picture.resize(size, Image.Resampling.BILINEAR)
    out = io.BytesIO()
    if wanted.media_type == "image/png":
        picture.save(out, "PNG", compress_level=3)
    else:
        picture.save(out, "JPEG", quality=wanted.quality)
    return out.getvalue()


def native_frame(data: bytes, pixels: Shape) -> bytes:
    """A frame as Explicit VR Little Endian would hold it, colour by pixel."""
    found = decode_frame(data, pixels)
    if pixels.bits_allocated == 1:
        return np.packbits(found, bitorder="little").tobytes()
    kind = f"<{'i' if pixels.signed else 'u'}{pixels.bits_allocated // 8}"
    return found.astype(kind).tobytes()
