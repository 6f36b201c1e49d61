"""Flow *backup*: a consistent copy of a role, elsewhere, that proves itself when it is restored.

A backup place is a store (a folder, or a bucket): ``objects/`` holds every file once by its
SHA-256, shared by all sets; ``sets/NAME/`` holds one backup: the dump of the database, the list of
files, the sealed keys, and a signed manifest that is written last. Promises: a set without its
manifest does not exist; what a set names is in the place, whole; writers wait only for the second,
short look at the files; nothing is restored over anything. Start at ``making.py``.
"""

from yushan.flows.backup.files import Source, Trees, held_in
from yushan.flows.backup.making import Backup
from yushan.flows.backup.manifest import (
    FileEntry,
    Manifest,
    Secrets,
    fingerprint,
    public_of,
    sealed_keys,
    secret_fingerprints,
    unsealed_keys,
)
from yushan.flows.backup.place import Fault, Place
from yushan.flows.backup.restoring import (
    MARK,
    Mark,
    Restored,
    Target,
    clear_mark,
    read_mark,
    restore,
)

__all__ = [
    "MARK",
    "Backup",
    "Fault",
    "FileEntry",
    "Manifest",
    "Mark",
    "Place",
    "Restored",
    "Secrets",
    "Source",
    "Target",
    "Trees",
    "clear_mark",
    "fingerprint",
    "held_in",
    "public_of",
    "read_mark",
    "restore",
    "sealed_keys",
    "secret_fingerprints",
    "unsealed_keys",
]
