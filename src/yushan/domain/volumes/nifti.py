"""NIfTI-1 single files (nifti1.h, NIfTI Data Format Working Group): writing and reading.

NIfTI's axes are RAS and its first index is the fastest; ours are LPS and ``[slice, row, column]``.
Only the affine by rows (sform, method 1: scanner) is written; it is what readers prefer.
"""

from __future__ import annotations

import gzip
import struct
from typing import TYPE_CHECKING, Any, Final

import numpy as np
from scipy.spatial.transform import Rotation  # type: ignore[import-untyped]

from yushan.base import Rejected
from yushan.domain.volumes.grid import Grid, triple
from yushan.domain.volumes.values import Labels, Volume

if TYPE_CHECKING:
    from numpy.typing import NDArray

HEADER: Final = struct.Struct("<i10s18sih2B8h3f4h11fh2B4f2i80s24s2h6f4f4f4f16s4s")
#: Data types of nifti1.h that are read and written.
TYPES: Final = {
    2: "<u1", 4: "<i2", 8: "<i4", 16: "<f4", 64: "<f8", 256: "<i1", 512: "<u2", 768: "<u4",
}  # fmt: skip
CODES: Final = {np.dtype(kind): code for code, kind in TYPES.items()}
OFFSET: Final = 352
#: LPS to RAS.
FLIP: Final = np.diag([-1.0, -1.0, 1.0, 1.0])


def nifti(volume: Volume, note: str = "") -> bytes:
    """The volume as a gzipped NIfTI-1 file; the same volume gives the same bytes.

    Raises
    ------
    ValueError
        The values' type has no code in NIfTI, or an axis is longer than 32,767.
    """
    values = np.ascontiguousarray(volume.values.astype(volume.values.dtype.newbyteorder("<")))
    code = CODES.get(values.dtype)
    if code is None or max(values.shape) > 32_767:
        raise ValueError(f"no NIfTI-1 for {values.dtype} {values.shape}")
    if isinstance(volume, Labels):
        note = note or " ".join(f"{k}={name}" for k, name in enumerate(volume.names, 1))
    affine = ras(volume.grid)
    slices, rows, columns = values.shape
    widths = volume.grid.spacing[::-1]
    head = HEADER.pack(
        348, b"", b"", 0, 0, 0, 0,
        3, columns, rows, slices, 1, 1, 1, 1,
        0.0, 0.0, 0.0, 0, code, values.dtype.itemsize * 8, 0,
        1.0, *widths, 0.0, 0.0, 0.0, 0.0, float(OFFSET), 1.0, 0.0, 0, 0, 2,
        0.0, 0.0, 0.0, 0.0, 0, 0,
        note.encode("ascii", "replace")[:79], b"", 0, 1,
        0.0, 0.0, 0.0, 0.0, 0.0, 0.0,
        *affine[0], *affine[1], *affine[2], b"", b"n+1\0",
    )  # fmt: skip
    return gzip.compress(head + bytes(4) + values.tobytes(), 3, mtime=0)


def ras(grid: Grid) -> NDArray[np.float64]:
    """NIfTI's affine: ``(column, row, slice, 1)`` to RAS mm."""
    return np.asarray(FLIP @ grid.affine[:, [2, 1, 0, 3]])


def read_nifti(data: bytes) -> Volume:
    """A volume out of a NIfTI-1 single file, gzipped or not, little-endian, three axes.

    Raises
    ------
    Rejected
        ``volumes.not-nifti``: another format, another type, or fewer bytes than it says.
    """
    try:
        plain = gzip.decompress(data) if data[:2] == b"\x1f\x8b" else data
        fields = HEADER.unpack_from(plain)
    except (OSError, EOFError, struct.error) as error:
        raise Rejected("volumes.not-nifti") from error
    kind, length = TYPES.get(fields[19]), fields[7]
    slices, rows, columns = fields[10], fields[9], fields[8]
    sizes_fit = fields[0] == 348 and length == 3 and min(slices, rows, columns) > 0
    if kind is None or not sizes_fit or fields[-1][:3] != b"n+1":
        raise Rejected("volumes.not-nifti")
    count, offset = slices * rows * columns, int(fields[30])
    if offset < OFFSET or len(plain) < offset + count * np.dtype(kind).itemsize:
        raise Rejected("volumes.not-nifti")
    values = np.frombuffer(plain, kind, count, offset).reshape(slices, rows, columns)
    slope, intercept = fields[31], fields[32]
    if slope not in {0.0, 1.0} or (slope and intercept):
        values = np.asarray(values * np.float32(slope) + np.float32(intercept), dtype=np.float32)
    return Volume(grid_of(values.shape, FLIP @ placed(fields)), values)


def placed(fields: tuple[Any, ...]) -> NDArray[np.float64]:
    """The affine to RAS that a header gives: by rows, or else by a quaternion (method 2)."""
    if fields[-21] > 0:
        return np.array([*fields[-14:-2], 0, 0, 0, 1], dtype=np.float64).reshape(4, 4)
    b, c, d, *origin = fields[-20:-14]
    squared = b * b + c * c + d * d
    if fields[-22] <= 0 or not squared <= 1.0001:
        raise Rejected("volumes.not-nifti")
    turn = Rotation.from_quat([b, c, d, max(1 - squared, 0) ** 0.5]).as_matrix()
    matrix = np.eye(4)
    matrix[:3, :3] = turn * np.array([fields[23], fields[24], fields[25] * (fields[22] or 1)])
    matrix[:3, 3] = origin
    return matrix


def grid_of(shape: tuple[int, ...], matrix: NDArray[np.float64]) -> Grid:
    """The grid of an affine from ``(column, row, slice)`` to LPS."""
    steps = matrix[:3, [2, 1, 0]].T
    spacing = np.linalg.norm(steps, axis=1)
    if not np.isfinite(matrix).all() or not (spacing > 0).all():
        raise Rejected("volumes.not-nifti")
    try:
        axes = steps / spacing[:, None]
        return Grid(
            (shape[0], shape[1], shape[2]), triple(matrix[:3, 3]), triple(spacing),
            (triple(axes[0]), triple(axes[1]), triple(axes[2])),
        )  # fmt: skip
    except ValueError as error:
        raise Rejected("volumes.not-nifti") from error
