"""`/record/verify`: how anybody checks the record, and a form that checks a receipt.

With script all of it happens in the browser, against the published tiles, and nothing is sent;
without script the receipt is sent here and checked by the same rules.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from yushan.base import Absent, Rejected, codes
from yushan.doors.portal.shell import language_of
from yushan.services.ledger import CONSENT, Receipts, leaf_hash, read_receipt, verify_receipt

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response
    from starlette.routing import BaseRoute

    from yushan.doors.portal.forms import Form
    from yushan.doors.portal.shell import Shell
    from yushan.services.ledger import Judged, Ledger, Log, Proven

#: What is looked at, in order: name → code of the fault.
CHECKS: Final = {
    "included": "ledger.not-included",
    "signed": "ledger.bad-signature",
    "opened": "ledger.changed-opening",
    "number": "ledger.wrong-number",
}


@dataclass(frozen=True, slots=True)
class Result:
    """What came of a receipt: name of a check → whether it held; a missing one was not made."""

    checks: dict[str, bool]
    judged: Judged | None = None
    reason: str = ""

    @property
    def holds(self) -> bool:
        """Whether all that was looked at fits."""
        return self.judged is not None and all(self.checks.values())


class Verifying:
    """The page and its form; ``office_key`` is the verifier key of the consent office's log."""

    def __init__(self, shell: Shell, ledger: Ledger, office_key: str = "") -> None:
        self.shell, self.ledger, self.receipts = shell, ledger, Receipts(ledger)
        self.office_key = office_key

    def routes(self) -> list[BaseRoute]:
        """The address."""
        return [
            self.shell.get("/record/verify", self.show),
            self.shell.post("/record/verify", self.check),
        ]

    def show(self, request: Request) -> Response:
        """How to check the record oneself."""
        return self.page(request, None, "")

    def check(self, request: Request, form: Form) -> Response:
        """A receipt that was pasted."""
        text = form.get("receipt")
        result = self.result(text)
        if result.judged is None:
            told = codes()[result.reason]
            reason = told.en if language_of(request) == "en" else told.zh
            return self.page(request, Result({}, None, reason), text, 422)
        return self.page(request, result, text)

    def page(
        self, request: Request, result: Result | None, text: str, status: int = 200
    ) -> Response:
        """The page with what came of a receipt, if one was given."""
        head = self.ledger.public.head()
        return self.shell.page(
            request, "verify.html", status=status, here="record", head=head, result=result,
            text=text, key=self.ledger.public_key, other=self.ledger.key, names=list(CHECKS),
            office=self.office_key,
        )  # fmt: skip

    def result(self, text: str) -> Result:
        """Everything that can be said of a receipt here."""
        try:
            receipt = read_receipt(text.encode())
            is_foreign = bool(self.office_key) and receipt.log == CONSENT
            judged = verify_receipt(receipt, self.office_key if is_foreign else self.ledger.key)
        except Rejected as error:
            return Result({}, None, error.code)
        checks = {name: code not in judged.faults for name, code in CHECKS.items()}
        if not receipt.opened:
            del checks["opened"]
        if is_foreign:  # the office's log does not lie here
            return Result(checks, judged)
        return Result({**checks, "today": self.stands(receipt)}, judged)

    def stands(self, receipt: Proven) -> bool:
        """Whether the log of today has this very entry in its place, under its newest head."""
        try:
            log = self.log(receipt.log)
            found = self.receipts.make(log, receipt.number)
        except Absent:
            return False
        return leaf_hash(found.entry.encode()) == leaf_hash(receipt.entry.encode())

    def log(self, origin: str) -> Log:
        """The log of a name; ``Absent("ledger.no-such-log")``."""
        for log in self.ledger.logs:
            if log.origin == origin:
                return log
        raise Absent("ledger.no-such-log")
