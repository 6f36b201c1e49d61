"""Objects that are made of images: by which modalities their use is judged."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

#: Modalities (PS3.3 C.7.3.1.1.1) of objects drawn, measured or planned on images.
DERIVED: Final = frozenset({
    "ANN", "DOC", "FID", "KO", "M3D", "PLAN", "PR", "REG", "RTDOSE", "RTPLAN", "RTRECORD",
    "RTSTRUCT", "RWV", "SEG", "SMR", "SR", "TEXTUREMAP",
})  # fmt: skip
SERIES_INSTANCE_UID: Final = "0020000E"


def asked_about(modality: str, sources: Iterable[str | None]) -> tuple[str | None, ...]:
    """By which modalities the use of an object is judged; all of them must be allowed.

    Parameters
    ----------
    modality
        The object's own.
    sources
        Modalities of what it was made of, as far as they are known.

    Returns
    -------
    tuple
        An image's own modality. Of a derived object also those of its images; ``None`` stands for
        what is not known: no image is, or one of them.
    """
    if modality not in DERIVED:
        return (modality,)
    images = {one for one in sources if one not in DERIVED} or {None}
    return (modality, *sorted(images, key=lambda one: one or ""))


def referenced_series(metadata: dict[str, Any]) -> frozenset[str]:
    """Series that an object refers to; ``metadata`` is its DICOM JSON Model (PS3.18 F.2)."""
    below = (item for item in items(metadata))
    return frozenset(uid for item in below for uid in series_of(item))


def items(level: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """The items of all sequences of a level."""
    for element in level.values():
        if element.get("vr") == "SQ":
            yield from element.get("Value", ())


def series_of(item: dict[str, Any]) -> Iterator[str]:
    """Series named in an item, at every depth."""
    yield from item.get(SERIES_INSTANCE_UID, {}).get("Value", ())
    for below in items(item):
        yield from series_of(below)
