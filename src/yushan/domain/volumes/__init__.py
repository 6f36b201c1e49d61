"""Volumes: regular grids in patient space, the values and labels on them, and NIfTI. Pure.

Promises: index ``[slice, row, column]`` and LPS millimetres turn into each other exactly;
nothing is resampled here. Start at ``grid.py``.
"""

from yushan.domain.volumes.grid import Grid
from yushan.domain.volumes.nifti import nifti, read_nifti
from yushan.domain.volumes.values import Labels, Shade, Volume

__all__ = ["Grid", "Labels", "Shade", "Volume", "nifti", "read_nifti"]
