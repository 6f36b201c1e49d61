"""Catalogue: which studies and series there are, and how many, at the grain of series.

Owns the ``catalogue_*`` tables; all of it follows from the archive's sidecars. Promises: nothing
is answered outside the asker's scope; counts change in the transaction of what they count; packs
in any order give the same rows. Start at ``catalogue.py``, the rules are in ``facts.py``.
"""

from yushan.services.catalogue.catalogue import Catalogue
from yushan.services.catalogue.tables import METADATA
from yushan.services.catalogue.values import (
    Cell,
    Counts,
    CubeRow,
    Query,
    SeriesQuery,
    SeriesRow,
    StudyQuery,
    StudyRow,
    SubjectRow,
    TableRow,
    Totals,
)

__all__ = [
    "METADATA",
    "Catalogue",
    "Cell",
    "Counts",
    "CubeRow",
    "Query",
    "SeriesQuery",
    "SeriesRow",
    "StudyQuery",
    "StudyRow",
    "SubjectRow",
    "TableRow",
    "Totals",
]
