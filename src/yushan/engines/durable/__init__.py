"""Durable: flows that survive their process. The only room that imports DBOS.

Start at ``runs.py``.
"""

from yushan.engines.durable.runs import Durable, flow, step

__all__ = ["Durable", "flow", "step"]
