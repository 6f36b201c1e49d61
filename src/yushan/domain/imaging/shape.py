"""How a frame is stored, and which codec a transfer syntax asks for (PS3.5 annex A)."""

from __future__ import annotations

from typing import Final, NamedTuple

#: Syntaxes whose frames are plain values, with their byte order.
NATIVE: Final = {
    "1.2.840.10008.1.2": "<",
    "1.2.840.10008.1.2.1": "<",
    "1.2.840.10008.1.2.1.98": "<",
    "1.2.840.10008.1.2.1.99": "<",
    "1.2.840.10008.1.2.2": ">",
}
#: Transfer syntax → codec, where there is one.
CODECS: Final = {
    **{f"1.2.840.10008.1.2.4.{number}": "jpeg" for number in (50, 51, 52, 53, 54, 55, 56)},
    **{f"1.2.840.10008.1.2.4.{number}": "ljpeg" for number in (57, 58, 70)},
    **{f"1.2.840.10008.1.2.4.{number}": "jpegls" for number in (80, 81)},
    **{f"1.2.840.10008.1.2.4.{number}": "jpeg2k" for number in (90, 91)},
    **{f"1.2.840.10008.1.2.4.{number}": "htj2k" for number in (201, 202, 203)},
    **{f"1.2.840.10008.1.2.4.{number}": "jpegxl" for number in (110, 111, 112)},
    "1.2.840.10008.1.2.5": "rle",
    "1.2.840.10008.1.2.8.1": "deflate",
}
#: Codecs that turn the colours of their stream back to red, green and blue by themselves.
TURNING: Final = frozenset({"jpeg", "jpeg2k", "htj2k", "jpegxl"})


class Shape(NamedTuple):
    """What the header says of each frame; arrays are ``[row, column]`` or ``[.., .., sample]``."""

    rows: int
    columns: int
    samples: int
    bits_allocated: int
    bits_stored: int
    signed: bool
    photometric: str
    #: Samples of uncompressed frames lie plane by plane.
    planar: bool
    transfer_syntax_uid: str

    @property
    def codec(self) -> str:
        """``native``, a codec of ours, or empty where there is none."""
        if self.transfer_syntax_uid in NATIVE:
            return "native"
        return CODECS.get(self.transfer_syntax_uid, "")

    @property
    def array(self) -> tuple[int, ...]:
        """Shape of a decoded frame."""
        whole = (self.rows, self.columns)
        return (*whole, self.samples) if self.samples > 1 else whole

    @property
    def is_subsampled(self) -> bool:
        """Whether uncompressed frames hold one pair of chroma for two columns."""
        return self.photometric == "YBR_FULL_422" and self.samples == 3
