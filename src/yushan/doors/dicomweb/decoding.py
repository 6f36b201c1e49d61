"""Pixels out of a frame's bytes. Runs in a child only: here foreign codecs read foreign bytes.

Arrays are ``frame[row, column]`` or ``frame[row, column, sample]``.
"""

from __future__ import annotations

import zlib
from typing import TYPE_CHECKING, Any, Final

import imagecodecs
import numpy as np

from yushan.base import Rejected

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from yushan.doors.dicomweb.picture import Pixels

    Array = NDArray[Any]

#: Markers of JPEG and JPEG-LS frame headers: SOF0-15 without DHT, JPG and DAC; SOF55.
FRAME_HEADERS: Final = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC} | {0xF7}
#: ITU-R BT.601 full range, PS3.3 C.7.6.3.1.2: red, green and blue of Y, Cb-128, Cr-128.
FROM_YBR: Final = np.array([[1, 0, 1.402], [1, -0.344136, -0.714136], [1, 1.772, 0]])


def decoded(data: bytes, pixels: Pixels) -> Array:
    """The frame as stored values, signed as the header says; colour as red, green, blue.

    Raises
    ------
    Rejected
        ``dicomweb.frame-undecodable``: the codestream is damaged or is not what the header says;
        ``dicomweb.syntax-not-decoded``: there is no decoder for the transfer syntax.
    """
    if pixels.media_type == "application/octet-stream":
        return native(data, pixels)
    check_codestream(data, pixels)
    decode = DECODERS.get(pixels.media_type)
    if decode is None:
        raise Rejected("dicomweb.syntax-not-decoded")
    try:
        found: Array = decode(data, pixels)
    except (RuntimeError, ValueError, TypeError, IndexError, zlib.error) as error:
        raise Rejected("dicomweb.frame-undecodable", error=type(error).__name__) from None
    return settled(found, pixels)


