"""Signing in by an identity provider: out with a challenge, back with a proof, out of both."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final
from urllib.parse import parse_qs

import msgspec
from starlette.concurrency import run_in_threadpool
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import Route

from yushan.base import NOTHING, Absent, Forbidden, Unavailable, YushanError
from yushan.doors.portal.forms import local_path
from yushan.doors.portal.shell import HEADERS, account_of, language_of
from yushan.engines.oidc import Begun  # noqa: TC001 - msgspec reads it at run time

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from starlette.requests import Request
    from starlette.routing import BaseRoute

    from yushan.base import Language
    from yushan.doors.portal.entering import Entrance
    from yushan.doors.portal.forms import Form
    from yushan.engines.oidc import Proven, Provider
    from yushan.services.accounts import Account, Accounts

#: Where a provider tells us that somebody left (OpenID Connect Back-Channel Logout 1.0).
LEFT: Final = "/sign-in/provider/{key}/left"
#: Most bytes of such a message; and it is never kept.
LONGEST: Final = 1 << 16
NOT_KEPT: Final = {"Cache-Control": "no-store"}
BACK: Final = "/sign-in/provider/{key}/back"


@dataclass(frozen=True, slots=True, kw_only=True)
class House:
    """An identity provider as a setting tells of it.

    ``roles`` maps values of ``claim`` to our roles in order; ``factor`` are values of ``amr`` or
    ``acr`` that stand for a second factor.
    """

    key: str
    names: Mapping[Language, str]
    provider: Provider
    claim: str = "groups"
    roles: Mapping[str, str] = field(default_factory=dict)
    factor: frozenset[str] = frozenset()

    def role_of(self, proven: Proven) -> str:
        """The role that the claims give; empty if none."""
        held = proven.values(self.claim)
        return next((role for value, role in self.roles.items() if value in held), "")

    def has_factor(self, proven: Proven) -> bool:
        """Whether the provider says that it asked for a second factor."""
        return bool(self.factor & (proven.values("amr") | proven.values("acr")))


class Kept(msgspec.Struct, frozen=True):
    """What is kept while somebody is at the provider; ``aim``: sign-in, link or confirm."""

    key: str
    target: str
    aim: str
    begun: Begun


class Providers:
    """All identity providers of a portal."""

    def __init__(self, houses: Sequence[House]) -> None:
        self.houses = {one.key: one for one in houses}

    def names(self, language: Language) -> tuple[tuple[str, str], ...]:
        """Key and name of each, for buttons."""
        return tuple((key, one.names[language]) for key, one in self.houses.items())

    def get(self, key: str) -> House:
        """One by its key; ``Absent("portal.no-such-page")``."""
        if key not in self.houses:
            raise Absent("portal.no-such-page")
        return self.houses[key]

    def leave(self, request: Request, entrance: Entrance) -> str:
        """Where the session at the provider ends too; ``/`` where there is none."""
        row = entrance.accounts.sessions.find(entrance.session_of(request))
        key, _, token = row.proof.partition(" ") if row is not None else ("", "", "")
        if key not in self.houses:
            return "/"
        try:
            base = str(request.base_url)
            return self.houses[key].provider.leave(token, base) or "/"
        except YushanError:
            return "/"


class ProviderPages:
    """`/sign-in/provider` and where providers send people back to."""

    def __init__(self, entrance: Entrance, providers: Providers) -> None:
        self.entrance, self.shell, self.accounts = entrance, entrance.shell, entrance.accounts
        self.providers = providers

    def routes(self) -> list[BaseRoute]:
        """The addresses; none without a provider."""
        if not self.providers.houses:
            return []
        return [
            self.shell.post("/sign-in/provider", self.go),
            self.shell.get(BACK, self.back),
            Route(LEFT, self.left, methods=["POST"]),
        ]

    async def left(self, request: Request) -> Response:
        """A provider says that somebody left there: their sessions by it end here too.

        No form of ours: the provider's signature is what is believed. 200 also where nobody was in.
        """
        try:
            said = parse_qs((await request.body())[:LONGEST].decode("ascii", "replace"))
            await run_in_threadpool(self.end, request, said.get("logout_token", [""])[0])
        except YushanError as error:
            await run_in_threadpool(self.entrance.told, None, "account.sign-in-failed",
                                    reasons=(error.code,))  # fmt: skip
            status = 503 if isinstance(error, Unavailable) else 400
            told = {"error": "invalid_request", "error_description": error.code}
            return JSONResponse(told, status, NOT_KEPT)
        return Response(None, 200, NOT_KEPT)

    def end(self, request: Request, token: str) -> None:
        """End the sessions that a believed message means."""
        self.accounts.count_begin(request.client.host if request.client else "")
        house = self.providers.get(request.path_params["key"])
        gone = house.provider.left(token)
        known = self.accounts.identities.account(house.provider.config.issuer, gone.subject)

        def is_meant(account: str, proof: str) -> bool:
            there = house.provider.session_of(proof.partition(" ")[2])
            is_theirs = not gone.subject or (known is not None and account == known.id)
            return is_theirs and (there == gone.session if gone.session and there else
                                  bool(gone.subject))  # fmt: skip

        for account in self.accounts.sessions.end_proven(f"{house.key} ", is_meant):
            self.entrance.told(self.accounts.by_id(account), "account.signed-out")

    def go(self, request: Request, form: Form) -> Response:
        """Keep what must come back, and lead to the provider."""
        self.accounts.count_begin(request.client.host if request.client else "")
        house, aim = self.providers.get(form.get("provider")), form.get("aim") or "sign-in"
        address, begun = house.provider.begin(fresh=aim == "confirm")
        kept = Kept(house.key, form.get("next"), aim, begun)
        account = account_of(request)
        answer = away(self.entrance, request, address)
        secret = self.accounts.steps.begin(
            "oidc", account.id if account else "", msgspec.json.encode(kept).decode()
        )
        self.entrance.keep_step(answer, secret)
        return answer

    def back(self, request: Request) -> Response:
        """Check what the provider says, once, in the browser that began."""
        step = self.accounts.steps.take("oidc", self.entrance.step_of(request))
        kept = msgspec.json.decode(step.data, type=Kept)
        house = self.providers.get(request.path_params["key"])
        if kept.key != house.key:
            raise Forbidden("oidc.not-believed")
        try:
            proven = house.provider.finish(kept.begun, dict(request.query_params))
            return self.act(request, house, kept, proven, step.account)
        except Forbidden as error:
            self.entrance.told(None, "account.sign-in-failed", reasons=(error.code,))
            raise

    def act(
        self, request: Request, house: House, kept: Kept, proven: Proven, began: str
    ) -> Response:
        """Sign in, link, or prove again, as it was begun."""
        here = account_of(request)
        if kept.aim == "sign-in":
            account = account_for(self.accounts, house, proven, language_of(request))
            return self.let_in(request, house, kept, proven, account)
        if here is None or here.id != began or not here.session:
            raise Forbidden("oidc.not-believed")
        onward = RedirectResponse(local_path(kept.target, "/account"), 303, HEADERS)
        if kept.aim == "link":
            if not self.entrance.is_fresh(request):
                raise Forbidden("oidc.not-believed")
            self.accounts.identities.link(here, proven.issuer, proven.subject)
            self.entrance.told(here, "account.changed")
            return onward
        known = self.accounts.identities.account(proven.issuer, proven.subject)
        if known is None or known.id != here.id or self.accounts.factors.of(here.id):
            raise Forbidden("oidc.not-believed")
        return self.entrance.proven(request, onward)

    def let_in(
        self, request: Request, house: House, kept: Kept, proven: Proven, account: Account
    ) -> Response:
        """A new session; our own second factor is asked where the provider asked for none."""
        has_factor = house.has_factor(proven)
        if not has_factor and self.accounts.factors.of(account.id):
            return self.entrance.known(request, account, kept.target)
        is_enough = has_factor or not self.accounts.policy.asks_factor(account.role)
        return self.entrance.enter(
            request, account, kept.target, how="oidc", is_confirmed=is_enough,
            proof=f"{house.key} {proven.token}",
        )  # fmt: skip


def account_for(accounts: Accounts, house: House, proven: Proven, language: Language) -> Account:
    """The account of an identity: linked, or made where the claims give a role.

    Raises
    ------
    Forbidden
        ``oidc.no-account``: neither, or the claims give none any more.
    """
    role = house.role_of(proven)
    known = accounts.identities.account(proven.issuer, proven.subject)
    if known is None and not role:
        raise Forbidden("oidc.no-account")
    if known is None:
        return accounts.identities.open_account(
            proven.issuer, proven.subject, role, NOTHING, language=language
        )
    if accounts.has_password(known.id) or known.role == role:
        return known
    if not role:
        raise Forbidden("oidc.no-account")
    accounts.identities.follow(known, role)
    return accounts.by_id(known.id)


def away(entrance: Entrance, request: Request, address: str) -> Response:
    """Lead to another house: a page of ours that goes on by itself.

    A form's answer may not redirect elsewhere under ``form-action 'self'``.
    """
    return entrance.shell.page(request, "away.html", address=address)
