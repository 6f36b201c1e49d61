"""Phantoms: sample studies of invented people, drawn by simple maths, and load for tests.

Owns no data but a few bitmaps of characters; pure: the same seed gives the same bytes. Promises:
objects pass a DICOM validator except where a hospital's real fault is shown on purpose (Big5
without declaration); names and numbers belong to no one. Start at ``hospitals.py``.
"""

from yushan.domain.phantoms.chest import Chest
from yushan.domain.phantoms.hospitals import sample_studies
from yushan.domain.phantoms.load import load_series
from yushan.domain.phantoms.people import OPTED_OUT, PEOPLE, SHARED, Person, identity
from yushan.domain.phantoms.sample import SampleFile

__all__ = [
    "OPTED_OUT",
    "PEOPLE",
    "SHARED",
    "Chest",
    "Person",
    "SampleFile",
    "identity",
    "load_series",
    "sample_studies",
]
