"""Rectangles filled in stored values, everything else as it was, written again without loss."""

from __future__ import annotations

import struct
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from yushan.base import Rejected
from yushan.domain.dicom import TRANSFER_SYNTAXES, UNDEFINED
from yushan.domain.imaging import encode_frame, lossless_syntax
from yushan.domain.redaction.frames import Frames, frames_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from yushan.domain.dicom import Buffer
    from yushan.domain.imaging import Shape
    from yushan.domain.redaction.boxes import Box

    Array = NDArray[Any]

#: Codecs whose colour comes and goes as red, green, blue.
TURNED: Final = ("jpeg", "jpeg2k", "htj2k", "jpegxl")
#: Black in Y, Cb, Cr; PARTIAL is the retired form with foot room.
YBR_BLACK: Final = (0, 128, 128)
PARTIAL_BLACK: Final = (16, 128, 128)
LUMA: Final = np.array([0.299, 0.587, 0.114])
PHOTOMETRIC, PLANAR, LOSSY, HIGH_BIT = 0x00280004, 0x00280006, 0x00282110, 0x00280102


@dataclass(frozen=True, slots=True, kw_only=True)
class Redacted:
    """Pixels with rectangles filled.

    ``element`` is the whole pixel element, head and value, as Explicit VR Little Endian or
    encapsulated in ``transfer_syntax_uid``; ``attributes`` of group 0028 that describe it anew:
    tag to VR and value. Offset tables outside the element are void.
    """

    element: tuple[Buffer, ...]
    transfer_syntax_uid: str
    attributes: Mapping[int, tuple[str, bytes]]
    frames: Frames = field(compare=False, repr=False)


class Rewritten(Frames):
    """Frames of an object whose pixels were written again."""

    def __init__(self, source: Frames, shape: Shape, data: list[bytes]) -> None:
        super().__init__(source.part, source.found, shape, source.ranges)
        self.held = data

    def data(self, index: int) -> bytes:
        """The bytes of a frame as they are written now."""
        return self.held[index]


def redacted(data: Buffer, boxes: Sequence[Box]) -> Redacted:
    """The pixels of a Part-10 file with the rectangles filled black as displayed.

    Raises
    ------
    Rejected
        As ``frames_of``; ``redaction.high-bits``: values do not stand in the low bits; and as
        ``decode_frame`` and ``encode_frame``.
    """
    return fill(frames_of(data), boxes)


def fill(frames: Frames, boxes: Sequence[Box]) -> Redacted:
    """The same for frames at hand.

    Lossless sources keep their transfer syntax, lossy ones take a lossless one and stay marked as
    once compressed with loss. All other pixels are what a decoder gives for the source; frames
    without a rectangle keep their bytes where the syntax stays. Spare bits are cleared.
    """
    shape = target_of(frames)
    if frames.found.short(HIGH_BIT, shape.bits_stored - 1) != shape.bits_stored - 1:
        raise Rejected("redaction.high-bits")
    is_same = shape == frames.shape
    encapsulated = TRANSFER_SYNTAXES[shape.transfer_syntax_uid].encapsulated
    made = []
    for index in range(frames.count):
        here = [one for one in boxes if one.frame in (None, index)]
        if is_same and encapsulated and not here:
            made.append(frames.data(index))
            continue
        values = frames.values(index) if is_turned(frames) else frames.stored(index)
        made.append(encode_frame(filled(values, here, frames), shape))
    return Redacted(
        element=encapsulate(made) if encapsulated else native(made, shape),
        transfer_syntax_uid=shape.transfer_syntax_uid,
        attributes=changes(frames, shape),
        frames=Rewritten(frames, shape, made),
    )


def is_turned(frames: Frames) -> bool:
    """Whether the work is done in red, green, blue because the codec gives nothing else."""
    return frames.shape.samples > 1 and frames.shape.codec in TURNED


def target_of(frames: Frames) -> Shape:
    """How the frames will be stored."""
    shape = frames.shape._replace(
        transfer_syntax_uid=lossless_syntax(frames.shape.transfer_syntax_uid)
    )
    if not is_turned(frames):
        return shape
    turns = shape.codec in ("jpeg2k", "htj2k")
    return shape._replace(photometric="YBR_RCT" if turns else "RGB", planar=False)


def filled(values: Array, boxes: Sequence[Box], frames: Frames) -> Array:
    """Values of a frame with the rectangles black; the array is copied if there are any."""
    if not boxes:
        return values
    black, made = black_of(values, frames), values.copy()
    for box in boxes:
        place = even(box) if frames.shape.is_subsampled else box
        clipped = place.within(frames.shape.rows, frames.shape.columns)
        made[clipped.rows, clipped.columns] = black
    return made


