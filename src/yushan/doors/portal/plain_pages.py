"""Pages that both portals have and that hold no data: help, statements, appearance."""

from __future__ import annotations

from typing import TYPE_CHECKING

from starlette.responses import RedirectResponse, Response

from yushan.doors.portal.forms import local_path
from yushan.doors.portal.languages import DENSE_COOKIE, THEME_COOKIE, THEMES
from yushan.doors.portal.shell import HEADERS

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.routing import BaseRoute

    from yushan.doors.portal.forms import Form
    from yushan.doors.portal.shell import Shell


class PlainPages:
    """`/help`, `/accessibility`, `/rules`, `/appearance`."""

    def __init__(self, shell: Shell) -> None:
        self.shell = shell

    def routes(self) -> list[BaseRoute]:
        """The addresses, with the static files."""
        shell = self.shell
        return [
            shell.get("/static/{name}", shell.assets.serve),
            shell.get("/help", lambda request: shell.page(request, "help.html")),
            shell.get("/accessibility", lambda request: shell.page(request, "accessibility.html")),
            shell.get("/rules", lambda request: shell.page(request, "rules.html")),
            shell.get("/appearance", self.appearance),
            shell.post("/appearance", self.set_appearance),
        ]

    def appearance(self, request: Request) -> Response:
        """The form, with what this browser has chosen."""
        chosen = request.cookies.get(THEME_COOKIE, "")
        origin = request.headers.get("referer", "")
        own = f"{request.url.scheme}://{request.headers.get('host', '')}"
        target = origin.removeprefix(own) if origin.startswith(f"{own}/") else "/"
        return self.shell.page(
            request, "appearance.html", chosen=chosen, next=local_path(target, "/")
        )

    def set_appearance(self, request: Request, form: Form) -> Response:  # noqa: ARG002
        """Keep the choice in cookies and go back to where the person came from."""
        answer = RedirectResponse(local_path(form.get("next"), "/"), 303, HEADERS)
        theme = form.get("theme")
        if theme in THEMES:
            self.shell.keep(answer, THEME_COOKIE, "" if theme == "device" else theme)
        self.shell.keep(answer, DENSE_COOKIE, "1" if form.get("dense") else "")
        return answer
