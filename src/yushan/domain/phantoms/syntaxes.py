"""Objects in every transfer syntax: frames encoded, headers implicit, big endian or deflated.

An object is filled in as Explicit VR Little Endian with native pixels; here it is turned.
"""

from __future__ import annotations

import math
import zlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import imagecodecs
import numpy as np
from pydicom.encaps import encapsulate
from pydicom.filebase import DicomBytesIO
from pydicom.filewriter import write_file_meta_info
from pydicom.uid import UID, RLELossless

from yushan.base import Rejected
from yushan.domain.imaging import Shape, encode_frame

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray
    from pydicom.dataset import Dataset

    Array = NDArray[Any]

EXPLICIT: Final = "1.2.840.10008.1.2.1"
IMPLICIT: Final = "1.2.840.10008.1.2"
BIG_ENDIAN: Final = "1.2.840.10008.1.2.2"
DEFLATED: Final = "1.2.840.10008.1.2.1.99"


@dataclass(frozen=True, slots=True)
class Syntax:
    """A transfer syntax.

    Parameters
    ----------
    name
        As the command line says it.
    uid
        Transfer Syntax UID.
    bits
        Most bits a sample may have; 0 where any.
    method
        Lossy Image Compression Method, empty where nothing is lost.
    colour
        Photometric interpretation of encoded colour, empty where there is none.
    """

    name: str
    uid: str
    bits: int = 0
    method: str = ""
    colour: str = "RGB"

    @property
    def is_encapsulated(self) -> bool:
        """Whether frames are codestreams."""
        return self.uid not in {EXPLICIT, IMPLICIT, BIG_ENDIAN, DEFLATED}


JPEG: Final = "1.2.840.10008.1.2.4."
SYNTAXES: Final = {
    one.name: one
    for one in (
        Syntax("explicit", EXPLICIT),
        Syntax("implicit", IMPLICIT),
        Syntax("big-endian", BIG_ENDIAN),
        Syntax("deflated", DEFLATED),
        Syntax("deflated-frames", "1.2.840.10008.1.2.8.1"),
        Syntax("rle", "1.2.840.10008.1.2.5"),
        Syntax("jpeg", JPEG + "50", 8, "ISO_10918_1", "YBR_FULL_422"),
        Syntax("jpeg-extended", JPEG + "51", 12, "ISO_10918_1", "YBR_FULL_422"),
        Syntax("jpeg-lossless", JPEG + "57", 0, "", ""),
        Syntax("jpeg-lossless-sv1", JPEG + "70", 0, "", ""),
        Syntax("jpeg-ls", JPEG + "80"),
        Syntax("jpeg-ls-near", JPEG + "81", 0, "ISO_14495_1"),
        Syntax("jpeg-2000", JPEG + "90", 0, "", "YBR_RCT"),
        Syntax("jpeg-2000-lossy", JPEG + "91", 0, "ISO_15444_1", "YBR_ICT"),
        Syntax("htj2k", JPEG + "201", 0, "", "YBR_RCT"),
        Syntax("htj2k-rpcl", JPEG + "202", 0, "", "YBR_RCT"),
        Syntax("htj2k-lossy", JPEG + "203", 0, "ISO_15444_15", "YBR_ICT"),
        Syntax("jpeg-xl", JPEG + "110"),
    )
}


def syntax_of(name: str) -> Syntax:
    """A syntax by its name.

    Raises
    ------
    Rejected
        ``phantoms.no-syntax``.
    """
    if name not in SYNTAXES:
        raise Rejected("phantoms.no-syntax", known=", ".join(SYNTAXES))
    return SYNTAXES[name]


def shape_of(dataset: Dataset, uid: str) -> Shape:
    """How the frames of a data set are stored in a syntax."""
    return Shape(
        int(dataset.Rows), int(dataset.Columns), int(dataset.SamplesPerPixel),
        int(dataset.BitsAllocated), int(dataset.BitsStored), bool(dataset.PixelRepresentation),
        str(dataset.PhotometricInterpretation), bool(dataset.get("PlanarConfiguration", 0)), uid,
    )  # fmt: skip


