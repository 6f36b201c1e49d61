"""Every question to the tables, by name. Times are seconds since 1970 UTC."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import and_, case, delete, insert, or_, select, update

from yushan.engines.database import insert_once
from yushan.services.accounts.tables import ACCOUNT, ATTEMPT, FACTOR, PURPOSE, SESSION, STEP, TOKEN

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy import Connection, Row


def add_account(tx: Connection, row: dict[str, Any]) -> int:
    """How many were added: 0 when the user's name is taken."""
    return insert_once(tx, ACCOUNT, [row])


def account_by_user(tx: Connection, user: str) -> Row[Any] | None:
    """An open account by its user's name."""
    asked = select(ACCOUNT).where(ACCOUNT.c.user == user, ACCOUNT.c.closed_s.is_(None))
    return tx.execute(asked).one_or_none()


def all_accounts(tx: Connection) -> Sequence[Row[Any]]:
    """Open accounts in the order of their users' names."""
    asked = select(ACCOUNT).where(ACCOUNT.c.closed_s.is_(None)).order_by(ACCOUNT.c.user)
    return tx.execute(asked).all()


def account_by_id(tx: Connection, account: str) -> Row[Any] | None:
    """An account by its id, closed or not."""
    return tx.execute(select(ACCOUNT).where(ACCOUNT.c.id == account)).one_or_none()


def every_account(tx: Connection) -> Sequence[Row[Any]]:
    """All accounts, closed ones last, by name."""
    order = (ACCOUNT.c.closed_s.is_not(None), ACCOUNT.c.user)
    return tx.execute(select(ACCOUNT).order_by(*order)).all()


def with_factor(tx: Connection) -> frozenset[str]:
    """Accounts that have a second factor."""
    asked = select(FACTOR.c.account).where(FACTOR.c.active == 1, FACTOR.c.kind != "recovery")
    return frozenset(tx.execute(asked).scalars())


def reopen_account(tx: Connection, account: str) -> int:
    """Open a closed account again; how many."""
    asked = update(ACCOUNT).where(ACCOUNT.c.id == account, ACCOUNT.c.closed_s.is_not(None))
    return tx.execute(asked.values(closed_s=None)).rowcount


def note_failure(tx: Connection, user: str) -> None:
    """One more try that failed, if there is such an account."""
    asked = update(ACCOUNT).where(ACCOUNT.c.user == user)
    tx.execute(asked.values(failed=ACCOUNT.c.failed + 1))


def change_account(tx: Connection, account: str, **values: Any) -> int:  # noqa: ANN401 - columns
    """Change columns of one open account; how many changed."""
    asked = update(ACCOUNT).where(ACCOUNT.c.id == account, ACCOUNT.c.closed_s.is_(None))
    return tx.execute(asked.values(**values)).rowcount


def add_session(tx: Connection, row: dict[str, Any]) -> None:
    """Open a session."""
    tx.execute(insert(SESSION).values(row))


def session(tx: Connection, secret_sha256: str, now_s: int, idle_s: int) -> Row[Any] | None:
    """The open account of a session that is neither over nor idle too long, with the session."""
    asked = (
        select(
            ACCOUNT,
            SESSION.c.seen_s,
            SESSION.c.expires_s,
            SESSION.c.confirmed_s,
            SESSION.c.how,
            SESSION.c.proof,
            SESSION.c.id.label("session"),
        )
        .join(SESSION, SESSION.c.account == ACCOUNT.c.id)
        .where(
            SESSION.c.secret_sha256 == secret_sha256,
            SESSION.c.expires_s > now_s,
            SESSION.c.seen_s > now_s - idle_s,
            ACCOUNT.c.closed_s.is_(None),
        )
    )
    return tx.execute(asked).one_or_none()


def touch_session(tx: Connection, secret_sha256: str, now_s: int) -> None:
    """Note that the session was used."""
    asked = update(SESSION).where(SESSION.c.secret_sha256 == secret_sha256)
    tx.execute(asked.values(seen_s=now_s))


def sessions_of(tx: Connection, account: str, now_s: int, idle_s: int) -> Sequence[Row[Any]]:
    """Sessions of an account that hold, the last used first."""
    asked = select(SESSION).where(
        SESSION.c.account == account,
        SESSION.c.expires_s > now_s,
        SESSION.c.seen_s > now_s - idle_s,
    )
    return tx.execute(asked.order_by(SESSION.c.seen_s.desc(), SESSION.c.id)).all()


def proven_sessions(tx: Connection, start: str) -> Sequence[Row[Any]]:
    """Sessions whose proof begins with these letters."""
    asked = select(SESSION).where(SESSION.c.proof.startswith(start, autoescape=True))
    return tx.execute(asked).all()


def renew_session(tx: Connection, old: str, new: str, **values: Any) -> int:  # noqa: ANN401 - columns
    """Put a session under another secret; how many."""
    asked = update(SESSION).where(SESSION.c.secret_sha256 == old)
    return tx.execute(asked.values(secret_sha256=new, **values)).rowcount


