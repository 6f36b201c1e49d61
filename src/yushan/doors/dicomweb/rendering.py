"""Pictures for people: window and level, colours, PNG, JPEG or GIF. Runs in a child only."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Final

import numpy as np
from PIL import Image

from yushan.domain.imaging import decode_frame, displayed, encode_frame
from yushan.doors.dicomweb.forms import HTJ2K
from yushan.doors.dicomweb.media import EXPLICIT

if TYPE_CHECKING:
    from collections.abc import Sequence

    from yushan.domain.imaging import Look, Shape
    from yushan.doors.dicomweb.picture import Wanted

#: Longest GIF side without a wish: a moving picture is for a look, not for reading.
CINE_SIDE: Final = 512


def rendered(data: bytes, pixels: Shape, look: Look, wanted: Wanted) -> bytes:
    """A frame as PNG, JPEG or GIF."""
    picture = drawn(data, pixels, look, wanted)
    out = io.BytesIO()
    if wanted.media_type == "image/png":
        picture.save(out, "PNG", compress_level=3)
    elif wanted.media_type == "image/gif":
        picture.save(out, "GIF")
    else:
        picture.save(out, "JPEG", quality=wanted.quality)
    return out.getvalue()


def drawn(data: bytes, pixels: Shape, look: Look, wanted: Wanted) -> Image.Image:
    """A frame as a picture of the size that is wanted."""
    picture = Image.fromarray(displayed(decode_frame(data, pixels), pixels, look))
    if any(wanted.source):
        left, top, width, height = wanted.source
        width, height = width or picture.width - left, height or picture.height - top
        picture = picture.crop((left, top, left + max(width, 1), top + max(height, 1)))
    width, height = wanted.box
    if width and height:
        scale = min(width / picture.width, height / picture.height)
        size = (max(1, round(picture.width * scale)), max(1, round(picture.height * scale)))
        picture = picture.resize(size, Image.Resampling.BILINEAR)
    return picture


def moving(
    frames: Sequence[tuple[bytes, Shape, Look]], wanted: Wanted, frame_ms: Sequence[int]
) -> bytes:
    """Frames one after the other as a GIF that begins again; times in milliseconds."""
    large = max(max(pixels.rows, pixels.columns) for _, pixels, _ in frames) > CINE_SIDE
    if large and not any(wanted.box):
        wanted = wanted._replace(box=(CINE_SIDE, CINE_SIDE))
    first, *rest = [drawn(data, pixels, look, wanted) for data, pixels, look in frames]
    out = io.BytesIO()
    first.save(out, "GIF", save_all=True, append_images=rest, duration=list(frame_ms), loop=0)
    return out.getvalue()


def recoded(data: bytes, pixels: Shape, transfer_syntax_uid: str) -> bytes:
    """A frame in another transfer syntax, colour by pixel, without loss."""
    values = decode_frame(data, pixels)
    if transfer_syntax_uid != EXPLICIT:
        return encode_frame(values, target_shape(pixels, transfer_syntax_uid))
    if pixels.bits_allocated == 1:
        return np.packbits(values, bitorder="little").tobytes()
    kind = f"<{'i' if pixels.signed else 'u'}{pixels.bits_allocated // 8}"
    return values.astype(kind).tobytes()


def target_shape(pixels: Shape, transfer_syntax_uid: str) -> Shape:
    """How a decoded frame is stored in a transfer syntax: colours are red, green, blue."""
    photometric = pixels.photometric
    if pixels.samples == 3:
        photometric = "YBR_RCT" if transfer_syntax_uid == HTJ2K else "RGB"
    return pixels._replace(
        transfer_syntax_uid=transfer_syntax_uid, photometric=photometric, planar=False
    )
