"""Observe: logs for operators and counts for machines; never patient data.

Start at ``log.py``.
"""

from yushan.engines.observe.context import REQUEST_HEADER, carrying, request_id, sound_id
from yushan.engines.observe.log import ALLOWED, JSON_LINES, QUIET, configure, facts, log_for
from yushan.engines.observe.metrics import counter, exposition, gauge, histogram

__all__ = [
    "ALLOWED",
    "JSON_LINES",
    "QUIET",
    "REQUEST_HEADER",
    "carrying",
    "configure",
    "counter",
    "exposition",
    "facts",
    "gauge",
    "histogram",
    "log_for",
    "request_id",
    "sound_id",
]
