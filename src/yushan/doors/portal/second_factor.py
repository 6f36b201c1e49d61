"""The second factor: at signing in, and again before powerful acts."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import quote

from starlette.responses import RedirectResponse, Response

from yushan.base import Forbidden, Unavailable, YushanError, problem
from yushan.doors.portal.entering import host_of
from yushan.doors.portal.forms import local_path
from yushan.doors.portal.shell import HEADERS, account_of, language_of
from yushan.doors.portal.signing_in import address_of

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.routing import BaseRoute

    from yushan.doors.portal.entering import Entrance
    from yushan.doors.portal.forms import Form
    from yushan.doors.portal.oidc_pages import Providers
    from yushan.services.accounts import Account


class SecondFactor:
    """`/sign-in/second` and `/confirm`."""

    def __init__(
        self, entrance: Entrance, providers: Providers, demo_roles: frozenset[str]
    ) -> None:
        self.providers = providers
        self.entrance, self.shell, self.accounts = entrance, entrance.shell, entrance.accounts
        self.demo_roles = demo_roles

    def routes(self) -> list[BaseRoute]:
        """The addresses."""
        return [
            self.shell.get("/sign-in/second", self.show_second),
            self.shell.post("/sign-in/second", self.second),
            self.shell.get("/confirm", self.show_confirm),
            self.shell.post("/confirm", self.confirm),
        ]

    def show_second(self, request: Request) -> Response:
        """The form for the code; without a step that holds, back to the first form."""
        target = request.query_params.get("next", "")
        try:
            self.accounts.steps.look("second", self.entrance.step_of(request))
        except Forbidden:
            return RedirectResponse(f"/sign-in?next={quote(local_path(target, ''))}", 303, HEADERS)
        return self.second_form(request, target)

    def second_form(
        self, request: Request, target: str, error: YushanError | None = None
    ) -> Response:
        """The form, after an error with it."""
        return self.shell.page(
            request, "second_factor.html", status=422 if error else 200,
            next=local_path(target, ""), passkeys=bool(host_of(request)),
            told=problem(error, language_of(request)) if error else None,
        )  # fmt: skip

    def second(self, request: Request, form: Form) -> Response:
        """Take the code; five tries, then the password again."""
        secret, target = self.entrance.step_of(request), form.get("next")
        step = self.accounts.steps.attempt("second", secret)
        account = self.accounts.by_id(step.account)
        try:
            how = self.accounts.confirm_code(account, form.raw("code")[:64])
        except (Forbidden, Unavailable) as error:
            self.entrance.told(account, "account.sign-in-failed", reasons=(error.code,))
            return self.second_form(request, target, error)
        self.accounts.steps.take("second", secret)
        return self.entrance.enter(request, account, target, how=how, is_confirmed=True)

    def show_confirm(self, request: Request) -> Response:
        """The form by which somebody who is signed in proves again who they are."""
        return self.confirm_form(request, request.query_params.get("next", ""))

    def confirm_form(
        self, request: Request, target: str, error: YushanError | None = None
    ) -> Response:
        """The form, with what this account has: a code, a passkey, else the password."""
        account = here(request)
        return self.shell.page(
            request, "confirm.html", status=422 if error else 200, next=local_path(target, "/"),
            told=problem(error, language_of(request)) if error else None,
            kinds=frozenset(one.kind for one in self.accounts.factors.of(account.id)),
            passkeys=bool(host_of(request)), can_click=account.role in self.demo_roles,
            has_password=self.accounts.has_password(account.id),
            providers=self.providers.names(language_of(request)),
        )  # fmt: skip

    def confirm(self, request: Request, form: Form) -> Response:
        """Take a code, or the password of an account without a second factor."""
        account, target = here(request), form.get("next")
        try:
            if self.accounts.factors.of(account.id):
                self.accounts.confirm_code(account, form.raw("code")[:64])
            else:
                self.by_password(request, account, form)
        except (Forbidden, Unavailable) as error:
            self.entrance.told(account, "account.sign-in-failed", reasons=(error.code,))
            return self.confirm_form(request, target, error)
        onward = RedirectResponse(local_path(target, "/"), 303, HEADERS)
        return self.entrance.proven(request, onward)

    def by_password(self, request: Request, account: Account, form: Form) -> None:
        """The password once more; it is not enough where the house asks for a second factor."""
        self.accounts.authenticate(
            account.user, form.raw("password"), address_of(request),
            self.entrance.known_of(request),
        )  # fmt: skip
        if self.accounts.policy.asks_factor(account.role):
            raise Forbidden("portal.second-factor-first")


def here(request: Request) -> Account:
    """Who is signed in; ``Forbidden("portal.sign-in-first")``."""
    account = account_of(request)
    if account is None:
        raise Forbidden("portal.sign-in-first")
    return account
