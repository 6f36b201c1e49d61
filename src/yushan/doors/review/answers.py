"""A form as a person sent it: what was decided, or what is missing."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple
from urllib.parse import parse_qs

from yushan.base import Rejected
from yushan.doors.review.ports import CHOICES, Box

if TYPE_CHECKING:
    from yushan.flows.desk import Sheet

#: Longest form, in bytes; most boxes of one picture; most characters of a name.
LONGEST: Final = 64_000
MOST: Final = 200
NAME: Final = 100


class Answer(NamedTuple):
    """A form: the choice, boxes that are on, boxes that were typed or drawn, and who decides."""

    choice: str
    kept: tuple[Box, ...]
    added: str
    who: str

    def boxes(self, sheet: Sheet) -> tuple[Box, ...]:
        """All boxes, each inside of the picture; ``Rejected("gateway.box-outside")``."""
        lines = [line for line in self.added.splitlines() if line.strip()]
        boxes = tuple(dict.fromkeys((*self.kept, *map(read_box, lines))))
        if len(boxes) > MOST or not all(is_inside(box, sheet) for box in boxes):
            raise Rejected("gateway.box-outside")
        return boxes


def read_answer(body: bytes) -> Answer:
    """The form; ``Rejected`` with ``gateway.box-outside`` when its boxes are none."""
    fields = parse_qs(body[:LONGEST].decode("utf-8", "replace"), keep_blank_values=True)

    def said(name: str) -> str:
        return fields.get(name, [""])[0].strip()

    kept = tuple(map(read_box, fields.get("box", [])))
    return Answer(said("choice"), kept, said("added"), said("who")[:NAME])


def checked(answer: Answer, sheet: Sheet | None) -> tuple[Box, ...]:
    """The boxes to be filled.

    Raises
    ------
    Rejected
        ``portal.choice-missing``, ``gateway.reason-missing`` without a name, ``gateway.no-boxes``,
        ``gateway.box-outside``.
    """
    if answer.choice not in CHOICES or (sheet is None and answer.choice != "stay"):
        raise Rejected("review.choice-missing")
    if not answer.who:
        raise Rejected("review.name-missing")
    if sheet is None or answer.choice != "redact":
        return ()
    boxes = answer.boxes(sheet)
    if not boxes:
        raise Rejected("gateway.no-boxes")
    return boxes


def read_box(text: str) -> Box:
    """Left, top, width, height, and the frame from 1 if it is one frame's alone."""
    words = [word.strip() for word in text.replace("，", ",").split(",")]
    is_whole = all(word.isascii() and word.isdigit() and len(word) < 7 for word in words)
    if len(words) not in {4, 5} or not is_whole:
        raise Rejected("gateway.box-outside")
    x, y, width, height, *frame = map(int, words)
    return Box(x, y, width, height, frame[0] - 1 if frame else None)


def written(box: Box) -> str:
    """The reverse."""
    return ",".join(map(str, (*box[:4], *([] if box.frame is None else [box.frame + 1]))))


def is_inside(box: Box, sheet: Sheet) -> bool:
    """Whether a box has a size and lies in the picture."""
    is_there = box.frame is None or 0 <= box.frame < sheet.frames
    has_size = box.width > 0 and box.height > 0
    return (
        is_there and has_size
        and box.x + box.width <= sheet.columns and box.y + box.height <= sheet.rows
    )  # fmt: skip
