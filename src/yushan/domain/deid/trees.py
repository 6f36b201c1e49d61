"""Report trees rebuilt: which content items stay, and where references by position then point.

A content item may refer to another by its place in the tree (PS3.3 C.17.3.2.5): 1 is the root, then
the number of the child at each level. When siblings go, places change; a reference is written anew,
and goes when its target went.
"""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING, Final, NamedTuple

from yushan.domain.deid.content import CONTENT_SEQUENCE, ContentItem, is_kept_item
from yushan.domain.dicom import declared_charset

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from yushan.domain.deid.codes import Code
    from yushan.domain.deid.policy import Policy
    from yushan.domain.dicom import Element, Item, Part10

    ReadCode = Callable[[Item, tuple[str, ...]], Code | None]

CONCEPT_NAME, VALUE_TYPE, BY_POSITION = 0x0040A043, 0x0040A040, 0x0040DB73
MEASURED, NUMBER, UNITS = 0x0040A300, 0x0040A30A, 0x004008EA
ROOT: Final = (1,)

Path = tuple[int, ...]


class Tree(NamedTuple):
    """Offsets of the items that stay, and the new position to which each kept reference points."""

    kept: frozenset[int] = frozenset()
    targets: dict[int, bytes] = {}  # noqa: RUF012 - a NamedTuple's default, never changed


class Node(NamedTuple):
    """A content item at its place."""

    path: Path
    offset: int
    facts: ContentItem


def tree_of(
    part: Part10, elements: tuple[Element, ...], read_code: ReadCode, policy: Policy
) -> Tree:
    """What stays of a report, decided before anything is written.

    Parameters
    ----------
    part, elements
        The walked file and its top level.
    read_code
        The code of a coded item as it may be written, or None; told the character set in force.
    policy
        What the release keeps.
    """
    charset = declared_charset(part, elements)
    reader = FactReader(part, read_code)
    places: dict[Path, Path] = {ROOT: ROOT}
    counts: dict[Path, int] = {}
    waiting: list[tuple[Node, int]] = []
    kept: dict[int, Node] = {}
    nodes = tuple(nodes_below(elements, ROOT, charset, reader))
    is_kept = {node.path: is_kept_item(node.facts, policy) for node in nodes}
    for node in nodes:
        parent = node.path[:-1]
        if parent not in places:
            continue
        target = node.facts.target
        if not (stands(target, is_kept) if target else is_kept[node.path]):
            continue
        counts[parent] = counts.get(parent, 0) + 1
        kept[node.offset] = node
        if target:
            waiting.append((node, len(waiting)))
        else:
            places[node.path] = (*places[parent], counts[parent])
    targets = {node.offset: positions(places[node.facts.target]) for node, _ in waiting}
    return Tree(frozenset(kept), targets)


def stands(path: Path, is_kept: dict[Path, bool]) -> bool:
    """Whether the item at a place stays, with everything above it."""
    return path == ROOT or all(is_kept.get(path[:end], False) for end in range(2, len(path) + 1))


def positions(path: Path) -> bytes:
    """A position as values of UL."""
    return struct.pack(f"<{len(path)}L", *path)


def nodes_below(
    elements: tuple[Element, ...], path: Path, charset: tuple[str, ...], reader: FactReader
) -> Iterator[Node]:
    """The content items below a place, parents first."""
    for element in elements:
        if element.tag != CONTENT_SEQUENCE:
            continue
        for number, item in enumerate(element.items or (), 1):
            own = declared_charset(reader.part, item.elements) or charset
            here = (*path, number)
            yield Node(here, item.start, reader.facts(item, own))
            yield from nodes_below(item.elements, here, own, reader)


class FactReader:
    """Reads what decides about content items."""

    __slots__ = ("part", "read_code")

    def __init__(self, part: Part10, read_code: ReadCode) -> None:
        self.part: Final = part
        self.read_code: Final = read_code

    def facts(self, item: Item, charset: tuple[str, ...]) -> ContentItem:
        """What decides about one item."""
        found = {element.tag: element for element in item.elements}
        scheme, code = self.concept(found.get(CONCEPT_NAME), charset)
        measured = self.first(found.get(MEASURED))
        return ContentItem(
            value_type=self.text(found.get(VALUE_TYPE)),
            scheme=scheme,
            code=code,
            target=self.target(found.get(BY_POSITION)),
            number=self.text(measured.get(NUMBER)),
            unit=self.concept(measured.get(UNITS), charset)[1],
        )

    def concept(self, element: Element | None, charset: tuple[str, ...]) -> tuple[str, str]:
        """Scheme and value of the code in a sequence."""
        if element is None or not element.items:
            return "", ""
        code = self.read_code(element.items[0], charset)
        return (code.scheme, code.value) if code else ("", "-")

    def first(self, element: Element | None) -> dict[int, Element]:
        """The elements of the first item of a sequence."""
        items = element.items if element else None
        return {one.tag: one for one in items[0].elements} if items else {}

    def raw(self, element: Element | None) -> bytes:
        """The bytes of a value."""
        if element is None or element.items is not None:
            return b""
        return bytes(self.part.buffer[element.value : element.end])

    def text(self, element: Element | None) -> str:
        """A value of plain characters."""
        return self.raw(element).decode("latin_1").strip(" \0")

    def target(self, element: Element | None) -> Path:
        """The position that a reference names."""
        raw = self.raw(element)
        order = ">" if self.part.big_endian else "<"
        return struct.unpack(f"{order}{len(raw) // 4}L", raw[: len(raw) // 4 * 4])
