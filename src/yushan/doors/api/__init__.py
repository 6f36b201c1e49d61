"""API: what programs ask of the commons beside DICOMweb, under ``/api/v1``, with its description.

Owns nothing. Promises: what an operation takes and gives is written once, as types, and the
description at ``/api/openapi.json`` follows from them; counts that may betray somebody are given
only to who may know; what may not be seen is absent. Start at ``operations.py``.
"""

from yushan.doors.api.description import description
from yushan.doors.api.page import page
from yushan.doors.api.ports import Rooms
from yushan.doors.api.routes import routes

__all__ = ["Rooms", "description", "page", "routes"]
