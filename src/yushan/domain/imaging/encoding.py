"""Frames back into bytes, without loss: what is written was decoded again and compared."""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING, Any, Final

import imagecodecs
import numpy as np

from yushan.base import Rejected
from yushan.domain.imaging.decoding import stored_frame

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from yushan.domain.imaging.shape import Shape

    Array = NDArray[Any]

EXPLICIT: Final = "1.2.840.10008.1.2.1"
JPEG_LS: Final = "1.2.840.10008.1.2.4.80"
JPEG_2000: Final = "1.2.840.10008.1.2.4.90"
HTJ2K: Final = "1.2.840.10008.1.2.4.201"
RLE: Final = "1.2.840.10008.1.2.5"
#: What frames of a syntax are written in again; every other one becomes Explicit VR Little Endian.
#: JPEG 2000 and HTJ2K that may be lossy become their lossless kind, other JPEG becomes JPEG-LS.
AGAIN: Final = {
    **{f"1.2.840.10008.1.2.4.{number}": JPEG_LS for number in (50, 51, 57, 58, 70, 80, 81)},
    **{f"1.2.840.10008.1.2.4.{number}": JPEG_2000 for number in (90, 91)},
    **{f"1.2.840.10008.1.2.4.{number}": HTJ2K for number in (201, 202, 203)},
    RLE: RLE,
}


def lossless_syntax(transfer_syntax_uid: str) -> str:
    """The lossless transfer syntax in which frames of ``transfer_syntax_uid`` are written again."""
    return AGAIN.get(transfer_syntax_uid, EXPLICIT)


def encode_frame(values: Array, shape: Shape) -> bytes:
    """A frame in the transfer syntax of ``shape``; decoding gives ``values`` back exactly.

    Parameters
    ----------
    values
        ``[row, column]`` or ``[row, column, sample]`` as ``stored_frame`` gives them; JPEG 2000
        and HTJ2K take colour as red, green, blue and store it as YBR_RCT.
    shape
        How the frame is to be stored; its transfer syntax is one ``lossless_syntax`` names.

    Raises
    ------
    Rejected
        ``imaging.not-encoded``: no lossless encoder for the syntax or the values;
        ``imaging.round-trip``: decoding did not give the values back.
    """
    encode = ENCODERS.get(shape.codec)
    if encode is None or values.shape != shape.array:
        raise Rejected("imaging.not-encoded")
    try:
        made = bytes(encode(values, shape))
    except (RuntimeError, ValueError, TypeError, struct.error) as error:
        raise Rejected("imaging.not-encoded", error=type(error).__name__) from None
    if not np.array_equal(stored_frame(made, shape), values):
        raise Rejected("imaging.round-trip")
    return made


def native(values: Array, shape: Shape) -> bytes:
    """Uncompressed values, little endian."""
    if shape.bits_allocated == 1:
        return np.packbits(values, bitorder="little").tobytes()
    if shape.is_subsampled:
        pairs = np.empty((shape.rows, shape.columns // 2, 4), np.uint8)
        pairs[:, :, :2] = values[:, :, 0].reshape(shape.rows, -1, 2)
        pairs[:, :, 2:] = values[:, ::2, 1:]
        return pairs.tobytes()
    if shape.samples > 1 and shape.planar:
        values = values.transpose(2, 0, 1)
    return np.ascontiguousarray(values, unsigned(shape)).tobytes()


def unsigned(shape: Shape) -> str:
    """The kind of a stored value."""
    return f"<{'i' if shape.signed else 'u'}{shape.bits_allocated // 8}"


def jpegls(values: Array, shape: Shape) -> bytes:
    """JPEG-LS without the file header (SPIFF) its encoder writes; signed values by their bits."""
    plain = np.ascontiguousarray(values)
    if shape.signed:
        plain = plain.view(f"u{plain.dtype.itemsize}")
    stream = bytes(imagecodecs.jpegls_encode(plain))
    at = 2
    while stream[at : at + 2] == b"\xff\xe8":
        at += 2 + int.from_bytes(stream[at + 2 : at + 4])
    return stream[:2] + stream[at:]


def jpeg2k(values: Array, shape: Shape) -> bytes:
    """A bare JPEG 2000 codestream, reversible."""
    plain = np.ascontiguousarray(values)
    return bytes(
        imagecodecs.jpeg2k_encode(
            plain, reversible=True, codecformat="j2k", bitspersample=shape.bits_stored,
            mct=shape.samples > 1, numthreads=1,
        )
    )  # fmt: skip


def htj2k(values: Array, shape: Shape) -> bytes:
    """An HTJ2K codestream, reversible."""
    plain = np.ascontiguousarray(values)
    return bytes(imagecodecs.htj2k_encode(plain, reversible=True, rgb=shape.samples > 1))


def rle(values: Array, shape: Shape) -> bytes:
    """RLE Lossless (PS3.5 annex G): a segment by sample and byte, high byte first; rows apart."""
    samples = [values] if shape.samples == 1 else [values[..., i] for i in range(shape.samples)]
    size = shape.bits_allocated // 8
    segments = []
    for sample in samples:
        laid = np.ascontiguousarray(sample, f">u{size}" if not shape.signed else f">i{size}")
        octets = laid.view(np.uint8).reshape(shape.rows, shape.columns, size)
        segments += [packed(np.ascontiguousarray(octets[..., i])) for i in range(size)]
    starts = np.cumsum([64, *map(len, segments)])[:-1]
    header = struct.pack("<16L", len(segments), *starts, *[0] * (15 - len(segments)))
    return header + b"".join(segments)


def packed(plane: Array) -> bytes:
    """One RLE segment of even length."""
    segment = bytes(imagecodecs.packbits_encode(plane, axis=1))
    return segment + b"\0" * (len(segment) % 2)


ENCODERS: Final[dict[str, Any]] = {
    "native": native,
    "jpegls": jpegls,
    "jpeg2k": jpeg2k,
    "htj2k": htj2k,
    "rle": rle,
}
