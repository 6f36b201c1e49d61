"""A role from its settings."""

from __future__ import annotations

from typing import TYPE_CHECKING

from yushan.assembly.settings import Citizen, Commons, Gateway, KeyHolder

if TYPE_CHECKING:
    from yushan.assembly.serve import Running
    from yushan.assembly.settings import AnyRole


def build(settings: AnyRole) -> Running:
    """Make the role that the settings describe; a role imports only its own rooms."""
    match settings:
        case Gateway():
            from yushan.assembly.gateway import GatewayRole  # noqa: PLC0415

            return GatewayRole(settings)
        case KeyHolder():
            from yushan.assembly.keyholder import KeyHolderRole  # noqa: PLC0415

            return KeyHolderRole(settings)
        case Citizen():
            from yushan.assembly.citizen import CitizenRole  # noqa: PLC0415

            return CitizenRole(settings)
        case Commons():
            from yushan.assembly.commons import CommonsRole  # noqa: PLC0415

            return CommonsRole(settings)
