"""What a client wishes of a picture: the query parameters of rendered resources (PS3.18 8.3.5)."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final, NamedTuple

from yushan.base import Rejected
from yushan.doors.dicomweb.picture import Wanted

if TYPE_CHECKING:
    from starlette.requests import Request

MAX_SIDE: Final = 4096
WINDOW: Final = re.compile(
    r"(-?[0-9]{1,9}(?:\.[0-9]{1,6})?),([0-9]{1,9}(?:\.[0-9]{1,6})?),([a-zA-Z_-]{1,16})"
)
FUNCTIONS: Final = {
    "linear": "LINEAR",
    "linear-exact": "LINEAR_EXACT",
    "linear_exact": "LINEAR_EXACT",
    "sigmoid": "SIGMOID",
}
ANNOTATIONS: Final = frozenset({"patient", "technique"})
PROFILES: Final = frozenset({"no", "yes", "srgb", "adobergb", "rommrgb", "displayp3"})


class Wish(NamedTuple):
    """What is wished, and what of it is not done."""

    wanted: Wanted
    #: Center, width, function.
    window: tuple[float, float, str] | None = None
    undone: tuple[str, ...] = ()

    def headers(self) -> dict[str, str]:
        """A warning for each wish that is not fulfilled."""
        if not self.undone:
            return {}
        said = (f'299 dicom-web "The {name} parameter is not supported"' for name in self.undone)
        return {"Warning": ", ".join(said)}


def wish_of(request: Request, media_type: str, box: tuple[int, int]) -> Wish:
    """The wishes of a request.

    Raises
    ------
    Rejected
        ``dicomweb.picture-parameter-invalid``.
    """
    said = request.query_params
    quality = said.get("quality", "90")
    if not re.fullmatch("[0-9]{1,3}", quality) or not 1 <= int(quality) <= 100:
        raise invalid()
    box, source = viewport_of(said.get("viewport", ""), box)
    return Wish(
        Wanted(media_type, int(quality), box, source),
        window_of(said.get("window")),
        undone(said.get("annotation"), said.get("iccprofile")),
    )


def invalid() -> Rejected:
    """The refusal of a value."""
    return Rejected("dicomweb.picture-parameter-invalid")


def viewport_of(
    said: str, box: tuple[int, int]
) -> tuple[tuple[int, int], tuple[int, int, int, int]]:
    """Size of the picture, and the part of the image (left, top, width, height) it shows."""
    if not said:
        return box, (0, 0, 0, 0)
    sides = [one.strip() for one in said.split(",")]
    if len(sides) not in (2, 6) or not all(re.fullmatch("[0-9]{1,5}|", one) for one in sides):
        raise invalid()
    width, height, *rest = (int(one or 0) for one in sides)
    if not 0 < max(width, height) <= MAX_SIDE or not (width and height):
        raise invalid()
    left, top, across, down = rest or (0, 0, 0, 0)
    return (width, height), (left, top, across, down)


def window_of(said: str | None) -> tuple[float, float, str] | None:
    """Center, width and function."""
    if said is None:
        return None
    match = WINDOW.fullmatch(said)
    function = FUNCTIONS.get(match[3].lower()) if match else None
    if match is None or function is None or float(match[2]) <= 0:
        raise invalid()
    return float(match[1]), float(match[2]), function


def undone(annotation: str | None, profile: str | None) -> tuple[str, ...]:
    """The wishes that are understood and not fulfilled; what is not understood is refused."""
    found = []
    if annotation is not None:
        if not set(annotation.split(",")) <= ANNOTATIONS:
            raise invalid()
        found.append("annotation")
    if profile is not None:
        if profile not in PROFILES:
            raise invalid()
        found += ["iccprofile"] if profile != "no" else []
    return tuple(found)