def native_frames(dataset: Dataset) -> Array:
    """Frames ``[frame, row, column(, sample)]`` of native little-endian pixels of whole bytes."""
    shape = shape_of(dataset, EXPLICIT)
    kind = f"<{'i' if shape.signed else 'u'}{shape.bits_allocated // 8}"
    count = int(dataset.get("NumberOfFrames", 1))
    values = np.frombuffer(dataset.PixelData, kind, count * int(np.prod(shape.array)))
    return values.reshape(count, *shape.array)


def encode(dataset: Dataset, syntax: Syntax) -> None:
    """Turn native pixels into those of a syntax; objects that cannot take it stay explicit.

    That is: no pixels, pixels of single bits, of more bits than the codec has, or of colour where
    it knows none; and pixels that are encoded already.
    """
    if dataset.file_meta.TransferSyntaxUID != EXPLICIT:
        return
    if not syntax.is_encapsulated:
        dataset.file_meta.TransferSyntaxUID = UID(syntax.uid)
        if syntax.uid == BIG_ENDIAN and "PixelData" in dataset and dataset.BitsAllocated > 8:
            size = int(dataset.BitsAllocated) // 8
            dataset.PixelData = np.frombuffer(dataset.PixelData, f"<u{size}").byteswap().tobytes()
        return
    if "PixelData" in dataset and is_possible(dataset, syntax):
        frames = native_frames(dataset)
        streams = [encoded(frame, dataset, syntax) for frame in frames]
        keep(dataset, syntax, streams, frames.nbytes)


def is_possible(dataset: Dataset, syntax: Syntax) -> bool:
    """Whether a codec takes such pixels."""
    bits = int(dataset.BitsStored)
    if bits == 1 or (syntax.bits and bits > syntax.bits):
        return False
    return int(dataset.SamplesPerPixel) == 1 or bool(syntax.colour)


def keep(dataset: Dataset, syntax: Syntax, streams: list[bytes], before: int) -> None:
    """Put codestreams in place of native pixels, and say what that did."""
    if dataset.SamplesPerPixel == 3:
        dataset.PlanarConfiguration = 0
        dataset.PhotometricInterpretation = syntax.colour
    if syntax.method:
        dataset.LossyImageCompression = "01"
        dataset.LossyImageCompressionRatio = f"{before / sum(map(len, streams)):.2f}"
        dataset.LossyImageCompressionMethod = syntax.method
    dataset.file_meta.TransferSyntaxUID = UID(syntax.uid)
    padded = [one + b"\0" * (len(one) % 2) for one in streams]
    dataset.PixelData = encapsulate(padded)
    dataset["PixelData"].VR = "OB"


def encoded(frame: Array, dataset: Dataset, syntax: Syntax) -> bytes:
    """One frame in a syntax."""
    make = OWN.get(syntax.name)
    if make is not None:
        return make(np.ascontiguousarray(frame), int(dataset.BitsStored))
    shape = shape_of(dataset, syntax.uid)
    if shape.samples == 3 and syntax.colour != "RGB":
        shape = shape._replace(photometric=syntax.colour)
    return encode_frame(frame, shape._replace(planar=False))


def unsigned(frame: Array) -> Array:
    """The same bits without a sign."""
    return frame.view(f"u{frame.dtype.itemsize}") if frame.dtype.kind == "i" else frame


def jpeg(frame: Array, bits: int) -> bytes:
    """JPEG of quality 90: baseline up to eight bits, extended up to twelve."""
    if frame.ndim == 3:
        return bytes(imagecodecs.jpeg_encode(frame, level=90, subsampling="422"))
    if bits <= 8:
        return bytes(imagecodecs.jpeg_encode(frame.astype(np.uint8), level=90))
    return bytes(imagecodecs.jpeg_encode(unsigned(frame), level=95, bitspersample=12))


