"""Roles and permissions: one table (``data/roles.toml``) and the question asked of it."""

from __future__ import annotations

import tomllib
from enum import StrEnum
from importlib.resources import files
from typing import TYPE_CHECKING, Final, Protocol

import msgspec

from yushan.base import Forbidden

if TYPE_CHECKING:
    from yushan.base import Language


class Permission(StrEnum):
    """Everything that a role may be allowed to do."""

    SEE_IMAGES = "see_images"
    STORE = "store"
    SEE_ACCOUNTING = "see_accounting"
    HANDLE_QUARANTINE = "handle_quarantine"
    APPROVE_RELEASE = "approve_release"
    IMPORT_FILES = "import_files"
    APPLY_FOR_DATA = "apply_for_data"
    REVIEW_APPLICATIONS = "review_applications"
    ANNOTATE = "annotate"
    SUBMIT_MODELS = "submit_models"
    SEE_OWN_USES = "see_own_uses"
    SET_OWN_CHOICES = "set_own_choices"
    SEE_PROGRAMME = "see_programme"
    AUDIT_LEDGER = "audit_ledger"
    SEE_OPERATIONS = "see_operations"
    MANAGE_ACCOUNTS = "manage_accounts"


class Wording(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A permission in both languages."""

    en: str
    zh: str


class Role(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A role's names and what it may do."""

    en: str
    zh: str
    may: frozenset[Permission]


class Table(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The file ``roles.toml``."""

    permissions: dict[Permission, Wording]
    roles: dict[str, Role]


class Holder(Protocol):
    """Whoever has a role."""

    @property
    def role(self) -> str:
        """A key of :data:`ROLES`."""
        ...


def load() -> Table:
    """The roles table; an unknown permission in it is an error at import."""
    text = (files("yushan.services.accounts") / "data" / "roles.toml").read_text("utf-8")
    return msgspec.convert(tomllib.loads(text), Table)


TABLE: Final = load()
ROLES: Final = TABLE.roles
PERMISSIONS: Final = TABLE.permissions


def may(account: Holder | None, permission: str) -> bool:
    """Whether the account's role has the permission; nobody signed in may nothing.

    Raises
    ------
    ValueError
        No such permission exists (a programmer's error).
    """
    wanted = Permission(permission)
    return account is not None and wanted in ROLES[account.role].may


def require(account: Holder | None, permission: str) -> None:
    """Refuse unless the role has the permission.

    Raises
    ------
    Forbidden
        ``accounts.not-allowed`` with the permission that lacks.
    """
    if not may(account, permission):
        raise Forbidden("accounts.not-allowed", permission=str(permission))


def role_name(role: str, language: Language) -> str:
    """The role as people read it."""
    row = ROLES[role]
    return row.en if language == "en" else row.zh


def permission_name(permission: Permission, language: Language) -> str:
    """The permission as people read it."""
    row = PERMISSIONS[permission]
    return row.en if language == "en" else row.zh
