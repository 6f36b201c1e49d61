"""Claims in points, one per encounter of insured people, with a line for each thing done."""

from __future__ import annotations

from datetime import date, timedelta
from functools import cache
from typing import TYPE_CHECKING, Final

from yushan.domain.population.events import Claim, ClaimLine, Encounter
from yushan.domain.population.filing import procedures
from yushan.domain.population.tables import rows, tree

if TYPE_CHECKING:
    from collections.abc import Mapping

    from yushan.domain.population.filing import Filing

PRICES: Final = tree("claims")
WARD: Final[int] = sum(PRICES["inpatient"].values())
DISPENSING: Final[int] = PRICES["dispensing"]["per-prescription"]


@cache
def unit_points() -> Mapping[str, float]:
    """Points per unit by ATC code."""
    return {row["atc"]: float(row["unit_points"]) for row in rows("drugs")}


@cache
def points() -> Mapping[str, tuple[str, int]]:
    """Kind and points by code of a procedure."""
    return {code: (row["kind"], int(row["points"])) for code, row in procedures().items()}


@cache
def filed_on(year: int, month: int) -> date:
    """The day on which a month's claims are filed."""
    later = date(year + month // 12, month % 12 + 1, 1)
    return later + timedelta(days=PRICES["months"]["filed-after"] - 1)


def claims_of(filing: Filing) -> tuple[list[Claim], list[ClaimLine]]:
    """Claims and their lines, for people with a number."""
    if filing.story.patient.identity is None:
        return [], []
    lines = lines_of(filing)
    codes = {one.encounter: one.code for one in filing.diagnoses if one.place == 1}
    claims = [
        claim(one, codes[one.encounter], lines.get(one.encounter, [])) for one in filing.encounters
    ]
    return claims, [line for one in filing.encounters for line in lines.get(one.encounter, ())]


def lines_of(filing: Filing) -> dict[str, list[ClaimLine]]:
    """Lines by encounter, numbered from one."""
    lines: dict[str, list[ClaimLine]] = {}
    drug_points, done_points = unit_points(), points()
    for drug in filing.drugs:
        mine = lines.setdefault(drug.encounter, [])
        cost = round(drug_points[drug.atc] * drug.units)
        mine.append(
            ClaimLine(
                drug.encounter, drug.person, len(mine) + 1, "drug", drug.atc, drug.units, cost
            )
        )
    for done in filing.procedures:
        mine = lines.setdefault(done.encounter, [])
        kind, cost = done_points[done.code]
        mine.append(
            ClaimLine(done.encounter, done.person, len(mine) + 1, kind, done.code, done.times, cost)
        )
    return lines


def claim(one: Encounter, code: str, lines: list[ClaimLine]) -> Claim:
    """The sums of one encounter."""
    consultation = PRICES["consultation"][one.kind]
    drugs = imaging = treatment = 0
    for line in lines:
        if line.kind == "drug":
            drugs += line.points
        elif line.kind == "imaging":
            imaging += line.points
        else:
            treatment += line.points
    if drugs:
        drugs += DISPENSING
    ward = WARD * ((one.last - one.first).days + 1) if one.kind == "inpatient" else 0
    total = consultation + drugs + treatment + imaging + ward
    paid = PRICES["copayment"].get(one.kind)
    own = round(PRICES["copayment"]["inpatient-share"] * total) if paid is None else paid
    closed = one.last
    return Claim(
        one.encounter, one.encounter, one.person, one.site, f"{closed.year}-{closed.month:02d}",
        filed_on(closed.year, closed.month), PRICES["kinds"][one.kind], one.department, code,
        consultation, drugs, treatment, imaging, ward, min(own, total), total,
    )  # fmt: skip
