"""`/studies/UID/view`: the viewer in a frame, under a bar of ours that says what one looks at.

The page is isolated (COEP) because the viewer is: threads of its decoders need both. The viewer's
looser script policy is its own; this page keeps the portal's.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final
from urllib.parse import urlencode

from yushan.base import Absent
from yushan.doors.portal.finder import study_line
from yushan.doors.portal.shell import language_of
from yushan.doors.portal.studies import scope_of

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response
    from starlette.routing import BaseRoute

    from yushan.doors.portal.finder import Finder
    from yushan.doors.portal.shell import Shell

VIEWER: Final = "/viewer/viewer"


class Viewing:
    """One study in the viewer; ``?series=`` opens it there."""

    def __init__(self, shell: Shell, finder: Finder) -> None:
        self.shell, self.finder = shell, finder

    def routes(self) -> list[BaseRoute]:
        """The address."""
        return [self.shell.get("/studies/{uid}/view", self.show, needs="see_images")]

    def show(self, request: Request) -> Response:
        """The bar and the frame."""
        language = language_of(request)
        row, series = self.finder.study(scope_of(request), request.path_params["uid"])
        asked = {"StudyInstanceUIDs": row.study_instance_uid}
        if first := request.query_params.get("series", ""):
            if first not in {one.series_instance_uid for one in series}:
                raise Absent("portal.no-such-page")
            asked["initialSeriesInstanceUID"] = first
        answer = self.shell.page(
            request, "viewing.html", reading=True, study=study_line(row, language, ""),
            frame=f"{VIEWER}?{urlencode(asked)}",
        )  # fmt: skip
        answer.headers["Cross-Origin-Embedder-Policy"] = "require-corp"
        return answer
