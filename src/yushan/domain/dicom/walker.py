"""The element walker: every header of a data set once, every length checked, no value touched.

Works on offsets, so a file of any size costs what its headers cost. All encodings of PS3.5:
Explicit VR in both byte orders, Implicit VR, and UN of undefined length (6.2.2).
"""

from __future__ import annotations

import struct
from itertools import repeat
from typing import TYPE_CHECKING, Final, NamedTuple, cast

from yushan.base import Rejected
from yushan.domain.dicom.dictionary import (
    BIG,
    LITTLE,
    LONG,
    PIXEL_REPRESENTATION,
    PLAIN_VR,
    SHORT,
    follows_sign,
    implicit_vr,
)
from yushan.domain.dicom.values import UNDEFINED, Element, Item

if TYPE_CHECKING:
    from collections.abc import Callable

    Fields = tuple[int, str, int, int, int, int, tuple[Item, ...] | None]

    from yushan.domain.dicom.values import Bounds, Buffer

ITEM: Final = 0xFFFEE000
ITEM_END: Final = 0xFFFEE00D
SEQUENCE_END: Final = 0xFFFEE0DD
ITEM_BYTES: Final = b"\xfe\xff\x00\xe0"

#: A UN value that fails with one of these is bytes, not a sequence.
NOT_A_SEQUENCE: Final = frozenset(
    {
        "dicom.duplicate-tag",
        "dicom.length-undefined",
        "dicom.sequence-broken",
        "dicom.truncated",
        "dicom.vr-unknown",
    }
)

#: How many bytes of UN values one walk may try to read as sequences, all tries together.
GUESS_BYTES: Final = 16 << 20

#: ``Element(...)`` without the call through Python: a third of the walk's time.
new = cast("Callable[[type[Element], Fields], Element]", tuple.__new__)


class Place(NamedTuple):
    """Where a data set may reach, how deep it lies, and how its elements are written."""

    stop: int
    depth: int
    implicit: bool


class Run(NamedTuple):
    """Elements read in one go, the offset behind them, and whether a delimiter ended them."""

    elements: tuple[Element, ...]
    end: int
    closed: bool