def jpeg_lossless(frame: Array, bits: int) -> bytes:
    """JPEG lossless, process 14, grey."""
    del bits
    return bytes(imagecodecs.ljpeg_encode(unsigned(frame), bitspersample=frame.itemsize * 8))


def jpeg_first_order(frame: Array, bits: int) -> bytes:
    """JPEG lossless, process 14, selection value 1, grey."""
    del bits
    return bytes(
        imagecodecs.jpeg_encode(
            unsigned(frame), lossless=True, predictor=1, bitspersample=frame.itemsize * 8
        )
    )


def htj2k_by_resolution(frame: Array, bits: int) -> bytes:
    """HTJ2K, reversible, as a server streams it: by resolutions, the lowest of 64 pixels or less.

    PS3.5 A.4.9: progression RPCL, a tile-part for each resolution, their lengths in the header.
    """
    del bits
    levels = max(5, math.ceil(math.log2(max(frame.shape[:2]) / 64)))
    return bytes(
        imagecodecs.htj2k_encode(
            frame, reversible=True, rgb=frame.ndim == 3, resolutions=levels, tlm=True,
            tilepart=imagecodecs.HTJ2K.TILEPART.RESOLUTIONS,
        )
    )  # fmt: skip


def deflated_frame(frame: Array, bits: int) -> bytes:
    """Raw deflate of native values."""
    del bits
    return raw_deflate(frame.tobytes())


def raw_deflate(data: bytes) -> bytes:
    """RFC 1951 without a header."""
    press = zlib.compressobj(6, zlib.DEFLATED, -zlib.MAX_WBITS)
    return press.compress(data) + press.flush()


OWN: Final[dict[str, Callable[[Array, int], bytes]]] = {
    "jpeg": jpeg,
    "jpeg-extended": jpeg,
    "jpeg-lossless": jpeg_lossless,
    "jpeg-lossless-sv1": jpeg_first_order,
    "htj2k-rpcl": htj2k_by_resolution,
    "jpeg-ls-near": lambda frame, _: bytes(imagecodecs.jpegls_encode(unsigned(frame), level=2)),
    "jpeg-2000-lossy": lambda frame, bits: bytes(
        imagecodecs.jpeg2k_encode(
            frame, level=60, codecformat="j2k", bitspersample=bits, mct=frame.ndim == 3,
            numthreads=1,
        )
    ),
    "htj2k-lossy": lambda frame, _: bytes(
        imagecodecs.htj2k_encode(frame, level=0.002, reversible=False, rgb=frame.ndim == 3)
    ),
    "jpeg-xl": lambda frame, _: bytes(
        imagecodecs.jpegxl_encode(unsigned(frame), lossless=True, effort=3, numthreads=1)
    ),
    "deflated-frames": deflated_frame,
}  # fmt: skip


#: Syntaxes the DICOM library cannot write itself, and what it writes in their place.
STAND_INS: Final = {
    DEFLATED: UID(EXPLICIT),
    SYNTAXES["deflated-frames"].uid: RLELossless,
    SYNTAXES["jpeg-xl"].uid: RLELossless,
}


def retold(data: bytes, dataset: Dataset, wanted: str) -> bytes:
    """A file that was written in a stand-in, in the syntax that is wanted."""
    start = 144 + int.from_bytes(data[140:144], "little")
    meta = dataset.file_meta
    meta.MediaStorageSOPClassUID = dataset.SOPClassUID
    meta.MediaStorageSOPInstanceUID = dataset.SOPInstanceUID
    meta.TransferSyntaxUID = UID(wanted)
    out = DicomBytesIO()
    write_file_meta_info(out, meta, enforce_standard=True)
    body = data[start:]
    if wanted == DEFLATED:
        body = raw_deflate(body)
        body += b"\0" * (len(body) % 2)
    return data[:132] + out.getvalue() + body
