"""`/invitation/…`: a one-time link opens an account, or sets a new password."""

from __future__ import annotations

from typing import TYPE_CHECKING

from yushan.base import Conflict, Rejected, YushanError, problem
from yushan.doors.portal.people_forms import told_scope
from yushan.doors.portal.shell import language_of
from yushan.doors.portal.told import field_of
from yushan.doors.portal.words import Words
from yushan.services.accounts import SHORTEST, role_name

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response
    from starlette.routing import BaseRoute

    from yushan.doors.portal.entering import Entrance
    from yushan.doors.portal.forms import Form


class InvitationPages:
    """What whoever got a link sees."""

    def __init__(self, entrance: Entrance) -> None:
        self.entrance, self.shell, self.accounts = entrance, entrance.shell, entrance.accounts

    def routes(self) -> list[BaseRoute]:
        """The address."""
        return [
            self.shell.get("/invitation/{secret}", self.show),
            self.shell.post("/invitation/{secret}", self.accept),
        ]

    def show(self, request: Request) -> Response:
        """What the link is for, and the form."""
        return self.form(request, "")

    def form(self, request: Request, user: str, error: YushanError | None = None) -> Response:
        """The form, after an error with what was typed but never with the password."""
        language = language_of(request)
        link = self.accounts.invitations.look(request.path_params["secret"])
        known = self.accounts.by_id(link.account).user if link.kind == "reset" else user
        answer = self.shell.page(
            request, "invitation.html", status=422 if error else 200, link=link, user=known,
            role_word=role_name(link.role, language), shortest=SHORTEST,
            scope=told_scope(link.scope, Words(language), self.shell.place),
            told=problem(error, language) if error else None, at=field_of(error),
        )  # fmt: skip
        answer.headers["Referrer-Policy"] = "no-referrer"
        return answer

    def accept(self, request: Request, form: Form) -> Response:
        """Open the account or set the password, then sign in as everybody does."""
        secret, user = request.path_params["secret"], form.get("user")[:64].lower()
        link = self.accounts.invitations.look(secret)
        try:
            if link.kind == "reset":
                account = self.accounts.invitations.set_password(secret, form.raw("password"))
                self.entrance.told(account, "account.password-changed")
            else:
                account = self.accounts.invitations.accept(
                    secret, user, form.raw("password"), language_of(request)
                )
                self.entrance.told(account, "account.created")
        except (Rejected, Conflict) as error:
            return self.form(request, user, error)
        return self.entrance.known(request, account, "")
