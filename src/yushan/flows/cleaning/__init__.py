"""Cleaning: originals become released files, or reasons; what children do for whoever asks.

Owns no tables and no folders. Promises: what is written passed the verifier; what is not released
has reason codes; an original that changed since it was looked at is not touched.
Start at ``files.py``.
"""

from yushan.flows.cleaning.disk import disk_room
from yushan.flows.cleaning.files import (
    How,
    Known,
    Result,
    Source,
    clean,
    content,
    look,
    output_path,
    stage_one,
)

__all__ = [
    "How",
    "Known",
    "Result",
    "Source",
    "clean",
    "content",
    "disk_room",
    "look",
    "output_path",
    "stage_one",
]
