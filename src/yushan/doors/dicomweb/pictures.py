"""Rendered frames and thumbnails (PS3.18 10.4.1.1.3, 10.4.1.1.4): made in a child."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from starlette.responses import Response

from yushan.base import Absent, Rejected
from yushan.doors.dicomweb.child import render
from yushan.doors.dicomweb.finding import scope_of, target_of
from yushan.doors.dicomweb.frames import frame_numbers
from yushan.doors.dicomweb.media import accepted, choose
from yushan.doors.dicomweb.picture import Wanted, look_of, shape_of, whole

if TYPE_CHECKING:
    from starlette.requests import Request

    from yushan.doors.dicomweb.finding import Found
    from yushan.doors.dicomweb.frames import Frames

TYPES: Final = ("image/jpeg", "image/png")
THUMBNAIL: Final = (128, 128)
MAX_SIDE: Final = 4096
MAX_TABLE_BYTES: Final = 1 << 18
WINDOW: Final = re.compile(
    r"(-?[0-9]{1,9}(?:\.[0-9]{1,6})?),([0-9]{1,9}(?:\.[0-9]{1,6})?)(?:,([a-zA-Z_-]{1,16}))?"
)
FUNCTIONS: Final = {
    "": "LINEAR",
    "linear": "LINEAR",
    "linear-exact": "LINEAR_EXACT",
    "linear_exact": "LINEAR_EXACT",
    "sigmoid": "SIGMOID",
}


class Pictures:
    """The rendered resources."""

    def __init__(self, frames: Frames) -> None:
        self.frames = frames
        self.finder = frames.finder

    def rendered(self, request: Request) -> Response:
        """``…/rendered`` of an instance or a frame."""
        wanted = wanted_of(request, (0, 0))
        found = self.finder.instance(scope_of(request), target_of(request))
        return self.picture(request, found, wanted)

    def thumbnail(self, request: Request) -> Response:
        """``…/thumbnail`` of anything; of a series, its middle slice."""
        wanted = wanted_of(request, THUMBNAIL)
        found = self.finder.instances(scope_of(request), target_of(request))
        shown = [one for one in found if one.entry.frames]
        if not shown:
            raise Rejected("dicomweb.no-picture")
        return self.picture(request, shown[len(shown) // 2], wanted)

    def picture(self, request: Request, found: Found, wanted: Wanted) -> Response:
        """One frame as a picture."""
        entry = found.entry
        if not entry.frames:
            raise Rejected("dicomweb.no-picture")
        number = chosen_frame(request, found)
        look = look_of(entry.metadata, number, lambda path: self.table(found, path))
        if (window := window_of(request)) is not None:
            look = look._replace(window=window[:2], function=window[2])
        data = b"".join(self.frames.frame(found, number))
        pixels = shape_of(entry.metadata, entry.transfer_syntax_uid)
        made = self.frames.children.run(render, data, pixels, look, wanted)
        return Response(made, 200, {}, wanted.media_type)

    def table(self, found: Found, path: str) -> bytes:
        """The bytes of a look-up table that stayed in the file."""
        for place, start, length in found.entry.bulk:
            if place == path and length <= MAX_TABLE_BYTES:
                return self.finder.read(found, start, length)
        raise Absent("dicomweb.absent")


def chosen_frame(request: Request, found: Found) -> int:
    """The frame (from 0) of the address, else the representative one, else the first."""
    count = len(found.entry.frames)
    if "frames" in request.path_params:
        return frame_numbers(request.path_params["frames"], count)[0]
    return min(max(whole(found.entry.metadata, "00286010", 1), 1), count) - 1


def wanted_of(request: Request, box: tuple[int, int]) -> Wanted:
    """Type, quality and size that the client asks for.

    Raises
    ------
    Rejected
        ``dicomweb.not-acceptable``, ``dicomweb.picture-parameter-invalid``.
    """
    media_type = choose(accepted(request), TYPES)
    quality = request.query_params.get("quality", "90")
    viewport = request.query_params.get("viewport", "")
    sides = viewport.split(",")[:2] if viewport else [str(side) for side in box]
    if not all(re.fullmatch("[0-9]{1,4}", one) for one in (quality, *sides)) or len(sides) != 2:
        raise Rejected("dicomweb.picture-parameter-invalid")
    width, height = (int(side) for side in sides)
    if not 1 <= int(quality) <= 100 or max(width, height) > MAX_SIDE:
        raise Rejected("dicomweb.picture-parameter-invalid")
    return Wanted(media_type, int(quality), (width, height))


def window_of(request: Request) -> tuple[float, float, str] | None:
    """Center, width and function of ``?window=``.

    Raises
    ------
    Rejected
        ``dicomweb.picture-parameter-invalid``.
    """
    said = request.query_params.get("window")
    if said is None:
        return None
    match = WINDOW.fullmatch(said)
    function = FUNCTIONS.get((match[3] or "").lower()) if match else None
    if match is None or function is None:
        raise Rejected("dicomweb.picture-parameter-invalid")
    return float(match[1]), float(match[2]), function
