"""Review: one person at one machine decides about pictures that no reader could settle.

Owns nothing. Promises: it answers to this machine alone and to whoever has the address, whose path
holds a secret of this one run; pictures are kept nowhere; a decision is handed on as it is made.
Start at ``routes.py``.
"""

from yushan.doors.review.ports import Box, Held, Table
from yushan.doors.review.routes import application

__all__ = ["Box", "Held", "Table", "application"]
