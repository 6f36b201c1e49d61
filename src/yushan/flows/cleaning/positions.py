"""Where a slice lies, so that a pack can hold its series in order."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from yushan.domain.dicom import declared_charset, text_values

if TYPE_CHECKING:
    from yushan.domain.dicom import Part10

POSITION: Final = 0x00200032
ORIENTATION: Final = 0x00200037


def position_of(part: Part10) -> float | None:
    """How far along the normal of its plane a slice lies, in mm; ``None`` without geometry."""
    corner, axes = numbers(part, POSITION, 3), numbers(part, ORIENTATION, 6)
    if corner is None or axes is None:
        return None
    (a, b, c), (d, e, f) = axes[:3], axes[3:]
    normal = (b * f - c * e, c * d - a * f, a * e - b * d)
    return sum(x * n for x, n in zip(corner, normal, strict=True))


def numbers(part: Part10, tag: int, count: int) -> tuple[float, ...] | None:
    """The values of a DS element of the top level, if there are ``count``."""
    element = next((one for one in part.elements if one.tag == tag), None)
    if element is None or element.items is not None:
        return None
    texts = text_values(part, element, declared_charset(part, part.elements)) or ()
    try:
        found = tuple(float(text) for text in texts)
    except ValueError:
        return None
    return found if len(found) == count else None
