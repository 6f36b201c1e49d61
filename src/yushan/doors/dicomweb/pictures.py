"""Rendered resources and thumbnails (PS3.18 10.4.1.1.3, 10.4.1.1.4): made in a child.

Nothing is ever drawn into a picture: annotations are off, whoever asks for them is told so.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from starlette.responses import Response

from yushan.base import Absent, Rejected
from yushan.doors.dicomweb.caching import (
    ASK_AGAIN,
    SOME_MINUTES,
    entity_tag,
    kept_headers,
    unchanged,
)
from yushan.doors.dicomweb.child import cine, render
from yushan.doors.dicomweb.frames import MAX_FRAMES, frame_numbers
from yushan.doors.dicomweb.keeping import Kept
from yushan.doors.dicomweb.media import accepted, choose
from yushan.doors.dicomweb.multipart import Part, related
from yushan.doors.dicomweb.picture import look_of, number, shape_of, whole
from yushan.doors.dicomweb.wishes import Wish, wish_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from starlette.requests import Request

    from yushan.domain.imaging import Look
    from yushan.doors.dicomweb.asking import Asker
    from yushan.doors.dicomweb.finding import Found
    from yushan.doors.dicomweb.frames import Frames

    Shown = tuple[Found, int]

TYPES: Final = ("image/jpeg", "image/png", "image/gif")
THUMBNAIL: Final = (128, 128)
MAX_TABLE_BYTES: Final = 1 << 18
#: Bytes of pictures that are kept at hand.
KEPT_BYTES: Final = 32 << 20
#: Most frames of one moving picture, and its pace where the object says none.
MAX_CINE: Final = 500
FRAME_MS: Final = 100


class Pictures:
    """The rendered resources."""

    def __init__(self, frames: Frames) -> None:
        self.frames = frames
        self.finder = frames.finder
        self.made = Kept(KEPT_BYTES)

    def rendered(self, request: Request) -> Response:
        """``…/rendered`` of a study, a series, an instance or frames."""
        asker = self.finder.asker(request)
        found = [one for one in self.finder.instances(asker) if one.entry.frames]
        if not found:
            raise Rejected("dicomweb.no-picture")
        media_type, parts = self.form(request, asker)
        wish = wish_of(request, media_type, (0, 0))
        moving = media_type == "image/gif"
        shown = chosen(request, found, every=moving)
        if len(shown) > 1 and not (parts or moving):
            raise Rejected("dicomweb.not-acceptable")
        return self.answer(request, asker, shown, (wish, ASK_AGAIN, parts))

    def form(self, request: Request, asker: Asker) -> tuple[str, bool]:
        """Media type, and whether in parts; one picture goes alone unless parts are asked for."""
        one = bool(asker.target.instance) and "," not in request.path_params.get("frames", "")
        for taken in accepted(request):
            for media_type in TYPES:
                if taken.covers(media_type) and (one or taken.multipart or taken.type == "*/*"):
                    return media_type, taken.multipart or not one
            if taken.type == "image/gif":
                return taken.type, False
        raise Rejected("dicomweb.not-acceptable")

    def thumbnail(self, request: Request) -> Response:
        """``…/thumbnail`` of anything; of a series, its middle slice."""
        wish = wish_of(request, choose(accepted(request), TYPES), THUMBNAIL)
        asker = self.finder.asker(request)
        found = self.finder.instances(asker)
        shown = [one for one in found if one.entry.frames]
        if not shown:
            raise Rejected("dicomweb.no-picture")
        middle = chosen(request, [shown[len(shown) // 2]], every=False)[:1]
        return self.answer(request, asker, middle, (wish, SOME_MINUTES, False))

    def answer(
        self,
        request: Request,
        asker: Asker,
        shown: Sequence[Shown],
        how: tuple[Wish, str, bool],
    ) -> Response:
        """Pictures as one, as one that moves, or in parts."""
        wish, control, parts = how
        facts = [f"{found.name()} {frame}" for found, frame in shown]
        headers = kept_headers(entity_tag(asker, repr(how), *facts), control=control)
        headers |= wish.headers()
        if (same := unchanged(request, headers)) is not None:
            return same
        self.finder.saw(asker, [shown[0][0].row], len(shown))
        wanted = wish.wanted
        if wanted.media_type == "image/gif" and not parts:
            return Response(self.cine(shown, wish), 200, headers, wanted.media_type)
        made = [self.picture(one, wish) for one in shown]
        if not parts:
            return Response(made[0], 200, headers, wanted.media_type)
        pieces = [Part(wanted.media_type, len(one), [one]) for one in made]
        return related(pieces, f'type="{wanted.media_type}"', headers)

    def picture(self, shown: Shown, wish: Wish) -> bytes:
        """One frame as a picture, kept for who asks next."""
        found, frame = shown
        key = (found.name(), frame, wish)
        return self.made.get(key, lambda: self.drawn(found, frame, wish))

    def drawn(self, found: Found, frame: int, wish: Wish) -> bytes:
        """One frame, by a child."""
        data = b"".join(self.frames.frame(found, frame))
        pixels = shape_of(found.entry.metadata, found.entry.transfer_syntax_uid)
        look = self.look(found, frame, wish)
        return self.frames.children.run(render, data, pixels, look, wish.wanted)

    def cine(self, shown: Sequence[Shown], wish: Wish) -> bytes:
        """Frames as one moving picture, by a child."""
        if len(shown) > MAX_CINE:
            raise Rejected("dicomweb.frames-invalid", limit=MAX_CINE)
        frames = [
            (
                b"".join(self.frames.frame(found, frame)),
                shape_of(found.entry.metadata, found.entry.transfer_syntax_uid),
                self.look(found, frame, wish),
            )
            for found, frame in shown
        ]
        times = [pace(found) for found, _ in shown]
        key = ("cine", tuple((found.name(), frame) for found, frame in shown), wish)
        run = self.frames.children.run
        return self.made.get(key, lambda: run(cine, frames, wish.wanted, times))

    def look(self, found: Found, frame: int, wish: Wish) -> Look:
        """How a frame is to be shown: as it says, or as the client wishes."""
        look = look_of(found.entry.metadata, frame, lambda path: self.table(found, path))
        if wish.window is None:
            return look
        return look._replace(window=wish.window[:2], function=wish.window[2], table=None)

    def table(self, found: Found, path: str) -> bytes:
        """The bytes of a look-up table that stayed in the file."""
        for place, start, length in found.entry.bulk:
            if place == path and length <= MAX_TABLE_BYTES:
                return b"".join(self.finder.read(found, start, length, None))
        raise Absent("dicomweb.absent")


def chosen(request: Request, found: Sequence[Found], *, every: bool) -> list[Shown]:
    """The frames of the address; without any, all, or of each object that which stands for it."""
    said = request.path_params.get("frames")
    if said is not None:
        return [(found[0], frame) for frame in frame_numbers(said, len(found[0].entry.frames))]
    if len(found) > MAX_FRAMES:
        raise Rejected("dicomweb.frames-invalid", limit=MAX_FRAMES)
    if every:
        return [(one, frame) for one in found for frame in range(len(one.entry.frames))]
    return [(one, representative(one)) for one in found]


def representative(found: Found) -> int:
    """The frame (from 0) that stands for its object."""
    count = len(found.entry.frames)
    return min(max(whole(found.entry.metadata, "00286010", 1), 1), count) - 1


def pace(found: Found) -> int:
    """How long a frame is shown, in milliseconds (Frame Time, Cine Rate), 20 to 2000."""
    metadata = found.entry.metadata
    if frame_ms := number(metadata, "00181063"):
        said = frame_ms
    elif rate := number(metadata, "00180040"):
        said = 1000 / rate
    else:
        return FRAME_MS
    return int(min(max(said, 20), 2000))
