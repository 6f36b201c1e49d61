"""Second factors: codes by time (RFC 6238) with a memory, and recovery codes.

The secret of a code generator is derived from the house's key and a salt, so that the database
alone tells none. A step that was used once is refused; a recovery code works once (ASVS 6.5.1).
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import pyotp
from sqlalchemy import delete, insert, select, update

from yushan.base import Absent, Conflict, Forbidden
from yushan.services.accounts import tokens
from yushan.services.accounts.squares import square
from yushan.services.accounts.tables import FACTOR
from yushan.services.accounts.values import moment, moment_or_none

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from sqlalchemy import ColumnElement, Connection, Row

    from yushan.base import Clock
    from yushan.engines.database import Database
    from yushan.services.accounts.values import Account

#: A code is taken one step of 30 s early or late (RFC 6238 5.2).
WINDOW: Final = 1
STEP_S: Final = 30
RECOVERY_CODES: Final = 8
#: Letters and digits that nobody mixes up; 24 of them are 118 bits (ASVS 6.5.2).
LETTERS: Final = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"
MOST_PASSKEYS: Final = 10


@dataclass(frozen=True, slots=True)
class Factor:
    """A factor as its owner sees it in a list."""

    id: str
    kind: str
    name: str
    created: datetime
    used: datetime | None


@dataclass(frozen=True, slots=True)
class Setup:
    """What an authenticator app is told: the secret by hand, or a picture of the address."""

    id: str
    secret: str
    address: str
    svg: str


class Factors:
    """Codes by time and recovery codes of accounts; passkeys are in ``passkeys.py``."""

    def __init__(self, db: Database, clock: Clock, key: bytes) -> None:
        self.db, self.clock, self.key = db, clock, key

    def of(self, account: str) -> tuple[Factor, ...]:
        """The account's code generators and passkeys that were proven, oldest first."""
        with self.db.read() as tx:
            rows = active(tx, account)
        return tuple(factor_of(row) for row in rows if row.kind != "recovery")

    def recovery_left(self, account: str) -> int:
        """How many recovery codes were not used."""
        with self.db.read() as tx:
            return sum(row.kind == "recovery" for row in active(tx, account))

    def begin_totp(self, account: Account, issuer: str) -> Setup:
        """A new code generator, not in force until a code of it is given."""
        salt = secrets.token_hex(16)
        row = self.new_row(account.id, "totp", "", salt, is_active=False)
        with self.db.begin() as tx:
            tx.execute(delete(FACTOR).where(FACTOR.c.account == account.id, FACTOR.c.active == 0))
            tx.execute(insert(FACTOR).values(row))
        return self.setup(account, row["id"], salt, issuer)

    def pending_totp(self, account: Account, issuer: str) -> Setup | None:
        """The code generator that waits for its first code."""
        asked = select(FACTOR).where(
            FACTOR.c.account == account.id, FACTOR.c.kind == "totp", FACTOR.c.active == 0
        )
        with self.db.read() as tx:
            row = tx.execute(asked).first()
        return None if row is None else self.setup(account, row.id, row.secret, issuer)

    def setup(self, account: Account, factor: str, salt: str, issuer: str) -> Setup:
        """Secret, address and picture of a code generator."""
        totp = self.totp(account.id, salt)
        address = totp.provisioning_uri(name=account.user, issuer_name=issuer)
        return Setup(factor, totp.secret, address, square(address))

    def finish_totp(self, account: Account, code: str, name: str = "") -> None:
        """Put the code generator in force by its first code.

        Raises
        ------
        Absent
            ``accounts.absent``: none was begun.
        Forbidden
            ``accounts.code-wrong``.
        """
        asked = select(FACTOR).where(
            FACTOR.c.account == account.id, FACTOR.c.kind == "totp", FACTOR.c.active == 0
        )
        with self.db.begin() as tx:
            row = tx.execute(asked).first()
            if row is None:
                raise Absent("accounts.absent")
            step = self.step_of(row, digits(code))
            if step is None:
                raise Forbidden("accounts.code-wrong")
            proven = {"active": 1, "counter": step, "name": name[:64], "used_s": self.now_s()}
            tx.execute(update(FACTOR).where(FACTOR.c.id == row.id).values(proven))

    def check(self, account: str, code: str) -> str:
        """Take a code once; the kind of factor it was of (``totp`` or ``recovery``).

        Raises
        ------
        Forbidden
            ``accounts.code-wrong``: wrong, too old, or used before.
        """
        with self.db.begin() as tx:
            rows = active(tx, account)
            if self.takes_time_code(tx, rows, digits(code)):
                return "totp"
            if takes_recovery_code(tx, rows, code):
                return "recovery"
        raise Forbidden("accounts.code-wrong")

    def takes_time_code(self, tx: Connection, rows: Sequence[Row[Any]], code: str) -> bool:
        """Whether it is a code of one of the generators that was not used; it is from now on."""
        for row in rows:
            step = self.step_of(row, code) if row.kind == "totp" else None
            if step is not None:
                unused = (FACTOR.c.id == row.id, FACTOR.c.counter < step)
                used = {"counter": step, "used_s": self.now_s()}
                return bool(tx.execute(update(FACTOR).where(*unused).values(used)).rowcount)
        return False

    def step_of(self, row: Row[Any], code: str) -> int | None:
        """The step of 30 s that a code is of, None if of none about now."""
        totp, now = self.totp(row.account, row.secret), self.now_s() // STEP_S
        steps = range(now - WINDOW, now + WINDOW + 1)
        fits = [step for step in steps if hmac.compare_digest(totp.generate_otp(step), code)]
        return fits[0] if fits else None

    def totp(self, account: str, salt: str) -> pyotp.TOTP:
        """The code generator of an account and salt."""
        seed = hmac.new(self.key, f"totp {account} {salt}".encode(), hashlib.sha256).digest()
        return pyotp.TOTP(base64.b32encode(seed[:20]).decode())

    def new_recovery_codes(self, account: Account) -> tuple[str, ...]:
        """Fresh recovery codes; those before are void. They are shown once."""
        codes = tuple(recovery_code() for _ in range(RECOVERY_CODES))
        rows = [
            self.new_row(account.id, "recovery", "", fingerprint_of(code), is_active=True)
            for code in codes
        ]
        with self.db.begin() as tx:
            tx.execute(delete(FACTOR).where(of_kind(account.id, "recovery")))
            tx.execute(insert(FACTOR), rows)
        return codes

    def add_passkey(self, account: Account, name: str, handle: str, credential: str) -> None:
        """Keep a passkey's public part; ``Conflict("accounts.passkey-known")``."""
        row = self.new_row(account.id, "passkey", name[:64], credential, is_active=True)
        with self.db.begin() as tx:
            known = tx.execute(select(FACTOR.c.id).where(FACTOR.c.handle == handle)).first()
            held = sum(one.kind == "passkey" for one in active(tx, account.id))
            if known is not None or held >= MOST_PASSKEYS:
                raise Conflict("accounts.passkey-known")
            tx.execute(insert(FACTOR).values(row | {"handle": handle}))

    def remove(self, account: Account, factor: str) -> None:
        """Take a factor away; with the last one the recovery codes go too."""
        with self.db.begin() as tx:
            mine = (FACTOR.c.account == account.id, FACTOR.c.id == factor)
            if not tx.execute(delete(FACTOR).where(*mine)).rowcount:
                raise Absent("accounts.absent")
            if all(row.kind == "recovery" for row in active(tx, account.id)):
                tx.execute(delete(FACTOR).where(FACTOR.c.account == account.id))

    def new_row(
        self, account: str, kind: str, name: str, secret: str, *, is_active: bool
    ) -> dict[str, Any]:
        """A row of the table."""
        return {
            "id": tokens.new_id(), "account": account, "kind": kind, "name": name,
            "secret": secret, "counter": 0, "active": int(is_active), "created_s": self.now_s(),
        }  # fmt: skip

    def now_s(self) -> int:
        """Whole seconds since 1970 UTC."""
        return int(self.clock.now().timestamp())


