"""Population: invented people of Taiwan, their lives, claims, reports and choices. Pure.

Owns the tables of ``data/`` that say how such people are spread, with a source for each row.
Promises: the same seed and number give the same person, life and report in every process; numbers
have valid check digits of serials kept for this project and belong to no one; what happened is
known, so that what is measured can be compared. Start at ``patients.py``, then ``life.py``.
"""

from yushan.domain.population.events import (
    Life,
    Order,
    Statement,
)
from yushan.domain.population.identity import capacity, identity, is_synthetic, is_valid
from yushan.domain.population.life import life
from yushan.domain.population.patients import Patient, people, person
from yushan.domain.population.reports import Report, Said, report, report_of

__all__ = [
    "Life",
    "Order",
    "Patient",
    "Report",
    "Said",
    "Statement",
    "capacity",
    "identity",
    "is_synthetic",
    "is_valid",
    "life",
    "people",
    "person",
    "report",
    "report_of",
]
