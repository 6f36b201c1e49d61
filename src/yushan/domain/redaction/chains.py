"""Pieces that may stay one by one and say something together: spaced letters, upright names."""

from __future__ import annotations

from typing import TYPE_CHECKING

from yushan.domain.redaction.words import HAN, folded, is_allowed, matched

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from yushan.domain.redaction.boxes import Box, Reading

#: Pieces stand in one line if no further apart than so many of their heights.
APART = 1.5
#: Single letters that make a word; of Han two do.
LETTERS, HAN_LETTERS = 3, 2


def telling(readings: Sequence[Reading], tokens: Collection[str]) -> list[Reading]:
    """The readings that may not stay because of their neighbours.

    Parameters
    ----------
    readings
        Lines of one picture each of which may stay.
    tokens
        Words of the patient's header, folded.
    """
    found: list[Reading] = []
    for chain in chained(readings):
        text = joined(chain)
        is_word = all(len(folded(one.text)) == 1 for one in chain) and len(chain) >= (
            HAN_LETTERS if HAN.search(text) else LETTERS
        )
        if is_word or matched(folded(text), tokens) or not is_allowed(text):
            found += chain
    return found


def chained(readings: Sequence[Reading]) -> list[list[Reading]]:
    """Groups of two and more that stand side by side, or as single characters one below another."""
    rest = sorted((one for one in readings if folded(one.text)), key=lambda one: one.box[:2])
    groups: list[list[Reading]] = []
    for reading in rest:
        near = [group for group in groups if any(are_neighbours(reading, one) for one in group)]
        merged = [reading, *(one for group in near for one in group)]
        groups = [group for group in groups if group not in near] + [merged]
    return [group for group in groups if len(group) > 1]


def joined(chain: Sequence[Reading]) -> str:
    """The text of a group in reading order."""
    wide = max(one.box.x for one in chain) - min(one.box.x for one in chain)
    high = max(one.box.y for one in chain) - min(one.box.y for one in chain)
    ordered = sorted(chain, key=lambda one: one.box.x if wide >= high else one.box.y)
    is_spelt = all(len(folded(one.text)) == 1 for one in chain)
    return ("" if is_spelt else " ").join(one.text for one in ordered)


def are_neighbours(one: Reading, other: Reading) -> bool:
    """Whether two readings are of one size and stand in one line, or in one column."""
    size = min(one.box.height, other.box.height)
    if max(one.box.height, other.box.height) > 1.8 * size:
        return False
    if abs(middle(one.box)[1] - middle(other.box)[1]) < size / 2:
        return gap(one.box.x, one.box.width, other.box.x, other.box.width) <= APART * size
    are_letters = len(folded(one.text)) == len(folded(other.text)) == 1
    is_column = abs(middle(one.box)[0] - middle(other.box)[0]) < size / 2
    return (
        are_letters
        and is_column
        and gap(one.box.y, one.box.height, other.box.y, other.box.height) <= size
    )


def middle(box: Box) -> tuple[float, float]:
    """The centre of a rectangle."""
    return box.x + box.width / 2, box.y + box.height / 2


def gap(start: int, length: int, other_start: int, other_length: int) -> int:
    """What lies between two stretches; negative where they overlap."""
    return max(start, other_start) - min(start + length, other_start + other_length)
