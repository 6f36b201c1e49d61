"""Regions learned from what people decided: suggested by the machine, made a rule by two people.

A rule says: on pictures of this device, class and size, fill these boxes. It says nothing of the
rest of the picture, which is read as before.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from yushan.base import Absent, Conflict, Rejected
from yushan.engines.observe import facts, log_for
from yushan.services.gateway.desk_tables import DECISION, PICTURE, REGION_RULE
from yushan.services.gateway.handling import demand
from yushan.services.gateway.regions import Picture, Region, decode, encode, joined, shared
from yushan.services.gateway.tables import OBJECT
from yushan.services.gateway.times import now_s

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from sqlalchemy import Connection

    from yushan.base import Clock
    from yushan.engines.database import Database
    from yushan.services.gateway.rules import Rules
    from yushan.services.gateway.tables import Found

log = log_for(__name__)

R = REGION_RULE.c
P = PICTURE.c
D = DECISION.c


class RuleState(StrEnum):
    """How far a rule is."""

    #: One person proposed it; it does nothing yet.
    PROPOSED = "proposed"
    #: A second person signed it; it is applied.
    SIGNED = "signed"
    #: Somebody took it out of use, or said no.
    RETIRED = "retired"


@dataclass(frozen=True, slots=True)
class Suggestion:
    """The same boxes were decided for ``patients`` patients on pictures like ``picture``."""

    picture: Picture
    boxes: tuple[Region, ...]
    patients: int
    objects: int


@dataclass(frozen=True, slots=True)
class RegionRule:
    """A rule with its people; times in seconds since 1970 UTC."""

    id: int
    state: RuleState
    picture: Picture
    boxes: tuple[Region, ...]
    patients: int
    objects: int
    proposed_by: str
    proposed_at: float
    signed_by: str
    signed_at: float | None
    retired_by: str
    retired_at: float | None
    retired_why: str


class RegionRules:
    """Suggests, keeps and gives out rules."""

    def __init__(self, db: Database, clock: Clock, rules: Rules) -> None:
        self.db, self.clock, self.rules = db, clock, rules

    def suggestions(self) -> tuple[Suggestion, ...]:
        """Boxes decided alike for enough patients of a device, that no rule has yet."""
        with self.db.read() as tx:
            rows = decided_boxes(tx)
            known = {rule.picture: rule for rule in map(rule, alive(tx))}
        by_picture: dict[Picture, list[Found]] = {}
        for row in rows:
            by_picture.setdefault(picture_of(row), []).append(row)
        found = (suggest(one, some, self.rules.rule_patients) for one, some in by_picture.items())
        return tuple(one for one in found if one is not None and one.picture not in known)

    def propose(self, picture: Picture, *, who: str) -> int:
        """Take up a suggestion: the first of two signatures; the rule's number.

        Raises
        ------
        Absent
            ``gateway.no-suggestion``.
        """
        fits = (one for one in self.suggestions() if one.picture == picture)
        if (found := next(fits, None)) is None:
            raise Absent("gateway.no-suggestion")
        row = {
            "modality": picture.modality, "maker": picture.maker, "model": picture.model,
            "software": picture.software, "rows": picture.rows, "columns": picture.columns,
            "boxes": encode(found.boxes), "patients": found.patients, "objects": found.objects,
            "proposed_by": who, "proposed_at": now_s(self.clock),
        }  # fmt: skip
        with self.db.begin() as tx:
            made = tx.execute(sa.insert(REGION_RULE).values(**row)).inserted_primary_key
        log.info("gateway.rule-proposed", extra=facts(objects=found.objects))
        return int(made[0]) if made else 0

    def sign(self, number: int, *, who: str) -> None:
        """The second signature: from now on the rule is applied.

        Raises
        ------
        Rejected
            ``gateway.second-person-missing``: the one who proposed it.
        Absent, Conflict
            ``gateway.no-rule``; ``gateway.rule-changed``: signed or retired already.
        """
        if self.find(number).proposed_by == who:
            raise Rejected("gateway.second-person-missing")
        open_ = (R.signed_at.is_(None), R.retired_at.is_(None))
        self.change(number, open_, {"signed_by": who, "signed_at": now_s(self.clock)})

    def retire(self, number: int, *, who: str, why: str) -> None:
        """Take a rule out of use, or refuse a proposed one.

        Raises
        ------
        Rejected
            ``gateway.reason-missing``.
        Absent, Conflict
            As in ``sign``.
        """
        demand(who, why)
        self.find(number)
        gone = {"retired_by": who, "retired_at": now_s(self.clock), "retired_why": why}
        self.change(number, (R.retired_at.is_(None),), gone)

    def change(self, number: int, only: Iterable[Any], values: dict[str, Any]) -> None:
        """Set columns of a rule if it is still as somebody saw it."""
        with self.db.begin() as tx:
            changing = sa.update(REGION_RULE).where(R.id == number, *only)
            if not tx.execute(changing.values(**values)).rowcount:
                raise Conflict("gateway.rule-changed")
        log.info("gateway.rule-changed", extra=facts(kind=next(iter(values))))

    def find(self, number: int) -> RegionRule:
        """A rule; ``Absent("gateway.no-rule")``."""
        with self.db.read() as tx:
            row = tx.execute(sa.select(REGION_RULE).where(R.id == number)).one_or_none()
        if row is None:
            raise Absent("gateway.no-rule")
        return rule(row)

    def all(self) -> tuple[RegionRule, ...]:
        """Every rule there ever was, the newest first: the audit."""
        with self.db.read() as tx:
            rows = tx.execute(sa.select(REGION_RULE).order_by(R.id.desc())).all()
        return tuple(map(rule, rows))

    def in_force(self) -> tuple[RegionRule, ...]:
        """Rules that are applied now."""
        with self.db.read() as tx:
            return tuple(one for one in map(rule, alive(tx)) if one.state is RuleState.SIGNED)


def alive(tx: Connection) -> Sequence[Found]:
    """Rules that are not retired."""
    return tx.execute(sa.select(REGION_RULE).where(R.retired_at.is_(None))).all()


def decided_boxes(tx: Connection) -> Sequence[Found]:
    """Decisions to fill boxes that stand, with picture and patient."""
    return tx.execute(
        sa.select(PICTURE, D.boxes, OBJECT.c.patient)
        .join(DECISION, D.object == P.object)
        .join(OBJECT, OBJECT.c.id == P.object)
        .where(D.choice == "redact", D.undone_at.is_(None))
        .order_by(D.id)
    ).all()


def suggest(picture: Picture, rows: Sequence[Found], least: int) -> Suggestion | None:
    """Boxes that were decided for at least ``least`` patients, each grown to hold all of its kind.

    Boxes that overlap by half of the smaller one are of one kind; the frame is of no matter.
    """
    kinds: list[tuple[Region, set[str]]] = []
    for row in rows:
        for box in decode(row.boxes):
            whole = box._replace(frame=None)
            at = next((n for n, (one, _) in enumerate(kinds) if is_same(one, whole)), None)
            if at is None:
                kinds.append((whole, {row.patient}))
            else:
                one, patients = kinds[at]
                kinds[at] = (joined(one, whole), patients | {row.patient})
    common = [(box, patients) for box, patients in kinds if len(patients) >= least]
    if not common:
        return None
    fewest = min(len(patients) for _, patients in common)
    return Suggestion(picture, tuple(box for box, _ in common), fewest, len(rows))


def is_same(one: Region, other: Region) -> bool:
    """Whether two boxes are about the same place."""
    return shared(one, other).area * 2 >= min(one.area, other.area) > 0


def picture_of(row: Found) -> Picture:
    """What a row says of a picture; the number of frames is of no matter for a rule."""
    return Picture(row.modality, row.maker, row.model, row.software, row.rows, row.columns)


def rule(row: Found) -> RegionRule:
    """A row as a value."""
    state = RuleState.SIGNED if row.signed_at is not None else RuleState.PROPOSED
    return RegionRule(
        row.id, RuleState.RETIRED if row.retired_at is not None else state, picture_of(row),
        decode(row.boxes), row.patients, row.objects, row.proposed_by, row.proposed_at,
        row.signed_by or "", row.signed_at, row.retired_by or "", row.retired_at,
        row.retired_why or "",
    )  # fmt: skip
