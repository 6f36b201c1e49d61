"""What an account is as a value, and how it lies in the tables."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, cast

import msgspec

from yushan.base import AccountId, Language, Scope, SiteName, StudyUID
from yushan.services.accounts.tokens import Token

if TYPE_CHECKING:
    from sqlalchemy import Row


@dataclass(frozen=True, slots=True)
class Account:
    """A person or machine that is known, its role, and what it may see of the images.

    What follows ``site`` belongs to the session or token by which it came and is no part of
    equality: ``session`` is the session's id (empty for a token), ``how`` it began, until when it
    lasts at most and how long without use, when a second factor was last given, for which studies
    a reason was given (``*`` for programs). ``restricted``: the house asks for a second factor
    that was not given; such a session may only what a visitor may. ``reads_only``: a token that
    was bound to reading.
    """

    id: AccountId
    user: str
    role: str
    language: Language
    scope: Scope
    site: SiteName | None
    session: str = field(default="", compare=False)
    how: str = field(default="", compare=False)
    ends: datetime | None = field(default=None, compare=False)
    idle_s: int = field(default=0, compare=False)
    confirmed_at: datetime | None = field(default=None, compare=False)
    stated: frozenset[str] = field(default=frozenset(), compare=False)
    restricted: bool = field(default=False, compare=False)
    reads_only: bool = field(default=False, compare=False)


@dataclass(frozen=True, slots=True)
class Person:
    """An account as whoever manages accounts sees it."""

    account: Account
    note: str
    created: datetime
    last: datetime | None
    closed: datetime | None
    has_factor: bool


@dataclass(frozen=True, slots=True)
class Session:
    """A session as its owner sees it in a list."""

    id: str
    how: str
    device: str
    created: datetime
    seen: datetime
    ends: datetime


def moment(seconds: int) -> datetime:
    """Seconds since 1970 as an aware time."""
    return datetime.fromtimestamp(seconds, UTC)


def moment_or_none(seconds: int | None) -> datetime | None:
    """The same where there may be none."""
    return None if seconds is None else moment(seconds)


class StoredScope(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A scope as JSON in the table."""

    everything: bool = False
    sites: tuple[str, ...] = ()
    studies: tuple[str, ...] = ()
    mask: str = ""


def account_of(row: Row[Any]) -> Account:
    """A row of ``accounts_account`` as a value."""
    return Account(
        id=AccountId(row.id),
        user=row.user,
        role=row.role,
        language=cast("Language", row.language),
        scope=decode_scope(row.scope),
        site=SiteName(row.site) if row.site else None,
    )


def person_of(row: Row[Any], proven: frozenset[str]) -> Person:
    """A row as whoever manages accounts sees it; ``proven`` are accounts with a second factor."""
    return Person(
        account_of(row), row.note, moment(row.created_s), moment_or_none(row.last_s),
        moment_or_none(row.closed_s), row.id in proven,
    )  # fmt: skip


def token_of(row: Row[Any]) -> Token:
    """A row of ``accounts_token`` as its owner sees it."""
    used = datetime.fromtimestamp(row.used_s, UTC) if row.used_s is not None else None
    return Token(
        id=row.id,
        name=row.name,
        created=datetime.fromtimestamp(row.created_s, UTC),
        expires=datetime.fromtimestamp(row.expires_s, UTC),
        used=used,
        reads_only=bool(row.reads_only),
    )


def encode_scope(scope: Scope) -> str:
    """A scope as JSON."""
    sites, studies = tuple(sorted(scope.sites)), tuple(sorted(scope.studies))
    stored = StoredScope(scope.everything, sites, studies, scope.mask)
    return msgspec.json.encode(stored).decode()


def decode_scope(text: str) -> Scope:
    """A scope from JSON."""
    stored = msgspec.json.decode(text, type=StoredScope)
    return Scope(
        stored.everything,
        frozenset(SiteName(site) for site in stored.sites),
        frozenset(StudyUID(study) for study in stored.studies),
        stored.mask,
    )
