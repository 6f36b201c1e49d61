"""Signing in and out, and the demo's one-click sign-in."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from starlette.responses import RedirectResponse, Response

from yushan.base import Absent, Forbidden, Unavailable, YushanError, problem
from yushan.doors.portal.entering import host_of
from yushan.doors.portal.forms import local_path
from yushan.doors.portal.oidc_pages import away
from yushan.doors.portal.shell import HEADERS, account_of, language_of
from yushan.services.accounts import role_name

if TYPE_CHECKING:
    from collections.abc import Sequence

    from starlette.requests import Request
    from starlette.routing import BaseRoute

    from yushan.doors.portal.entering import Entrance
    from yushan.doors.portal.forms import Form
    from yushan.doors.portal.oidc_pages import Providers


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

    def __init__(
        self, entrance: Entrance, demo: Sequence[DemoAccount], providers: Providers
    ) -> None:
        self.entrance, self.shell, self.accounts = entrance, entrance.shell, entrance.accounts
        self.providers = providers
        self.demo = {one.role: one for one in demo} if self.shell.place.demo else {}

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
            wait_minutes=math.ceil(wait_s / 60), passkeys=bool(host_of(request)),
            providers=self.providers.names(language),
            policy=self.accounts.policy,
        )  # fmt: skip
        if wait_s:
            answer.headers["Retry-After"] = str(wait_s)
        return answer

    def sign_in(self, request: Request, form: Form) -> Response:
        """Check name and password; on success a new session, never one that was there before."""
        user = form.get("user")[:64]
        try:
            account = self.accounts.authenticate(
                user, form.raw("password"), address_of(request), self.entrance.known_of(request)
            )
        except (Forbidden, Unavailable) as error:
            self.entrance.told(None, "account.sign-in-failed", reasons=(error.code,))
            return self.form(request, form.get("next"), user, error)
        return self.entrance.known(request, account, form.get("next"))

    def sign_in_as(self, request: Request, form: Form) -> Response:
        """The demo's button: the same way with the password that the demo made."""
        chosen = self.demo.get(form.get("role"))
        if chosen is None:
            raise Absent("portal.no-such-page")
        account = self.accounts.authenticate(chosen.user, chosen.password, address_of(request))
        return self.entrance.enter(request, account, form.get("next"), is_confirmed=True)

    def sign_out(self, request: Request, form: Form) -> Response:  # noqa: ARG002 - no fields
        """End the session at once; with a provider, also the one there."""
        account = account_of(request)
        onward = self.providers.leave(request, self.entrance)
        self.entrance.close(request)
        request.state.account = None
        local = onward.startswith("/")
        answer = (
            RedirectResponse("/", 303, HEADERS) if local else away(self.entrance, request, onward)
        )
        place = self.shell.place
        answer.delete_cookie(place.session_cookie, secure=place.secure, httponly=True)
        answer.headers["Clear-Site-Data"] = '"cache", "storage"'
        if account:
            self.entrance.told(account, "account.signed-out")
        return answer


def address_of(request: Request) -> str:
    """Where the request comes from; a proxy's header is believed only if the server is told."""
    return request.client.host if request.client else ""
