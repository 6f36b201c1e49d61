"""A trunk in the making: healthy structures in patient space, to which lesions are added."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

    from yushan.domain.bodies.body import Branch, Lesion, Structure
    from yushan.domain.bodies.deformation import Deformation
    from yushan.domain.bodies.plan import Plan
    from yushan.domain.bodies.surfaces import Surface, Triple


#: Days between visits, range of doubling times of a volume, share of lesions that do not grow.
VISIT_DAYS: Final = 180
DOUBLING_DAYS: Final = (100.0, 700.0)
STABLE: Final = 1 / 3
#: A diameter grows at most by this.
MOST_GROWTH: Final = 1.35


@dataclass(frozen=True)
class LesionWish:
    """A lesion that is to be there.

    Parameters
    ----------
    kind
        One of :data:`KINDS`.
    variant
        Of its kind: ``solid``, ``part-solid``, ``ground-glass`` (nodule); ``consolidation``,
        ``ground-glass`` (opacity); empty for chance.
    place
        Side, lobe, zone, part of the pancreas or artery; empty for chance.
    size_mm
        Diameter; None for chance.
    severity
        Strength of an opacity 0 to 1, percent of a stenosis, share of an effusion; None for chance.
    """

    kind: str
    variant: str = ""
    place: str = ""
    size_mm: float | None = None
    severity: float | None = None


@dataclass(eq=False)
class Draft:
    """What is there so far.

    Parameters
    ----------
    plan, bend
        The body's measures, and its deformation.
    structures
        In painting order.
    arteries
        Coronary tree by name.
    plaques
        What lies between walls and lumens of narrowed arteries.
    visit
        0 for the first, then every :data:`VISIT_DAYS`.
    """

    plan: Plan
    bend: Deformation
    structures: list[Structure]
    arteries: dict[str, Branch]
    plaques: list[Structure] = field(default_factory=list)
    lesions: list[Lesion] = field(default_factory=list)
    counts: dict[str, int] = field(default_factory=dict)
    visit: int = 0

    def growth(self, kind: str) -> tuple[float, float]:
        """Scale of the next lesion's diameter at this visit, and its doubling time in days.

        Of three lesions one is stable (0 days). The same body gives the same doubling times at
        each visit, so that names stand for the same lesions.
        """
        number = self.counts.get(kind, 0)
        rng = self.plan.rng(74, len(kind), number)
        stable, days = rng.random() < STABLE, float(np.exp(rng.uniform(*np.log(DOUBLING_DAYS))))
        if stable:
            return 1.0, 0.0
        scale = 2 ** (self.visit * VISIT_DAYS / (3 * days))
        return min(float(scale), MOST_GROWTH), days

    def rng(self, wish: int, kind: int) -> np.random.Generator:
        """A source of chance for one wish."""
        return self.plan.rng(71, kind, wish)

    def name(self, stem: str) -> str:
        """The next numbered name."""
        self.counts[stem] = self.counts.get(stem, 0) + 1
        return f"{stem}_{self.counts[stem]}"

    def placed(self, point: ArrayLike) -> Triple:
        """A point of the model in patient space."""
        x, y, z = self.bend.forward(np.asarray(point))[0]
        return float(x), float(y), float(z)

    def surface(self, name: str) -> Surface:
        """The first surface of a name."""
        return next(s.surface for s in self.structures if s.name == name)

    def surfaces(self, *names: str) -> list[Surface]:
        """All surfaces of some names."""
        return [s.surface for s in self.structures if s.name in names]

    def add(self, *more: Structure) -> None:
        """Lay structures over everything."""
        self.structures.extend(more)

    def add_under(self, name: str, *more: Structure, inside: str | None = None) -> None:
        """Lay structures under the first one of a name (that is a part of ``inside``)."""
        at = next(
            k
            for k, s in enumerate(self.structures)
            if s.name == name and inside in {None, s.inside}
        )
        self.structures[at:at] = more

    def add_under_lesions(self, *more: Structure) -> None:
        """Lay structures under the first calcified plaque, or over everything."""
        at = (k for k, s in enumerate(self.structures) if s.name.startswith("calcium_"))
        first = next(at, len(self.structures))
        self.structures[first:first] = more

    def told(self, *truth: Lesion) -> None:
        """Keep truths."""
        self.lesions.extend(truth)

    def deep_points(
        self, name: str, rng: np.random.Generator, depth_mm: float
    ) -> NDArray[np.float64]:
        """Points in patient space so deep in a structure, in chance's order; or the deepest one."""
        surface = self.surface(name)
        low, high = np.clip(np.array(surface.box), -600, 600)
        tried = low + (high - low) * rng.random((900, 3))
        x, y, z = tried.astype(np.float32).T
        away = surface.distance(x, y, z)
        deep = away < -depth_mm
        return np.asarray(tried[deep] if deep.any() else tried[[away.argmin()]])
