"""Archive: packs of de-identified series, from a site's first byte to the last byte served.

Owns the ``archive_*`` tables, the folder of packs that are coming in, and ``packs/`` and
``quarantine/`` in the store. Promises: received means on disk; a receipt means whole; bytes never
change; every instance we gave a receipt for has one place in the accounting.
Start at ``uploads.py``, then ``admissions.py`` and ``archive.py``.
"""

from yushan.services.archive.admissions import Admissions
from yushan.services.archive.archive import Archive
from yushan.services.archive.exporting import (
    ExportManifest,
    ExportVerdict,
    Form,
    export_series,
    verify_export,
)
from yushan.services.archive.joining import Joined, Joining
from yushan.services.archive.keyring import Keyring
from yushan.services.archive.scrubbing import Scrubber
from yushan.services.archive.sealed import SealedStore
from yushan.services.archive.standing import Standing
from yushan.services.archive.stored import Stored
from yushan.services.archive.tables import METADATA
from yushan.services.archive.uploads import UploadLimits, Uploads
from yushan.services.archive.values import (
    ArchiveFault,
    ArchiveReport,
    ArchiveStats,
    Change,
    ChangeKind,
    Incoming,
    Outcome,
    Quarantined,
    Scrubbed,
    SeriesVersion,
    SiteAccount,
    Staged,
)
from yushan.services.archive.waiting import PacksWaiting, packs_waiting

__all__ = [
    "METADATA",
    "Admissions",
    "Archive",
    "ArchiveFault",
    "ArchiveReport",
    "ArchiveStats",
    "Change",
    "ChangeKind",
    "ExportManifest",
    "ExportVerdict",
    "Form",
    "Incoming",
    "Joined",
    "Joining",
    "Keyring",
    "Outcome",
    "PacksWaiting",
    "Quarantined",
    "Scrubbed",
    "Scrubber",
    "SealedStore",
    "SeriesVersion",
    "SiteAccount",
    "Staged",
    "Standing",
    "Stored",
    "UploadLimits",
    "Uploads",
    "export_series",
    "packs_waiting",
    "verify_export",
]
