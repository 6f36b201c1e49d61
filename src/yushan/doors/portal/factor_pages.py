"""`/account/second-factor` and `/account/recovery`: factors are added, taken away, replaced."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final
from urllib.parse import quote

from markupsafe import Markup
from starlette.responses import RedirectResponse, Response

from yushan.base import Absent, Forbidden, YushanError, problem
from yushan.doors.portal.entering import host_of
from yushan.doors.portal.second_factor import here
from yushan.doors.portal.shell import HEADERS, language_of

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.routing import BaseRoute

    from yushan.doors.portal.entering import Entrance
    from yushan.doors.portal.forms import Form

PAGE: Final = "/account/second-factor"


class FactorPages:
    """One's own second factors."""

    def __init__(self, entrance: Entrance) -> None:
        self.entrance, self.shell, self.accounts = entrance, entrance.shell, entrance.accounts

    def routes(self) -> list[BaseRoute]:
        """The addresses."""
        get, post, needs = self.shell.get, self.shell.post, "manage_own_account"
        return [
            get(PAGE, self.show, needs=needs),
            post(PAGE, self.finish, needs=needs),
            post(f"{PAGE}/begin", self.begin, needs=needs),
            post("/account/factors/remove", self.remove, needs=needs),
            get("/account/recovery", self.show_recovery, needs=needs),
            post("/account/recovery", self.renew, needs=needs),
        ]

    @property
    def issuer(self) -> str:
        """The name that authenticator apps show."""
        return f"Yushan {self.shell.place.name['en']}"[:60]

    def show(self, request: Request) -> Response:
        """What there is to choose from, and the picture of a generator that was begun."""
        if not self.entrance.may_enrol(request):
            return self.away(request)
        return self.form(request)

    def away(self, request: Request) -> Response:
        """To a fresh proof; where the account has nothing to give one with, to signing in again."""
        has_any = bool(self.accounts.factors.of(here(request).id))
        way = "/confirm" if has_any else "/sign-in"
        return RedirectResponse(f"{way}?next={quote(PAGE)}", 303, HEADERS)

    def form(self, request: Request, error: YushanError | None = None) -> Response:
        """The page, after an error with it."""
        setup = self.accounts.factors.pending_totp(here(request), self.issuer)
        return self.shell.page(
            request, "account_factor.html", status=422 if error else 200, setup=setup,
            picture=Markup(setup.svg) if setup else "",  # noqa: S704 - drawn by ourselves
            passkeys=bool(host_of(request)), must=self.accounts.policy.asks_factor(
                here(request).role),
            has_any=bool(self.accounts.factors.of(here(request).id)),
            told=problem(error, language_of(request)) if error else None,
        )  # fmt: skip

    def begin(self, request: Request, form: Form) -> Response:  # noqa: ARG002 - no fields
        """Make a code generator; it is in force after its first code."""
        if not self.entrance.may_enrol(request):
            return self.away(request)
        self.accounts.factors.begin_totp(here(request), self.issuer)
        return RedirectResponse(PAGE, 303, HEADERS)

    def finish(self, request: Request, form: Form) -> Response:
        """Take the first code; with the first factor come recovery codes."""
        account = here(request)
        if not self.entrance.may_enrol(request):
            return self.away(request)
        is_first = not self.accounts.factors.of(account.id)
        try:
            self.accounts.factors.finish_totp(account, form.raw("code")[:64], form.get("name"))
        except (Forbidden, Absent) as error:
            return self.form(request, error)
        self.entrance.told(account, "account.second-factor-changed")
        onward = RedirectResponse("/account/recovery" if is_first else "/account", 303, HEADERS)
        return self.entrance.proven(request, onward)

    def remove(self, request: Request, form: Form) -> Response:
        """Take a factor away, after a fresh proof; other sessions end."""
        account = here(request)
        if away := self.entrance.require_fresh(request, "/account"):
            return away
        self.accounts.factors.remove(account, form.get("factor"))
        self.accounts.sessions.end_others(account, account.session)
        self.entrance.told(account, "account.second-factor-changed")
        return RedirectResponse("/account", 303, HEADERS)

    def show_recovery(self, request: Request) -> Response:
        """How many codes are left, and the way to new ones."""
        return self.recovery(request)

    def recovery(self, request: Request, codes: tuple[str, ...] = ()) -> Response:
        """The page; fresh codes are on it once, and never again."""
        left = self.accounts.factors.recovery_left(here(request).id)
        return self.shell.page(request, "account_recovery.html", codes=codes, left=left)

    def renew(self, request: Request, form: Form) -> Response:  # noqa: ARG002 - no fields
        """New recovery codes, after a fresh proof; those before are void."""
        account = here(request)
        if away := self.entrance.require_fresh(request, "/account/recovery"):
            return away
        if not self.accounts.factors.of(account.id):
            raise Absent("accounts.absent")
        codes = self.accounts.factors.new_recovery_codes(account)
        self.entrance.told(account, "account.second-factor-changed")
        return self.recovery(request, codes)
