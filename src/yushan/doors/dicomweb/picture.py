"""What a child needs to make a picture of one frame, read from DICOM JSON metadata. Pure."""

from __future__ import annotations

from base64 import b64decode
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from yushan.domain.imaging import Look, Shape, Table

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    Metadata = dict[str, Any]

SHARED: Final = "52009229"
PER_FRAME: Final = "52009230"
PALETTE: Final = (("00281101", "00281201"), ("00281102", "00281202"), ("00281103", "00281203"))


class Wanted(NamedTuple):
    """What the client asks for; ``box`` is the largest width and height, 0 for as it is.

    ``source`` is the part of the image: left, top, width, height, 0 for up to the edge.
    """

    media_type: str
    quality: int = 90
    box: tuple[int, int] = (0, 0)
    source: tuple[int, int, int, int] = (0, 0, 0, 0)


def value(metadata: Metadata, tag: str, default: Any = None) -> Any:  # noqa: ANN401 - a JSON value
    """The first value of an attribute."""
    return next(iter(metadata.get(tag, {}).get("Value", ())), default)


def number(metadata: Metadata, tag: str) -> float | None:
    """The first value of an attribute, if it is a number."""
    found = value(metadata, tag)
    return float(found) if isinstance(found, int | float) else None


def whole(metadata: Metadata, tag: str, default: int) -> int:
    """The first value of an attribute as a whole number."""
    found = number(metadata, tag)
    return default if found is None else int(found)


def shape_of(metadata: Metadata, transfer_syntax_uid: str) -> Shape:
    """How the frames of an instance are stored."""
    allocated = whole(metadata, "00280100", 16)
    return Shape(
        rows=whole(metadata, "00280010", 0),
        columns=whole(metadata, "00280011", 0),
        samples=whole(metadata, "00280002", 1),
        bits_allocated=allocated,
        bits_stored=whole(metadata, "00280101", allocated),
        signed=whole(metadata, "00280103", 0) == 1,
        photometric=str(value(metadata, "00280004", "MONOCHROME2")),
        planar=whole(metadata, "00280006", 0) == 1,
        transfer_syntax_uid=transfer_syntax_uid,
    )


def places(metadata: Metadata, frame: int) -> Iterator[tuple[str, Metadata]]:
    """Where display attributes of a frame may stand: its functional groups, shared ones, the top.

    Each with the tag path that leads to it.
    """
    for tag, index in ((PER_FRAME, frame), (SHARED, 0)):
        items = metadata.get(tag, {}).get("Value", [])
        if index < len(items):
            for inner, sequence in items[index].items():
                if sequence.get("vr") == "SQ" and sequence.get("Value"):
                    yield f"{tag}/{index}/{inner}/0/", sequence["Value"][0]
    yield "", metadata


def look_of(metadata: Metadata, frame: int, read: Callable[[str], bytes]) -> Look:
    """How a frame (from 0) is to be shown. ``read`` gives the bulk of a tag path."""
    found: dict[str, Any] = {}
    for path, place in places(metadata, frame):
        if "slope" not in found and (slope := number(place, "00281053")) is not None:
            found |= {"slope": slope, "intercept": number(place, "00281052") or 0.0}
        if "window" not in found and (width := number(place, "00281051")) is not None:
            found["window"] = (number(place, "00281050") or 0.0, width)
            found["function"] = value(place, "00281056", "LINEAR")
        if "table" not in found and (items := place.get("00283010", {}).get("Value")):
            table = table_of(items[0], "00283002", "00283006", (f"{path}00283010/0/", read))
            found |= {"table": table} if table else {}
    if value(metadata, "00280004") == "PALETTE COLOR":
        tables = [table_of(metadata, about, data, ("", read)) for about, data in PALETTE]
        found["palette"] = tuple(table for table in tables if table)
    shape = value(metadata, "20500020", "")
    found["inverse"] = value(metadata, "00280004") == "MONOCHROME1" and shape != "IDENTITY"
    if (padding := number(metadata, "00280120")) is not None:
        limit = number(metadata, "00280121")
        ends = sorted((int(padding), int(padding if limit is None else limit)))
        found["padding"] = (ends[0], ends[1])
    return Look(**found)


def table_of(
    place: Metadata, about: str, data: str, bulk: tuple[str, Callable[[str], bytes]]
) -> Table | None:
    """A look-up table by its descriptor and its data, inline or in the file."""
    descriptor = place.get(about, {}).get("Value", [])
    held = place.get(data, {})
    path, read = bulk
    if len(descriptor) != 3 or not held:
        return None
    if "InlineBinary" in held:
        content = b64decode(held["InlineBinary"])
    elif "BulkDataURI" in held:
        content = read(path + data)
    else:
        content = b"".join(int(one).to_bytes(2, "little") for one in held.get("Value", ()))
    entries, first, bits = (int(one) for one in descriptor)
    return Table(entries or 65536, first, bits, content)
