"""Pictures for people: window and level, colours, PNG or JPEG. Runs in a child only."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Any

import numpy as np
from PIL import Image

from yushan.domain.imaging import decode_frame

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from yushan.domain.imaging import Shape
    from yushan.doors.dicomweb.picture import Look, Table, Wanted

    Array = NDArray[Any]


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


def displayed(found: Array, pixels: Shape, look: Look) -> Array:
    """Eight bits of grey, or of red, green and blue."""
    if pixels.samples > 1:
        return (
            found if found.dtype == np.uint8 else (found >> (pixels.bits_stored - 8)).astype("u1")
        )
    if len(look.palette) == 3:
        channels = [scaled(looked_up(found, table), table.bits) for table in look.palette]
        return np.stack(channels, axis=-1)
    values = found.astype(np.float32) * np.float32(look.slope) + np.float32(look.intercept)
    if look.window is None and look.table is not None:
        grey = scaled(looked_up(np.rint(values).astype(np.int64), look.table), look.table.bits)
    else:
        grey = windowed(values, look.window or spread(found, values, look), look.function)
    return 255 - grey if look.inverse else grey


def looked_up(found: Array, table: Table) -> Array:
    """Entries of a table for each value; what lies outside takes the first or last."""
    wide = table.bits > 8 or len(table.data) >= 2 * table.entries
    entries = np.frombuffer(table.data, "<u2" if wide else "u1")[: table.entries]
    index = np.clip(found.astype(np.int64) - table.first, 0, len(entries) - 1)
    taken: Array = entries[index]
    return taken


def scaled(values: Array, bits: int) -> Array:
    """Entries of ``bits`` as eight."""
    return (values >> max(0, bits - 8)).astype(np.uint8)


def spread(found: Array, values: Array, look: Look) -> tuple[float, float]:
    """A window over nearly all values where the object names none; padding does not count."""
    inside = values
    if look.padding is not None:
        first, last = look.padding
        inside = values[(found < first) | (found > last)]
    if not inside.size:
        return 0.0, 1.0
    low, high = (float(edge) for edge in np.percentile(inside, (0.5, 99.5)))
    return (low + high) / 2 + 0.5, max(high - low, 0.0) + 1.0


def windowed(values: Array, window: tuple[float, float], function: str) -> Array:
    """Grey by PS3.3 C.11.2.1.2 and C.11.2.1.3."""
    center, width = window
    if function == "SIGMOID":
        with np.errstate(over="ignore"):
            unit = 1 / (1 + np.exp(-4 * (values - center) / max(width, 1e-6)))
    elif function == "LINEAR_EXACT":
        unit = (values - center) / max(width, 1e-6) + 0.5
    elif width <= 1:
        unit = (values > center - 0.5).astype(np.float32)
    else:
        unit = (values - (center - 0.5)) / (width - 1) + 0.5
    return np.rint(np.clip(unit, 0, 1) * 255).astype(np.uint8)
