"""Who is asking, in which language, and what every answer carries; the same for all doors."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request

from yushan.assembly.recent import Recent, secret_of
from yushan.assembly.rule import Rule
from yushan.base import NOTHING, Rejected, SiteName

if TYPE_CHECKING:
    from collections.abc import Mapping

    from starlette.types import ASGIApp, Message, Receive, Scope, Send

    from yushan.base import Language
    from yushan.services.accounts import Account, Accounts

LANGUAGE_COOKIE: Final = "yushan_lang"
#: Storing counts its own bytes and answers in its own way; this is only the last bound.
BODY_LIMITS: Final = (("/exchange/", 9 << 20), ("/dicom-web/studies", 9 << 30), ("/", 1 << 20))

#: Where a scope's own names are put into what is served (see ``base.Scope.mask``).
RENAMED: Final = ("/dicom-web", "/api", "/viewer")

HEADERS: Final[dict[str, str]] = {
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' data:; "
        "font-src 'none'; connect-src 'self'; form-action 'self'; frame-src 'self'; "
        "base-uri 'none'; frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=()",
}


def token_sha256(token: str) -> str:
    """How a site's token is kept: its SHA-256 in hex (the token itself is 32 random bytes)."""
    return hashlib.sha256(token.encode()).hexdigest()


def language_of(request: Request) -> Language:
    """``?lang=``, then the cookie, then what the browser prefers; zh-Hant if nothing says else."""
    asked = request.query_params.get("lang") if request.scope["query_string"] else None
    for said in (asked, request.cookies.get(LANGUAGE_COOKIE)):
        if said in {"en", "zh-Hant"}:
            return "en" if said == "en" else "zh-Hant"
    accepted = request.headers.get("accept-language", "").lower()
    english, chinese = accepted.find("en"), accepted.find("zh")
    return "en" if english >= 0 and (chinese < 0 or english < chinese) else "zh-Hant"


class Gate:
    """Middleware: sets ``request.state.account``, ``.site``, ``.language``; bounds; headers."""

    def __init__(
        self,
        app: ASGIApp,
        *,
        accounts: Accounts | None,
        sites: Mapping[str, SiteName],
        cookie: str = "",
        rule: Rule | None = None,
    ) -> None:
        self.app, self.accounts, self.sites, self.cookie = app, accounts, dict(sites), cookie
        self.rule = rule or Rule()
        self.recent = Recent(accounts)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on with what is known of its sender."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        request = Request(scope)
        state = scope.setdefault("state", {})
        state["language"] = language_of(request)
        known = self.recent.get(secret_of(request, self.cookie))
        if known is not None:
            state["site"], state["account"] = None, known
        else:
            state["site"], state["account"] = await run_in_threadpool(self.looked_up, request)
        state["account"] = kept_apart(state["account"], scope["path"])
        sending = with_headers(send, self.rule.hsts(scope))
        refused = self.rule.refusal(scope)
        if refused is not None:
            await refused(scope, receive, sending)
            return
        await self.app(scope, Bounded(receive, limit_for(scope["path"])), sending)

    def looked_up(self, request: Request) -> tuple[SiteName | None, Account | None]:
        """The same from the database, and kept for the next moment."""
        written = self.recent.writes()
        site, account = self.who(request)
        if account is not None:
            self.recent.keep(secret_of(request, self.cookie), written, account)
        return site, account

    def who(self, request: Request) -> tuple[SiteName | None, Account | None]:
        """The site or the account whose token or session the request carries."""
        kind, _, token = request.headers.get("authorization", "").partition(" ")
        if kind.lower() == "bearer" and token:
            site = self.sites.get(token_sha256(token.strip()))
            account = None if site or not self.accounts else self.accounts.by_token(token.strip())
            return site, account
        secret = request.cookies.get(self.cookie) if self.cookie else None
        if not secret or not self.accounts:
            return None, None
        is_polled = "hx-request" in request.headers  # a page asks by itself, nobody is there
        return None, self.accounts.by_session(secret, touches=not is_polled)


def kept_apart(account: Account | None, path: str) -> Account | None:
    """The account as a door may know it.

    Who sees all under names of a scope's own sees nothing where nobody puts those names in.
    """
    if account is None or not account.scope.mask or path.startswith(RENAMED):
        return account
    return replace(account, scope=replace(NOTHING, mask=account.scope.mask))


def limit_for(path: str) -> int:
    """The most bytes a request to ``path`` may carry."""
    return next(limit for prefix, limit in BODY_LIMITS if path.startswith(prefix))


class Bounded:
    """Counts a request's body while it comes, declared length or not."""

    def __init__(self, receive: Receive, limit: int) -> None:
        self.receive, self.limit, self.seen = receive, limit, 0

    async def __call__(self) -> Message:
        """The next message; ``Rejected("assembly.body-too-large")`` past the limit."""
        message = await self.receive()
        self.seen += len(message.get("body", b""))
        if self.seen > self.limit:
            raise Rejected("assembly.body-too-large", limit=self.limit)
        return message


def with_headers(send: Send, more: Mapping[str, str]) -> Send:
    """Add the headers that an answer has not set itself."""

    async def sending(message: Message) -> None:
        if message["type"] == "http.response.start":
            said = {name.lower() for name, _ in message.get("headers", ())}
            wanted = SPELLED if not more else (*SPELLED, *spelled(more))
            own = [(name, value) for name, value in wanted if name not in said]
            message["headers"] = [*message.get("headers", ()), *own]
        await send(message)

    return sending


def spelled(headers: Mapping[str, str]) -> tuple[tuple[bytes, bytes], ...]:
    """Headers as they go over the wire."""
    return tuple((name.lower().encode(), value.encode()) for name, value in headers.items())


#: What every answer carries that does not say otherwise.
SPELLED: Final = spelled({**HEADERS, "Cache-Control": "no-store"})


def json_wanted(request: Request) -> bool:
    """Whether the asker is a program: interfaces, or no HTML accepted."""
    programs = ("/dicom-web", "/exchange", "/api", "/metrics", "/health")
    accept: Any = request.headers.get("accept", "")
    return request.url.path.startswith(programs) or "text/html" not in accept
