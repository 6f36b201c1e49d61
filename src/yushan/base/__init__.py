"""Base: values and protocols that every room may use; no effects, no foreign engines.

Owns the error tree with its texts (``data/codes/*.toml``), ids, clock, settings, language.
Start at ``errors.py``.
"""

from yushan.base.canonical import canonical_json
from yushan.base.clock import Clock, ManualClock, SystemClock
from yushan.base.errors import (
    Absent,
    Broken,
    Conflict,
    Forbidden,
    Problem,
    Rejected,
    Unavailable,
    YushanError,
    codes,
    problem,
)
from yushan.base.i18n import LANGUAGES, Language, translator
from yushan.base.ids import (
    AccountId,
    PackId,
    Pseudonym,
    SeriesUID,
    SiteName,
    SOPInstanceUID,
    StudyUID,
)
from yushan.base.leaving import Forgotten, Leaving
from yushan.base.scope import EVERYTHING, NOTHING, Scope
from yushan.base.settings import read_settings, write_settings

__all__ = [
    "EVERYTHING",
    "LANGUAGES",
    "NOTHING",
    "Absent",
    "AccountId",
    "Broken",
    "Clock",
    "Conflict",
    "Forbidden",
    "Forgotten",
    "Language",
    "Leaving",
    "ManualClock",
    "PackId",
    "Problem",
    "Pseudonym",
    "Rejected",
    "SOPInstanceUID",
    "Scope",
    "SeriesUID",
    "SiteName",
    "StudyUID",
    "SystemClock",
    "Unavailable",
    "YushanError",
    "canonical_json",
    "codes",
    "problem",
    "read_settings",
    "translator",
    "write_settings",
]