class Walker:
    """One walk over one buffer; counts what it has seen against the bounds."""

    def __init__(self, data: Buffer, bounds: Bounds, *, big_endian: bool = False) -> None:
        self.data = data
        self.bounds = bounds
        self.left = bounds.max_elements
        self.fragments_left = bounds.max_fragments
        self.guesses_left = GUESS_BYTES
        self.signed = False
        self.flags: set[str] = set()
        order = ">" if big_endian else "<"
        self.heads = BIG if big_endian else LITTLE
        self.short_head = struct.Struct(order + "6sH").unpack_from
        self.explicit_head = struct.Struct(order + "HH2sH").unpack_from
        self.implicit_head = struct.Struct(order + "HHI").unpack_from
        self.long = struct.Struct(order + "I").unpack_from

    def dataset(self, at: int, place: Place) -> Run:
        """The elements from ``at`` to the end of the place or to an item delimiter."""
        read = self.implicit if place.implicit else self.explicit
        try:
            run = read(at, place)
        except struct.error:
            raise Rejected("dicom.truncated", offset=at) from None
        self.left -= len(run.elements)
        if self.left < 0:
            raise self.too_many()
        return run

    def explicit(self, at: int, place: Place) -> Run:
        """Explicit VR; the loop is short because every element of every image passes here."""
        data, head, heads, stop = self.data, self.short_head, self.heads, place.stop
        found: list[Element] = []
        add, last, in_order = found.append, -1, True
        for _ in repeat(None, self.left + 1):
            if at >= stop:
                return self.run(found, at, in_order=in_order)
            name, length = head(data, at)
            value = at + 8
            end = value + length
            if (said := heads[name]) is not None and end <= stop:
                tag, vr = said
                add(new(Element, (tag, vr, at, value, end, length, None)))
            else:
                self.left -= len(found)
                element = self.explicit_rare(at, place)
                self.left += len(found)
                if element is None:
                    return self.run(found, value, in_order=in_order, closed=True)
                add(element)
                tag, end = element.tag, element.end
            if tag <= last:
                in_order = False
            last, at = tag, end
        raise self.too_many()

    def implicit(self, at: int, place: Place) -> Run:
        """Implicit VR: the VR comes from the dictionary."""
        data, head, stop = self.data, self.implicit_head, place.stop
        found: list[Element] = []
        add, last, in_order = found.append, -1, True
        for _ in repeat(None, self.left + 1):
            if at >= stop:
                return self.run(found, at, in_order=in_order)
            group, number, length = head(data, at)
            tag, value = group << 16 | number, at + 8
            end = value + length
            if (vr := PLAIN_VR.get(tag)) is not None and end <= stop:
                add(new(Element, (tag, vr, at, value, end, length, None)))
            else:
                self.left -= len(found)
                element = self.implicit_rare(tag, length, at, place)
                self.left += len(found)
                if element is None:
                    return self.run(found, value, in_order=in_order, closed=True)
                add(element)
                end = element.end
            if tag <= last:
                in_order = False
            last, at = tag, end
        raise self.too_many()

    def explicit_rare(self, at: int, place: Place) -> Element | None:
        """An element with a long length or a fault; None for the end of the data set."""
        group, number, code, _ = self.explicit_head(self.data, at)
        tag = group << 16 | number
        if code in SHORT:
            raise Rejected("dicom.truncated", offset=at)
        vr = LONG.get(code)
        if vr is None:
            if self.is_end(tag, at, place):
                return None
            raise Rejected("dicom.vr-unknown", offset=at)
        (length,) = self.long(self.data, at + 8)
        return self.settled((tag, vr, at, at + 12, length), place)

    def implicit_rare(self, tag: int, length: int, at: int, place: Place) -> Element | None:
        """An element whose VR must be thought about, or a fault; None for the end."""
        if self.is_end(tag, at, place):
            return None
        vr = implicit_vr(tag)
        if tag == PIXEL_REPRESENTATION and length == 2:
            self.signed = self.data[at + 8 : at + 10] == b"\x01\x00"
        if self.signed and follows_sign(tag):
            vr = "SS"
        return self.settled((tag, vr, at, at + 8, length), place)

    def settled(self, head: tuple[int, str, int, int, int], place: Place) -> Element:
        """The element with its end found and its sequence opened."""
        tag, vr, at, value, length = head
        end, items = value + length, None
        if length == UNDEFINED:
            end, items = self.undefined(vr, value, place)
        elif end > place.stop:
            raise Rejected("dicom.truncated", offset=at)
        elif vr == "SQ":
            items, end = self.items(value, Place(end, place.depth, place.implicit))
        elif vr == "UN" and self.data[value : value + 4] == ITEM_BYTES:
            items = self.guessed(value, Place(end, place.depth, implicit=True))
        return Element(tag, vr, at, value, end, length, items)

    def undefined(self, vr: str, at: int, place: Place) -> tuple[int, tuple[Item, ...] | None]:
        """End and items of an element of undefined length: fragments or a sequence."""
        inside = place._replace(implicit=place.implicit or vr == "UN")
        if vr in ("OB", "OW"):
            return self.fragments(at, place.stop), None
        if vr not in ("SQ", "UN"):
            raise Rejected("dicom.length-undefined", offset=at)
        items, end = self.items(at, inside, open_end=True)
        return end, items

    def guessed(self, at: int, place: Place) -> tuple[Item, ...] | None:
        """The items of a UN value of known length, if it is a sequence to its last byte."""
        for implicit in (True, False):
            self.guesses_left -= place.stop - at
            if self.guesses_left < 0:
                return None
            try:
                items, _ = self.items(at, place._replace(implicit=implicit))
            except Rejected as fault:
                if fault.code not in NOT_A_SEQUENCE:
                    raise
            else:
                return items
        return None

    def items(
        self, at: int, place: Place, *, open_end: bool = False
    ) -> tuple[tuple[Item, ...], int]:
        """The items from ``at`` to the sequence delimiter (``open_end``) or the place's stop."""
        if place.depth >= self.bounds.max_depth:
            raise Rejected("dicom.too-deep", limit=self.bounds.max_depth)
        found: list[Item] = []
        while at < place.stop:
            if at + 8 > place.stop:
                raise Rejected("dicom.truncated", offset=at)
            group, number, length = self.implicit_head(self.data, at)
            tag = group << 16 | number
            if tag == SEQUENCE_END and (open_end or at + 8 == place.stop):
                return tuple(found), at + 8
            if tag != ITEM:
                raise Rejected("dicom.sequence-broken", offset=at)
            found.append(self.item(at, length, place))
            at = found[-1].end
        if open_end:
            raise Rejected("dicom.truncated", offset=at)
        return tuple(found), at

    def item(self, at: int, length: int, place: Place) -> Item:
        """One item of known or undefined length."""
        self.left -= 1
        stop = place.stop if length == UNDEFINED else at + 8 + length
        if stop > place.stop:
            raise Rejected("dicom.truncated", offset=at)
        run = self.dataset(at + 8, Place(stop, place.depth + 1, place.implicit))
        if length == UNDEFINED and not run.closed:
            raise Rejected("dicom.truncated", offset=at)
        if length != UNDEFINED and run.end != stop:
            raise Rejected("dicom.sequence-broken", offset=at)
        return Item(at, at + 8, run.end, run.elements)

    def fragments(self, at: int, stop: int) -> int:
        """The offset behind the sequence delimiter that ends encapsulated pixel data."""
        while at < stop:
            group, number, length = self.implicit_head(self.data, at)
            at += 8
            if group << 16 | number == SEQUENCE_END:
                return at
            if group << 16 | number != ITEM or length == UNDEFINED:
                raise Rejected("dicom.fragments-broken", offset=at - 8)
            at += length
            self.fragments_left -= 1
            if self.fragments_left < 0:
                raise Rejected("dicom.too-many-fragments", limit=self.bounds.max_fragments)
        raise Rejected("dicom.truncated", offset=at)

    def element_end(self, at: int) -> int:
        """The offset behind the one Explicit VR element at ``at``."""
        try:
            _, _, code, length = self.explicit_head(self.data, at)
            if code in LONG:
                return at + 12 + cast("int", self.long(self.data, at + 8)[0])
        except struct.error:
            raise Rejected("dicom.truncated", offset=at) from None
        if code not in SHORT:
            raise Rejected("dicom.vr-unknown", offset=at)
        return at + 8 + cast("int", length)

    def is_end(self, tag: int, at: int, place: Place) -> bool:
        """An item delimiter inside an item, or zeros to the end behind the data set."""
        if tag == ITEM_END and place.depth:
            return True
        if tag == 0 and not place.depth and not bytes(self.data[at : place.stop]).strip(b"\0"):
            self.flags.add("dicom.trailing-padding")
            return True
        return False

    def run(self, found: list[Element], end: int, *, in_order: bool, closed: bool = False) -> Run:
        """The elements as a value; tags out of order are flagged, a tag twice is refused."""
        if not in_order:
            if len({element.tag for element in found}) < len(found):
                raise Rejected("dicom.duplicate-tag")
            self.flags.add("dicom.out-of-order")
        return Run(tuple(found), end, closed)

    def too_many(self) -> Rejected:
        """The refusal of a file with more elements than the bound."""
        return Rejected("dicom.too-many-elements", limit=self.bounds.max_elements)
