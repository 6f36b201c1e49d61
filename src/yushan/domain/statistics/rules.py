"""The rules of protection, as data."""

from __future__ import annotations

import tomllib
from importlib.resources import files
from typing import Annotated, Final

import msgspec

AtLeastTwo = Annotated[int, msgspec.Meta(ge=2)]


class Release(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Rules of the public index: how many persons share a line, what is withheld first."""

    persons: AtLeastTwo
    ladder: tuple[str, ...]


class Rules(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Steps of studies, series, images and bytes, and what makes a new table."""

    step: AtLeastTwo
    series: AtLeastTwo
    images: AtLeastTwo
    bytes: AtLeastTwo
    least_change: int
    least_images: int
    release: Release

    def __post_init__(self) -> None:
        """Steps of what hangs on studies fit those of studies, else both together tell more."""
        if any(step % self.step for step in (self.series, self.images, self.bytes)):
            raise ValueError("steps must be multiples of the step of studies")


def load() -> Rules:
    """The rules of the package."""
    text = (files("yushan.domain.statistics") / "data" / "protection.toml").read_text("utf-8")
    return msgspec.convert(tomllib.loads(text), Rules)


RULES: Final = load()
