"""Population: invented people of Taiwan, their lives, claims, reports and choices. Pure.

Owns the tables of ``data/`` that say how such people are spread, with a source for each row.
Promises: the same seed and number give the same person, life and report in every process; numbers
have valid check digits of serials kept for this project and belong to no one; what happened is
known, so that what is measured can be compared. Start at ``patients.py``, then ``life.py``.
"""

from yushan.domain.population.books import Wording
from yushan.domain.population.calendar import roc, roc_digits
from yushan.domain.population.charts import HOSPITALS, SITES, Chart
from yushan.domain.population.columns import SPOKEN, Column, report_rows, rows_of, tables
from yushan.domain.population.comparing import compared
from yushan.domain.population.events import (
    Claim,
    ClaimLine,
    ConsentChoice,
    Course,
    Death,
    Diagnosis,
    Drug,
    Encounter,
    Life,
    Measurement,
    Order,
    Procedure,
    Risk,
    Statement,
)
from yushan.domain.population.identity import (
    LETTERS,
    capacity,
    identity,
    is_synthetic,
    is_valid,
)
from yushan.domain.population.life import life
from yushan.domain.population.mixtures import mixture, mixtures
from yushan.domain.population.names import Name
from yushan.domain.population.pages import Report, Said, Span
from yushan.domain.population.patients import VERSION, Patient, people, person
from yushan.domain.population.reports import Typist, report, report_of
from yushan.domain.population.samples import (
    CHANG,
    CHEN,
    LIU,
    NEWBORN,
    OPTED_OUT,
    PEOPLE,
    SHARED,
    VISITOR,
    WU,
    A,
    B,
    Person,
    load_person,
)
from yushan.domain.population.sights import Wish, completed, sight, wishes

__all__ = [
    "CHANG",
    "CHEN",
    "HOSPITALS",
    "LETTERS",
    "LIU",
    "NEWBORN",
    "OPTED_OUT",
    "PEOPLE",
    "SHARED",
    "SITES",
    "SPOKEN",
    "VERSION",
    "VISITOR",
    "WU",
    "A",
    "B",
    "Chart",
    "Claim",
    "ClaimLine",
    "Column",
    "ConsentChoice",
    "Course",
    "Death",
    "Diagnosis",
    "Drug",
    "Encounter",
    "Life",
    "Measurement",
    "Name",
    "Order",
    "Patient",
    "Person",
    "Procedure",
    "Report",
    "Risk",
    "Said",
    "Span",
    "Statement",
    "Typist",
    "Wish",
    "Wording",
    "capacity",
    "compared",
    "completed",
    "identity",
    "is_synthetic",
    "is_valid",
    "life",
    "load_person",
    "mixture",
    "mixtures",
    "people",
    "person",
    "report",
    "report_of",
    "report_rows",
    "roc",
    "roc_digits",
    "rows_of",
    "sight",
    "tables",
    "wishes",
]
