"""`/studies/UID/view`: the viewer in a frame, under a bar of ours that says what one looks at.

The page is isolated (COEP) because the viewer is: threads of its decoders need both. The viewer's
looser script policy is its own; this page keeps the portal's.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final
from urllib.parse import urlencode

from yushan.base import Absent
from yushan.doors.portal.finder import study_line
from yushan.doors.portal.study import DERIVED, OVERLAYS

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response
    from starlette.routing import BaseRoute

    from yushan.doors.portal.looking import Looking
    from yushan.doors.portal.shell import Shell

VIEWER: Final = "/viewer/viewer"


class Viewing:
    """One study in the viewer; ``?series=`` opens it there, or lays that over its images."""

    def __init__(self, shell: Shell, looking: Looking) -> None:
        self.shell, self.looking = shell, looking

    def routes(self) -> list[BaseRoute]:
        """The address."""
        show = self.looking.guard(self.show)
        return [self.shell.get("/studies/{uid}/view", show, needs="see_images")]

    def show(self, request: Request) -> Response:
        """The bar and the frame."""
        seen = self.looking.at(request)
        asked: dict[str, str] = {"StudyInstanceUIDs": seen.row.study_instance_uid}
        if first := request.query_params.get("series", ""):
            kinds = {str(one.series_instance_uid): one.modality for one in seen.series}
            if first not in kinds:
                raise Absent("portal.no-such-page")
            if kinds[first] in OVERLAYS:
                asked["overlay"] = first
            elif kinds[first] not in DERIVED:
                asked["initialSeriesInstanceUID"] = first
        answer = self.shell.page(
            request, "viewing.html", reading=True, study=study_line(seen.row, seen.language, ""),
            frame=f"{VIEWER}?{urlencode(asked)}",
        )  # fmt: skip
        answer.headers["Cross-Origin-Embedder-Policy"] = "require-corp"
        return answer
