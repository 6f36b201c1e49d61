"""Visits become encounters, diagnoses, prescriptions, orders; nothing outlives the person."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Final

from yushan.domain.population.calendar import day
from yushan.domain.population.charts import SITES
from yushan.domain.population.events import (
    Diagnosis,
    Drug,
    Encounter,
    Measurement,
    Order,
    Procedure,
)
from yushan.domain.population.measured import gauges, measure
from yushan.domain.population.story import CONTACTS
from yushan.domain.population.tables import rows
from yushan.domain.population.times import times

if TYPE_CHECKING:
    from collections.abc import Mapping

    from yushan.domain.population.charts import Chart
    from yushan.domain.population.events import Visit, Wanted
    from yushan.domain.population.story import Story

#: Share of visits that land in the second chart of a hospital that has two.
SECOND_CHART: Final = 0.3
#: Longest wait for an examination as an outpatient, in days.
WAIT: Final = 21


@cache
def procedures() -> Mapping[str, Mapping[str, str]]:
    """Rows of ``data/procedures.csv`` by code."""
    return {row["code"]: row for row in rows("procedures")}


@cache
def unit_counts() -> Mapping[str, float]:
    """Units per day by ATC code."""
    return {row["atc"]: float(row["per_day"]) for row in rows("drugs")}


class Filing:
    """Files the visits of one life in order."""

    __slots__ = (
        "charts", "diagnoses", "drugs", "encounters", "measurements", "orders", "procedures",
        "second", "sites", "story",
    )  # fmt: skip

    def __init__(self, story: Story) -> None:
        self.story = story
        charts = story.patient.all_charts
        self.charts: dict[str, Chart] = {one.site: one for one in charts if not one.is_duplicate}
        self.second: dict[str, Chart] = {one.site: one for one in charts if one.is_duplicate}
        self.sites = tuple(self.charts)
        self.encounters: list[Encounter] = []
        self.diagnoses: list[Diagnosis] = []
        self.drugs: list[Drug] = []
        self.procedures: list[Procedure] = []
        self.orders: list[Order] = []
        self.measurements: list[Measurement] = []

    def file(self) -> None:
        """All visits up to the last day, in order."""
        last = self.story.last
        visits = sorted(
            (one for one in self.story.visits if one.day <= last), key=lambda one: one[:4]
        )
        for place, visit in enumerate(visits):
            self.encounter(visit, f"{self.story.patient.number:07d}-{place:03d}")

    def chart(self, visit: Visit) -> Chart:
        """Where this visit goes."""
        if visit.site in self.charts:
            return self.charts[visit.site]
        draws = self.story.draws
        sites = self.sites
        site = sites[0]
        if len(sites) > 1 and not draws.chance(CONTACTS["chronic"]["home"]):
            site = draws.one_of(sites[1:])
        other = self.second.get(site)
        if other is not None and draws.chance(SECOND_CHART):
            return other
        return self.charts[site]

    def encounter(self, visit: Visit, name: str) -> None:
        """One visit with all its rows."""
        person, chart = self.story.patient.number, self.chart(visit)
        first = day(visit.day)
        last = day(min(visit.day + visit.stay, self.story.last)) if visit.stay else first
        self.encounters.append(
            Encounter(
                name, person, chart.site, chart.number, visit.kind, first, last, visit.department
            )
        )
        self.diagnoses += [
            Diagnosis(name, person, place, code) for place, code in enumerate(visit.codes, 1)
        ]
        per_day = unit_counts()
        self.drugs += [
            Drug(name, person, atc, first, days, round(per_day[atc] * days, 1))
            for atc, days in visit.drugs
        ]
        self.procedures += [Procedure(name, person, code, first, 1) for code in visit.procedures]
        self.measurements += [
            Measurement(
                name, person, one.kind, first, measure(self.story, one, visit.day), one.unit
            )
            for group in visit.measured
            for one in gauges()[group]
        ]
        for wanted in visit.wanted:
            self.order(visit, name, chart, wanted)

    def order(self, visit: Visit, name: str, chart: Chart, wanted: Wanted) -> None:
        """A request and its examination, which is also a procedure of the encounter."""
        row = procedures()[wanted.procedure]
        number = len(self.orders)
        ordered = examined = day(visit.day)
        if visit.kind == "outpatient" and not wanted.statements:
            examined = day(min(visit.day + self.story.draws.between(0, WAIT), self.story.last))
        moments = times(self.story.draws, visit.kind, ordered, examined)
        accession = f"{SITES.index(chart.site)}{visit.day - 700_000:05d}{name[:7]}{number:02d}"
        self.procedures.append(
            Procedure(name, self.story.patient.number, wanted.procedure, examined, 1)
        )
        self.orders.append(
            Order(
                accession,
                name,
                self.story.patient.number,
                chart.site,
                chart.number,
                wanted.procedure,
                row["modality"],
                row["body_part"],
                wanted.reason,
                ordered,
                examined,
                *moments,
                wanted.course,
                wanted.statements,
            )
        )
