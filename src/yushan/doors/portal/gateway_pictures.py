"""Pictures of the quarantine desk as PNG: never kept by anybody, never outside of the hospital."""

from __future__ import annotations

from typing import TYPE_CHECKING

from starlette.responses import Response

from yushan.base import Absent
from yushan.doors.portal.desk_state import boxes_of, filled, state_from
from yushan.doors.portal.shell import HEADERS
from yushan.flows.desk import View
from yushan.services.gateway import State

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.routing import BaseRoute

    from yushan.doors.portal.gateway_looks import Looks
    from yushan.doors.portal.ports import QuarantineDesk
    from yushan.doors.portal.shell import Shell
    from yushan.services.gateway import Journal


class GatewayPictures:
    """`/quarantine/NUMBER/picture.png`, for whoever may decide, while it waits."""

    def __init__(self, shell: Shell, journal: Journal, desk: QuarantineDesk, looks: Looks) -> None:
        self.shell, self.journal, self.desk, self.looks = shell, journal, desk, looks

    def routes(self) -> list[BaseRoute]:
        """The address."""
        needs, path = "handle_quarantine", "/quarantine/{number:int}/picture.png"
        return [self.shell.get(path, self.picture, needs=needs)]

    def picture(self, request: Request) -> Response:
        """One frame with the boxes that the address says filled."""
        number, state = request.path_params["number"], state_from(request.query_params)
        if not any(
            one.id == number
            for one in self.journal.page(State.QUARANTINED, after=number - 1, limit=1)
        ):
            raise Absent("portal.not-waiting")
        self.looks.at_picture(request, number)
        boxes = boxes_of(self.desk.decisions.findings(number), state.boxes)
        view = View(state.frame, state.window, filled(boxes, state.view))
        body = self.desk.pictures.png(number, view)
        return Response(body, 200, HEADERS, "image/png")