def native(data: bytes, pixels: Pixels) -> Array:
    """Uncompressed values, colour by pixel (also where stored by plane)."""
    if pixels.bits_allocated == 1:
        count = pixels.rows * pixels.columns
        bits = np.unpackbits(np.frombuffer(data, np.uint8), bitorder="little", count=count)
        return bits.reshape(pixels.rows, pixels.columns)
    if pixels.photometric == "YBR_FULL_422":
        pairs = np.frombuffer(data, np.uint8).reshape(pixels.rows, pixels.columns // 2, 4)
        chroma = np.repeat(pairs[:, :, 2:], 2, axis=1)
        luma = pairs[:, :, :2].reshape(pixels.rows, pixels.columns, 1)
        return coloured(np.concatenate((luma, chroma), axis=2), pixels)
    kind = {8: "u1", 16: "<u2", 32: "<u4"}[pixels.bits_allocated]
    values = np.frombuffer(data, kind, count=pixels.rows * pixels.columns * pixels.samples)
    return settled(arranged(values, pixels), pixels)


def arranged(values: Array, pixels: Pixels) -> Array:
    """A flat array by rows, columns and samples."""
    if pixels.samples == 1:
        return values.reshape(pixels.rows, pixels.columns)
    if pixels.planar:
        return values.reshape(pixels.samples, pixels.rows, pixels.columns).transpose(1, 2, 0)
    return values.reshape(pixels.rows, pixels.columns, pixels.samples)


def settled(found: Array, pixels: Pixels) -> Array:
    """The array with the shape of the header and the sign of Pixel Representation."""
    shape = (pixels.rows, pixels.columns) + ((pixels.samples,) if pixels.samples > 1 else ())
    if found.shape != shape:
        raise Rejected("dicomweb.frame-undecodable", error="shape")
    if pixels.samples > 1:
        return coloured(found, pixels)
    if pixels.signed:
        shift = found.dtype.itemsize * 8 - pixels.bits_stored
        return (found.astype(f"i{found.dtype.itemsize}") << shift) >> shift
    return found if pixels.bits_stored % 8 == 0 else found & ((1 << pixels.bits_stored) - 1)


def coloured(found: Array, pixels: Pixels) -> Array:
    """Red, green and blue; decoders of JPEG and JPEG 2000 have turned theirs already."""
    turned = pixels.media_type in ("image/jpeg", "image/jp2", "image/jphc", "image/jxl")
    if not pixels.photometric.startswith("YBR") or (turned and not pixels.lossless_jpeg):
        return found
    shifted = found.astype(np.float32) - np.array([0, 128, 128], np.float32)
    rounded: Array = np.clip(np.rint(shifted @ FROM_YBR.T), 0, 255).astype(np.uint8)
    return rounded


def jpeg(data: bytes, pixels: Pixels) -> Array:
    """Baseline, extended and lossless JPEG; the tags decide the colour, not the decoder's guess."""
    if pixels.lossless_jpeg:
        return imagecodecs.ljpeg_decode(data)
    if pixels.samples == 1:
        return imagecodecs.jpeg_decode(data)
    kind = "YCBCR" if pixels.photometric.startswith("YBR") else "RGB"
    return imagecodecs.jpeg_decode(data, colorspace=kind, outcolorspace="RGB")


def rle(data: bytes, pixels: Pixels) -> Array:
    """RLE Lossless (PS3.5 annex G): segments by sample and byte, the high byte first."""
    size = pixels.bits_allocated // 8
    planes = imagecodecs.dicomrle_decode(data, dtype=f"<u{size}")
    values = np.frombuffer(planes, f"<u{size}")
    return values.reshape(pixels.samples, pixels.rows, pixels.columns).transpose(1, 2, 0).squeeze()


def deflated(data: bytes, pixels: Pixels) -> Array:
    """Deflated Image Frame Compression (PS3.5 A.4.13), within the size the header gives."""
    size = pixels.rows * pixels.columns * pixels.samples * pixels.bits_allocated // 8
    content = zlib.decompressobj(-zlib.MAX_WBITS).decompress(data, max(size, 1))
    return native(content, pixels._replace(media_type="application/octet-stream"))


DECODERS: Final[dict[str, Any]] = {
    "image/jpeg": jpeg,
    "image/jls": lambda data, _: imagecodecs.jpegls_decode(data),
    "image/jp2": lambda data, _: imagecodecs.jpeg2k_decode(data),
    "image/jphc": lambda data, _: imagecodecs.htj2k_decode(data),
    "image/jxl": lambda data, _: imagecodecs.jpegxl_decode(data, numthreads=1),
    "image/dicom-rle": rle,
    "application/x-deflate": deflated,
}


def check_codestream(data: bytes, pixels: Pixels) -> None:
    """Refuse a codestream whose own header asks for another size, before it is decoded.

    A few hundred bytes of JPEG 2000 can ask for gigabytes; the tags tell what is right.
    """
    size = None
    if pixels.media_type in ("image/jp2", "image/jphc"):
        size = jpeg2000_size(data)
    elif pixels.media_type in ("image/jpeg", "image/jls"):
        size = jpeg_size(data)
    else:
        return
    if size != (pixels.columns, pixels.rows, pixels.samples):
        raise Rejected("dicomweb.frame-undecodable", error="header")


def jpeg2000_size(data: bytes) -> tuple[int, int, int] | None:
    """Width, height and components of the SIZ marker (ISO 15444-1 A.5.1), also inside a JP2 box."""
    at = data.find(b"\xff\x4f\xff\x51", 0, 4096)
    if at < 0 or len(data) < at + 42:
        return None
    right, bottom, left, top = (int.from_bytes(data[at + i : at + i + 4]) for i in (8, 12, 16, 20))
    return right - left, bottom - top, int.from_bytes(data[at + 40 : at + 42])


def jpeg_size(data: bytes) -> tuple[int, int, int] | None:
    """Width, height and components of the frame header (ISO 10918-1 B.2.2, 14495-1 C.2.2)."""
    at = 2
    while at + 9 < len(data) and data[at] == 0xFF:
        marker = data[at + 1]
        if marker in FRAME_HEADERS:
            height, width = (int.from_bytes(data[at + i : at + i + 2]) for i in (5, 7))
            return width, height, data[at + 9]
        at += 1 if marker == 0xFF else 2 + int.from_bytes(data[at + 2 : at + 4])
    return None
