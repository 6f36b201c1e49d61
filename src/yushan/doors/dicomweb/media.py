"""What a client accepts (RFC 9110 12.5.1, PS3.18 8.7): parsed, ranked, matched."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import lru_cache
from typing import TYPE_CHECKING, Final

from yushan.base import Rejected

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from starlette.requests import Request

JSON: Final = "application/dicom+json"
XML: Final = "application/dicom+xml"
DICOM: Final = "application/dicom"
ZIP: Final = "application/zip"
OCTETS: Final = "application/octet-stream"
EXPLICIT: Final = "1.2.840.10008.1.2.1"
MAX_HEADER: Final = 4096


@dataclass(frozen=True, slots=True)
class Range:
    """One media range: ``multipart`` tells whether ``type`` was asked for as parts.

    ``syntax`` is the transfer syntax asked for: a UID, ``*`` for any, empty when none was named.
    """

    type: str
    multipart: bool = False
    syntax: str = ""
    quality: float = 1.0
    parameters: Mapping[str, str] = field(default_factory=dict)

    def covers(self, media_type: str) -> bool:
        """Whether the range holds a media type, with ``*/*`` and ``image/*``."""
        if self.type in ("*/*", media_type):
            return True
        return self.type.endswith("/*") and media_type.startswith(self.type[:-1])


ANYTHING: Final = Range("*/*")


def accepted(request: Request) -> tuple[Range, ...]:
    """The ranges of a request, best first; the ``accept`` query parameter wins (PS3.18 8.3.3.1).

    Raises
    ------
    Rejected
        ``dicomweb.accept-unreadable``.
    """
    said = ", ".join(request.headers.getlist("accept"))
    if request.scope["query_string"]:
        said = request.query_params.get("accept") or said
    if len(said) > MAX_HEADER:
        raise Rejected("dicomweb.accept-unreadable")
    return ranges_of(said)


@lru_cache(512)
def ranges_of(said: str) -> tuple[Range, ...]:
    """The ranges of a header, best first; a viewer says the same a thousand times."""
    ranges = [parsed(part) for part in split(said, ",") if part.strip()]
    ranked = sorted(ranges, key=lambda one: -one.quality)
    return tuple(one for one in ranked if one.quality > 0) or ((ANYTHING,) if not ranges else ())


def split(text: str, at: str) -> list[str]:
    """Split at a character that stands outside of quotation marks."""
    parts, quoted = [""], False
    for character in text:
        quoted ^= character == '"'
        if character == at and not quoted:
            parts.append("")
        else:
            parts[-1] += character
    return parts


def parsed(text: str) -> Range:
    """One media range; OHIF writes ``type=`` without quotation marks, which is taken as well."""
    head, *rest = split(text, ";")
    parameters = {}
    for one in rest:
        name, _, value = one.partition("=")
        parameters[name.strip().lower()] = value.strip().strip('"')
    kind = head.strip().lower()
    try:
        quality = float(parameters.pop("q", "1"))
    except ValueError:
        raise Rejected("dicomweb.accept-unreadable") from None
    syntax = parameters.pop("transfer-syntax", "")
    if kind != "multipart/related":
        return Range(kind, syntax=syntax, quality=quality, parameters=parameters)
    inner = parameters.pop("type", "*/*").lower()
    return Range(inner, multipart=True, syntax=syntax, quality=quality, parameters=parameters)


def require_json(request: Request) -> str:
    """The JSON type to answer with.

    Raises
    ------
    Rejected
        ``dicomweb.not-acceptable``: the client takes no JSON.
    """
    return model_form(request, (JSON, "application/json"))


def model_form(request: Request, offered: Sequence[str] = (JSON, "application/json", XML)) -> str:
    """The type in which metadata and results go out: JSON, or XML in parts.

    Raises
    ------
    Rejected
        ``dicomweb.not-acceptable``.
    """
    for one in accepted(request):
        for media_type in offered:
            fits = one.covers(media_type) and one.multipart == (media_type == XML)
            if fits and not (one.multipart and one.type == "*/*"):
                return media_type
    raise Rejected("dicomweb.not-acceptable")


def choose(ranges: Sequence[Range], offered: Sequence[str]) -> str:
    """The first offered type that the best range holds.

    Raises
    ------
    Rejected
        ``dicomweb.not-acceptable``.
    """
    for one in ranges:
        for media_type in offered:
            if not one.multipart and one.covers(media_type):
                return media_type
    raise Rejected("dicomweb.not-acceptable")
