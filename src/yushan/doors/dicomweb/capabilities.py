"""What the service does, for programs (PS3.18 8.9): ``GET /dicom-web`` and ``OPTIONS`` anywhere."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final
from xml.sax.saxutils import quoteattr

import msgspec
from starlette.responses import Response

from yushan.base import Rejected
from yushan.doors.dicomweb.asking import base_of
from yushan.doors.dicomweb.media import DICOM, JSON, XML, ZIP, accepted
from yushan.doors.dicomweb.search import FIELDS, MAX_LIMIT

if TYPE_CHECKING:
    from collections.abc import Callable

    from starlette.requests import Request

Transaction = tuple[tuple[str, ...], tuple[str, ...], tuple[str, ...]]

WADL: Final = "application/vnd.sun.wadl+xml"
PICTURES: Final = ("image/jpeg", "image/png", "image/gif")
MODELS: Final = (JSON, f'multipart/related; type="{XML}"')
FILES: Final = (f'multipart/related; type="{DICOM}"', DICOM, ZIP)
VALUES: Final = ('multipart/related; type="application/octet-stream"', "application/octet-stream")
FRAME_TYPES: Final = (*VALUES, 'multipart/related; type="image/*"')
PAGED: Final = ("limit", "offset", "after", "includefield", "fuzzymatching")
VIEWED: Final = ("window", "viewport", "quality", "annotation", "iccprofile")
STUDY: Final = "/studies/{study}"
SERIES: Final = STUDY + "/series/{series}"
INSTANCE: Final = SERIES + "/instances/{instance}"
FRAMES: Final = INSTANCE + "/frames/{frames}"

#: Transaction → (addresses, what comes, parameters).
READING: Final[dict[str, Transaction]] = {
    "search": (
        ("/studies", "/series", "/instances", STUDY + "/series", STUDY + "/instances",
         SERIES + "/instances"), MODELS, PAGED,
    ),
    "retrieve": ((STUDY, SERIES, INSTANCE), FILES, ("accept",)),
    "metadata": (
        (STUDY + "/metadata", SERIES + "/metadata", INSTANCE + "/metadata"), MODELS, ("accept",),
    ),
    "frames": ((FRAMES,), FRAME_TYPES, ("accept",)),
    "bulkdata": ((INSTANCE + "/bulkdata/{path}",), VALUES, ("accept",)),
    "rendered": (
        tuple(f"{place}/rendered" for place in (STUDY, SERIES, INSTANCE, FRAMES)),
        PICTURES, VIEWED,
    ),
    "thumbnail": (
        tuple(f"{place}/thumbnail" for place in (STUDY, SERIES, INSTANCE, FRAMES)),
        PICTURES, ("viewport",),
    ),
}  # fmt: skip
STORING: Final[Transaction] = (("/studies", STUDY), (JSON,), ())

#: What a body of the request to store may be.
TAKEN: Final = tuple(
    form for one in (DICOM, JSON) for form in (f'multipart/related; type="{one}"', one)
)


class Capabilities:
    """The description, whole or of one address."""

    def __init__(self, *, stores: bool) -> None:
        self.stores = stores

    def of(self, path: str) -> Callable[[Request], Response]:
        """Who answers for an address; the root stands for all."""

        def answer(request: Request) -> Response:
            methods = ["GET", "HEAD", "OPTIONS"]
            methods += ["POST"] if self.stores and path in STORING[0] else []
            headers = {"Allow": ", ".join(methods), "Cache-Control": "private, max-age=300"}
            media_type = chosen(request)
            if media_type == WADL:
                return Response(self.wadl(base_of(request), path), 200, headers, media_type)
            said = self.said(base_of(request), path)
            return Response(msgspec.json.encode(said), 200, headers, media_type)

        return answer

    def transactions(self, path: str) -> dict[str, Transaction]:
        """Those of an address, or all."""
        held = READING | ({"store": STORING} if self.stores else {})
        if path in ("", "/"):
            return held
        same = path.replace("{path:path}", "{path}")
        return {
            name: ((same,), types, names)
            for name, (places, types, names) in held.items()
            if same in places
        }

    def said(self, base: str, path: str) -> dict[str, Any]:
        """As JSON."""
        held = self.transactions(path)
        return {
            "service": base,
            "standard": "PS3.18 2026d",
            "read_only": not self.stores,
            "transactions": {name: places for name, (places, *_) in held.items()},
            "media_types": {name: types for name, (_, types, _) in held.items()},
            "parameters": {name: names for name, (_, _, names) in held.items()},
            "takes": TAKEN if self.stores else (),
            "indexed": [f"{tag:08X}" for tag in sorted(FIELDS)],
            "largest_limit": MAX_LIMIT,
        }

    def wadl(self, base: str, path: str) -> bytes:
        """As Web Application Description Language."""
        lines = ['<?xml version="1.0" encoding="UTF-8"?>',
                 '<application xmlns="http://wadl.dev.java.net/2009/02">',
                 f"<resources base={quoteattr(base)}>"]  # fmt: skip
        for name, (places, types, names) in self.transactions(path).items():
            method = "POST" if name == "store" else "GET"
            asked = "".join(f'<param name="{one}" style="query"/>' for one in names)
            given = "".join(f"<representation mediaType={quoteattr(one)}/>" for one in types)
            lines += [
                f'<resource path={quoteattr(place)}><method name="{method}" id="{name}">'
                f"<request>{asked}</request><response>{given}</response></method></resource>"
                for place in places
            ]
        return "\n".join([*lines, "</resources></application>"]).encode()


def chosen(request: Request) -> str:
    """JSON, or WADL for who asks for it.

    Raises
    ------
    Rejected
        ``dicomweb.not-acceptable``.
    """
    for one in accepted(request):
        for media_type in (JSON, "application/json", WADL):
            if one.covers(media_type) and not one.multipart:
                return media_type
    raise Rejected("dicomweb.not-acceptable")
