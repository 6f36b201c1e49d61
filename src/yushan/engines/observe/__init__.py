"""Observe: logs for operators and counts for machines; never patient data.

Start at ``log.py``.
"""

from yushan.engines.observe.log import ALLOWED, QUIET, configure, facts, log_for
from yushan.engines.observe.metrics import counter, exposition, gauge

__all__ = ["ALLOWED", "QUIET", "configure", "counter", "exposition", "facts", "gauge", "log_for"]
