"""Faces: heads in CT and MR lose the face that could be drawn from them; the brain stays as it is.

Owns no tables and no folders; pure: equal volumes, keys and policies give equal bytes.
Promises: a face is called removed only after a surface test on the changed volume; what lies deeper
than the policy's shell is not touched; what cannot be placed, found or proven is refused.
Method, sources, figures and limits: ``docs/faces.md``. Start at ``deface.py``, then ``removal.py``.
"""

from yushan.domain.faces.deface import FacePixels, Outcome, deface_series
from yushan.domain.faces.head import Head, find_head
from yushan.domain.faces.proof import Proof
from yushan.domain.faces.removal import Defaced, remove_face
from yushan.domain.faces.rules import skin_contours
from yushan.domain.faces.series import series_volume
from yushan.domain.faces.shell import Keep
from yushan.domain.faces.volume import Volume, coarse, regular_volume

__all__ = [
    "Defaced",
    "FacePixels",
    "Head",
    "Keep",
    "Outcome",
    "Proof",
    "Volume",
    "coarse",
    "deface_series",
    "find_head",
    "regular_volume",
    "remove_face",
    "series_volume",
    "skin_contours",
]
