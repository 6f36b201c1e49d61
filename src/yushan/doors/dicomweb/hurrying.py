"""Frames without waiting: what a viewer asks for next is mostly at hand, and a thread costs more.

The same code answers, over a finder that never waits: where the rows, the places, the record or the
bytes are not in memory it says `Waits`, and the request goes the usual way, in a thread. Nothing is
noted or shown before that.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, NoReturn

from yushan.doors.dicomweb.finding import READ, Finder, shown
from yushan.doors.dicomweb.frames import Frames

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from starlette.requests import Request
    from starlette.responses import Response

    from yushan.doors.dicomweb.asking import Asker
    from yushan.doors.dicomweb.finding import Found, Piece
    from yushan.doors.dicomweb.forms import Form
    from yushan.doors.dicomweb.multipart import Part
    from yushan.doors.dicomweb.places import Held
    from yushan.services.catalogue import SeriesRow

#: Most bytes of one request that are copied while all others wait: a tenth of a millisecond.
MOST: Final = 1 << 20


class Waits(Exception):
    """Something has to be waited for."""


class Hurried(Finder):
    """A finder over what another one has at hand."""

    def __init__(self, finder: Finder) -> None:
        super().__init__(finder.catalogue, finder.archive)
        self.masks, self.audit, self.purposes = finder.masks, finder.audit, finder.purposes
        self.places, self.recent = finder.places, finder.recent

    def read_rows(self, asker: Asker) -> Sequence[SeriesRow]:  # noqa: ARG002
        """See `Finder.read_rows`."""
        raise Waits

    def places_of(self, row: SeriesRow) -> dict[str, Held]:
        """See `Finder.places_of`."""
        held = self.places.known(row)
        if held is None:
            raise Waits
        return held

    def bytes_of(self, found: Found, start: int, length: int) -> Piece:
        """See `Finder.bytes_of`."""
        data = self.archive.read_now(found.pack, found.entry.start + start, length)
        if data is None:
            raise Waits
        return data

    def saw(self, asker: Asker, rows: Sequence[SeriesRow], count: int, size: int = 0) -> None:
        """See `Finder.saw`; the last that may wait, so that nothing is noted twice."""
        if size or (self.purposes is not None and self.purposes.are_asked(asker.account)):
            raise Waits
        if self.audit is None:
            return
        if not self.audit.saw_again(asker.account, READ, shown(rows), count):
            raise Waits


class FewFrames(Frames):
    """Frames that are small together."""

    def parts(self, found: Found, numbers: list[int], form: Form) -> list[Part]:
        """See `Frames.parts`; all of it is read now."""
        if sum(found.entry.frames[number][1] for number in numbers) > MOST:
            raise Waits
        return super().parts(found, numbers, form)


class NoChildren:
    """Pixels are never decoded in a hurry."""

    def run(self, function: Callable[..., Any], *arguments: Any) -> NoReturn:  # noqa: ANN401, ARG002
        """See `ports.Children`."""
        raise Waits


def hurried(finder: Finder) -> Callable[[Request], Response | None]:
    """Who answers for frames at once; None: it has to be waited for."""
    frames = FewFrames(Hurried(finder), NoChildren())

    def at_once(request: Request) -> Response | None:
        try:
            return frames.frames(request)
        except Waits:
            return None

    return at_once
