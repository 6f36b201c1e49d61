"""`/datasets/index`: the public index of all series, as a page and as files for anybody."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import msgspec
from starlette.responses import FileResponse, Response

from yushan.base import Absent
from yushan.doors.portal.shell import HEADERS

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.routing import BaseRoute

    from yushan.doors.portal.shell import Shell
    from yushan.flows.publish import PublicIndex

TYPES: Final = {"csv": "text/csv; charset=utf-8", "parquet": "application/vnd.apache.parquet"}
#: The same for everybody: may be kept, and asked for again by its ETag.
OPEN: Final = HEADERS | {"Cache-Control": "public, no-cache", "Vary": "Accept-Encoding"}


class DatasetPages:
    """The public index; without one (``None``) it is still being made."""

    def __init__(self, shell: Shell, index: PublicIndex | None) -> None:
        self.shell, self.index = shell, index

    def routes(self) -> list[BaseRoute]:
        """The addresses."""
        return [
            self.shell.get("/datasets/index", self.show),
            self.shell.get("/datasets/index.csv", self.as_file),
            self.shell.get("/datasets/index.parquet", self.as_file),
            self.shell.get("/datasets/index.json", self.as_json),
        ]

    def show(self, request: Request) -> Response:
        """What it is and where to get it."""
        manifest = self.index.manifest() if self.index else None
        return self.shell.page(request, "dataset_index.html", here="statistics", manifest=manifest)

    def as_json(self, request: Request) -> Response:
        """The manifest: version, licence, rules, and the SHA-256 of each file."""
        manifest = self.index.manifest() if self.index else None
        if manifest is None:
            raise Absent("publish.no-index-yet")
        body = msgspec.json.format(msgspec.json.encode(manifest), indent=1)
        return tagged(request, f"{manifest.version}-manifest") or Response(
            body, 200, OPEN | etag(f"{manifest.version}-manifest"), "application/json"
        )

    def as_file(self, request: Request) -> Response:
        """A file, streamed; whoever has it gets 304."""
        kind = request.url.path.rpartition(".")[2]
        if self.index is None:
            raise Absent("publish.no-index-yet")
        path, about = self.index.file(kind)
        headers = OPEN | etag(about.sha256) | {"Digest": f"sha-256={about.sha256}"}
        return tagged(request, about.sha256) or FileResponse(
            path, 200, headers, TYPES[kind], filename=f"yushan-{about.name}"
        )


def etag(name: str) -> dict[str, str]:
    """The header that names this very content."""
    return {"ETag": f'"{name}"'}


def tagged(request: Request, name: str) -> Response | None:
    """304 for whoever has it; None for all others."""
    told = request.headers.get("if-none-match", "").split(",")
    asked = {one.strip().removeprefix("W/") for one in told}
    return Response(None, 304, OPEN | etag(name)) if f'"{name}"' in asked else None
