"""Viewer: OHIF from its npm package, under ``/viewer/``, speaking only to this commons.

Owns the folder that `install` fills. Start at ``install.py`` (what is changed and why), then
``routes.py``.
"""

from yushan.doors.viewer.install import VERSION, install, is_installed
from yushan.doors.viewer.routes import routes

__all__ = ["VERSION", "install", "is_installed", "routes"]
