"""`/people`: who has an account; invitations, roles, scopes; what needs a second person."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final
from urllib.parse import quote

from markupsafe import Markup
from starlette.responses import RedirectResponse, Response

from yushan.base import Absent, Forbidden, Rejected, YushanError, problem
from yushan.domain.access import Kind, Thing, kept
from yushan.doors.portal.people_forms import scope_from, told_scope, typed_scope, wish_from
from yushan.doors.portal.people_lists import recent, sheet_of
from yushan.doors.portal.second_factor import here
from yushan.doors.portal.shell import HEADERS, language_of
from yushan.doors.portal.told import field_of
from yushan.doors.portal.words import Words
from yushan.services.accounts import ROLES, judge, may, role_name, square

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.routing import BaseRoute

    from yushan.base import Scope
    from yushan.doors.portal.entering import Entrance
    from yushan.doors.portal.forms import Form
    from yushan.services.accounts import Account

LIST: Final = "/people"
MANAGE: Final = "manage_accounts"
APPROVE: Final = "approve_accounts"


class PeoplePages:
    """For whoever manages accounts, and for second persons."""

    def __init__(self, entrance: Entrance) -> None:
        self.entrance, self.shell, self.accounts = entrance, entrance.shell, entrance.accounts

    def routes(self) -> list[BaseRoute]:
        """The addresses."""
        get, post = self.shell.get, self.shell.post
        return [
            get(LIST, self.show, needs=APPROVE),
            get(f"{LIST}/invite", self.show_invite, needs=MANAGE),
            post(f"{LIST}/invite", self.invite, needs=MANAGE),
            post(f"{LIST}/invitations/{{id}}", self.decide_invitation, needs=APPROVE),
            post(f"{LIST}/changes/{{id}}", self.decide_change, needs=APPROVE),
            get(f"{LIST}/{{id}}", self.show_one, needs=MANAGE),
            post(f"{LIST}/{{id}}", self.change, needs=MANAGE),
            post(f"{LIST}/{{id}}/{{act}}", self.act, needs=MANAGE),
        ]

    def guard(self, request: Request, action: str, thing: Thing, back: str) -> Response | None:
        """Ask the table; the way to a fresh proof where it obliges to one."""
        decision = judge(here(request), action, thing, self.shell.clock.now())
        if not decision.allow:
            raise Forbidden(decision.reasons[0])
        if "confirm" in kept("before", decision.obligations):
            return RedirectResponse(f"/confirm?next={quote(back)}", 303, HEADERS)
        return None

    def show(self, request: Request) -> Response:
        """Everybody, open links, and what waits for a second person."""
        language, account = language_of(request), here(request)
        everybody = self.accounts.people()
        return self.shell.page(
            request, "people.html", here="people", sheet=sheet_of(request, everybody),
            me=account.id, changes=self.accounts.changes.waiting(),
            invitations=recent(self.accounts.invitations.all()),
            names={one.account.id: one.account.user for one in everybody},
            role_of=lambda role: role_name(role, language),
            scope_of=lambda scope: told_scope(scope, Words(language), self.shell.place),
            manages=may(account, MANAGE),
        )  # fmt: skip

    def show_invite(self, request: Request) -> Response:
        """The form for a new link, after a fresh proof."""
        if away := self.guard(request, MANAGE, Thing(kind=Kind.ACCOUNT), f"{LIST}/invite"):
            return away
        return self.invite_form(request, {})

    def invite_form(
        self, request: Request, typed: dict[str, str], error: YushanError | None = None
    ) -> Response:
        """The form, after an error with what was typed."""
        return self.shell.page(
            request, "people_invite.html", status=422 if error else 200, here="people",
            typed=typed, **self.choices(request, error),
        )  # fmt: skip

    def choices(self, request: Request, error: YushanError | None) -> dict[str, Any]:
        """What forms about accounts choose from."""
        language = language_of(request)
        return {
            "roles": {name: role_name(name, language) for name in ROLES},
            "powerful": [name for name, role in ROLES.items() if role.powerful],
            "sites": sorted(self.shell.place.sites),
            "told": problem(error, language) if error else None,
            "at": field_of(error),
        }

    def invite(self, request: Request, form: Form) -> Response:
        """A new link, shown once to whoever invites."""
        role = form.get("role")
        thing = Thing(kind=kind_of(role))
        if away := self.guard(request, MANAGE, thing, f"{LIST}/invite"):
            return away
        try:
            wish = wish_from(form, frozenset(self.shell.place.sites))
            link, secret = self.accounts.invitations.invite(wish, here(request).id)
        except Rejected as error:
            return self.invite_form(request, form.values, error)
        self.entrance.told(here(request), "account.invited", name=link.id)
        return self.shown_once(request, link.id, secret)

    def shown_once(self, request: Request, link: str, secret: str) -> Response:
        """The page with a link that cannot be read again."""
        address = f"{str(request.base_url).rstrip('/')}/invitation/{secret}"
        found = self.accounts.invitations.get(link)
        return self.shell.page(
            request, "people_link.html", here="people", link=found, address=address,
            picture=Markup(square(address)),  # noqa: S704 - drawn by ourselves
            role_word=role_name(found.role, language_of(request)),
        )  # fmt: skip

    def decide_invitation(self, request: Request, form: Form) -> Response:
        """A second person agrees to a powerful role, or a link is revoked."""
        link = self.accounts.invitations.get(request.path_params["id"])
        thing = Thing(kind=kind_of(link.role), sealed_by=frozenset({link.invited_by}))
        if form.get("decision") == "agree":
            if away := self.guard(request, APPROVE, thing, LIST):
                return away
            self.accounts.invitations.agree(link.id, here(request).id)
        else:
            if away := self.guard(request, MANAGE, thing, LIST):
                return away
            self.accounts.invitations.revoke(link.id)
        self.entrance.told(here(request), "account.invited", name=link.id)
        return RedirectResponse(LIST, 303, HEADERS)

    def decide_change(self, request: Request, form: Form) -> Response:
        """A second person agrees to a change, or refuses it."""
        change = self.accounts.changes.get(request.path_params["id"])
        thing = Thing(
            kind=Kind.POWERFUL_ACCOUNT, owner=change.account,
            sealed_by=frozenset({change.proposed_by}),
        )  # fmt: skip
        if away := self.guard(request, APPROVE, thing, LIST):
            return away
        agrees = form.get("decision") == "agree"
        self.accounts.changes.decide(change.id, here(request).id, agrees=agrees)
        self.entrance.told(here(request), "account.role-changed", name=change.account)
        return RedirectResponse(LIST, 303, HEADERS)

    def one(self, request: Request) -> Account:
        """The account of the address."""
        return self.accounts.by_id(request.path_params["id"])

    def show_one(self, request: Request) -> Response:
        """One account: role and scope, sessions, what can be done; after a fresh proof."""
        found = self.one(request)
        if away := self.guard(request, MANAGE, thing_of(found), f"{LIST}/{found.id}"):
            return away
        return self.form_of(request, found)

    def form_of(
        self, request: Request, found: Account, error: YushanError | None = None
    ) -> Response:
        """The page, after an error with it."""
        person = next(one for one in self.accounts.people() if one.account.id == found.id)
        return self.shell.page(
            request, "people_one.html", status=422 if error else 200, here="people",
            person=person, typed=typed_scope(found), sessions=self.accounts.sessions.of(found),
            factors=self.accounts.factors.of(found.id), **self.choices(request, error),
        )  # fmt: skip

    def change(self, request: Request, form: Form) -> Response:
        """Give a role and a scope; a powerful role waits for a second person."""
        found, back = self.one(request), f"{LIST}/{request.path_params['id']}"
        if away := self.guard(request, MANAGE, thing_of(found), back):
            return away
        try:
            scope: Scope = scope_from(form, frozenset(self.shell.place.sites))
            self.accounts.set_note(found.id, form.get("note"))
            self.accounts.changes.set_role(found, form.get("role"), scope, here(request).id)
        except Rejected as error:
            return self.form_of(request, found, error)
        self.entrance.told(here(request), "account.role-changed", name=found.id)
        return RedirectResponse(back, 303, HEADERS)

    def act(self, request: Request, form: Form) -> Response:  # noqa: ARG002 - no fields
        """Close, reopen, end sessions, send a reset link, take lost factors away."""
        found, act = self.one(request), request.path_params["act"]
        back = f"{LIST}/{found.id}"
        if away := self.guard(request, MANAGE, thing_of(found), back):
            return away
        if act == "reset":
            link, secret = self.accounts.invitations.reset(found, here(request).id)
            self.entrance.told(here(request), "account.changed", name=found.id)
            return self.shown_once(request, link.id, secret)
        self.do(act, found, here(request).id)
        told = "account.closed" if act == "close" else "account.changed"
        self.entrance.told(here(request), told, name=found.id)
        return RedirectResponse(back, 303, HEADERS)

    def do(self, act: str, found: Account, by: str) -> None:
        """One of the acts without an answer of its own; ``Absent("portal.no-such-page")``."""
        if act == "close":
            self.accounts.close(found.id)
        elif act == "reopen":
            self.accounts.changes.reopen(found, by)
        elif act == "sign-out":
            self.accounts.sessions.end_others(found)
        elif act == "factors":
            self.accounts.changes.drop_factors(found, by)
        else:
            raise Absent("portal.no-such-page")


def kind_of(role: str) -> Kind:
    """What kind of account a role makes."""
    is_powerful = role in ROLES and ROLES[role].powerful
    return Kind.POWERFUL_ACCOUNT if is_powerful else Kind.ACCOUNT


def thing_of(account: Account) -> Thing:
    """An account as the decision table sees it."""
    return Thing(kind=kind_of(account.role), owner=account.id)
