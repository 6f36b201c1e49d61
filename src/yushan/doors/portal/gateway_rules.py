"""Learned region rules: suggested, proposed, signed by a second person, retired; all on record."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from starlette.responses import RedirectResponse, Response

from yushan.base import Rejected
from yushan.doors.portal.gateway_deciding import reason_of
from yushan.doors.portal.gateway_parts import waiting
from yushan.doors.portal.shell import HEADERS, account_of, language_of
from yushan.doors.portal.told import tell
from yushan.doors.portal.words import seconds
from yushan.services.gateway import Picture, RuleState

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.routing import BaseRoute

    from yushan.base import YushanError
    from yushan.doors.portal.forms import Form
    from yushan.doors.portal.shell import Shell
    from yushan.services.gateway import Journal, RegionRule, RegionRules

HOME: Final = "/quarantine/rules"


class GatewayRules:
    """`/quarantine/rules` and its forms."""

    def __init__(self, shell: Shell, journal: Journal, rules: RegionRules) -> None:
        self.shell, self.journal, self.rules = shell, journal, rules

    def routes(self) -> list[BaseRoute]:
        """The addresses."""
        get, post, needs = self.shell.get, self.shell.post, "handle_quarantine"
        return [
            get(HOME, self.show, needs=needs),
            post(f"{HOME}/propose", self.propose, needs=needs),
            post(f"{HOME}/{{number:int}}/sign", self.sign, needs="approve_release"),
            post(f"{HOME}/{{number:int}}/retire", self.retire, needs=needs),
        ]

    def show(self, request: Request, error: YushanError | None = None) -> Response:
        """Suggestions, what waits for a signature, what is in force, what was."""
        account, every = account_of(request), self.rules.all()
        assert account is not None  # noqa: S101 - the route needs a permission
        told = tell(error.code, language_of(request)) if error else None
        return self.shell.page(
            request, "gateway_rules.html", here="quarantine", status=422 if error else 200,
            waiting=waiting(self.journal.accounting().states), me=account.user,
            suggestions=[(one, values_of(one.picture)) for one in self.rules.suggestions()],
            rules={state: [row for row in every if row.state is state] for state in RuleState},
            when=when_of, errors={"rules": f"{told.detail}{told.remedy}"} if told else {},
        )  # fmt: skip

    def propose(self, request: Request, form: Form) -> Response:
        """Take up a suggestion."""
        self.rules.propose(picture_from(form), who=self.me(request))
        return RedirectResponse(HOME, 303, HEADERS)

    def sign(self, request: Request, form: Form) -> Response:  # noqa: ARG002 - no fields
        """The second signature."""
        try:
            self.rules.sign(request.path_params["number"], who=self.me(request))
        except Rejected as error:
            return self.show(request, error)
        return RedirectResponse(HOME, 303, HEADERS)

    def retire(self, request: Request, form: Form) -> Response:
        """Out of use, with a reason."""
        try:
            why = reason_of(form)
            self.rules.retire(request.path_params["number"], who=self.me(request), why=why)
        except Rejected as error:
            return self.show(request, error)
        return RedirectResponse(HOME, 303, HEADERS)

    def me(self, request: Request) -> str:
        """Who is signed in."""
        account = account_of(request)
        assert account is not None  # noqa: S101 - the route needs a permission
        return account.user


def when_of(rule: RegionRule) -> dict[str, Any]:
    """The moments of a rule that have come."""
    moments = {"proposed": rule.proposed_at, "signed": rule.signed_at, "retired": rule.retired_at}
    return {name: seconds(at) for name, at in moments.items() if at is not None}


def values_of(picture: Picture) -> dict[str, str]:
    """A picture as fields of a form."""
    names = ("modality", "maker", "model", "software", "rows", "columns")
    return {name: str(getattr(picture, name)) for name in names}


def picture_from(form: Form) -> Picture:
    """The reverse; ``Rejected("portal.form-unreadable")``."""
    try:
        rows, columns = int(form.get("rows")), int(form.get("columns"))
    except ValueError:
        raise Rejected("portal.form-unreadable") from None
    return Picture(
        form.raw("modality"), form.raw("maker"), form.raw("model"), form.raw("software"),
        rows, columns,
    )  # fmt: skip
