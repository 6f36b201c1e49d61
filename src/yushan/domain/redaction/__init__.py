"""Redaction: which pictures are read, what may stay in them, and how the rest is painted over.

Owns the region rules and the words that may stay (``data/``); pure; the reader is handed in.
Promises: only pixels in the rectangles change; what is released as redacted was written without
loss, decoded and read again; what looks like text and cannot be read is nobody's guess but
*unknown*. Runs in children only. Start at ``settling.py``.
"""

from yushan.domain.redaction.boxes import Box, Finding, Reading
from yushan.domain.redaction.closely import Reader
from yushan.domain.redaction.filling import Redacted, redacted
from yushan.domain.redaction.frames import Frames, frames_of
from yushan.domain.redaction.rules import Device, Learned, device_of, region_rules
from yushan.domain.redaction.settling import Settled, settle

__all__ = [
    "Box",
    "Device",
    "Finding",
    "Frames",
    "Learned",
    "Reader",
    "Reading",
    "Redacted",
    "Settled",
    "device_of",
    "frames_of",
    "redacted",
    "region_rules",
    "settle",
]
