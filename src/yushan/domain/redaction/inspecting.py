"""Reading the pictures of an object until every line is filled, let stand, or left to a person."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from yushan.domain.redaction.boxes import Box, Finding, is_covered
from yushan.domain.redaction.chains import telling
from yushan.domain.redaction.closely import CLOSE, continued, looks_drawn, second_look
from yushan.domain.redaction.views import ONE_PIECE, PIECE, pieces, stretched, views_of
from yushan.domain.redaction.words import READ, SURE, folded, kind_of

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence

    from numpy.typing import NDArray

    from yushan.domain.redaction.boxes import Reading
    from yushan.domain.redaction.closely import Reader
    from yushan.domain.redaction.frames import Frames
    from yushan.domain.redaction.views import View

    Array = NDArray[Any]
    Picture = NDArray[np.uint8]

#: Pictures lower or narrower than this, in pixels, hold no letter.
SMALLEST: Final = 6
#: A box this share of the shorter side high, with hardly a character in it, is the body's outline.
TOO_HIGH: Final = 0.16
UNREAD_HIGH: Final = 0.06
FEW: Final = 3
#: Largest difference of pixels between two pictures that show the same text.
SAME: Final = 48
#: Spread of grey around a box on which nothing is drawn but the text, and the width looked at.
FLAT: Final = 12
FLAT_SHARE: Final = 0.85
MOSTLY: Final = 0.6
RING: Final = 4
#: Pixels filled around a line; the reader's boxes stand a quarter of a line off the text already.
MARGIN: Final = 1
#: What covered places look like to the reader in a picture whose contrast was stretched.
MIDDLE: Final = 128


class Inspection:
    """What is known of the text of an object while its pictures are looked at one after another.

    Places that are known already are covered before the reader looks, so no line is read twice;
    a line that may stay is covered in later pictures as long as its pixels are the same. A picture
    that is the same, so covered, as one that showed nothing to fill is not read again.
    """

    def __init__(
        self, reader: Reader, tokens: Collection[str], findings: Sequence[Finding]
    ) -> None:
        self.reader = reader
        self.tokens = tuple(sorted({word for one in tokens if len(word := folded(one)) > 1}))
        self.findings = list(findings)
        self.kept: list[tuple[Box, Picture]] = []
        self.stand: list[Reading] = []
        self.quiet: set[bytes] = set()
        self.pictures = 0

    @property
    def known(self) -> list[Box]:
        """Places that are filled or doubted."""
        return [one.box for one in self.findings]

    def look(self, frames: Frames) -> None:
        """Look at the pictures of an object."""
        for view in views_of(frames):
            self.look_at(view)

    def look_at(self, view: View) -> None:
        """Look at one picture: as shown, in its whole range, and with its contrast stretched."""
        is_plain = view.shown.max() == view.shown.min() and view.values.max() == view.values.min()
        if is_plain or min(view.shown.shape[:2]) < SMALLEST:
            return
        self.pictures += 1
        drawn = stretched(view.values)
        for picture, grey in ((view.shown, 0), (view.whole, 0), (drawn, MIDDLE)):
            if picture is None:
                continue
            covered, known = self.covered(picture, view.shown, grey), len(self.findings)
            digest = hashlib.blake2b(covered.tobytes(), digest_size=16).digest()
            if digest in self.quiet:
                continue
            for reading in self.readings(covered, by_pieces=picture is not drawn):
                self.judge(reading, view.shown, drawn)
            self.judge_together(view.shown)
            if len(self.findings) == known:
                self.quiet.add(digest)

    def covered(self, drawn: Picture, shown: Picture, grey: int) -> Picture:
        """The picture with all that is known painted over."""
        made, covered = np.ascontiguousarray(drawn).copy(), np.zeros(drawn.shape[:2], bool)
        for box in self.known:
            covered[box.rows, box.columns] = True
        for kept in self.kept:
            if is_same(shown, kept, covered):
                made[kept[0].rows, kept[0].columns] = grey
        made[covered] = grey
        return made

    def readings(self, picture: Picture, *, by_pieces: bool) -> Iterator[Reading]:
        """What the reader finds: in the whole picture, and in pieces of a large one."""
        yield from self.reader.read(picture)
        if not by_pieces or picture.shape[0] * picture.shape[1] <= ONE_PIECE:
            return
        for left, top, piece in pieces(picture):
            yield from (
                line._replace(box=line.box.moved(left, top))
                for line in self.reader.read(np.ascontiguousarray(piece))
                if not is_cut(line, left, top, picture.shape)
            )

    def judge(self, reading: Reading, shown: Picture, drawn: Picture) -> None:
        """Say of a reading that it is filled, that it stands, or that nobody knows."""
        rows, columns = shown.shape[:2]
        box = reading.box.within(rows, columns)
        if not box.area or is_outline(reading, rows, columns) or is_covered(box, self.known):
            return
        kind = kind_of(reading, self.tokens)
        if kind is not None and reading.score < SURE:
            pictures = (shown, drawn)
            again = second_look(self.reader, box, pictures) if looks_drawn(box, pictures) else None
            if again is None or is_outline(again, rows, columns):
                return
            if kind == "unreadable":
                reading, kind = again, kind_of(again, self.tokens)
        if kind is None:
            self.keep(reading._replace(box=box), shown)
            return
        redact = kind != "unreadable" or is_on_flat(shown, box)
        if redact and not is_on_flat(shown, box, MOSTLY):
            box = continued(self.reader, box, shown)
        wide = box.grown(MARGIN).within(rows, columns)
        self.findings.append(Finding(wide, kind, reading.score, redact))

    def keep(self, reading: Reading, shown: Picture) -> None:
        """Let a line stand, for now."""
        box = reading.box
        self.kept.append((box, shown[box.rows, box.columns].copy()))
        if not is_covered(box, [one.box for one in self.stand], 0.5):
            self.stand.append(reading)

    def judge_together(self, shown: Picture) -> None:
        """Take back leave from lines that say something together."""
        for reading in telling(self.stand, self.tokens):
            wide = reading.box.grown(MARGIN).within(*shown.shape[:2])
            self.findings.append(Finding(wide, "text", reading.score, redact=True))
        self.stand.clear()


def is_cut(reading: Reading, left: int, top: int, shape: tuple[int, ...]) -> bool:
    """Whether a short line of a piece ends at an inner edge: another piece shows it whole."""
    box = reading.box
    inner = (
        box.x <= 1 and left > 0,
        box.y <= 1 and top > 0,
        box.x + box.width >= PIECE - 1 and left + PIECE < shape[1],
        box.y + box.height >= PIECE - 1 and top + PIECE < shape[0],
    )
    return any(inner) and len(folded(reading.text)) <= FEW


def is_outline(reading: Reading, rows: int, columns: int) -> bool:
    """Whether a "letter" is too large to be one: a head, a body, a plate.

    Large letters can be read, and surely; what cannot is none well before. A spine is read as a
    row of digits, unsurely.
    """
    shorter = min(rows, columns)
    if len(folded(reading.text)) >= FEW:
        side = min(reading.box.width, reading.box.height)
        return reading.score < SURE and side > max(TOO_HIGH * shorter, 2 * CLOSE)
    most = TOO_HIGH * shorter
    if reading.score < READ:
        most = min(most, max(UNREAD_HIGH * shorter, CLOSE))
    return min(reading.box.width, reading.box.height) > most


def is_same(shown: Picture, kept: tuple[Box, Picture], covered: NDArray[np.bool_]) -> bool:
    """Whether a place shows what it showed before, but for what is covered and compression."""
    box, pixels = kept
    differs = np.abs(shown[box.rows, box.columns].astype(np.int16) - pixels) > SAME
    if differs.ndim == 3:
        differs = differs.any(axis=2)
    return not bool((differs & ~covered[box.rows, box.columns]).any())


def is_on_flat(shown: Picture, box: Box, share: float = FLAT_SHARE) -> bool:
    """Whether around a box there is nothing that could be anatomy."""
    rows, columns = shown.shape[:2]
    wide = box.grown(RING).within(rows, columns)
    ring = shown[wide.rows, wide.columns].astype(np.float32)
    inside = np.ones(ring.shape[:2], bool)
    top, left = box.y - wide.y, box.x - wide.x
    inside[top : top + box.height, left : left + box.width] = False
    around = ring[inside]
    if not around.size:
        return False
    off = np.abs(around - np.median(around, axis=0)) > FLAT
    return float(off.any(axis=-1).mean() if off.ndim > 1 else off.mean()) <= 1 - share
