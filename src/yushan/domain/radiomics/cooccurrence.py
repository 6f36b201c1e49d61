"""Grey level co-occurrence (IBSI 3.6): symmetric, distance 1."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from yushan.domain.radiomics.directions import by_direction, shifted

if TYPE_CHECKING:
    from yushan.domain.radiomics.directions import Matrix, Step
    from yushan.domain.radiomics.region import Levels


def cooccurrence(levels: Levels) -> dict[str, float]:
    """All features in all six ways."""
    return by_direction(levels, count, describe)


def count(levels: Levels, step: Step, grey: int) -> Matrix:
    """How often level i stands beside level j, both ways."""
    here, there = shifted(levels, step)
    both = (here > 0) & (there > 0)
    pairs = (here[both] - 1) * grey + there[both] - 1
    counts = np.bincount(pairs, minlength=grey * grey).astype(float)
    matrix: Matrix = counts.reshape(grey, grey)
    summed: Matrix = matrix + matrix.T
    return summed


def entropy(p: Matrix) -> float:
    """In bits."""
    q = p[p > 0]
    return float(-(q * np.log2(q)).sum())


def describe(matrix: Matrix, _voxels: int) -> dict[str, float]:
    """The features of one matrix; NaN where no two voxels are neighbours."""
    whole = matrix.sum()
    p = matrix / whole if whole else np.full(matrix.shape, np.nan)
    grey = len(p)
    i, j = np.indices(p.shape) + 1
    difference = np.array([p[np.abs(i - j) == k].sum() for k in range(grey)])
    summed = np.array([p[i + j == k].sum() for k in range(2, 2 * grey + 1)])
    found = (
        joint(p, i, j)
        | moments("difference", difference, np.arange(grey, dtype=float))
        | moments("sum", summed, np.arange(2, 2 * grey + 1, dtype=float))
        | closeness(p, i - j, grey)
        | clusters(p, i, j)
        | information(p)
    )
    return {f"cm_{name}": value for name, value in found.items()}


def joint(p: Matrix, i: Matrix, j: Matrix) -> dict[str, float]:
    """Joint features and contrast."""
    mean = (i * p).sum()
    return {
        "joint_maximum": float(p.max()),
        "joint_average": float(mean),
        "joint_variance": float(((i - mean) ** 2 * p).sum()),
        "joint_entropy": entropy(p),
        "uniformity": float((p**2).sum()),
        "contrast": float(((i - j) ** 2 * p).sum()),
        "dissimilarity": float((np.abs(i - j) * p).sum()),
        "autocorrelation": float((i * j * p).sum()),
    }


def moments(what: str, p: Matrix, k: Matrix) -> dict[str, float]:
    """Mean, variance and entropy of differences or sums."""
    mean = (k * p).sum()
    return {
        f"{what}_average": float(mean),
        f"{what}_variance": float(((k - mean) ** 2 * p).sum()),
        f"{what}_entropy": entropy(p),
    }


def closeness(p: Matrix, apart: Matrix, grey: int) -> dict[str, float]:
    """Inverse differences."""
    far, square = np.abs(apart), (apart**2).astype(float)
    unlike = apart != 0
    return {
        "inverse_difference": float((p / (1 + far)).sum()),
        "inverse_difference_normalised": float((p / (1 + far / grey)).sum()),
        "inverse_difference_moment": float((p / (1 + square)).sum()),
        "inverse_difference_moment_normalised": float((p / (1 + square / grey**2)).sum()),
        "inverse_variance": float((p[unlike] / square[unlike]).sum()),
    }


def clusters(p: Matrix, i: Matrix, j: Matrix) -> dict[str, float]:
    """Correlation and clusters; a flat region correlates with itself wholly."""
    mean = (i * p).sum()
    variance = ((i - mean) ** 2 * p).sum()
    together = ((i - mean) * (j - mean) * p).sum()
    away = i + j - 2 * mean
    return {
        "correlation": float(together / variance) if variance else 1.0,
        "cluster_tendency": float((away**2 * p).sum()),
        "cluster_shade": float((away**3 * p).sum()),
        "cluster_prominence": float((away**4 * p).sum()),
    }


def information(p: Matrix) -> dict[str, float]:
    """Information correlation."""
    one = p.sum(axis=1)
    product = np.outer(one, one)
    here = product > 0
    log = np.log2(product[here])
    cross, self_cross = float(-(p[here] * log).sum()), float(-(product[here] * log).sum())
    joint_bits, bits = entropy(p), entropy(one)
    return {
        "information_corr_1": (joint_bits - cross) / bits if bits else 0.0,
        "information_corr_2": float(np.sqrt(max(0.0, 1 - np.exp(-2 * (self_cross - joint_bits))))),
    }
