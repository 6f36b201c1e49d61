"""Passkeys: the browser asks for a challenge, the authenticator signs it, a form brings it back."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from starlette.responses import RedirectResponse, Response

from yushan.base import Absent, Forbidden
from yushan.doors.portal.entering import host_of
from yushan.doors.portal.forms import local_path
from yushan.doors.portal.second_factor import here
from yushan.doors.portal.shell import HEADERS
from yushan.doors.portal.signing_in import address_of

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.routing import BaseRoute

    from yushan.doors.portal.entering import Entrance
    from yushan.doors.portal.forms import Form


class PasskeyPages:
    """`/sign-in/passkey`, `/confirm/passkey`, `/account/passkeys`, each with `/begin`."""

    def __init__(self, entrance: Entrance) -> None:
        self.entrance, self.shell, self.accounts = entrance, entrance.shell, entrance.accounts

    def routes(self) -> list[BaseRoute]:
        """The addresses."""
        return [
            self.shell.post("/sign-in/passkey/begin", self.begin_use),
            self.shell.post("/sign-in/passkey", self.sign_in),
            self.shell.post("/confirm/passkey", self.confirm),
            self.shell.post("/account/passkeys/begin", self.begin_making),
            self.shell.post("/account/passkeys", self.make),
        ]

    def host(self, request: Request) -> str:
        """The host; ``Absent("portal.no-such-page")`` where there can be no passkeys."""
        if not (host := host_of(request)):
            raise Absent("portal.no-such-page")
        return host

    def begin_use(self, request: Request, form: Form) -> Response:  # noqa: ARG002 - no fields
        """What an authenticator is asked to sign."""
        self.accounts.count_begin(address_of(request))
        secret, options = self.accounts.passkeys.begin_use(self.host(request))
        return told(secret, options)

    def sign_in(self, request: Request, form: Form) -> Response:
        """Sign in by a passkey alone: something one has, opened by something one is or knows."""
        try:
            account = self.accounts.passkeys.finish_use(
                self.host(request), form.get("step"), form.raw("answer")
            )
        except Forbidden as error:
            self.entrance.told(None, "account.sign-in-failed", reasons=(error.code,))
            raise
        return self.entrance.enter(
            request, account, form.get("next"), how="passkey", is_confirmed=True
        )

    def confirm(self, request: Request, form: Form) -> Response:
        """Prove again who one is; a passkey of somebody else proves nothing."""
        account = self.accounts.passkeys.finish_use(
            self.host(request), form.get("step"), form.raw("answer")
        )
        if account.id != here(request).id:
            raise Forbidden("accounts.passkey-wrong")
        onward = RedirectResponse(local_path(form.get("next"), "/"), 303, HEADERS)
        return self.entrance.proven(request, onward)

    def begin_making(self, request: Request, form: Form) -> Response:  # noqa: ARG002 - no fields
        """What an authenticator is asked to make."""
        secret, options = self.accounts.passkeys.begin_making(here(request), self.host(request))
        return told(secret, options)

    def make(self, request: Request, form: Form) -> Response:
        """Keep the passkey that was made; the first one makes this session proven."""
        account = here(request)
        is_first = not self.accounts.factors.of(account.id)
        if not self.entrance.may_enrol(request):
            return RedirectResponse("/confirm?next=/account/second-factor", 303, HEADERS)
        self.accounts.passkeys.finish_making(
            account, self.host(request), form.get("step"), form.raw("answer"), form.get("name")
        )
        self.entrance.told(account, "account.second-factor-changed")
        onward = RedirectResponse("/account/recovery" if is_first else "/account", 303, HEADERS)
        return self.entrance.proven(request, onward)


def told(secret: str, options: dict[str, Any]) -> Response:
    """What the browser's script reads."""
    body = json.dumps({"step": secret, "options": options})
    return Response(body, 200, HEADERS, "application/json")
