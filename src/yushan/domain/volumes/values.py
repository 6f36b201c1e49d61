"""What lies on a grid: measured values, labels of structures, and how a tissue is to look."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from yushan.domain.volumes.grid import Grid


class Shade(NamedTuple):
    """How a tissue looks: a mean, and an irregular texture of one grain about it.

    Parameters
    ----------
    mean
        In the unit of the image: HU, signal, activity.
    spread
        Standard deviation of the texture, same unit.
    grain_mm
        Length of its features, mm; 0 for none.
    """

    mean: float
    spread: float = 0.0
    grain_mm: float = 0.0


@dataclass(frozen=True, eq=False)
class Volume:
    """Values ``[slice, row, column]`` on a grid.

    Raises
    ------
    ValueError
        The shapes differ.
    """

    grid: Grid
    values: NDArray[Any]

    def __post_init__(self) -> None:
        if self.values.shape != self.grid.shape:
            raise ValueError(f"values {self.values.shape} on a grid {self.grid.shape}")


@dataclass(frozen=True, eq=False)
class Labels(Volume):
    """Which structure each sample belongs to: value ``k`` is ``names[k - 1]``, 0 is none."""

    names: tuple[str, ...] = ()

    def mask(self, name: str) -> NDArray[np.bool_]:
        """Where one structure is.

        Raises
        ------
        ValueError
            There is no structure of that name.
        """
        return np.asarray(self.values == self.names.index(name) + 1)

    def present(self) -> tuple[str, ...]:
        """Names that at least one sample has, in their order."""
        found = np.bincount(self.values.ravel(), minlength=len(self.names) + 1)[1:]
        return tuple(name for name, count in zip(self.names, found, strict=False) if count)
