"""What a body is: structures in painting order, lesions with their truth, landmarks."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from yushan.domain.bodies.lattice import LATTICE_MM

if TYPE_CHECKING:
    from collections.abc import Mapping

    import numpy as np
    from numpy.typing import NDArray

    from yushan.domain.bodies.surfaces import Surface, Triple


@dataclass(frozen=True, eq=False)
class Structure:
    """One thing of a body; later ones lie over earlier ones.

    Parameters
    ----------
    name
        As in the table of organs where it is there; several structures may share one name.
    tissue
        One of :data:`TISSUES`.
    inside
        Name of the structure this is a part of: it is cut off at the surface of the first one
        of that name, and counts in its mask.
    part_of
        Name of the structure in whose mask it counts too, without being cut off.
    soft_mm
        Width of a gradual edge; 0 for a sharp one. The middle of the edge is the surface.
    strength
        How much of what lies below is covered, 0 to 1; below 0.5 it is not labelled.
    lattice_mm
        Distance of the points at which a smooth surface is worked out: its radii of curvature are
        many times that.
    """

    name: str
    tissue: str
    surface: Surface
    inside: str | None = None
    soft_mm: float = 0.0
    strength: float = 1.0
    lattice_mm: float = LATTICE_MM
    part_of: str | None = None


@dataclass(frozen=True)
class Lesion:
    """Something ill, with its truth by construction.

    Parameters
    ----------
    kind
        ``nodule``, ``opacity``, ``effusion``, ``mass``, ``metastasis``, ``node``, ``stenosis``,
        ``plaque``, ...
    structure
        Name of the structure drawn for it.
    centre_mm
        LPS.
    diameters_mm
        Long axis, the longest across it, height.
    volume_mm3
        Of the whole lesion.
    """

    kind: str
    structure: str
    centre_mm: Triple
    diameters_mm: Triple
    volume_mm3: float
    properties: Mapping[str, float | str] = field(default_factory=dict)


@dataclass(frozen=True, eq=False)
class Branch:
    """One vessel of a tree whose centreline is known.

    Parameters
    ----------
    name, parent
        Its own name and that of the vessel it leaves; empty for a root.
    points
        Centreline ``[n, (x, y, z)]`` in mm, from the heart outwards.
    radii
        Of the lumen, ``[n]`` in mm.
    healthy
        What they would be without narrowings.
    """

    name: str
    parent: str
    points: NDArray[np.float64]
    radii: NDArray[np.float64]
    healthy: NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Body:
    """A synthetic body in LPS mm.

    Parameters
    ----------
    name
        ``trunk``, ``head``, ...
    seed, version
        The same seed and version give the same body.
    structures
        In painting order.
    landmarks
        Named points, mm.
    parameters
        What was drawn by chance, with units in the names.
    vessels
        Trees with known centrelines (coronary arteries), parents before children.
    """

    name: str
    seed: int
    version: int
    structures: tuple[Structure, ...]
    lesions: tuple[Lesion, ...] = ()
    landmarks: Mapping[str, Triple] = field(default_factory=dict)
    parameters: Mapping[str, float | str] = field(default_factory=dict)
    vessels: tuple[Branch, ...] = ()

    @property
    def names(self) -> tuple[str, ...]:
        """Names of structures, each once, in painting order of their first."""
        return tuple(dict.fromkeys(s.name for s in self.structures))

    def parts_of(self, name: str) -> frozenset[str]:
        """The name itself and the names of all that is part of it.

        Raises
        ------
        ValueError
            There is no structure of that name.
        """
        if name not in self.names:
            raise ValueError(f"no structure {name}")
        found = {name}
        for structure in self.structures:
            if structure.inside in found or structure.part_of in found:
                found.add(structure.name)
        return frozenset(found)
