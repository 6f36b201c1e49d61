"""Observe: logs for operators and counts for machines; never patient data.

Start at ``log.py``.
"""

from yushan.engines.observe.log import ALLOWED, configure, facts, log_for
from yushan.engines.observe.metrics import counter, exposition, gauge

__all__ = ["ALLOWED", "configure", "counter", "exposition", "facts", "gauge", "log_for"]
