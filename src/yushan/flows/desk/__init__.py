"""Desk: a person looks at what waits in quarantine.

Owns no tables and no folders. Promises: foreign pixels are decoded in children only; a picture goes
to whoever asked and is kept nowhere. What people decide is kept by ``services.gateway``.
Start at ``pictures.py``.
"""

from yushan.flows.desk.drawing import Sheet, View, png, sheet
from yushan.flows.desk.pictures import Pictures, Workers

__all__ = ["Pictures", "Sheet", "View", "Workers", "png", "sheet"]
