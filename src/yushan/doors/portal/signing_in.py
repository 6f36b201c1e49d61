"""Signing in and out, and the demo's one-click sign-in."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from starlette.responses import RedirectResponse, Response

from yushan.base import Absent, Forbidden, Unavailable, YushanError, problem
from yushan.doors.portal.forms import local_path
from yushan.doors.portal.shell import HEADERS, account_of, language_of
from yushan.engines.observe import facts, log_for
from yushan.services.accounts import role_name

if TYPE_CHECKING:
    from collections.abc import Sequence

    from starlette.requests import Request
    from starlette.routing import BaseRoute

    from yushan.doors.portal.forms import Form
    from yushan.doors.portal.shell import Shell
    from yushan.services.accounts import Account, Accounts

log = log_for(__name__)

HOME: Final = {"commons": "/home", "gateway": "/accounting"}


@dataclass(frozen=True, slots=True)
class DemoAccount:
    """An account that the demo made for one role, with the password that opens it."""

    role: str
    user: str
    password: str


@dataclass(frozen=True, slots=True)
class DemoPerson:
    """A one-click button: the role and its name."""

    role: str
    name: str


class SigningIn:
    """`/sign-in`, `/sign-out` and, in the demo, `/tour/sign-in`."""

    def __init__(self, shell: Shell, accounts: Accounts, demo: Sequence[DemoAccount] = ()) -> None:
        self.shell = shell
        self.accounts = accounts
        self.demo = {one.role: one for one in demo} if shell.place.demo else {}

    def routes(self) -> list[BaseRoute]:
        """The addresses."""
        routes: list[BaseRoute] = [
            self.shell.get("/sign-in", self.show),
            self.shell.post("/sign-in", self.sign_in),
            self.shell.post("/sign-out", self.sign_out),
        ]
        if self.demo:
            routes.append(self.shell.post("/tour/sign-in", self.sign_in_as))
        return routes

    def show(self, request: Request) -> Response:
        """The form."""
        return self.form(request, request.query_params.get("next", ""), "")

    def form(
        self, request: Request, target: str, user: str, error: YushanError | None = None
    ) -> Response:
        """The form, after an error with what was typed but never with the password."""
        language = language_of(request)
        people = [DemoPerson(role, role_name(role, language)) for role in self.demo]
        wait_s = int(error.facts.get("wait_s", 0)) if error else 0
        status = 200 if error is None else 422 if isinstance(error, Forbidden) else error.status
        answer = self.shell.page(
            request, "sign_in.html", status=status, user=user, people=people,
            next=local_path(target, ""), told=problem(error, language) if error else None,
            wait_minutes=math.ceil(wait_s / 60),
        )  # fmt: skip
        if wait_s:
            answer.headers["Retry-After"] = str(wait_s)
        return answer

    def sign_in(self, request: Request, form: Form) -> Response:
        """Check name and password; on success a new session, never one that was there before."""
        user = form.get("user")[:64]
        try:
            account = self.accounts.authenticate(user, form.raw("password"), address_of(request))
        except (Forbidden, Unavailable) as error:
            log.info("portal.sign-in-refused", extra=facts(code=error.code))
            return self.form(request, form.get("next"), user, error)
        return self.welcome(request, account, form.get("next"))

    def sign_in_as(self, request: Request, form: Form) -> Response:
        """The demo's button: the same way with the password that the demo made."""
        chosen = self.demo.get(form.get("role"))
        if chosen is None:
            raise Absent("portal.no-such-page")
        account = self.accounts.authenticate(chosen.user, chosen.password, address_of(request))
        return self.welcome(request, account, form.get("next"))

    def welcome(self, request: Request, account: Account, target: str) -> Response:
        """Open a session, end the one this browser had, go on to where the person wanted."""
        self.close(request)
        secret = self.accounts.open_session(account)
        place = self.shell.place
        onward = local_path(target, HOME[place.kind])
        answer = RedirectResponse(onward, 303, HEADERS)
        answer.set_cookie(
            place.session_cookie, secret, httponly=True, samesite="lax", secure=place.secure
        )
        answer.delete_cookie(place.guest_cookie, secure=place.secure, httponly=True)
        log.info("portal.signed-in", extra=facts(account=account.id, role=account.role))
        return answer

    def sign_out(self, request: Request, form: Form) -> Response:  # noqa: ARG002 - no fields
        """End the session at once."""
        self.close(request)
        answer = RedirectResponse("/", 303, HEADERS)
        place = self.shell.place
        answer.delete_cookie(place.session_cookie, secure=place.secure, httponly=True)
        if account := account_of(request):
            log.info("portal.signed-out", extra=facts(account=account.id))
        return answer

    def close(self, request: Request) -> None:
        """End the session this browser holds, if it holds one."""
        if secret := request.cookies.get(self.shell.place.session_cookie):
            self.accounts.close_session(secret)


def address_of(request: Request) -> str:
    """Where the request comes from; a proxy's header is not believed."""
    return request.client.host if request.client else ""
