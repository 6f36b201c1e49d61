"""Audit: what doors say of each request, written before an answer leaves.

The first look of somebody at something is an entry at once; looks at the same within the next
minute are counted and entered as one sum, so that a viewer's thousand frames cost one commit and
nobody looks unseen. How it gets on disk is ``writing.py``.
"""

from __future__ import annotations

from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Final, Protocol

from yushan.engines.observe import request_id
from yushan.services.ledger.values import Draft
from yushan.services.ledger.writing import Sum, Writer

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy import Connection

    from yushan.services.ledger.ledger import Ledger

#: From where the present request comes (an address of the network); empty: from this machine.
ADDRESS: Final[ContextVar[str]] = ContextVar("ledger_address", default="")
#: Looks at the same thing within so many seconds are one entry and one sum.
WINDOW_S: Final = 60.0


@contextmanager
def asked_from(address: str) -> Iterator[None]:
    """What is told within the block was asked from this address."""
    token = ADDRESS.set(address)
    try:
        yield
    finally:
        ADDRESS.reset(token)


class Person(Protocol):
    """Who did it (``services.accounts.Account``)."""

    @property
    def id(self) -> str:
        """Our identifier of the account."""
        ...

    @property
    def role(self) -> str:
        """Its role."""
        ...


@dataclass(frozen=True, slots=True)
class Thing:
    """What somebody looked at or acted on.

    ``kind`` is a word (``study``, ``series``, ``search``, ``account``, ``policy``, ``export`` …),
    ``name`` an identifier of ours that is nobody's. ``subject``, ``study``, ``series`` and
    ``query`` concern a person: the log holds salted commitments, the values can be destroyed.
    Give ``subject`` (the commons' pseudonym) whenever it is known, so that it can be forgotten.
    """

    kind: str
    name: str = ""
    subject: str = ""
    study: str = ""
    series: str = ""
    query: str = ""

    def personal(self) -> dict[str, str]:
        """The fields that concern a person, where given."""
        fields = {
            "subject": self.subject,
            "study": self.study,
            "series": self.series,
            "query": self.query,
        }
        return {name: value for name, value in fields.items() if value}


@dataclass(frozen=True, slots=True)
class Told:
    """One fact on its way into the log."""

    action: str
    account: str
    role: str
    thing: Thing
    via: str = ""
    purpose: str = ""
    outcome: str = ""
    reasons: tuple[str, ...] = ()
    count: int = 1
    size: int = 0
    #: Seconds over which a sum was taken; 0: a single request.
    over_s: int = 0
    #: Requests that it tells of.
    times: int = 1
    address: str = ""
    request: str = field(default="", compare=False)

    def facts(self) -> dict[str, Any]:
        """What stands in the entry in clear; empty fields are left out."""
        said: dict[str, Any] = {
            "account": self.account,
            "role": self.role,
            "thing": self.thing.kind,
            "name": self.thing.name,
            "via": self.via,
            "purpose": self.purpose,
            "outcome": self.outcome,
            "reasons": list(self.reasons),
            "bytes": self.size,
            "over_s": self.over_s,
            "times": self.times if self.times > 1 else 0,
            "request": self.request,
        }
        return {"count": self.count} | {name: value for name, value in said.items() if value}

    def draft(self) -> Draft:
        """The fact as the log takes it."""
        private: dict[str, Any] = dict(self.thing.personal())
        if self.address:
            private["address"] = self.address
        return Draft(self.action, self.facts(), private)

    def more(self, seen: Sum, over_s: int) -> Told:
        """The same as a sum of further looks."""
        request = "" if over_s else self.request
        return replace(
            self, count=seen.count, size=seen.size, times=seen.times, over_s=over_s, request=request
        )


class Audit:
    """One door's side of the restricted log; safe to call from any thread.

    ``via`` names the door; `at` gives another door's, over the same writer.
    """

    def __init__(self, ledger: Ledger, via: str = "", *, window_s: float = WINDOW_S) -> None:
        self.ledger, self.via = ledger, via
        self.writer: Writer[Told] = Writer(self._enter, window_s)

    def at(self, door: str) -> Audit:
        """The same for another door."""
        other = Audit(self.ledger, door)
        other.writer = self.writer
        return other

    def saw(
        self,
        account: Person | None,
        action: str,
        thing: Thing,
        *,
        count: int = 1,
        size: int = 0,
        purpose: str = "",
    ) -> None:
        """Somebody is about to be shown something; call it once a request, before its answer.

        Parameters
        ----------
        account
            Who asks; None: nobody is signed in.
        action
            ``room.event``, as in ``data/kinds.toml``.
        thing
            What is shown.
        count, size
            Instances, frames or answers, and bytes, of this request as far as they are known.
        purpose
            Code of what it is for, where it was asked.

        Raises
        ------
        Unavailable
            ``ledger.not-written``: do not show it.
        """
        self.writer.count(self._look(account, action, thing, purpose), count, size)

    def saw_again(self, account: Person | None, action: str, thing: Thing, count: int) -> bool:
        """Note what is about to be shown, if that needs no writing; False: nothing was noted.

        Only for what was shown to the same person a moment ago; else `saw` it.
        """
        return self.writer.count_again(self._look(account, action, thing), count, 0)

    def _look(self, account: Person | None, action: str, thing: Thing, purpose: str = "") -> Told:
        """One look, with where the present request comes from, and its id."""
        return Told(
            action, *who(account), thing, self.via, purpose,
            address=ADDRESS.get(), request=request_id(),
        )  # fmt: skip

    def did(
        self,
        account: Person | None,
        action: str,
        thing: Thing,
        *,
        outcome: str = "done",
        reasons: tuple[str, ...] = (),
        tx: Connection | None = None,
    ) -> None:
        """Somebody acted, or was refused (``outcome="refused"`` with reasons): always an entry.

        With ``tx`` the entry is there exactly if the caller's transaction is; do it last in it.

        Raises
        ------
        Unavailable
            ``ledger.not-written``: take the act back.
        """
        told = replace(self._look(account, action, thing), outcome=outcome, reasons=reasons)
        if tx is not None:
            self.ledger.extend(tx, [told.draft()])
            return
        self.writer.write([told])

    def tick(self) -> None:
        """Enter the sums whose minute is over; a timer calls it, and nothing is raised."""
        self.writer.tick()

    def flush(self) -> None:
        """Enter all sums now, as at the end of a process; ``Unavailable("ledger.not-written")``."""
        self.writer.flush()

    def _enter(self, facts: list[Told]) -> None:
        with self.ledger.db.begin() as tx:
            self.ledger.extend(tx, [told.draft() for told in facts])


def who(account: Person | None) -> tuple[str, str]:
    """Account and role; nobody is empty."""
    return (str(account.id), account.role) if account is not None else ("", "")
