"""Forms of the quarantine desk: decide, look again, take back, release by hand."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from starlette.responses import RedirectResponse, Response

from yushan.base import Forbidden, Rejected
from yushan.doors.portal.addresses import with_changes
from yushan.doors.portal.desk_state import check_inside, read_boxes, written
from yushan.doors.portal.shell import HEADERS, account_of
from yushan.doors.portal.signing_in import address_of
from yushan.services.accounts import Permission, may
from yushan.services.gateway import Choice, Wish, needs_second

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.routing import BaseRoute

    from yushan.doors.portal.forms import Form
    from yushan.doors.portal.gateway_quarantine import Quarantine
    from yushan.services.accounts import Accounts
    from yushan.services.gateway import Region

LONGEST_REASON: Final = 500


class SecondPerson:
    """Somebody else than who is signed in, by account and password at the same form."""

    def __init__(self, accounts: Accounts) -> None:
        self.accounts = accounts

    def of(self, request: Request, form: Form, first: str) -> str:
        """The name of the second person, who proves it with a password and may agree.

        Raises
        ------
        Rejected
            ``gateway.second-person-missing``: nobody, or the first person again.
        Forbidden
            ``accounts.wrong``, ``portal.second-not-allowed``.
        """
        user = form.get("second").lower()
        if not user or user == first:
            raise Rejected("gateway.second-person-missing")
        account = self.accounts.authenticate(user, form.raw("password"), address_of(request))
        if not may(account, Permission.APPROVE_RELEASE):
            raise Forbidden("portal.second-not-allowed")
        return account.user


class Deciding:
    """What is posted to `/quarantine/NUMBER/…`."""

    def __init__(self, quarantine: Quarantine, second: SecondPerson) -> None:
        self.quarantine, self.second = quarantine, second
        self.shell, self.desk = quarantine.shell, quarantine.desk
        self.handling = quarantine.handling

    def routes(self) -> list[BaseRoute]:
        """The addresses."""
        post, needs = self.shell.post, "handle_quarantine"
        return [
            post("/quarantine/{number:int}/boxes", self.boxes, needs=needs),
            post("/quarantine/{number:int}/decide", self.decide, needs=needs),
            post("/quarantine/{number:int}/undo", self.undo, needs=needs),
            post("/quarantine/{number:int}/release", self.release, needs=needs),
        ]

    def boxes(self, request: Request, form: Form) -> Response:
        """Look again with the boxes as they are in the form: the address is the state."""
        number = request.path_params["number"]
        try:
            chosen = self.chosen(number, form)
        except Rejected as error:
            item = self.quarantine.find(number)
            return self.quarantine.page(request, item, error, form)
        query = {name: form.get(name) for name in ("frame", "view", "center", "width")}
        kept = {name: value for name, value in query.items() if value}
        target = with_changes(f"/quarantine/{number}", kept, {})
        joint = "&" if "?" in target else "?"
        return RedirectResponse(f"{target}{joint}boxes={written(chosen)}#this", 303, HEADERS)

    def chosen(self, number: int, form: Form) -> tuple[Region, ...]:
        """Boxes that are on in the form, and those that were added, within the picture."""
        ticked = [value for name, value in form.values.items() if name.startswith("box-")]
        found = read_boxes(";".join([*ticked, form.get("added")]))
        if found and (sheet := self.desk.pictures.sheet(number)) is not None:
            check_inside(found, sheet)
        return tuple(dict.fromkeys(found))

    def decide(self, request: Request, form: Form) -> Response:
        """Record the decision and go on to the next."""
        number = request.path_params["number"]
        item = self.quarantine.find(number)
        try:
            self.desk.decisions.decide(self.wish(request, form))
        except (Rejected, Forbidden) as error:
            return self.quarantine.page(request, item, error, form)
        return RedirectResponse(f"/quarantine?after={number}", 303, HEADERS)

    def wish(self, request: Request, form: Form) -> Wish:
        """What somebody wants, checked as far as a form can be."""
        number, account = request.path_params["number"], account_of(request)
        assert account is not None  # noqa: S101 - the route needs a permission
        choice = choice_of(form)
        boxes = self.chosen(number, form) if choice is Choice.REDACT else ()
        if choice is Choice.REDACT and not boxes:
            raise Rejected("gateway.no-boxes")
        second = None
        if needs_second(choice, boxes, self.desk.decisions.findings(number)):
            reason_of(form)
            second = self.second.of(request, form, account.user)
        return Wish(
            (number, *self.others(number, form, choice, boxes)), choice, boxes, account.user,
            second, form.get("why")[:LONGEST_REASON],
        )  # fmt: skip

    def others(
        self, number: int, form: Form, choice: Choice, boxes: tuple[Region, ...]
    ) -> tuple[int, ...]:
        """Those that are decided together with it: like it, and nothing found stays visible."""
        if not form.get("alike"):
            return ()
        alike = self.desk.decisions.alike(number)
        if choice in {Choice.REDACT, Choice.CLEAN}:
            return self.desk.decisions.covered(alike, boxes)
        return alike

    def undo(self, request: Request, form: Form) -> Response:  # noqa: ARG002 - no fields
        """Take the last decision back and look at it again."""
        number, account = request.path_params["number"], account_of(request)
        assert account is not None  # noqa: S101 - the route needs a permission
        self.desk.decisions.undo(number, who=account.user)
        return RedirectResponse("/quarantine", 303, HEADERS)

    def release(self, request: Request, form: Form) -> Response:
        """Two people take the object out: the one who is signed in, and a second at this form."""
        number, account = request.path_params["number"], account_of(request)
        assert account is not None  # noqa: S101 - the route needs a permission
        item = self.quarantine.find(number)
        try:
            reason = reason_of(form)
            second = self.second.of(request, form, account.user)
            self.handling.release([number], who=account.user, second=second, reason=reason)
        except (Rejected, Forbidden) as error:
            return self.quarantine.page(request, item, error, form)
        return RedirectResponse("/quarantine", 303, HEADERS)


def choice_of(form: Form) -> Choice:
    """What was chosen; ``Rejected("portal.choice-missing")``."""
    try:
        return Choice(form.get("choice"))
    except ValueError:
        raise Rejected("portal.choice-missing") from None


def reason_of(form: Form) -> str:
    """The reason that was typed; ``Rejected("gateway.reason-missing")``."""
    reason = form.get("why")[:LONGEST_REASON]
    if not reason:
        raise Rejected("gateway.reason-missing")
    return reason
