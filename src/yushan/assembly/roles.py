"""A role from its settings; a role imports only its own rooms."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Final, cast

if TYPE_CHECKING:
    from yushan.assembly.serve import Running
    from yushan.assembly.settings import Role

#: Name of the settings' class → module and class of the role.
ROLES: Final = {
    "Gateway": ("yushan.assembly.gateway", "GatewayRole"),
    "KeyHolder": ("yushan.assembly.keyholder", "KeyHolderRole"),
    "Citizen": ("yushan.assembly.citizen", "CitizenRole"),
    "Commons": ("yushan.assembly.commons", "CommonsRole"),
}


def build(settings: Role) -> Running:
    """Make the role that the settings describe."""
    module, name = ROLES[type(settings).__name__]
    return cast("Running", getattr(import_module(module), name)(settings))
