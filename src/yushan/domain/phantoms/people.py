"""Invented people for samples, as :mod:`yushan.domain.population` has them."""

from __future__ import annotations

from yushan.domain.population import (
    CHANG,
    CHEN,
    LETTERS,
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
    identity,
)
from yushan.domain.population import load_person as person

__all__ = [
    "CHANG",
    "CHEN",
    "LETTERS",
    "LIU",
    "NEWBORN",
    "OPTED_OUT",
    "PEOPLE",
    "SHARED",
    "VISITOR",
    "WU",
    "A",
    "B",
    "Person",
    "identity",
    "person",
]
