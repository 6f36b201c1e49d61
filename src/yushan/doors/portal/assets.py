"""Files that pages load: style, one script, the sign. Named by their hash, so kept for ever."""

from __future__ import annotations

import gzip
import hashlib
from importlib.resources import files
from typing import TYPE_CHECKING, Final

from starlette.responses import Response

from yushan.base import Absent

if TYPE_CHECKING:
    from starlette.requests import Request

FOREVER: Final = "public, max-age=31536000, immutable"
HTMX: Final = "htmx-2.0.11.min.js"

#: served name -> (files joined into it, media type)
SHEETS: Final = {
    "yushan.css": (("tokens.css", "yushan.css", "portal.css"), "text/css; charset=utf-8"),
    "htmx.js": ((HTMX,), "text/javascript; charset=utf-8"),
    "desk.js": (("desk.js",), "text/javascript; charset=utf-8"),
    "verify.js": (("verify.js",), "text/javascript; charset=utf-8"),
    "people.js": (("people.js",), "text/javascript; charset=utf-8"),
    "logo.svg": (("logo.svg",), "image/svg+xml"),
    "htmx-LICENSE.txt": (("htmx-LICENSE.txt",), "text/plain; charset=utf-8"),
}


class Assets:
    """The files, read once; ``address`` gives the hashed name, ``serve`` the bytes."""

    def __init__(self) -> None:
        folder = files("yushan.doors.portal") / "static"
        self.addresses: dict[str, str] = {}
        self.bodies: dict[str, tuple[bytes, bytes, str]] = {}
        for name, (parts, kind) in SHEETS.items():
            body = b"\n".join((folder / part).read_bytes() for part in parts)
            stem, _, ending = name.rpartition(".")
            hashed = f"{stem}.{hashlib.sha256(body).hexdigest()[:16]}.{ending}"
            self.addresses[name] = f"/static/{hashed}"
            self.bodies[hashed] = (body, gzip.compress(body, mtime=0), kind)

    def address(self, name: str) -> str:
        """Where a page finds the file; an unknown name is a programmer's error."""
        return self.addresses[name]

    def serve(self, request: Request) -> Response:
        """One file, compressed where the browser takes it."""
        found = self.bodies.get(request.path_params["name"])
        if found is None:
            raise Absent("portal.no-such-page")
        body, packed, kind = found
        headers = {
            "Cache-Control": FOREVER,
            "Vary": "Accept-Encoding",
            "X-Content-Type-Options": "nosniff",
        }
        if "gzip" in request.headers.get("accept-encoding", ""):
            headers["Content-Encoding"] = "gzip"
            body = packed
        return Response(body, media_type=kind, headers=headers)
