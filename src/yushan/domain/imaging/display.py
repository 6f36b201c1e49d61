"""Stored values as people see them: window, tables, colours (PS3.3 C.11.1, C.11.2, C.7.6.3.1.5)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from yushan.domain.imaging.shape import Shape

    Array = NDArray[Any]


class Table(NamedTuple):
    """A look-up table: entries, first input value, bits of an entry, and the values."""

    entries: int
    first: int
    bits: int
    data: bytes


class Look(NamedTuple):
    """How stored values become grey or colour (PS3.3 C.11.1, C.11.2, C.7.6.3.1.5)."""

    slope: float = 1.0
    intercept: float = 0.0
    window: tuple[float, float] | None = None
    function: str = "LINEAR"
    table: Table | None = None
    palette: tuple[Table, ...] = ()
    inverse: bool = False
    padding: tuple[int, int] | None = None


def displayed(found: Array, shape: Shape, look: Look) -> Array:
    """Eight bits of grey, or of red, green and blue."""
    if shape.samples > 1:
        return found if found.dtype == np.uint8 else (found >> (shape.bits_stored - 8)).astype("u1")
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
