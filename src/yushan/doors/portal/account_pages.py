"""`/account`: one's own password, sessions, tokens, language; factors: ``factor_pages.py``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from starlette.responses import RedirectResponse, Response

from yushan.base import LANGUAGES, Forbidden, Rejected, YushanError, problem
from yushan.domain.access import Kind, Thing
from yushan.doors.portal.languages import LANGUAGE_COOKIE
from yushan.doors.portal.people_forms import told_scope
from yushan.doors.portal.second_factor import here
from yushan.doors.portal.shell import HEADERS, language_of
from yushan.doors.portal.signing_in import address_of
from yushan.doors.portal.told import field_of
from yushan.doors.portal.words import Words
from yushan.services.accounts import SHORTEST, may, require

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.routing import BaseRoute

    from yushan.doors.portal.entering import Entrance
    from yushan.doors.portal.forms import Form
    from yushan.doors.portal.oidc_pages import Providers

BACK: Final = "/account"


class AccountPages:
    """One's own account."""

    def __init__(self, entrance: Entrance, providers: Providers) -> None:
        self.providers = providers
        self.entrance, self.shell, self.accounts = entrance, entrance.shell, entrance.accounts

    def routes(self) -> list[BaseRoute]:
        """The addresses."""
        get, post, needs = self.shell.get, self.shell.post, "manage_own_account"
        return [
            get("/account", self.show, needs=needs),
            post("/account/language", self.set_language, needs=needs),
            get("/account/password", self.show_password, needs=needs),
            post("/account/password", self.set_password, needs=needs),
            post("/account/sessions/end", self.end_sessions, needs=needs),
            post("/account/stay", self.stay, needs=needs),
            post("/account/tokens", self.make_token, needs="issue_tokens"),
            post("/account/tokens/end", self.end_token, needs=needs),
            post("/account/identities/end", self.unlink, needs=needs),
        ]

    def show(self, request: Request) -> Response:
        """Everything of the account on one page."""
        return self.draw(request)

    def draw(
        self,
        request: Request,
        *,
        token: str = "",
        error: YushanError | None = None,
        typed: dict[str, str] | None = None,
    ) -> Response:
        """The page; a fresh token is on it once, and never again."""
        account, accounts, language = here(request), self.accounts, language_of(request)
        person = next(one for one in accounts.people() if one.account.id == account.id)
        return self.shell.page(
            request, "account.html", status=422 if error else 200, person=person, here="account",
            factors=accounts.factors.of(account.id),
            recovery_left=accounts.factors.recovery_left(account.id),
            sessions=accounts.sessions.of(account), tokens=accounts.tokens(account),
            identities=accounts.identities.of(account.id), token=token,
            providers=self.providers.names(language),
            has_password=accounts.has_password(account.id),
            scope=told_scope(account.scope, Words(language), self.shell.place),
            can_issue=may(account, "issue_tokens"), policy=accounts.policy,
            told=problem(error, language) if error else None, at=field_of(error),
            typed=typed or {},
        )  # fmt: skip

    def set_language(self, request: Request, form: Form) -> Response:
        """Which language pages and messages are in, on every device."""
        wanted = form.get("language")
        if wanted not in LANGUAGES:
            raise Rejected("portal.form-unreadable")
        self.accounts.set_language(here(request).id, wanted)
        answer = RedirectResponse(BACK, 303, HEADERS)
        self.shell.keep(answer, LANGUAGE_COOKIE, wanted)
        return answer

    def show_password(self, request: Request) -> Response:
        """The form for a new password."""
        return self.password_form(request)

    def password_form(self, request: Request, error: YushanError | None = None) -> Response:
        """The form, after an error with it."""
        return self.shell.page(
            request, "account_password.html", status=422 if error else 200, shortest=SHORTEST,
            told=problem(error, language_of(request)) if error else None,
            at=field_of(error) or ("present" if error else ""),
        )  # fmt: skip

    def set_password(self, request: Request, form: Form) -> Response:
        """The present password, then the new one; other sessions and all tokens end."""
        account = here(request)
        try:
            self.accounts.authenticate(
                account.user, form.raw("present"), address_of(request),
                self.entrance.known_of(request),
            )  # fmt: skip
            self.accounts.set_password(account, form.raw("fresh"), keep=account.session)
        except (Forbidden, Rejected) as error:
            self.entrance.told(account, "account.password-changed", reasons=(error.code,))
            return self.password_form(request, error)
        self.entrance.told(account, "account.password-changed")
        return RedirectResponse(BACK, 303, HEADERS)

    def end_sessions(self, request: Request, form: Form) -> Response:
        """End one session, or all others; after a fresh proof."""
        account = here(request)
        if away := self.entrance.require_fresh(request, BACK):
            return away
        if form.get("all"):
            self.accounts.sessions.end_others(account, account.session)
        else:
            self.accounts.sessions.end(account, form.get("session"))
        return RedirectResponse(BACK, 303, HEADERS)

    def stay(self, request: Request, form: Form) -> Response:  # noqa: ARG002 - no fields
        """Somebody is still there: the request itself has noted it."""
        here(request)
        return RedirectResponse(BACK, 303, HEADERS)

    def make_token(self, request: Request, form: Form) -> Response:
        """A new token for programs, shown once; after a fresh proof."""
        account = here(request)
        require(account, "issue_tokens", Thing(kind=Kind.TOKEN, owner=account.id))
        if away := self.entrance.require_fresh(request, BACK):
            return away
        days = form.get("days")
        try:
            token = self.accounts.issue_token(
                account, form.get("name"), int(days) if days.isdigit() else 0,
                reads_only=form.get("extent") != "everything",
            )  # fmt: skip
        except Rejected as error:
            return self.draw(request, error=error, typed=form.values)
        self.entrance.told(account, "account.token-made")
        return self.draw(request, token=token)

    def end_token(self, request: Request, form: Form) -> Response:
        """End one token at once."""
        account = here(request)
        self.accounts.revoke_token(account, form.get("token"))
        self.entrance.told(account, "account.token-revoked")
        return RedirectResponse(BACK, 303, HEADERS)

    def unlink(self, request: Request, form: Form) -> Response:
        """A provider's identity opens the account no more; only where a password does."""
        account = here(request)
        if away := self.entrance.require_fresh(request, BACK):
            return away
        if not self.accounts.has_password(account.id):
            raise Forbidden("accounts.not-allowed")
        self.accounts.identities.unlink(account, form.get("identity"))
        self.entrance.told(account, "account.changed")
        return RedirectResponse(BACK, 303, HEADERS)
