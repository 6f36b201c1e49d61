"""Files of the viewer, with a policy of their own and no way out of their folder."""

from __future__ import annotations

import json
from importlib.resources import files
from typing import TYPE_CHECKING, Final

from starlette.responses import FileResponse, PlainTextResponse, RedirectResponse, Response
from starlette.routing import Route

from yushan.base import Absent
from yushan.doors.viewer.install import STAMP, VERSION, is_installed

if TYPE_CHECKING:
    from pathlib import Path

    from starlette.requests import Request

TYPES: Final = {
    ".js": "text/javascript; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".html": "text/html; charset=utf-8",
    ".json": "application/json",
    ".wasm": "application/wasm",
    ".svg": "image/svg+xml",
    ".png": "image/png",
    ".ico": "image/x-icon",
    ".xml": "application/xml",
    ".txt": "text/plain; charset=utf-8",
}
#: The viewer's own pages that we open; its list, upload and local files are none of them.
PAGES: Final = frozenset({"viewer", "segmentation", "microscopy"})
#: Our language -> the viewer's, and the one word of a menu that it does not translate.
LANGUAGES: Final = {"zh-Hant": ("zh", "疊加到視窗"), "en": ("en-US", "Add as layer")}
FOREVER: Final = "public, max-age=31536000, immutable"
NEVER: Final = "no-cache"

# Codecs call `new Function`; segmentation objects make the page itself do so: hence unsafe-eval,
# on this path and on no other.
POLICY: Final = (
    "default-src 'none'; script-src 'self' 'wasm-unsafe-eval' 'unsafe-eval' {scripts}; "
    "style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; connect-src 'self' data: blob:; "
    "font-src 'self' data:; worker-src 'self' blob:; manifest-src 'self'; object-src 'none'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'self'"
)


def routes(folder: Path) -> list[Route]:
    """``/viewer/…`` from the folder that `install` filled."""
    door = Viewer(folder)
    return [
        Route("/viewer", door.begin),
        Route("/viewer/app-config.js", door.config),
        Route("/viewer/{path:path}", door.file),
    ]


class Viewer:
    """The viewer's files; `PAGES` are drawn by itself."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder.resolve()
        self.known: dict[str, Path] = {}
        self.policy = POLICY.format(scripts="")
        if is_installed(folder):
            scripts = json.loads((folder / STAMP).read_text("utf-8"))["scripts"]
            self.policy = POLICY.format(scripts=" ".join(scripts))
            self.known = {
                path.relative_to(self.folder).as_posix(): path
                for path in self.folder.rglob("*")
                if path.is_file() and path.name != STAMP
            }

    def headers(self, cache: str) -> dict[str, str]:
        """What every answer of the viewer carries."""
        return {
            "Content-Security-Policy": self.policy,
            "Cross-Origin-Opener-Policy": "same-origin",
            "Cross-Origin-Embedder-Policy": "require-corp",
            "Cross-Origin-Resource-Policy": "same-origin",
            "X-Content-Type-Options": "nosniff",
            "Referrer-Policy": "no-referrer",
            "Cache-Control": cache,
        }

    async def begin(self, _request: Request) -> Response:
        """The list of studies is the portal's; the viewer opens single studies."""
        return RedirectResponse("/studies")

    async def config(self, request: Request) -> Response:
        """Our configuration; the package's own names a host on the internet."""
        text = (files("yushan.doors.viewer") / "data" / "app-config.js").read_text("utf-8")
        asked = getattr(request.state, "language", "zh-Hant")
        language, layer = LANGUAGES.get(asked, LANGUAGES["en"])
        for stand_in, value in (("LANGUAGE", language), ("VERSION", VERSION), ("LAYER", layer)):
            text = text.replace(stand_in, value)
        return PlainTextResponse(text, headers=self.headers(NEVER), media_type=TYPES[".js"])

    async def file(self, request: Request) -> Response:
        """A file by its name, compressed when the browser takes it; else the viewer's page."""
        if not self.known:
            raise Absent("viewer.not-installed")
        if request.state.account is None:
            return RedirectResponse("/sign-in?next=" + request.url.path)
        name = request.path_params["path"]
        path = self.known.get(name)
        if path is None and name not in PAGES:
            raise Absent("viewer.no-file")
        path = path or self.known["index.html"]
        hashed = ".bundle." in path.name or path.parent.name == "assets"
        headers = self.headers(FOREVER if hashed else NEVER)
        kind = TYPES.get(path.suffix, "application/octet-stream")
        packed = path.with_name(path.name + ".gz")
        if "gzip" in request.headers.get("accept-encoding", "") and packed.is_file():
            headers |= {"Content-Encoding": "gzip", "Vary": "Accept-Encoding"}
            path = packed
        return FileResponse(path, headers=headers, media_type=kind)
