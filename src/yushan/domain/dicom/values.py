"""What a walk returns: offsets into the file, nothing decoded, nothing copied."""

from __future__ import annotations

from dataclasses import dataclass
from mmap import mmap
from typing import NamedTuple

Buffer = bytes | bytearray | memoryview | mmap

#: A length that says "until the delimiter" (PS3.5 7.1.1).
UNDEFINED = 0xFFFFFFFF


class Element(NamedTuple):
    """One data element; all numbers but ``tag`` and ``length`` are offsets into the buffer.

    ``start`` is the first byte of the tag, ``value`` the first byte of the value, ``end`` the byte
    after the element with its delimiters. ``length`` is as written, so it may be ``UNDEFINED``.
    ``items`` is given for SQ, and for UN whose value is a sequence; fragments are not items.
    """

    tag: int
    vr: str
    start: int
    value: int
    end: int
    length: int
    items: tuple[Item, ...] | None


class Item(NamedTuple):
    """One item of a sequence: its header at ``start``, its first element at ``value``."""

    start: int
    value: int
    end: int
    elements: tuple[Element, ...]


class Part10(NamedTuple):
    """A walked file. ``flags`` names what is unusual and harmless, as codes.

    ``buffer`` is the file as given, or the inflated one for the deflated syntax; all offsets are
    into it. Elements stand in file order.
    """

    buffer: Buffer
    meta: tuple[Element, ...]
    elements: tuple[Element, ...]
    transfer_syntax_uid: str
    implicit: bool
    big_endian: bool
    dataset_start: int
    flags: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Bounds:
    """How much a file may ask of us; sizes in bytes.

    The element bound leaves room for real radiotherapy structure sets and enhanced objects with
    thousands of frames, which hold some 100 000 elements.
    """

    max_depth: int = 32
    max_elements: int = 250_000
    max_fragments: int = 2_000_000
    max_inflated: int = 1 << 30


DEFAULT = Bounds()
