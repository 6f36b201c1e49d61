"""What must be known of a header before it is rewritten."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from yushan.base import Rejected
from yushan.domain.deid.classes import Facts
from yushan.domain.deid.pixels import Shape
from yushan.domain.deid.plan import PIXELS
from yushan.domain.dicom import declared_charset, decode, is_standard_charset

if TYPE_CHECKING:
    from yushan.domain.dicom import Element, Item, Part10

METHODS, CODE_VALUE = 0x00120064, 0x00080100
WHOLE: Final = re.compile(r"[1-9][0-9]{0,8}")
DECIMAL: Final = re.compile(r"[0-9]{1,6}(?:\.[0-9]{1,10})?")
BODY_TAGS: Final = (0x00180015, 0x0008103E, 0x00181030, 0x00081030)
SLICE_THICKNESS, PIXEL_MEASURES = 0x00180050, 0x00289110
#: Shared and Per-frame Functional Groups Sequence.
FUNCTIONAL_GROUPS: Final = (0x52009229, 0x52009230)
#: The sixteen groups of overlays, as the high half of a tag.
OVERLAYS: Final = tuple(range(0x60000000, 0x60200000, 0x20000))
#: Diffusion Directionality, b-value: series in which no face can be recognised.
DIFFUSION: Final = (0x00189075, 0x00189087)


class Header:
    """The top level of an object by tag; values are trimmed text or small numbers."""

    __slots__ = ("charset", "found", "part", "texts")

    def __init__(self, part: Part10) -> None:
        self.part: Final = part
        self.found: Final[dict[int, Element]] = {element.tag: element for element in part.elements}
        self.charset: Final = declared_charset(part, part.elements)
        self.texts: Final[dict[int, str]] = {}

    def raw(self, tag: int) -> bytes:
        """The bytes of a value; none when it is absent or a sequence."""
        element = self.found.get(tag)
        if element is None or element[6] is not None:
            return b""
        return bytes(self.part.buffer[element[3] : element[4]])

    def text(self, tag: int) -> str:
        """The value as trimmed text; values of a multiple one stay together."""
        said = self.texts.get(tag)
        if said is None:
            raw = self.raw(tag)
            said = (decode(raw, self.charset) or "").strip(" \0") if raw else ""
            self.texts[tag] = said
        return said

    def short(self, tag: int, default: int = 0) -> int:
        """A US value."""
        raw = self.raw(tag)
        if len(raw) != 2:
            return default
        return int.from_bytes(raw, "big" if self.part.big_endian else "little")

    def frames(self) -> int:
        """Number of Frames; 1 where the attribute is absent."""
        text = self.text(0x00280008) if 0x00280008 in self.found else "1"
        if not WHOLE.fullmatch(text):
            raise Rejected("deid.frames-unclear")
        return int(text)

    def media_class(self) -> str:
        """Media Storage SOP Class UID of the file meta information."""
        for element in self.part.meta:
            if element.tag == 0x00020002:
                raw = bytes(self.part.buffer[element.value : element.end])
                return raw.decode("latin_1").strip(" \0")
        return ""

    def facts(self, *, face: bool = True) -> Facts:
        """What decides whether the pixels may pass; what a face needs only when asked for."""
        facts = Facts(
            image_type=tuple(part.strip().upper() for part in self.text(0x00080008).split("\\")),
            burned_in=self.text(0x00280301).upper(),
            recognizable=self.text(0x00280302).upper(),
            conversion_type=self.text(0x00080064),
            photometric=self.text(0x00280004),
            samples=self.short(0x00280002, 1),
            has_pixels=any(tag in self.found for tag in PIXELS),
        )
        if not face:
            return facts
        return facts._replace(
            body=" ".join(self.text(tag).upper() for tag in BODY_TAGS),
            slice_mm=self.slice_mm(),
            is_map=not self.found.keys().isdisjoint(DIFFUSION),
        )

    def slice_mm(self) -> float | None:
        """Slice thickness of the object or of its functional groups; the thinnest that is said."""
        said = [self.text(SLICE_THICKNESS)]
        groups = (item for tag in FUNCTIONAL_GROUPS for item in self.items(tag))
        for group in groups:
            for measures in group.elements:
                if measures.tag == PIXEL_MEASURES:
                    said += (self.below(item, SLICE_THICKNESS) for item in measures.items or ())
        return min((float(one) for one in said if DECIMAL.fullmatch(one)), default=None)

    def items(self, tag: int) -> tuple[Item, ...]:
        """The items of a sequence; none when it is absent."""
        element = self.found.get(tag)
        return element.items or () if element else ()

    def below(self, item: Item, tag: int) -> str:
        """The trimmed value of an ASCII attribute of an item."""
        for element in item.elements:
            if element.tag == tag:
                raw = bytes(self.part.buffer[element.value : element.end])
                return raw.decode("latin_1").strip(" \0")
        return ""

    def shape(self) -> Shape:
        """What the header says of the pixels."""
        allocated = self.short(0x00280100, 8)
        stored = self.short(0x00280101, allocated)
        return Shape(
            rows=self.short(0x00280010),
            columns=self.short(0x00280011),
            samples=self.short(0x00280002, 1),
            frames=self.frames(),
            allocated=allocated,
            stored=stored,
            high_bit=self.short(0x00280102, stored - 1),
            is_signed=self.short(0x00280103) == 1,
            photometric=self.text(0x00280004),
            has_overlay_in_pixels=self.has_overlay_in_pixels(),
        )

    def has_overlay_in_pixels(self) -> bool:
        """Whether an overlay says that it lies in the spare bits of the pixels (retired)."""
        return any(
            group | 0x3000 not in self.found and self.short(group | 0x0102) > 0
            for group in OVERLAYS
            if group | 0x0102 in self.found
        )

    def earlier_methods(self) -> list[str]:
        """Codes by which another program said what it had done to the object."""
        element = self.found.get(METHODS)
        return [
            bytes(self.part.buffer[one.value : one.end]).decode("latin_1").strip(" \0")
            for item in (element.items or () if element else ())
            for one in item.elements
            if one.tag == CODE_VALUE
        ]

    def events(self) -> frozenset[str]:
        """What about the header should be counted."""
        unknown = not all(map(is_standard_charset, self.charset))
        return frozenset({"deid.charset-unknown"} if unknown else ())
