"""A series without its faces: every stack looked at, every object given new pixels. Pure.

Start here. Runs in a child only: foreign codecs read foreign bytes.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final, Literal

import numpy as np

from yushan.domain.faces.removal import remove_face, repainted
from yushan.domain.faces.rules import exempt_reason
from yushan.domain.faces.series import stacks_of, upper_part, volume_of
from yushan.domain.faces.slices import sources_of
from yushan.domain.imaging import encode_frame, lossless_syntax

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from yushan.domain.dicom import Buffer
    from yushan.domain.faces.proof import Proof
    from yushan.domain.faces.series import Stack
    from yushan.domain.faces.shell import Keep
    from yushan.domain.faces.slices import Slice, Source
    from yushan.domain.imaging import Shape

    Frames = dict[tuple[int, int], NDArray[Any]]

EXPLICIT: Final = "1.2.840.10008.1.2.1"
PIXEL_DATA: Final = 0x7FE00010
LONG_HEAD: Final = struct.Struct("<HH2sHI").pack
ITEM: Final = struct.Struct("<HHI").pack
UNDEFINED: Final = 0xFFFFFFFF
SEQUENCE_END: Final = b"\xfe\xff\xdd\xe0\0\0\0\0"
#: Smallest and Largest Image Pixel Value: of the image, of the series (then of what is here).
EXTREMES: Final = (0x00280106, 0x00280107, 0x00280108, 0x00280109)


@dataclass(frozen=True, slots=True, kw_only=True)
class FacePixels:
    """New pixels of one object: the whole pixel element, and attributes that change with it.

    ``element`` is head and value, Explicit VR Little Endian or encapsulated; ``attributes``: tag →
    VR and value, an empty value for what is to be removed.
    """

    element: tuple[Buffer, ...]
    transfer_syntax_uid: str
    attributes: Mapping[int, tuple[str, bytes]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What became of a series.

    ``removed``: faces were found and taken off, the surface test passed; ``pixels`` by SOP
    Instance UID holds every object of the series. ``absent``: looked at, and nobody can be known
    by it. ``exempt``: of a kind that shows no face, ``reason`` says which; not looked at, nothing
    to be claimed.
    """

    kind: Literal["removed", "absent", "exempt"]
    reason: str = ""
    pixels: Mapping[str, FacePixels]
    proofs: tuple[Proof, ...] = ()


def deface_series(
    objects: Sequence[Buffer], *, seed: bytes, keep: Keep = "brain", slice_mm: float = 3.0,
    ears: bool = True,
) -> Outcome:  # fmt: skip
    """Take the faces off all objects of one series.

    Parameters
    ----------
    objects
        Part-10 objects, in any order, all that the series has.
    seed
        A secret of 32 bytes or more, other for each series; equal seeds give equal pixels.
    keep
        As ``remove_face``.
    slice_mm
        Thicker slices than this draw no face.
    ears
        Whether ears go too.

    Raises
    ------
    Rejected
        As ``series_volume`` (repeats and several stacks are welcome here) and ``remove_face``.
    """
    sources, slices = sources_of(objects)
    kinds = [exempt_reason(source.about) for source in sources]
    if kinds and all(kinds):
        return Outcome(kind="exempt", reason=kinds[0], pixels={})
    changed: Frames = {}
    proofs = []
    for number, stack in enumerate(stacks_of(slices)):
        if stack.is_recognisable and stack.step_mm <= slice_mm + 0.05:
            proof = deface_stack(sources, stack, (seed + bytes([number]), keep, ears), changed)
            proofs += [proof] if proof else []
    if not proofs:
        return Outcome(kind="absent", pixels={})
    pixels = {
        source.about.summary.sop_instance_uid: pixels_of(index, source, slices, changed)
        for index, source in enumerate(sources)
    }
    return Outcome(kind="removed", pixels=pixels, proofs=tuple(proofs))


def deface_stack(
    sources: Sequence[Source], stack: Stack, how: tuple[bytes, Keep, bool], changed: Frames
) -> Proof | None:
    """Take the face off all repeats of a stack, as it was found in the first."""
    seed, keep, ears = how
    stack = upper_part(stack)
    modality = sources[stack.repeats[0][0].source].about.summary.modality
    modality = "CT" if modality == "CT" else "MR"
    first = replace(volume_of(sources, stack, 0), modality=modality)
    done = remove_face(first, seed=seed, keep=keep, ears=ears)
    if done is None:
        return None
    for number, chosen in enumerate(stack.repeats):
        if number == 0:
            volume = done.volume
        else:
            again = replace(volume_of(sources, stack, number), modality=modality)
            volume = repainted(again, done.plan, number)
        for one, values in zip(chosen, volume.values, strict=True):
            changed[one.source, one.frame] = values
    return done.proof


def pixels_of(index: int, source: Source, slices: Sequence[Slice], changed: Frames) -> FacePixels:
    """The pixel element of one object with its new frames."""
    own = [one for one in slices if one.source == index]
    syntax = lossless_syntax(source.about.summary.transfer_syntax_uid)
    frames = [
        changed[index, one.frame] if (index, one.frame) in changed else source.values(one)
        for one in own
    ]
    shape = own[0].shape._replace(transfer_syntax_uid=syntax)
    return FacePixels(
        element=native(frames) if syntax == EXPLICIT else encapsulated(frames, shape),
        transfer_syntax_uid=syntax,
        attributes=extremes(frames, source.about.metadata),
    )


def extremes(frames: Sequence[NDArray[Any]], found: dict[str, Any]) -> dict[int, tuple[str, bytes]]:
    """Smallest and largest value of the new frames, where the object says any."""
    ends = [min(int(frame.min()) for frame in frames), max(int(frame.max()) for frame in frames)]
    kind = frames[0].dtype.kind == "i"
    return {
        tag: ("SS" if kind else "US", ends[tag % 2].to_bytes(2, "little", signed=kind))
        for tag in EXTREMES
        if f"{tag:08X}" in found
    }


def native(frames: Sequence[NDArray[Any]]) -> tuple[Buffer, ...]:
    """Pixel Data in Explicit VR Little Endian."""
    size = frames[0].dtype.itemsize
    kind = "<i" if frames[0].dtype.kind == "i" else "<u"
    plain = [np.ascontiguousarray(frame, f"{kind}{size}") for frame in frames]
    length = sum(frame.nbytes for frame in plain)
    head = LONG_HEAD(0x7FE0, 0x0010, b"OW" if size > 1 else b"OB", 0, length + length % 2)
    chunks: list[Buffer] = [head, *(frame.data.cast("B") for frame in plain)]
    return (*chunks, b"\0") if length % 2 else tuple(chunks)


def encapsulated(frames: Sequence[NDArray[Any]], shape: Shape) -> tuple[Buffer, ...]:
    """Pixel Data in fragments, one for each frame, with an empty offset table."""
    head = LONG_HEAD(0x7FE0, 0x0010, b"OB", 0, UNDEFINED)
    chunks: list[Buffer] = [head, ITEM(0xFFFE, 0xE000, 0)]
    for frame in frames:
        stream = encode_frame(np.ascontiguousarray(frame), shape)
        stream += b"\0" * (len(stream) % 2)
        chunks += [ITEM(0xFFFE, 0xE000, len(stream)), stream]
    return (*chunks, SEQUENCE_END)
