"""A life while it is being told: what the courses share, add to and may end."""

from __future__ import annotations

from math import exp, log
from typing import TYPE_CHECKING, Final

from yushan.domain.population.calendar import FIRST, LAST, YEAR, day
from yushan.domain.population.draws import Draws, Urn
from yushan.domain.population.events import Course, Visit
from yushan.domain.population.tables import tree

if TYPE_CHECKING:
    from yushan.domain.population.patients import Patient

CONTACTS: Final = tree("contacts")
MORTALITY: Final = CONTACTS["mortality"]
OUTPATIENT: Final = Urn(enumerate(CONTACTS["days"]["outpatient"]))
EMERGENCY: Final = Urn(enumerate(CONTACTS["days"]["emergency"]))
SHUT: Final = CONTACTS["closed"]
#: Days on which clinics are shut, and by how much contacts are put off then.
CLOSED: Final = frozenset(
    first.toordinal() + more
    for first in SHUT["new-year"]
    for more in range(-SHUT["before"], SHUT["after"] + 1)
)
PUT_OFF: Final[int] = SHUT["put-off"]
DAYS_OF: Final = {"outpatient": OUTPATIENT, "checkup": OUTPATIENT, "emergency": EMERGENCY}


class Story:
    """What happened so far. Courses add visits and may bring the end nearer.

    ``first``, ``last`` and ``birth`` are ordinals of days; ``last`` is the day of death, or the
    end of the window.
    """

    __slots__ = (
        "birth", "build", "cause", "courses", "draws", "first", "is_thinned", "known", "last",
        "patient", "smoker", "visits",
    )  # fmt: skip

    def __init__(self, patient: Patient, draws: Draws, *, is_thinned: bool = True) -> None:
        self.patient = patient
        #: Only a share of the small contacts is told.
        self.is_thinned = is_thinned
        self.draws = draws
        self.birth = patient.birth.toordinal()
        self.first = max(FIRST, self.birth)
        self.last = LAST
        self.cause = ""
        self.smoker = False
        #: Day on which each chronic condition is known.
        self.known: dict[str, int] = {}
        #: How the person differs from the mean, by kind of measurement.
        self.build: dict[str, float] = {}
        self.visits: list[Visit] = []
        self.courses: list[Course] = []

    def age(self, at: int) -> float:
        """Age in years on a day."""
        return (at - self.birth) / YEAR

    def at_age(self, years: float) -> int:
        """The day of an age."""
        return self.birth + int(years * YEAR)

    def end(self, at: float, cause: str) -> None:
        """Death on a day, unless something was earlier."""
        if at < self.last:
            self.last = max(int(at), self.first)
            self.cause = cause

    def has(self, code: str, at: int) -> bool:
        """Whether a chronic condition is known on a day."""
        return self.known.get(code, LAST + 1) <= at

    def add(self, visit: Visit) -> None:
        """A contact; on the day its kind of place is open."""
        self.visits.append(visit._replace(day=self.open_day(visit.day, visit.kind)))

    def open_day(self, at: int, kind: str = "outpatient") -> int:
        """A day of the same week on which people come for that kind of contact."""
        urn = DAYS_OF.get(kind)
        if urn is None:
            return at
        opened = max(at - (at - 1) % 7 + self.draws.pick(urn), self.first)
        return opened + PUT_OFF if opened in CLOSED and kind != "emergency" else opened

    def tell(self, name: str, began: int, **facts: str | float) -> None:
        """Truth of a course."""
        self.courses.append(Course(self.patient.number, name, day(began), tuple(facts.items())))


def gompertz(draws: Draws, rate: float, growth: float) -> float:
    """Years until an event whose yearly hazard is ``rate`` now and grows; may be very long."""
    inner = 1.0 - growth / rate * log(1.0 - draws.unit()) if rate > 0 else float("inf")
    return log(inner) / growth if growth else (inner - 1) / rate


def natural_end(story: Story) -> None:
    """Death by the life table, given that the person lives on the first day."""
    row = MORTALITY[story.patient.sex]
    rate = row["at-60"] * exp(row["growth"] * (story.age(story.first) - 60))
    years = gompertz(story.draws, rate, row["growth"])
    if years < 40:
        cause = "A41.9" if story.age(story.first) > 50 else "V89.2XXA"
        story.end(story.first + years * YEAR, cause)


def onset(story: Story, rate_at_60: float, growth: float) -> int | None:
    """The day of a disease whose hazard grows with age, or None within the window."""
    age = story.age(story.first)
    years = gompertz(story.draws, rate_at_60 * exp(growth * (age - 60)), growth)
    at = story.first + years * YEAR
    return int(at) if at < story.last and story.age(int(at)) >= 18 else None