def active(tx: Connection, account: str) -> Sequence[Row[Any]]:
    """An account's factors in force, oldest first."""
    asked = select(FACTOR).where(FACTOR.c.account == account, FACTOR.c.active == 1)
    return tx.execute(asked.order_by(FACTOR.c.created_s, FACTOR.c.id)).all()


def of_kind(account: str, kind: str) -> ColumnElement[bool]:
    """Rows of one kind of an account."""
    return (FACTOR.c.account == account) & (FACTOR.c.kind == kind)


def takes_recovery_code(tx: Connection, rows: Sequence[Row[Any]], code: str) -> bool:
    """Whether it is one of the recovery codes; it is gone from now on."""
    wanted = fingerprint_of(code)
    for row in rows:
        if row.kind == "recovery" and hmac.compare_digest(row.secret, wanted):
            return bool(tx.execute(delete(FACTOR).where(FACTOR.c.id == row.id)).rowcount)
    return False


def factor_of(row: Row[Any]) -> Factor:
    """A row as a value."""
    return Factor(row.id, row.kind, row.name, moment(row.created_s), moment_or_none(row.used_s))


def digits(code: str) -> str:
    """A code without the blanks that apps show in it; empty where it cannot be one."""
    bare = "".join(code.split())
    return bare if bare.isascii() and bare.isdigit() and len(bare) == 6 else ""


def recovery_code() -> str:
    """Four groups of six letters."""
    letters = [secrets.choice(LETTERS) for _ in range(24)]
    return "-".join("".join(letters[at : at + 6]) for at in range(0, 24, 6))


def fingerprint_of(code: str) -> str:
    """SHA-256 of a recovery code without hyphens and blanks, in capitals."""
    return tokens.fingerprint("".join(c for c in code.upper() if c.isalnum()))
