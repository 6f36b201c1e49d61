"""What a ceremony made, for those who did not deal: the commons and the gateways."""

from __future__ import annotations

from typing import TYPE_CHECKING

from yushan.base import Rejected
from yushan.engines.keys import group_of, multiply, read_publics
from yushan.services.linkage.envelope import sealer
from yushan.services.linkage.seen import Seen, confirmed, factor_of
from yushan.services.linkage.table import COMMONS

if TYPE_CHECKING:
    from yushan.services.linkage.table import Plan, Table


def checked_plan(table: Table, members: bytes) -> Plan:
    """The plan, if it is of the holders we know; ``Rejected("linkage.plan-foreign")``."""
    plan = table.plan()
    if plan.members != members:
        raise Rejected("linkage.plan-foreign")
    return plan


def adopted_groups(table: Table, members: bytes, groups: bytes) -> bytes:
    """A gateway's public elements with those of a finished rotation added.

    ``groups`` are those it has (empty before the first ceremony); the newest of them must be the
    one that was rotated. All three holders signed the new ones. Again changes nothing.
    """
    plan = checked_plan(table, members)
    publics = confirmed(table, plan)
    if groups[-96:] == publics:
        return groups
    if groups[-96:] != plan.group:
        raise Rejected("linkage.plan-foreign")
    return groups[-96:] + publics


def adopted_factor(table: Table, members: bytes, private: bytes) -> tuple[bytes, bytes]:
    """The factor of a finished rotation for the commons, and the public elements before it.

    The factor is held against the public elements: the new shared key is the old one times it.
    """
    plan = checked_plan(table, members)
    publics = confirmed(table, plan)
    if plan.kind != "rotate":
        raise Rejected("linkage.no-rotation")
    parts = Seen(table, plan).parts(sealer(private).unseal, COMMONS)
    factor = factor_of(plan, parts)
    old, new = (group_of(read_publics(group)) for group in (plan.group, publics))
    if multiply(factor, old) != new:
        raise Rejected("linkage.ceremony-foul")
    return factor, plan.group
