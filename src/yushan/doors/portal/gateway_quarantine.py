"""Quarantine: what waits for a person, why, and the two things a person can do."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from starlette.responses import RedirectResponse, Response

from yushan.base import Absent, Forbidden, Rejected
from yushan.doors.portal.gateway_lists import row_of
from yushan.doors.portal.gateway_parts import HANDLED, state_of, waiting
from yushan.doors.portal.shell import HEADERS, account_of, language_of
from yushan.doors.portal.signing_in import address_of
from yushan.doors.portal.told import tell
from yushan.doors.portal.words import seconds
from yushan.services.accounts import Permission, may
from yushan.services.gateway import State

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.routing import BaseRoute

    from yushan.base import YushanError
    from yushan.doors.portal.forms import Form
    from yushan.doors.portal.shell import Shell
    from yushan.services.accounts import Accounts
    from yushan.services.gateway import Entry, Handling, Journal

LONGEST_REASON: Final = 500
#: How many of the queue are shown, from the open one on.
QUEUE: Final = 6
#: What is written as the reason of a retry; the person's words belong to releases.
RETRY: Final = "asked for on the quarantine page"
#: Code of a refusal -> the field it belongs to.
FIELD_OF: Final = {
    "gateway.reason-missing": "why",
    "gateway.second-person-missing": "second",
    "accounts.wrong": "second",
    "portal.second-not-allowed": "second",
}


class Quarantine:
    """`/quarantine`, `/quarantine/NUMBER` and its two forms."""

    def __init__(
        self, shell: Shell, journal: Journal, handling: Handling, accounts: Accounts
    ) -> None:
        self.shell, self.journal = shell, journal
        self.handling, self.accounts = handling, accounts

    def routes(self) -> list[BaseRoute]:
        """The addresses."""
        get, post, needs = self.shell.get, self.shell.post, "handle_quarantine"
        return [
            get("/quarantine", self.show, needs=needs),
            get("/quarantine/{number:int}", self.item, needs=needs),
            post("/quarantine/{number:int}/retry", self.retry, needs=needs),
            post("/quarantine/{number:int}/release", self.release, needs=needs),
            post("/accounting/{state}/retry", self.retry_all, needs=needs),
        ]

    def show(self, request: Request) -> Response:
        """The desk with the first that waits."""
        waiting_first = self.journal.page(State.QUARANTINED, limit=1)
        return self.page(request, waiting_first[0] if waiting_first else None)

    def item(self, request: Request) -> Response:
        """One object beside the queue."""
        return self.page(request, self.find(request.path_params["number"]))

    def page(
        self, request: Request, item: Entry | None, error: YushanError | None = None,
        form: Form | None = None,
    ) -> Response:  # fmt: skip
        """The desk; after a refusal with what was typed."""
        language, states = language_of(request), self.journal.accounting().states
        entries = self.journal.page(
            State.QUARANTINED, after=item.id - 1 if item else 0, limit=QUEUE
        )
        told = tell(error.code, language) if error else None
        errors = {FIELD_OF.get(told.code, "why"): f"{told.detail}{told.remedy}"} if told else {}
        return self.shell.page(
            request, "quarantine.html", status=422 if error else 200, here="quarantine",
            waiting=waiting(states), count=states[State.QUARANTINED],
            entries=[row_of(entry, language) for entry in entries],
            item=row_of(item, language) if item else None, errors=errors,
            acts=self.acts(item) if item else [], typed=form.get("why") if form else "",
            second=form.get("second") if form else "",
        )  # fmt: skip

    def acts(self, item: Entry) -> list[tuple[str, str, str, object]]:
        """What people did to the object: act, first person, second person, when."""
        return [
            (act.act, act.who, act.second or "", seconds(act.at))
            for act in self.handling.acts(item.id)
        ]

    def find(self, number: int) -> Entry:
        """The object, if it is in a state that a person handles or has been released."""
        for state in (State.QUARANTINED, *HANDLED, State.RELEASED_BY_HAND):
            for entry in self.journal.page(state, after=number - 1, limit=1):
                if entry.id == number:
                    return entry
        raise Absent("portal.not-waiting")

    def retry(self, request: Request, form: Form) -> Response:  # noqa: ARG002 - no fields
        """Send the object back to the start."""
        number, account = request.path_params["number"], account_of(request)
        assert account is not None  # noqa: S101 - the route needs a permission
        self.handling.retry([number], who=account.user, reason=RETRY)
        return RedirectResponse("/quarantine", 303, HEADERS)

    def retry_all(self, request: Request, form: Form) -> Response:
        """Send all objects of a state, with one reason if it is given, back to the start."""
        state, account = state_of(request), account_of(request)
        assert account is not None  # noqa: S101 - the route needs a permission
        code = form.get("reason") or None
        self.handling.retry_all(state, code, who=account.user, reason=RETRY)
        return RedirectResponse(f"/accounting/{state}", 303, HEADERS)

    def release(self, request: Request, form: Form) -> Response:
        """Two people take the object out: the one who is signed in, and a second at this form."""
        number, account = request.path_params["number"], account_of(request)
        assert account is not None  # noqa: S101 - the route needs a permission
        item = self.find(number)
        try:
            reason = reason_of(form)
            second = self.second_person(request, form, account.user)
            self.handling.release([number], who=account.user, second=second, reason=reason)
        except (Rejected, Forbidden) as error:
            return self.page(request, item, error, form)
        return RedirectResponse("/quarantine", 303, HEADERS)

    def second_person(self, request: Request, form: Form, first: str) -> str:
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


def reason_of(form: Form) -> str:
    """The reason that was typed; ``Rejected("gateway.reason-missing")``."""
    reason = form.get("why")[:LONGEST_REASON]
    if not reason:
        raise Rejected("gateway.reason-missing")
    return reason
