"""Catalogue: which studies and series there are, and how many, at the grain of series.

Owns the ``catalogue_*`` tables; all of it follows from the archive's sidecars. Promises: nothing
is answered outside the asker's scope; counts change in the transaction of what they count; packs
in any order give the same rows. Start at ``catalogue.py``, the rules are in ``facts.py``.
"""

from yushan.services.catalogue.catalogue import Catalogue
from yushan.services.catalogue.figures import Figures
from yushan.services.catalogue.releasing import COLUMNS as RELEASED
from yushan.services.catalogue.search import SavedSearches, Search
from yushan.services.catalogue.sums import ALL, EACH, EACH_YEAR, Slice
from yushan.services.catalogue.tables import METADATA
from yushan.services.catalogue.traits import maker
from yushan.services.catalogue.values import (
    Cell,
    Counts,
    CubeRow,
    Found,
    Query,
    Saved,
    SeriesQuery,
    SeriesRow,
    Shown,
    Sort,
    StudyQuery,
    StudyRow,
    SubjectRow,
    TableRow,
    Totals,
    Wanted,
)

__all__ = [
    "ALL",
    "EACH",
    "EACH_YEAR",
    "METADATA",
    "RELEASED",
    "Catalogue",
    "Cell",
    "Counts",
    "CubeRow",
    "Figures",
    "Found",
    "Query",
    "Saved",
    "SavedSearches",
    "Search",
    "SeriesQuery",
    "SeriesRow",
    "Shown",
    "Slice",
    "Sort",
    "StudyQuery",
    "StudyRow",
    "SubjectRow",
    "TableRow",
    "Totals",
    "Wanted",
    "maker",
]
