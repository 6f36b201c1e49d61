"""A strict reader of Part-10 bytes, written for the verifier alone.

It accepts only what we release: explicit VR, little endian, tags in order, nothing left over.
What can be skipped is noted as a fault and reading goes on; what cannot ends in ``Unreadable``.
"""

from __future__ import annotations

from mmap import mmap
from struct import Struct
from typing import Final, NamedTuple

Bytes = bytes | mmap

UNDEFINED: Final = 0xFFFFFFFF
PIXEL_DATA: Final = 0x7FE00010
#: Sequences within sequences; real objects stay under ten.
DEEPEST: Final = 24
#: Elements of one object at all depths, so that memory stays bounded.
MOST_ELEMENTS: Final = 2_000_000

LONG: Final = frozenset(
    b"OB OD OF OL OV OW SQ SV UC UN UR UT UV".split()  # PS3.5 Table 7.1-1: 32-bit length
)
SHORT: Final = frozenset(b"AE AS AT CS DA DS DT FD FL IS LO LT PN SH SL SS ST TM UI UL US".split())
HEAD: Final = Struct("<HH2sH").unpack_from
LENGTH: Final = Struct("<L").unpack_from
ITEM: Final = Struct("<LL").unpack_from
START_OF_ITEM: Final = 0xE000FFFE
END_OF_ITEM: Final = 0xE00D
END_OF_SEQUENCE: Final = 0xE0DDFFFE


class Unreadable(Exception):
    """The bytes do not follow the Standard from ``offset`` on."""

    def __init__(self, offset: int) -> None:
        super().__init__(offset)
        self.offset: Final = offset


class Element(NamedTuple):
    """One data element; the value stands at ``[start:end]``, delimiters included."""

    tag: int
    vr: bytes
    start: int
    end: int
    items: tuple[Item, ...] | None


class Item(NamedTuple):
    """One item of a sequence, or one fragment of Pixel Data (then without elements)."""

    start: int
    end: int
    elements: tuple[Element, ...]


class Fault(NamedTuple):
    """A break of the rules that did not stop the reading."""

    offset: int
    kind: str


class Reader:
    """Reads one buffer; ``faults`` fills as it goes."""

    __slots__ = ("count", "data", "faults")

    def __init__(self, data: Bytes) -> None:
        self.data: Final = data
        self.faults: Final[list[Fault]] = []
        self.count = 0

    def level(
        self, position: int, end: int, depth: int, *, delimited: bool = False
    ) -> tuple[tuple[Element, ...], int]:
        """Read elements up to ``end``, or up to an item delimiter.

        Returns
        -------
        tuple
            The elements and the offset after them (after the delimiter if there is one).

        Raises
        ------
        Unreadable
            A header or value does not fit, or the delimiter is missing.
        """
        found: list[Element] = []
        data, last = self.data, -1
        while position < end:
            if end - position < 8:
                raise Unreadable(position)
            group, number, vr, length = HEAD(data, position)
            if group == 0xFFFE:
                return self.close(found, position, (number, vr, length), delimited=delimited)
            tag = group << 16 | number
            if tag <= last or number == 0 or group & 0xFFF8 == 0xFFF8:
                self.note(position, tag, last)
            last, stop = tag, position + 8 + length
            if vr in SHORT and not length & 1 and stop <= end:
                element = Element(tag, vr, position + 8, stop, None)
            else:
                self.count += len(found)
                element = self.element(position, end, (tag, vr, length), depth)
                self.count -= len(found)
            found.append(element)
            position = element.end
        self.count += len(found)
        if delimited:
            raise Unreadable(position)
        return tuple(found), position

    def close(
        self,
        found: list[Element],
        position: int,
        head: tuple[int, bytes, int],
        *,
        delimited: bool,
    ) -> tuple[tuple[Element, ...], int]:
        """End an item of undefined length; any other FFFE element is out of place."""
        if not delimited or head != (END_OF_ITEM, b"\0\0", 0):
            raise Unreadable(position)
        return tuple(found), position + 8

    def element(self, position: int, end: int, head: tuple[int, bytes, int], depth: int) -> Element:
        """Read the element at ``position`` whose tag, VR and 16-bit length are known."""
        tag, vr, length = head
        start = position + 8
        if vr in LONG:
            if length or end - position < 12:  # the reserved two bytes are zero
                raise Unreadable(position)
            (length,) = LENGTH(self.data, start)
            start += 4
        elif vr not in SHORT:
            raise Unreadable(position)
        self.count += 1
        if self.count > MOST_ELEMENTS:
            raise Unreadable(position)
        if vr == b"SQ" or length == UNDEFINED:
            return self.nested(tag, vr, start, (length, end), depth)
        stop = start + length
        if stop > end:
            raise Unreadable(position)
        if length & 1:
            self.faults.append(Fault(position, "verifier.odd-length"))
        return Element(tag, vr, start, stop, None)

    def nested(
        self, tag: int, vr: bytes, start: int, bounds: tuple[int, int], depth: int
    ) -> Element:
        """Read the items of a sequence, or the fragments of encapsulated Pixel Data."""
        length, end = bounds
        fragments = vr != b"SQ"
        if depth >= DEEPEST or (fragments and (tag != PIXEL_DATA or vr not in {b"OB", b"OW"})):
            raise Unreadable(start)
        delimited = length == UNDEFINED
        stop = end if delimited else start + length
        if stop > end:
            raise Unreadable(start)
        items: list[Item] = []
        position = start
        while delimited or position < stop:
            if stop - position < 8:
                raise Unreadable(position)
            mark, size = ITEM(self.data, position)
            position += 8
            if delimited and mark == END_OF_SEQUENCE and size == 0:
                return Element(tag, vr, start, position, tuple(items))
            if mark != START_OF_ITEM:
                raise Unreadable(position - 8)
            item = self.item(position, size, stop, depth, fragments=fragments)
            items.append(item)
            position = item.end
        return Element(tag, vr, start, position, tuple(items))

    def item(self, start: int, size: int, stop: int, depth: int, *, fragments: bool) -> Item:
        """Read one item; a fragment is skipped, its bytes are looked at elsewhere."""
        if size == UNDEFINED and not fragments:
            elements, end = self.level(start, stop, depth + 1, delimited=True)
            return Item(start, end, elements)
        end = start + size
        if end > stop:
            raise Unreadable(start)
        if fragments:
            if size & 1:
                self.faults.append(Fault(start, "verifier.odd-length"))
            return Item(start, end, ())
        elements, _ = self.level(start, end, depth + 1)
        return Item(start, end, elements)

    def note(self, offset: int, tag: int, last: int) -> None:
        """Write down what is wrong with a tag at its place."""
        if tag <= last:
            kind = "verifier.duplicate" if tag == last else "verifier.order"
            self.faults.append(Fault(offset, kind))
        if not tag & 0xFFFF:
            self.faults.append(Fault(offset, "verifier.group-length"))
        if tag >> 16 >= 0xFFF8:
            self.faults.append(Fault(offset, "verifier.forbidden-group"))
