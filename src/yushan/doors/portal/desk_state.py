"""What the address of a quarantined picture says: frame, view, window, boxes. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from math import isfinite
from typing import TYPE_CHECKING, Final

from yushan.base import Rejected
from yushan.doors.portal.words import mark
from yushan.services.gateway import Region

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from yushan.flows.desk import Sheet
    from yushan.services.gateway import Finding

#: How the picture is shown. ``open``: what is settled is filled, what nobody could read is not.
VIEWS: Final = ("open", "filled", "original")
#: Boxes that one person may name for one picture.
MOST: Final = 100
#: Kind of a box -> how it was found, and what it seems to be.
KINDS: Final = {
    "rule": (mark("rule for this device"), ""),
    "learned": (mark("rule learned here"), ""),
    "decided": (mark("decided by a person"), ""),
    "name": (mark("text recognition"), mark("matches the patient in the header")),
    "date": (mark("text recognition"), mark("looks like a date")),
    "number": (mark("text recognition"), mark("looks like a number")),
    "text": (mark("text recognition"), mark("other text")),
    "unreadable": (mark("text recognition"), mark("cannot be read")),
    "added": (mark("added here"), ""),
}
#: Thirds of the picture, downwards and across.
PLACES: Final = (
    (mark("upper left"), mark("upper middle"), mark("upper right")),
    (mark("middle left"), mark("middle"), mark("middle right")),
    (mark("lower left"), mark("lower middle"), mark("lower right")),
)


@dataclass(frozen=True, slots=True)
class DeskState:
    """The address (frames count from 1 there); ``boxes`` None: nobody chose, all found are on."""

    frame: int = 0
    view: str = "open"
    window: tuple[float, float] | None = None
    boxes: tuple[Region, ...] | None = None

    def query(self) -> dict[str, str]:
        """As parameters of an address."""
        found = {"frame": str(self.frame + 1)} if self.frame else {}
        if self.view != "open":
            found["view"] = self.view
        if self.window is not None:
            found |= {"center": f"{self.window[0]:g}", "width": f"{self.window[1]:g}"}
        if self.boxes is not None:
            found["boxes"] = written(self.boxes)
        return found


@dataclass(frozen=True, slots=True)
class Box:
    """One box as a page shows it; ``number`` from 1, ``is_open``: a person must look at it."""

    number: int
    region: Region
    kind: str
    score: float | None
    on: bool
    is_open: bool = False

    @property
    def value(self) -> str:
        """The box as a form sends it."""
        return written([self.region])


def state_from(query: Mapping[str, str]) -> DeskState:
    """The address as it is meant; what makes no sense is as if it were not there."""
    text = query.get("frame", "")
    view = query.get("view", "")
    try:
        boxes = read_boxes(query["boxes"]) if "boxes" in query else None
    except Rejected:
        boxes = None
    return DeskState(
        max(int(text) - 1, 0) if text.isascii() and text.isdigit() and len(text) < 7 else 0,
        view if view in VIEWS else "open",
        window_from(query.get("center", ""), query.get("width", "")),
        boxes,
    )


def window_from(center: str, width: str) -> tuple[float, float] | None:
    """A window by two numbers; ``None`` unless both are."""
    try:
        found = float(center), float(width)
    except ValueError:
        return None
    return found if all(map(isfinite, found)) and found[1] >= 1 else None


def written(boxes: Iterable[Region]) -> str:
    """Boxes as text: ``left,top,width,height`` and the frame from 1, ``;`` between them."""
    return ";".join(
        ",".join(str(one) for one in (*box[:4], *([] if box.frame is None else [box.frame + 1])))
        for box in boxes
    )


def read_boxes(text: str) -> tuple[Region, ...]:
    """The reverse; lines count as ``;``.

    Raises
    ------
    Rejected
        ``gateway.box-outside``: no four or five whole numbers, or no size.
    """
    pieces = [piece.strip() for piece in text.replace("\n", ";").split(";")]
    pieces = [piece for piece in pieces if piece]
    if len(pieces) > MOST:
        raise Rejected("gateway.box-outside")
    return tuple(map(read_box, pieces))


def read_box(piece: str) -> Region:
    """One box."""
    words = [word.strip() for word in piece.replace("，", ",").split(",")]
    is_whole = all(word.isascii() and word.isdigit() and len(word) < 7 for word in words)
    if len(words) not in {4, 5} or not is_whole:
        raise Rejected("gateway.box-outside")
    x, y, width, height, *frame = map(int, words)
    if not width or not height or frame == [0]:
        raise Rejected("gateway.box-outside")
    return Region(x, y, width, height, frame[0] - 1 if frame else None)


def check_inside(boxes: Iterable[Region], sheet: Sheet) -> None:
    """Refuse boxes that are not in the picture: ``Rejected("gateway.box-outside")``."""
    for box in boxes:
        inside = box.x + box.width <= sheet.columns and box.y + box.height <= sheet.rows
        if not inside or (box.frame is not None and box.frame >= sheet.frames):
            raise Rejected("gateway.box-outside")


def boxes_of(findings: Sequence[Finding], chosen: Sequence[Region] | None) -> list[Box]:
    """What was found, on or off as chosen, then what somebody added."""
    found = [
        Box(
            n, one.region, one.kind, one.score, on=chosen is None or one.region in chosen,
            is_open=not one.redact,
        )
        for n, one in enumerate(findings, 1)
    ]  # fmt: skip
    known = {one.region for one in findings}
    more = [box for box in chosen or () if box not in known]
    return found + [
        Box(len(found) + n, box, "added", None, on=True) for n, box in enumerate(more, 1)
    ]


def filled(boxes: Iterable[Box], view: str) -> tuple[Region, ...]:
    """Boxes that a view fills."""
    if view == "original":
        return ()
    return tuple(one.region for one in boxes if one.on and (view == "filled" or not one.is_open))


def place_of(region: Region, sheet: Sheet) -> str:
    """Where a box is, in words (to be translated)."""
    down = (region.y + region.height / 2) * 3 / max(sheet.rows, 1)
    across = (region.x + region.width / 2) * 3 / max(sheet.columns, 1)
    return PLACES[min(int(down), 2)][min(int(across), 2)]
