"""How a hospital writes Chinese into DICOM, rightly or wrongly.

pydicom writes only what the Standard allows; real archives hold more. So texts that are not ASCII
go into a data set as ASCII stand-ins of the same length, and the bytes are put in afterwards.
"""

from __future__ import annotations

from io import BytesIO
from string import ascii_letters
from typing import TYPE_CHECKING, Final

from pydicom.filewriter import dcmwrite

from yushan.domain.phantoms.syntaxes import STAND_INS, retold

if TYPE_CHECKING:
    from pydicom.dataset import Dataset

#: Way of writing -> Python codec, what is put before each text, and (0008,0005); None: undeclared.
WAYS: Final[dict[str, tuple[str, bytes, str | list[str] | None]]] = {
    "utf-8": ("utf-8", b"", "ISO_IR 192"),
    "big5-undeclared": ("cp950", b"", None),
    "gb18030": ("gb18030", b"", "GB18030"),
    "iso-ir-58": ("gb2312", b"\x1b$)A", ["", "ISO 2022 IR 58"]),
}

#: Where the pixels begin, little and big endian; what follows is no text.
PIXEL_DATA: Final = (b"\xe0\x7f\x10\x00O", b"\x7f\xe0\x00\x10O", b"\xe0\x7f\x10\x00")


class Spelling:
    """Collects the texts of one object and writes it."""

    def __init__(self, way: str) -> None:
        self.codec, self.escape, self.charset = WAYS[way]
        self.stand_ins: Final[dict[bytes, bytes]] = {}

    def text(self, value: str) -> str:
        """The value itself when it is ASCII, or its stand-in of the same length in bytes.

        An object holds at most 52 different texts that need one. Characters the way of writing
        does not have become question marks, as in hospitals.
        """
        if value.isascii():
            return value
        raw = self.escape + value.encode(self.codec, "replace")
        known = next((stand for stand, other in self.stand_ins.items() if other == raw), None)
        if known is None:
            known = f"~{ascii_letters[len(self.stand_ins)]}".ljust(len(raw), "~").encode()
            self.stand_ins[known] = raw
        return known.decode()

    def write(self, dataset: Dataset) -> bytes:
        """A whole Part-10 file with the true bytes."""
        if self.charset is not None:
            dataset.SpecificCharacterSet = self.charset
        meta = dataset.file_meta
        wanted = meta.TransferSyntaxUID
        meta.TransferSyntaxUID = STAND_INS.get(wanted, wanted)
        out = BytesIO()
        dcmwrite(out, dataset, enforce_file_format=True)
        data = self.spelled(out.getvalue())
        return data if wanted not in STAND_INS else retold(data, dataset, wanted)

    def spelled(self, data: bytes) -> bytes:
        """The file with the true bytes in the texts before its pixels."""
        pixels = next((at for mark in PIXEL_DATA if (at := data.find(mark)) >= 0), -1)
        head, tail = (data, b"") if pixels < 0 else (data[:pixels], data[pixels:])
        for stand, raw in self.stand_ins.items():
            head = head.replace(stand, raw)
        return head + tail
