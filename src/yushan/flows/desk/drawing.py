"""Pictures of originals for the quarantine desk. Runs in a child: here foreign codecs run."""

from __future__ import annotations

import io
from pathlib import Path
from typing import TYPE_CHECKING, Final, NamedTuple

from yushan.base import Rejected
from yushan.flows.cleaning import content

if TYPE_CHECKING:
    from yushan.domain.redaction import Frames
    from yushan.services.gateway import Region

#: Widest and highest picture that is sent, in pixels; larger ones are made smaller.
LARGEST: Final = 2048
#: Grey of the thin line around a filled box, so that black on black can be seen.
LINE: Final = 96


class View(NamedTuple):
    """What is drawn: a frame (from 0), its window (centre, width) if another than the declared."""

    frame: int = 0
    window: tuple[float, float] | None = None
    #: Boxes that are filled as redaction would fill them.
    filled: tuple[Region, ...] = ()


class Sheet(NamedTuple):
    """What a page must know of a picture; ``window`` is the declared one of the first frame."""

    rows: int
    columns: int
    frames: int
    is_grey: bool
    window: tuple[float, float] | None


def sheet(path: str) -> Sheet:
    """Size and frames of an original's picture.

    Raises
    ------
    Rejected
        ``gateway.no-picture`` and whatever its reading says.
    """
    from yushan.domain.redaction import frames_of  # noqa: PLC0415 - children only: brings NumPy

    with open_original(path) as data:
        frames = frames_of(data)
        shape, look = frames.shape, frames.look(0)
        is_grey = shape.samples == 1 and not look.palette and shape.bits_allocated > 1
        return Sheet(shape.rows, shape.columns, frames.count, is_grey, look.window)


def png(path: str, view: View) -> bytes:
    """One frame as PNG, with some boxes filled.

    Raises
    ------
    Rejected
        As ``sheet``; ``gateway.no-picture``: there is no such frame.
    """
    from PIL import Image  # noqa: PLC0415 - children only

    from yushan.domain.redaction import frames_of  # noqa: PLC0415 - children only

    with open_original(path) as data:
        frames = frames_of(data)
        if not 0 <= view.frame < frames.count:
            raise Rejected("gateway.no-picture")
        shown = drawn(frames, view)
        for box in view.filled:
            if box.frame in {None, view.frame}:
                bottom, right = box.y + box.height, box.x + box.width
                shown[max(0, box.y) : bottom, max(0, box.x) : right] = 0
    picture = Image.fromarray(shown)
    picture.thumbnail((LARGEST, LARGEST))
    out = io.BytesIO()
    picture.save(out, "PNG", compress_level=3)
    return out.getvalue()


def drawn(frames: Frames, view: View):  # type: ignore[no-untyped-def]  # noqa: ANN201 - an array
    """The frame in grey or colour, through another window if one is asked for."""
    if view.window is None:
        return frames.picture(view.frame).copy()
    from yushan.domain.imaging import displayed  # noqa: PLC0415 - children only

    look = frames.look(view.frame)._replace(window=view.window)
    return displayed(frames.values(view.frame), frames.shape, look).astype("u1")


def open_original(path: str):  # type: ignore[no-untyped-def]  # noqa: ANN201 - a context
    """An original's bytes; ``Rejected("gateway.no-picture")`` when it is gone."""
    if not Path(path).is_file():
        raise Rejected("gateway.no-picture")
    return content(Path(path))