def end_session(tx: Connection, secret_sha256: str) -> None:
    """Forget one session."""
    tx.execute(delete(SESSION).where(SESSION.c.secret_sha256 == secret_sha256))


def end_session_of(tx: Connection, account: str, session_id: str) -> int:
    """Forget one session of an account by its id; how many there were."""
    asked = delete(SESSION).where(SESSION.c.account == account, SESSION.c.id == session_id)
    return tx.execute(asked).rowcount


def end_sessions_of(tx: Connection, account: str, keep: str = "") -> int:
    """Forget all sessions of an account but the one with the id ``keep``; how many."""
    asked = delete(SESSION).where(SESSION.c.account == account)
    return tx.execute(asked.where(SESSION.c.id != keep) if keep else asked).rowcount


def add_token(tx: Connection, row: dict[str, Any]) -> None:
    """Keep a token's fingerprint."""
    tx.execute(insert(TOKEN).values(row))


def token(tx: Connection, secret_sha256: str, now_s: int) -> Row[Any] | None:
    """The open account of a token that has not expired, with the token's columns."""
    asked = (
        select(ACCOUNT, TOKEN.c.used_s, TOKEN.c.reads_only)
        .join(TOKEN, TOKEN.c.account == ACCOUNT.c.id)
        .where(
            TOKEN.c.secret_sha256 == secret_sha256,
            TOKEN.c.expires_s > now_s,
            ACCOUNT.c.closed_s.is_(None),
        )
    )
    return tx.execute(asked).one_or_none()


def touch_token(tx: Connection, secret_sha256: str, now_s: int) -> None:
    """Note that the token was used."""
    asked = update(TOKEN).where(TOKEN.c.secret_sha256 == secret_sha256)
    tx.execute(asked.values(used_s=now_s))


def tokens_of(tx: Connection, account: str) -> Sequence[Row[Any]]:
    """Tokens of an account, newest first."""
    asked = select(TOKEN).where(TOKEN.c.account == account)
    return tx.execute(asked.order_by(TOKEN.c.created_s.desc(), TOKEN.c.id)).all()


def end_token(tx: Connection, account: str, token_id: str) -> int:
    """Forget one token of an account; how many there were."""
    asked = delete(TOKEN).where(TOKEN.c.id == token_id, TOKEN.c.account == account)
    return tx.execute(asked).rowcount


def end_tokens_of(tx: Connection, account: str) -> None:
    """Forget all tokens of an account."""
    tx.execute(delete(TOKEN).where(TOKEN.c.account == account))


def count_attempt(tx: Connection, key: str, now_s: int, window_s: int) -> tuple[int, int]:
    """Count one try under ``key``: (start of the window, tries in it)."""
    insert_once(tx, ATTEMPT, [{"key": key, "since_s": now_s, "tries": 0}])
    stale = ATTEMPT.c.since_s <= now_s - window_s
    counted = (
        update(ATTEMPT)
        .where(ATTEMPT.c.key == key)
        .values(
            since_s=case((stale, now_s), else_=ATTEMPT.c.since_s),
            tries=case((stale, 1), else_=ATTEMPT.c.tries + 1),
        )
        .returning(ATTEMPT.c.since_s, ATTEMPT.c.tries)
    )
    row = tx.execute(counted).one()
    return row.since_s, row.tries


def give_back(tx: Connection, account_key: str, address_key: str) -> None:
    """A success: the account starts at none again, the address gets its one try back."""
    tx.execute(delete(ATTEMPT).where(ATTEMPT.c.key == account_key))
    tx.execute(
        update(ATTEMPT)
        .where(and_(ATTEMPT.c.key == address_key, ATTEMPT.c.tries > 0))
        .values(tries=ATTEMPT.c.tries - 1)
    )


def forget_attempts(tx: Connection, key: str) -> None:
    """Give the tries under a key back."""
    tx.execute(delete(ATTEMPT).where(ATTEMPT.c.key == key))


def sweep_attempts(tx: Connection, before_s: int) -> None:
    """Forget tries whose window is over, so that the table holds one window's at most."""
    tx.execute(delete(ATTEMPT).where(ATTEMPT.c.since_s <= before_s))


def sweep(tx: Connection, now_s: int, *, idle_s: int, window_s: int) -> int:
    """Delete what can never be valid again; how many rows."""
    over = or_(SESSION.c.expires_s <= now_s, SESSION.c.seen_s <= now_s - idle_s)
    gone = tx.execute(delete(SESSION).where(over)).rowcount
    gone += tx.execute(delete(TOKEN).where(TOKEN.c.expires_s <= now_s)).rowcount
    gone += tx.execute(delete(ATTEMPT).where(ATTEMPT.c.since_s <= now_s - window_s)).rowcount
    gone += tx.execute(delete(STEP).where(STEP.c.expires_s <= now_s)).rowcount
    held = select(SESSION.c.id)
    gone += tx.execute(delete(PURPOSE).where(PURPOSE.c.session.not_in(held))).rowcount
    return gone
