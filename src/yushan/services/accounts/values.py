"""What an account is as a value, and how it lies in the tables."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, cast

import msgspec

from yushan.base import AccountId, Language, Scope, SiteName, StudyUID
from yushan.services.accounts.tokens import Token

if TYPE_CHECKING:
    from sqlalchemy import Row


@dataclass(frozen=True, slots=True)
class Account:
    """A person or machine that is known, its role, and what it may see of the images."""

    id: AccountId
    user: str
    role: str
    language: Language
    scope: Scope
    site: SiteName | None


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


def token_of(row: Row[Any]) -> Token:
    """A row of ``accounts_token`` as its owner sees it."""
    used = datetime.fromtimestamp(row.used_s, UTC) if row.used_s is not None else None
    return Token(
        id=row.id,
        name=row.name,
        created=datetime.fromtimestamp(row.created_s, UTC),
        expires=datetime.fromtimestamp(row.expires_s, UTC),
        used=used,
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
