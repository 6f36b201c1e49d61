"""Reasons for looking a study up: asked once per study and session where the table says so."""

from __future__ import annotations

import tomllib
from dataclasses import replace
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Final

import msgspec
from sqlalchemy import select

from yushan.base import Forbidden, Rejected
from yushan.domain.access import TABLE, Kind, Thing, kept
from yushan.engines.database import insert_once
from yushan.services.accounts import tokens
from yushan.services.accounts.roles import judge
from yushan.services.accounts.tables import PURPOSE

if TYPE_CHECKING:
    from yushan.base import Clock, Language
    from yushan.engines.database import Database
    from yushan.services.accounts.values import Account


class Reason(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A reason that can be given."""

    en: str
    zh: str

    def word(self, language: Language) -> str:
        """The reason as people read it."""
        return self.en if language == "en" else self.zh


def load() -> dict[str, Reason]:
    """Code → reason."""
    text = (files("yushan.services.accounts") / "data" / "purposes.toml").read_text("utf-8")
    return msgspec.convert(tomllib.loads(text), dict[str, Reason])


REASONS: Final = load()


class Purposes:
    """Which reasons were given in which session."""

    def __init__(self, db: Database, clock: Clock) -> None:
        self.db, self.clock = db, clock

    def check(self, account: Account | None, study: str, site: str = "") -> str:
        """The code of the reason that was given; empty where none is asked for.

        Raises
        ------
        Forbidden
            ``accounts.purpose-first``: the reason must be given before the study opens.
        """
        if account is None or not self.are_asked(account):
            return ""
        sites = frozenset({site} if site else ())
        thing = Thing(kind=Kind.STUDY, study=study, sites=sites)
        seen = replace(account, scope=replace(account.scope, everything=True))
        if "purpose" not in kept("before", judge(seen, "see_images", thing).obligations):
            return ""
        given = self.given(account, study)
        if not given:
            raise Forbidden("accounts.purpose-first")
        return given

    def are_asked(self, account: Account) -> bool:
        """Whether any reason is ever asked of this account."""
        return is_asked("visitor" if account.restricted else account.role)

    def given(self, account: Account, study: str) -> str:
        """The code of the reason that was given for a study in this session; empty if none."""
        asked = select(PURPOSE.c.purpose).where(PURPOSE.c.key == key_of(account, study))
        with self.db.read() as tx:
            return tx.execute(asked).scalar_one_or_none() or ""

    def give(self, account: Account, study: str, purpose: str) -> None:
        """Keep the reason for this session; ``Rejected("accounts.purpose-unknown")``."""
        if purpose not in REASONS:
            raise Rejected("accounts.purpose-unknown")
        row = {
            "key": key_of(account, study), "session": account.session, "purpose": purpose,
            "given_s": int(self.clock.now().timestamp()),
        }  # fmt: skip
        with self.db.begin() as tx:
            insert_once(tx, PURPOSE, [row])


@cache
def is_asked(role: str) -> bool:
    """Whether any rule asks somebody of this role for a reason before images are seen."""
    return any(
        rule.action == "see_images" and role in rule.roles and "purpose" in rule.oblige
        for rule in TABLE.rule
    )


def key_of(account: Account, study: str) -> str:
    """Hash of session and study."""
    return tokens.fingerprint(f"{account.id} {account.session} {study}")
