"""The picture of a study's provenance: lanes from the hospital to the people who looked. Pure.

Left of the dashed border is the hospital, right of it the centre. A round dot is a process; each
lane is one pack on its way, all lanes run together where the study is kept and used.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Sequence

    from yushan.doors.portal.provenance import Lane

WIDTH: Final = 1180
#: Centres of the stations: first stage, verifier, receipt, second stage, kept, looked at.
STATIONS: Final = (150, 320, 500, 680, 860, 1070)
BORDER: Final = 412
TOP: Final = 96
STEP: Final = 92
#: Lanes that are drawn; the table has all of them.
DRAWN: Final = 5


@dataclass(frozen=True, slots=True)
class Row:
    """A lane and its height."""

    lane: Lane
    y: int


@dataclass(frozen=True, slots=True)
class Picture:
    """Where everything stands, in the picture's own units."""

    rows: tuple[Row, ...]
    rest: int
    height: int
    meeting: int
    width: int = WIDTH
    border: int = BORDER
    stations: tuple[int, ...] = STATIONS


def picture(lanes: Sequence[Lane]) -> Picture:
    """The picture of at most `DRAWN` lanes."""
    drawn = lanes[:DRAWN]
    rows = tuple(Row(lane, TOP + place * STEP) for place, lane in enumerate(drawn))
    last = rows[-1].y if rows else TOP
    return Picture(rows, len(lanes) - len(drawn), last + 62, (TOP + last) // 2)
