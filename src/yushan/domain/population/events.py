"""What happens in a life, as plain tuples: rows of tables at once."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, NamedTuple

if TYPE_CHECKING:
    from datetime import date, datetime

Kind = Literal["outpatient", "emergency", "inpatient", "checkup"]
Status = Literal["present", "absent", "uncertain"]
Decision = Literal["stop", "allow"]


class Statement(NamedTuple):
    """One thing a report says: a row of truth.

    ``sizes_mm`` are long axis first; ``prior_mm`` those of the examination before, of
    ``prior_day``. ``grade`` is a number (Agatston score, degrees of contact, zone score) or a
    word of a scale (T2, BI-RADS 4A, c). Empty texts and tuples: not said.
    """

    concept: str
    status: Status = "present"
    side: str = ""
    place: str = ""
    sizes_mm: tuple[float, ...] = ()
    change: str = ""
    prior_mm: tuple[float, ...] = ()
    prior_day: date | None = None
    how_many: int = 0
    kind: str = ""
    grade: str = ""
    lesion: str = ""


class Wanted(NamedTuple):
    """An image that a visit orders: procedure, why (a code of the encounter), what it will show."""

    procedure: str
    reason: str
    course: str
    statements: tuple[Statement, ...] = ()


class Visit(NamedTuple):
    """One contact before it is filed; ``day`` is an ordinal, ``stay`` days in hospital.

    ``measured`` are groups of ``data/measurements.csv``; ``site`` is the hospital, where it is
    known already.
    """

    day: int
    kind: Kind
    department: str
    codes: tuple[str, ...]
    drugs: tuple[tuple[str, int], ...] = ()
    procedures: tuple[str, ...] = ()
    stay: int = 0
    wanted: tuple[Wanted, ...] = ()
    measured: tuple[str, ...] = ()
    site: str = ""


class Encounter(NamedTuple):
    """A contact with a hospital; ``first`` and ``last`` day are both included."""

    encounter: str
    person: int
    site: str
    chart: str
    kind: Kind
    first: date
    last: date
    department: str


class Diagnosis(NamedTuple):
    """A code of an encounter; place 1 is the main one."""

    encounter: str
    person: int
    place: int
    code: str


class Drug(NamedTuple):
    """A prescription: ATC, days, units in all."""

    encounter: str
    person: int
    atc: str
    given: date
    days: int
    units: float


class Procedure(NamedTuple):
    """Something done; codes of ``data/procedures.csv``."""

    encounter: str
    person: int
    code: str
    done: date
    times: int


class Measurement(NamedTuple):
    """A value of a day; kinds of ``data/measurements.csv``, units of UCUM."""

    encounter: str
    person: int
    kind: str
    day: date
    value: float
    unit: str


class Order(NamedTuple):
    """A request for images and its examination; ``statements`` are what its report says.

    Times are of Taipei; a report may be written after the end of the window.
    """

    accession: str
    encounter: str
    person: int
    site: str
    chart: str
    procedure: str
    modality: str
    body_part: str
    reason: str
    ordered: date
    examined: date
    ordered_at: datetime
    examined_at: datetime
    reported_at: datetime
    course: str
    statements: tuple[Statement, ...]


class Claim(NamedTuple):
    """What a hospital asks of the insurance for one encounter, in points."""

    claim: str
    encounter: str
    person: int
    site: str
    month: str
    filed: date
    kind: str
    department: str
    main_code: str
    consultation: int
    drugs: int
    treatment: int
    imaging: int
    ward: int
    copayment: int
    total: int


class ClaimLine(NamedTuple):
    """One line of a claim; kind ``drug`` has an ATC code, others those of procedures."""

    claim: str
    person: int
    line: int
    kind: str
    code: str
    units: float
    points: int


class ConsentChoice(NamedTuple):
    """A choice about secondary use in the words of the consent office; times are UTC."""

    person: int
    decision: Decision
    use: str
    site: str
    modality: str
    examined_from: date | None
    examined_until: date | None
    channel: str
    effective_at: datetime
    recorded_at: datetime


class Death(NamedTuple):
    """Day and main cause."""

    person: int
    day: date
    code: str


class Course(NamedTuple):
    """Truth of one disease: when it began and what is known about it by construction."""

    person: int
    name: str
    began: date
    facts: tuple[tuple[str, str | float], ...]


class Risk(NamedTuple):
    """Truth of the cardiovascular hazard of one person: covariates of the index day, what came.

    ``years`` run from that day to the event, or to the end or death without.
    """

    person: int
    index_day: date
    age: float
    male: int
    diabetes: int
    hypertension: int
    smoker: int
    calcium: float
    linear: float
    years: float
    event: int
    code: str


@dataclass(frozen=True, slots=True)
class Life:
    """Everything that is told about one person between ``first`` and ``last`` day.

    Sorted by day; every row refers to an encounter of this life.
    """

    person: int
    seed: int
    first: date
    last: date
    smoker: bool
    encounters: tuple[Encounter, ...]
    diagnoses: tuple[Diagnosis, ...]
    drugs: tuple[Drug, ...]
    procedures: tuple[Procedure, ...]
    measurements: tuple[Measurement, ...]
    orders: tuple[Order, ...]
    claims: tuple[Claim, ...]
    claim_lines: tuple[ClaimLine, ...]
    choices: tuple[ConsentChoice, ...]
    courses: tuple[Course, ...]
    death: Death | None
    risk: Risk | None
