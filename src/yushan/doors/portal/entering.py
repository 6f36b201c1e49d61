"""What happens once somebody has proven who they are: a new session, or the second factor first."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Final
from urllib.parse import quote

from starlette.responses import RedirectResponse, Response

from yushan.base import Forbidden
from yushan.domain.access import TABLE
from yushan.doors.portal.devices import device_words
from yushan.doors.portal.forms import local_path
from yushan.doors.portal.shell import HEADERS, account_of
from yushan.engines.observe import facts, log_for
from yushan.services.ledger import Thing

if TYPE_CHECKING:
    from starlette.requests import Request

    from yushan.doors.portal.shell import Shell
    from yushan.services.accounts import Account, Accounts
    from yushan.services.ledger import Audit

log = log_for(__name__)

HOME: Final = {"commons": "/home", "gateway": "/accounting"}
SET_UP: Final = "/account/second-factor"
#: A browser is known for half a year after the last sign-in.
KNOWN_S: Final = 182 * 86400
FRESH_S: Final = TABLE.confirm_s


class Entrance:
    """Cookies of sessions and steps, and what is told of signing in; ``audit`` may be None."""

    def __init__(self, shell: Shell, accounts: Accounts, audit: Audit | None) -> None:
        self.shell, self.accounts, self.audit = shell, accounts, audit

    @property
    def step_cookie(self) -> str:
        """Name of the cookie that holds a step's secret."""
        return f"{self.shell.place.session_cookie}-step"

    @property
    def known_cookie(self) -> str:
        """Name of the cookie that marks a browser in which an account was opened."""
        return f"{self.shell.place.session_cookie}-known"

    def known_of(self, request: Request) -> str:
        """The mark that this browser holds; empty if none."""
        return request.cookies.get(self.known_cookie, "")

    def told(
        self, account: Account | None, action: str, *, reasons: tuple[str, ...] = (), name: str = ""
    ) -> None:
        """Tell log and ledger."""
        told = facts(account=account.id if account else "", code=reasons[0] if reasons else "")
        log.info("portal.person-refused" if reasons else "portal.person", extra=told)
        if self.audit is not None:
            thing = Thing("account", name or (account.id if account else ""))
            outcome = "refused" if reasons else "done"
            self.audit.did(account, action, thing, outcome=outcome, reasons=reasons)

    def known(self, request: Request, account: Account, target: str) -> Response:
        """A password was right: on to the second factor if the account has one, else in."""
        if not self.accounts.factors.of(account.id):
            is_enough = not self.accounts.policy.asks_factor(account.role)
            return self.enter(request, account, target, is_confirmed=is_enough)
        answer = RedirectResponse(f"/sign-in/second?next={quote(target)}", 303, HEADERS)
        self.keep_step(answer, self.accounts.steps.begin("second", account.id))
        return answer

    def enter(
        self, request: Request, account: Account, target: str, *, how: str = "password",
        is_confirmed: bool, proof: str = "",
    ) -> Response:  # fmt: skip
        """Open a session, end the one this browser had, go on to where the person wanted."""
        place = self.shell.place
        self.close(request)
        secret = self.accounts.sessions.open(
            account, how, device=device_words(request.headers.get("user-agent", "")),
            is_confirmed=is_confirmed, proof=proof,
        )  # fmt: skip
        must_set_up = not is_confirmed and self.accounts.policy.asks_factor(account.role)
        onward = SET_UP if must_set_up else local_path(target, HOME[place.kind])
        answer = RedirectResponse(onward, 303, HEADERS)
        self.keep_session(answer, secret)
        answer.set_cookie(
            self.known_cookie, self.accounts.mark_of(account), max_age=KNOWN_S, httponly=True,
            samesite="lax", secure=place.secure,
        )  # fmt: skip
        for name in (place.guest_cookie, self.step_cookie):
            answer.delete_cookie(name, secure=place.secure, httponly=True)
        self.told(account, "account.signed-in")
        return answer

    def keep_session(self, answer: Response, secret: str) -> None:
        """Hand the session's secret to the browser."""
        place = self.shell.place
        answer.set_cookie(
            place.session_cookie, secret, httponly=True, samesite="lax", secure=place.secure
        )

    def keep_step(self, answer: Response, secret: str) -> None:
        """Hand a step's secret to the browser for ten minutes."""
        answer.set_cookie(
            self.step_cookie, secret, max_age=600, httponly=True, samesite="lax",
            secure=self.shell.place.secure,
        )  # fmt: skip

    def step_of(self, request: Request) -> str:
        """The step's secret that this browser holds; empty if none."""
        return request.cookies.get(self.step_cookie, "")

    def session_of(self, request: Request) -> str:
        """The session's secret that this browser holds; empty if none."""
        return request.cookies.get(self.shell.place.session_cookie, "")

    def proven(self, request: Request, answer: Response) -> Response:
        """Note a fresh proof in the session, which goes on under a new secret."""
        self.keep_session(answer, self.accounts.sessions.confirm(self.session_of(request)))
        return answer

    def close(self, request: Request) -> None:
        """End the session this browser holds, if it holds one."""
        if secret := self.session_of(request):
            self.accounts.close_session(secret)

    def is_fresh(self, request: Request) -> bool:
        """Whether who it is was proven in the last ten minutes, by the best the account has."""
        account = account_of(request)
        if account is None or account.confirmed_at is None:
            return False
        age = self.shell.clock.now() - account.confirmed_at
        return age.total_seconds() <= FRESH_S

    def may_enrol(self, request: Request) -> bool:
        """Whether a factor may be added: after a fresh proof; the first one after signing in."""
        account = account_of(request)
        if account is None or account.ends is None:
            return False
        began = account.ends - timedelta(seconds=self.accounts.policy.session_s)
        is_young = (self.shell.clock.now() - began).total_seconds() <= FRESH_S
        return self.is_fresh(request) or (is_young and not self.accounts.factors.of(account.id))

    def require_fresh(self, request: Request, back: str) -> Response | None:
        """The way to ``/confirm`` unless the proof is fresh; ``portal.sign-in-first``."""
        if account_of(request) is None:
            raise Forbidden("portal.sign-in-first")
        if self.is_fresh(request):
            return None
        return RedirectResponse(f"/confirm?next={quote(back)}", 303, HEADERS)


def host_of(request: Request) -> str:
    """The host for which passkeys are made; empty where there can be none (numbers, no TLS)."""
    url = request.url
    host = url.hostname or ""
    is_name = any(character.isalpha() for character in host) and ":" not in host
    return host if is_name and (url.scheme == "https" or host == "localhost") else ""
