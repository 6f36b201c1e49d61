"""Changes of accounts that need two persons: one proposes, another agrees within 72 hours."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import delete, insert, select, update

from yushan.base import Absent, Conflict, Forbidden, Rejected
from yushan.services.accounts import queries, tokens
from yushan.services.accounts.roles import ROLES
from yushan.services.accounts.tables import CHANGE, FACTOR
from yushan.services.accounts.values import decode_scope, encode_scope, moment

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from sqlalchemy import Connection, Row

    from yushan.base import Scope
    from yushan.services.accounts.register import Register
    from yushan.services.accounts.values import Account

LASTS_S: Final = 72 * 3600


@dataclass(frozen=True, slots=True)
class Change:
    """A proposal about an account.

    ``role`` gives it a role and scope, ``reopen`` opens it again, ``factors`` takes away second
    factors that were lost.
    """

    id: str
    account: str
    user: str
    kind: str
    role: str
    scope: Scope
    proposed_by: str
    proposed: datetime
    lapses: datetime


class Changes:
    """Proposals that wait, and what became of them."""

    def __init__(self, register: Register) -> None:
        self.register, self.db = register, register.db

    def set_role(self, account: Account, role: str, scope: Scope, by: str) -> Change | None:
        """Give a role and scope at once, or propose it where a powerful role is involved.

        Raises
        ------
        Rejected
            ``accounts.role-unknown``.
        """
        if role not in ROLES:
            raise Rejected("accounts.role-unknown")
        is_other = (role, scope) != (account.role, account.scope)
        if is_other and ROLES[role].powerful:
            return self.propose(account, "role", role, scope, by)
        with self.db.begin() as tx:
            self.give(tx, account.id, role, encode_scope(scope))
        return None

    def reopen(self, account: Account, by: str) -> Change | None:
        """Open a closed account again, or propose it where its role is powerful."""
        if ROLES[account.role].powerful:
            return self.propose(account, "reopen", account.role, account.scope, by)
        with self.db.begin() as tx:
            if not queries.reopen_account(tx, account.id):
                raise Absent("accounts.absent")
        return None

    def drop_factors(self, account: Account, by: str) -> Change | None:
        """Take all second factors away, or propose it where the account's role is powerful."""
        if ROLES[account.role].powerful:
            return self.propose(account, "factors", account.role, account.scope, by)
        with self.db.begin() as tx:
            lose_factors(tx, account.id)
        return None

    def lose_factors(self, account: Account) -> None:
        """Take all second factors away by the word of the machine's own people."""
        with self.db.begin() as tx:
            lose_factors(tx, account.id)

    def propose(self, account: Account, kind: str, role: str, scope: Scope, by: str) -> Change:
        """Lay a change before a second person; one before it for the same account lapses."""
        row: dict[str, Any] = {
            "id": tokens.new_id(), "account": account.id, "kind": kind, "role": role,
            "scope": encode_scope(scope), "proposed_by": by, "proposed_s": self.register.now_s(),
            "decided_by": "", "state": "waiting",
        }  # fmt: skip
        before = update(CHANGE).where(CHANGE.c.account == account.id, CHANGE.c.state == "waiting")
        with self.db.begin() as tx:
            tx.execute(before.values(state="lapsed"))
            tx.execute(insert(CHANGE).values(row))
        return self.get(row["id"])

    def waiting(self) -> tuple[Change, ...]:
        """Proposals that nobody has decided on, oldest first."""
        asked = self.open_ones().order_by(CHANGE.c.proposed_s, CHANGE.c.id)
        with self.db.read() as tx:
            return values_of(tx, tx.execute(asked).all())

    def get(self, change: str) -> Change:
        """One that waits; ``Conflict("accounts.decided")`` if it does not."""
        with self.db.read() as tx:
            rows = tx.execute(self.open_ones().where(CHANGE.c.id == change)).all()
            if not rows:
                raise Conflict("accounts.decided")
            return values_of(tx, rows)[0]

    def open_ones(self) -> Any:  # noqa: ANN401 - a select statement
        """Rows that wait and have not lapsed."""
        fresh = CHANGE.c.proposed_s > self.register.now_s() - LASTS_S
        return select(CHANGE).where(CHANGE.c.state == "waiting", fresh)

    def decide(self, change: str, by: str, *, agrees: bool) -> Change:
        """A second person agrees, and it is done; or refuses.

        Raises
        ------
        Conflict
            ``accounts.decided``.
        Forbidden
            ``accounts.same-person``: neither whoever proposed nor whom it is about.
        """
        found = self.get(change)
        if agrees and by in {found.proposed_by, found.account}:
            raise Forbidden("accounts.same-person")
        decided = {"decided_by": by, "decided_s": self.register.now_s(),
                   "state": "done" if agrees else "refused"}  # fmt: skip
        asked = update(CHANGE).where(CHANGE.c.id == change, CHANGE.c.state == "waiting")
        with self.db.begin() as tx:
            if not tx.execute(asked.values(decided)).rowcount:
                raise Conflict("accounts.decided")
            if agrees and found.kind == "role":
                self.give(tx, found.account, found.role, encode_scope(found.scope))
            elif agrees and found.kind == "reopen":
                queries.reopen_account(tx, found.account)
            elif agrees:
                lose_factors(tx, found.account)
        return found

    def give(self, tx: Connection, account: str, role: str, scope: str) -> None:
        """Write role and scope; sessions under another role end, they proved too little for it."""
        row = queries.account_by_id(tx, account)
        if not queries.change_account(tx, account, role=role, scope=scope):
            raise Absent("accounts.absent")
        if row is not None and row.role != role:
            queries.end_sessions_of(tx, account)
            queries.end_tokens_of(tx, account)


def lose_factors(tx: Connection, account: str) -> None:
    """Take all second factors of an account away, and end its sessions."""
    tx.execute(delete(FACTOR).where(FACTOR.c.account == account))
    queries.end_sessions_of(tx, account)


def values_of(tx: Connection, rows: Sequence[Row[Any]]) -> tuple[Change, ...]:
    """Rows as values, with the accounts' names."""
    names = {row.id: row.user for row in queries.every_account(tx)}
    return tuple(
        Change(
            row.id, row.account, names.get(row.account, ""), row.kind, row.role,
            decode_scope(row.scope), row.proposed_by, moment(row.proposed_s),
            moment(row.proposed_s + LASTS_S),
        )
        for row in rows
    )  # fmt: skip
