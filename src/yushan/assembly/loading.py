"""Read a role's settings file: which role it is for decides what may stand in it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from yushan.assembly.settings import Citizen, Commons, KeyHolder
from yushan.base import Rejected, read_settings

if TYPE_CHECKING:
    from pathlib import Path

    from yushan.assembly.settings import Role


class Known(msgspec.Struct, frozen=True):
    """The one key that says which role a file is for."""

    role: str


def kind_of(role: str) -> type[Role]:
    """The settings of a role by its name; ``Rejected("base.settings-invalid")``."""
    if role == "gateway":
        from yushan.assembly.gateway_settings import Gateway  # noqa: PLC0415 - a gateway's rooms

        return Gateway
    kinds: dict[str, type[Role]] = {"keyholder": KeyHolder, "citizen": Citizen, "commons": Commons}
    if role not in kinds:
        raise Rejected("base.settings-invalid", where="role")
    return kinds[role]


def load(path: Path, environ: dict[str, str]) -> Role:
    """The settings of a role's file; ``Rejected("base.settings-…")``."""
    try:
        text = path.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise Rejected("base.settings-unreadable") from error
    known = read_settings(text, Known, {})
    return read_settings(text, kind_of(known.role), environ)
