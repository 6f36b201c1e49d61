"""`/purpose`: what a look-up is for, asked once per study and session where the table says so."""

from __future__ import annotations

from typing import TYPE_CHECKING

from starlette.responses import RedirectResponse, Response

from yushan.base import Rejected, problem
from yushan.doors.portal.forms import local_path
from yushan.doors.portal.second_factor import here
from yushan.doors.portal.shell import HEADERS, language_of
from yushan.services.accounts import REASONS
from yushan.services.ledger import Thing

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.routing import BaseRoute

    from yushan.base import YushanError
    from yushan.doors.portal.entering import Entrance
    from yushan.doors.portal.forms import Form


class PurposePages:
    """Asks, keeps and records the reason."""

    def __init__(self, entrance: Entrance) -> None:
        self.entrance, self.shell, self.accounts = entrance, entrance.shell, entrance.accounts

    def routes(self) -> list[BaseRoute]:
        """The address."""
        return [
            self.shell.get("/purpose", self.show, needs="see_images"),
            self.shell.post("/purpose", self.give, needs="see_images"),
        ]

    def show(self, request: Request) -> Response:
        """The question."""
        asked = request.query_params
        return self.form(request, asked.get("study", ""), asked.get("next", ""))

    def form(
        self, request: Request, study: str, target: str, error: YushanError | None = None
    ) -> Response:
        """The question, after an error with it."""
        language = language_of(request)
        return self.shell.page(
            request, "purpose.html", status=422 if error else 200, study=study[:64],
            next=local_path(target, "/studies"),
            reasons={code: one.word(language) for code, one in REASONS.items()},
            told=problem(error, language) if error else None,
        )  # fmt: skip

    def give(self, request: Request, form: Form) -> Response:
        """Keep the reason for this session, write it to the ledger, go on."""
        account, study, target = here(request), form.get("study"), form.get("next")
        try:
            self.accounts.purposes.give(account, study, form.get("purpose"))
        except Rejected as error:
            return self.form(request, study, target, error)
        if self.entrance.audit is not None:
            thing = Thing("study", form.get("purpose"), study=study)
            self.entrance.audit.did(account, "purpose.given", thing)
        return RedirectResponse(local_path(target, "/studies"), 303, HEADERS)
