"""One-time links: to open an account with a role and scope that were set before, or a new password.

Only the SHA-256 of a link's secret is kept. A link for a powerful role works after a second person
agreed. Whoever follows a link chooses name and password; nobody else ever knows them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import insert, select, update

from yushan.base import NOTHING, Absent, Conflict, Forbidden, Rejected
from yushan.services.accounts import queries, tokens
from yushan.services.accounts.passwords import check_password
from yushan.services.accounts.register import USER, end_everything
from yushan.services.accounts.roles import ROLES
from yushan.services.accounts.tables import INVITATION
from yushan.services.accounts.values import (
    Account,
    account_of,
    decode_scope,
    encode_scope,
    moment,
    moment_or_none,
)

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy import Row

    from yushan.base import Language, Scope, SiteName
    from yushan.services.accounts.register import Register

LONGEST_DAYS: Final = 14
RESET_S: Final = 24 * 3600
#: Who invites by command on the machine itself: the root of all trust there is.
CONSOLE: Final = "console"


@dataclass(frozen=True, slots=True)
class Invitation:
    """A link as whoever made it sees it: never its secret.

    ``state``: ``waiting`` for a second person, ``open``, ``used``, ``revoked``, ``over``.
    """

    id: str
    kind: str
    role: str
    scope: Scope
    site: SiteName | None
    note: str
    account: str
    invited_by: str
    created: datetime
    expires: datetime
    ended: datetime | None
    state: str


@dataclass(frozen=True, slots=True)
class Wish:
    """Whom to invite; ``note`` says for whom the link is."""

    role: str
    scope: Scope = NOTHING
    site: SiteName | None = None
    note: str = ""
    days: int = 7


class Invitations:
    """Links that are open, used, revoked, over."""

    def __init__(self, register: Register) -> None:
        self.register, self.db = register, register.db

    def invite(self, wish: Wish, by: str) -> tuple[Invitation, str]:
        """A new link's row and its secret, which is shown once.

        Raises
        ------
        Rejected
            ``accounts.role-unknown``, ``accounts.invitation-days``.
        """
        if wish.role not in ROLES:
            raise Rejected("accounts.role-unknown")
        if not 1 <= wish.days <= LONGEST_DAYS:
            raise Rejected("accounts.invitation-days", longest=LONGEST_DAYS)
        agreed = by == CONSOLE or not ROLES[wish.role].powerful
        return self.add(
            kind="invite", role=wish.role, scope=encode_scope(wish.scope), site=wish.site,
            note=wish.note.strip()[:64], invited_by=by, agreed_by=CONSOLE if agreed else "",
            lasts_s=wish.days * 86400, state="open" if agreed else "waiting",
        )  # fmt: skip

    def reset(self, account: Account, by: str) -> tuple[Invitation, str]:
        """A link by which the account's owner sets a new password; it holds for a day.

        Second factors stay (ASVS 5.0 6.4.3). Links for the same account that were open end. For a
        powerful role a second person must agree: a password alone may let somebody in.
        """
        self.end_links_of(account.id)
        agreed = by == CONSOLE or not ROLES[account.role].powerful
        return self.add(
            kind="reset", role=account.role, scope=encode_scope(account.scope), site=account.site,
            account=account.id, invited_by=by, agreed_by=CONSOLE if agreed else "",
            lasts_s=RESET_S, state="open" if agreed else "waiting",
        )  # fmt: skip

    def add(self, *, lasts_s: int, **values: Any) -> tuple[Invitation, str]:  # noqa: ANN401 - columns
        """Write a row; it as a value, and the secret."""
        secret, now_s = tokens.new_session(), self.register.now_s()
        row = {
            "id": tokens.new_id(), "secret_sha256": tokens.fingerprint(secret), "account": "",
            "note": "", "created_s": now_s, "expires_s": now_s + lasts_s, **values,
        }  # fmt: skip
        with self.db.begin() as tx:
            tx.execute(insert(INVITATION).values(row))
        return self.get(row["id"]), secret

    def get(self, invitation: str) -> Invitation:
        """One link by its id; ``Absent("accounts.absent")``."""
        with self.db.read() as tx:
            row = tx.execute(select(INVITATION).where(INVITATION.c.id == invitation)).one_or_none()
        if row is None:
            raise Absent("accounts.absent")
        return self.value_of(row)

    def all(self) -> tuple[Invitation, ...]:
        """Links of the last hundred, the newest first."""
        order = (INVITATION.c.created_s.desc(), INVITATION.c.id)
        with self.db.read() as tx:
            rows = tx.execute(select(INVITATION).order_by(*order).limit(100)).all()
        return tuple(self.value_of(row) for row in rows)

    def look(self, secret: str) -> Invitation:
        """What a link is for; ``Absent("accounts.link-over")`` unless it can be used now."""
        asked = select(INVITATION).where(INVITATION.c.secret_sha256 == tokens.fingerprint(secret))
        with self.db.read() as tx:
            row = tx.execute(asked).one_or_none()
        found = None if row is None else self.value_of(row)
        if found is None or found.state not in {"open", "waiting"}:
            raise Absent("accounts.link-over")
        if found.state == "waiting":
            raise Forbidden("accounts.link-waits")
        return found

    def agree(self, invitation: str, by: str) -> Invitation:
        """A second person agrees to a powerful role; the link works from now on.

        Raises
        ------
        Conflict
            ``accounts.decided``: it does not wait any more.
        Forbidden
            ``accounts.same-person``: whoever invited cannot be the second.
        """
        if self.get(invitation).invited_by == by:
            raise Forbidden("accounts.same-person")
        self.move(invitation, "waiting", state="open", agreed_by=by)
        return self.get(invitation)

    def revoke(self, invitation: str) -> None:
        """The link works no more; ``Conflict("accounts.decided")`` if it is used or over."""
        state = self.get(invitation).state
        if state not in {"open", "waiting"}:
            raise Conflict("accounts.decided")
        self.move(invitation, state, state="revoked", ended_s=self.register.now_s())

    def move(self, invitation: str, before: str, **values: Any) -> None:  # noqa: ANN401 - columns
        """Change a row if it is in a state yet; ``Conflict("accounts.decided")``."""
        asked = update(INVITATION).where(
            INVITATION.c.id == invitation,
            INVITATION.c.state == before,
            INVITATION.c.expires_s > self.register.now_s(),
        )
        with self.db.begin() as tx:
            if not tx.execute(asked.values(**values)).rowcount:
                raise Conflict("accounts.decided")

    def accept(self, secret: str, user: str, password: str, language: Language) -> Account:
        """Open the account that the link is for; the link is used up.

        Raises
        ------
        Absent, Forbidden
            As :meth:`look`.
        Rejected, Conflict
            As :meth:`Register.create`; the link stays open.
        """
        link = self.look(secret)
        if link.kind != "invite":
            raise Absent("accounts.link-over")
        if not USER.fullmatch(user):
            raise Rejected("accounts.user-invalid")
        check_password(password, user)
        hashed = self.register.hasher.hash(password)
        row: dict[str, Any] = {
            "id": tokens.new_id(), "user": user, "password": hashed, "role": link.role,
            "language": language, "site": link.site, "scope": encode_scope(link.scope),
            "created_s": self.register.now_s(), "note": link.note,
        }  # fmt: skip
        used = {"state": "used", "ended_s": self.register.now_s(), "account": row["id"]}
        with self.db.begin() as tx:
            if not queries.add_account(tx, row):
                raise Conflict("accounts.user-taken")
            if not tx.execute(still_open(link.id, self.register.now_s()).values(used)).rowcount:
                raise Absent("accounts.link-over")
            made = queries.account_by_id(tx, row["id"])
        assert made is not None  # noqa: S101 - just written
        return account_of(made)

    def set_password(self, secret: str, password: str) -> Account:
        """Set the password that a ``reset`` link lets; sessions and tokens end, factors stay."""
        link = self.look(secret)
        with self.db.read() as tx:
            row = queries.account_by_id(tx, link.account) if link.kind == "reset" else None
        if row is None or row.closed_s is not None:
            raise Absent("accounts.link-over")
        check_password(password, row.user)
        hashed = self.register.hasher.hash(password)
        now_s = self.register.now_s()
        with self.db.begin() as tx:
            used = {"state": "used", "ended_s": now_s}
            if not tx.execute(still_open(link.id, now_s).values(used)).rowcount:
                raise Absent("accounts.link-over")
            queries.change_account(tx, row.id, password=hashed)
            end_everything(tx, row.id)
        return account_of(row)

    def end_links_of(self, account: str) -> None:
        """End the open links of an account."""
        asked = update(INVITATION).where(
            INVITATION.c.account == account, INVITATION.c.state.in_(("open", "waiting"))
        )
        with self.db.begin() as tx:
            tx.execute(asked.values(state="revoked", ended_s=self.register.now_s()))

    def value_of(self, row: Row[Any]) -> Invitation:
        """A row as a value; one whose time has passed is ``over``."""
        is_over = row.state in {"open", "waiting"} and row.expires_s <= self.register.now_s()
        return Invitation(
            row.id, row.kind, row.role, decode_scope(row.scope), row.site, row.note, row.account,
            row.invited_by, moment(row.created_s), moment(row.expires_s),
            moment_or_none(row.ended_s), "over" if is_over else row.state,
        )  # fmt: skip


def still_open(invitation: str, now_s: int) -> Any:  # noqa: ANN401 - an update statement
    """An update of a link that can be used yet."""
    return update(INVITATION).where(
        INVITATION.c.id == invitation, INVITATION.c.state == "open", INVITATION.c.expires_s > now_s
    )
