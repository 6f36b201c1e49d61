"""Cleaning: originals become released files, or reasons; what children do for whoever asks.

Owns no tables and no folders. Promises: what is written passed the verifier; what is not released
has reason codes; an original that changed since it was looked at is not touched; pixels that must
be read are never passed through unread. Start at ``files.py``, then ``pixels.py``.
"""

from yushan.flows.cleaning.disk import disk_room
from yushan.flows.cleaning.files import (
    How,
    Known,
    Result,
    Source,
    Staged,
    clean,
    clean_series,
    content,
    look,
    output_path,
    series_faces,
    stage_one,
    terms_of,
)
from yushan.flows.cleaning.pixels import Faces, PixelWork, plain

__all__ = [
    "Faces",
    "How",
    "Known",
    "PixelWork",
    "Result",
    "Source",
    "Staged",
    "clean",
    "clean_series",
    "content",
    "disk_room",
    "look",
    "output_path",
    "plain",
    "series_faces",
    "stage_one",
    "terms_of",
]