def even(box: Box) -> Box:
    """The rectangle that begins and ends between pairs of columns."""
    left = box.x - box.x % 2
    return box._replace(x=left, width=box.x + box.width + (box.x + box.width) % 2 - left)


def black_of(values: Array, frames: Frames) -> Any:  # noqa: ANN401 - a stored value or one per sample
    """The stored value that is shown black: an index, a sample, or a triple.

    Grey takes the lowest value of the frame (MONOCHROME1: the highest) that is no padding, so
    that neither the range nor the padding of the picture changes.
    """
    shape = frames.shape
    if shape.samples > 1:
        if is_turned(frames) or not shape.photometric.startswith("YBR"):
            return 0
        return PARTIAL_BLACK if "PARTIAL" in shape.photometric else YBR_BLACK
    if shape.photometric == "PALETTE COLOR":
        return darkest(values, frames)
    if shape.bits_allocated == 1:
        return 0
    inside = values
    if frames.padding is not None:
        first, last = frames.padding
        rest = values[(values < first) | (values > last)]
        inside = rest if rest.size else values
    return inside.max() if shape.photometric == "MONOCHROME1" else inside.min()


def darkest(values: Array, frames: Frames) -> Any:  # noqa: ANN401 - an index of the palette
    """The index whose colour is darkest; the lowest of them."""
    if len(frames.palette) != 3:
        return values.min()
    first = min(frames.palette[0].first, frames.palette[0].first + frames.palette[0].entries - 1)
    most = min(frames.palette[0].entries, 1 << frames.shape.bits_stored)
    indexes = np.arange(first, first + most, dtype=np.int64)
    colours = frames.shown(indexes.reshape(1, -1), 0)[0] @ LUMA
    return indexes[int(colours.argmin())]


def changes(frames: Frames, shape: Shape) -> dict[int, tuple[str, bytes]]:
    """Attributes that describe the new pixels where they differ."""
    found: dict[int, tuple[str, bytes]] = {}
    if shape.photometric != frames.shape.photometric:
        found[PHOTOMETRIC] = ("CS", padded(shape.photometric))
    if shape.planar != frames.shape.planar:
        found[PLANAR] = ("US", struct.pack("<H", shape.planar))
    if TRANSFER_SYNTAXES[frames.shape.transfer_syntax_uid].lossy and is_once_lossy(frames):
        found[LOSSY] = ("CS", b"01")
    return found


def is_once_lossy(frames: Frames) -> bool:
    """Whether a source in a syntax that may be lossy says so, or cannot be anything else."""
    said = frames.found.first(LOSSY)
    return said == "01" or (frames.shape.codec == "jpeg") or not said


def padded(text: str) -> bytes:
    """Text of even length."""
    return (text + " " * (len(text) % 2)).encode("ascii")


def native(frames: list[bytes], shape: Shape) -> tuple[Buffer, ...]:
    """Uncompressed frames as an element; frames of single bits are put together bit by bit."""
    value: list[Buffer] = list(frames)
    bits = shape.rows * shape.columns
    if shape.bits_allocated == 1 and bits % 8 and len(frames) > 1:
        whole = 0
        for index, frame in enumerate(frames):
            whole |= int.from_bytes(frame, "little") << (index * bits)
        value = [whole.to_bytes((bits * len(frames) + 7) // 8, "little")]
    length = sum(len(piece) for piece in value)
    if length % 2:
        value.append(b"\0")
    vr = b"OW" if shape.bits_allocated > 8 else b"OB"
    head = struct.pack("<HH2sHL", 0x7FE0, 0x0010, vr, 0, length + length % 2)
    return (head, *value)


def encapsulate(frames: list[bytes]) -> tuple[Buffer, ...]:
    """Compressed frames as an element: an offset table, a fragment each (PS3.5 A.4)."""
    items = [item(frame + b"\0" * (len(frame) % 2)) for frame in frames]
    starts = np.cumsum([0, *[len(one) for one in items]])[:-1]
    fits = not len(starts) or int(starts[-1]) < 1 << 32
    table = starts.astype("<u4").tobytes() if fits else b""
    head = struct.pack("<HH2sHL", 0x7FE0, 0x0010, b"OB", 0, UNDEFINED)
    return (head, item(table), *items, struct.pack("<HHL", 0xFFFE, 0xE0DD, 0))


def item(data: bytes) -> bytes:
    """A fragment with its header."""
    return struct.pack("<HHL", 0xFFFE, 0xE000, len(data)) + data
