"""DICOMweb: search and retrieve what the asker's scope admits, under ``/dicom-web``.

Owns nothing; reads the catalogue and the archive through ``ports.py``. Promises: stored bytes are
sent as they are, but for the names of a scope that has its own; what may not be seen looks exactly
like what is not there; who was shown what is noted before; foreign pixels are decoded in children
only. Start at ``routes.py``, then ``asking.py`` and ``finding.py``.
"""

from yushan.doors.dicomweb.ports import Archive, Beside, Catalogue, Children
from yushan.doors.dicomweb.routes import routes
from yushan.doors.dicomweb.search import Page, Search
from yushan.doors.dicomweb.stow import store_routes

__all__ = [
    "Archive",
    "Beside",
    "Catalogue",
    "Children",
    "Page",
    "Search",
    "routes",
    "store_routes",
]
