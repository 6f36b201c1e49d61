"""What stands behind ``yushan deid`` and ``yushan verify``: runs, progress, the readable page."""

from yushan.assembly.deid.checks import check_folder
from yushan.assembly.deid.releases import release_folder
from yushan.assembly.deid.review import review_folder
from yushan.assembly.deid.vocabulary import count, join

__all__ = ["check_folder", "count", "join", "release_folder", "review_folder"]
