"""Pixels out of a frame's bytes. Runs in a child only: here foreign codecs read foreign bytes.

Arrays are ``frame[row, column]`` or ``frame[row, column, sample]``.
"""

from __future__ import annotations

import zlib
from typing import TYPE_CHECKING, Any, Final

import imagecodecs
import numpy as np

from yushan.base import Rejected
from yushan.domain.imaging.codestream import check_codestream, jpeg2000_transforms
from yushan.domain.imaging.shape import NATIVE, TURNING

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from yushan.domain.imaging.shape import Shape

    Array = NDArray[Any]

#: ITU-R BT.601 full range, PS3.3 C.7.6.3.1.2: red, green and blue of Y, Cb-128, Cr-128.
FROM_YBR: Final = np.array([[1, 0, 1.402], [1, -0.344136, -0.714136], [1, 1.772, 0]])


def decode_frame(data: bytes, shape: Shape) -> Array:
    """The frame as stored values, signed as the header says; colour as red, green, blue.

    Raises
    ------
    Rejected
        ``imaging.frame-undecodable``: the codestream is damaged or is not what the header says;
        ``imaging.syntax-not-decoded``: there is no decoder for the transfer syntax.
    """
    found = stored_frame(data, shape)
    return found if is_turned(data, shape) else coloured(found)


def stored_frame(data: bytes, shape: Shape) -> Array:
    """The frame as ``decode_frame`` gives it, in the colours its samples are stored in.

    What the codec itself turned (JPEG, JPEG 2000, JPEG XL) comes as red, green, blue; chroma that
    is stored for two columns stands in both.
    """
    if not shape.codec:
        raise Rejected("imaging.syntax-not-decoded")
    if not 0 < shape.bits_stored <= shape.bits_allocated:
        raise Rejected("imaging.frame-undecodable", error="bits")
    check_codestream(data, shape)
    try:
        return settled(DECODERS[shape.codec](data, shape), shape)
    except (RuntimeError, ValueError, TypeError, IndexError, KeyError, zlib.error) as error:
        raise Rejected("imaging.frame-undecodable", error=type(error).__name__) from None


def native(data: bytes, shape: Shape) -> Array:
    """Uncompressed values, colour by pixel (also where stored by plane)."""
    if shape.bits_allocated == 1:
        count = shape.rows * shape.columns
        bits = np.unpackbits(np.frombuffer(data, np.uint8), bitorder="little", count=count)
        return bits.reshape(shape.rows, shape.columns)
    if shape.is_subsampled:
        count = shape.rows * shape.columns * 2
        pairs = np.frombuffer(data, np.uint8, count).reshape(shape.rows, shape.columns // 2, 4)
        chroma = np.repeat(pairs[:, :, 2:], 2, axis=1)
        luma = pairs[:, :, :2].reshape(shape.rows, shape.columns, 1)
        return np.concatenate((luma, chroma), axis=2)
    order = NATIVE.get(shape.transfer_syntax_uid, "<")
    kind = {8: "u1", 16: f"{order}u2", 32: f"{order}u4"}[shape.bits_allocated]
    values = np.frombuffer(data, kind, count=shape.rows * shape.columns * shape.samples)
    return arranged(values.astype(kind.replace(">", "<"), copy=False), shape)


def arranged(values: Array, shape: Shape) -> Array:
    """A flat array by rows, columns and samples."""
    if shape.samples > 1 and shape.planar:
        return values.reshape(shape.samples, shape.rows, shape.columns).transpose(1, 2, 0)
    return values.reshape(shape.array)


def settled(found: Array, shape: Shape) -> Array:
    """The array with the shape of the header and the sign of Pixel Representation."""
    if found.shape != shape.array:
        raise Rejected("imaging.frame-undecodable", error="shape")
    if shape.samples > 1:
        return found
    if shape.signed:
        shift = found.dtype.itemsize * 8 - shape.bits_stored
        return (found.astype(f"i{found.dtype.itemsize}") << shift) >> shift
    return found if shape.bits_stored % 8 == 0 else found & ((1 << shape.bits_stored) - 1)


def is_turned(data: bytes, shape: Shape) -> bool:
    """Whether a decoded frame is red, green and blue, or grey, already.

    Decoders of JPEG, JPEG 2000 and JPEG XL turn theirs; JPEG 2000 only if its stream says that its
    components were transformed.
    """
    if shape.samples < 3 or not shape.photometric.startswith("YBR"):
        return True
    if shape.codec in ("jpeg2k", "htj2k") and shape.photometric.startswith("YBR_FULL"):
        return jpeg2000_transforms(data)
    return shape.codec in TURNING


def coloured(found: Array) -> Array:
    """Red, green and blue of Y, Cb, Cr."""
    shifted = found.astype(np.float32) - np.array([0, 128, 128], np.float32)
    rounded: Array = np.clip(np.rint(shifted @ FROM_YBR.T), 0, 255).astype(np.uint8)
    return rounded


def jpeg(data: bytes, shape: Shape) -> Array:
    """Baseline and extended JPEG; the tags decide the colour, not the decoder's guess."""
    if shape.samples == 1:
        return imagecodecs.jpeg_decode(data)
    kind = "YCBCR" if shape.photometric.startswith("YBR") else "RGB"
    return imagecodecs.jpeg_decode(data, colorspace=kind, outcolorspace="RGB")


def rle(data: bytes, shape: Shape) -> Array:
    """RLE Lossless (PS3.5 annex G): segments by sample and byte, the high byte first."""
    size = shape.bits_allocated // 8
    planes = imagecodecs.dicomrle_decode(data, dtype=f"<u{size}")
    values = np.frombuffer(planes, f"<u{size}")
    return arranged(values, shape._replace(planar=True))


def deflated(data: bytes, shape: Shape) -> Array:
    """Deflated Image Frame Compression (PS3.5 A.4.13), within the size the header gives."""
    size = shape.rows * shape.columns * shape.samples * shape.bits_allocated // 8
    return native(zlib.decompressobj(-zlib.MAX_WBITS).decompress(data, max(size, 1)), shape)


DECODERS: Final[dict[str, Any]] = {
    "native": native,
    "jpeg": jpeg,
    "ljpeg": lambda data, _: imagecodecs.ljpeg_decode(data),
    "jpegls": lambda data, _: imagecodecs.jpegls_decode(data),
    "jpeg2k": lambda data, _: imagecodecs.jpeg2k_decode(data),
    "htj2k": lambda data, _: imagecodecs.htj2k_decode(data),
    "jpegxl": lambda data, _: imagecodecs.jpegxl_decode(data, numthreads=1),
    "rle": rle,
    "deflate": deflated,
}
