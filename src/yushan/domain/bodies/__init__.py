"""Bodies: parametric anatomy in mm, with lesions whose truth is known by construction. Pure.

Promises: the same seed gives the same body, and the same body and grid the same bits, whatever
the number of threads. Start at ``surfaces.py`` (signed distances), ``body.py`` (what a body is),
``painting.py`` (onto a grid) and ``trunk.py``.
"""

from yushan.domain.bodies.body import Body, Branch, Lesion, Structure
from yushan.domain.bodies.codes import Code3, code_of
from yushan.domain.bodies.draft import LesionWish
from yushan.domain.bodies.head import head
from yushan.domain.bodies.head_parameters import HeadWishes
from yushan.domain.bodies.lesions import KINDS
from yushan.domain.bodies.painting import label, mask, paint, paint_and_label
from yushan.domain.bodies.surfaces import Surface
from yushan.domain.bodies.tissues import TISSUES
from yushan.domain.bodies.trunk import TrunkWishes, trunk

__all__ = [
    "KINDS",
    "TISSUES",
    "Body",
    "Branch",
    "Code3",
    "HeadWishes",
    "Lesion",
    "LesionWish",
    "Structure",
    "Surface",
    "TrunkWishes",
    "code_of",
    "head",
    "label",
    "mask",
    "paint",
    "paint_and_label",
    "trunk",
]
