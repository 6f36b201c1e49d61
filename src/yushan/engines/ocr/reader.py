"""RapidOCR 3.10 with PP-OCRv6 (small), whose models lie in its wheel."""

from __future__ import annotations

import logging
from importlib.resources import files
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from yushan.domain.redaction import Box, Reading

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Picture = NDArray[np.uint8]

#: Most pixels looked at in one piece: the runtime's memory grows with them (about 0.3 KiB each).
MAX_PIXELS: Final = 1_300_000
#: Least pixels of a side, and how many times longer than the shorter the longer side may be.
LEAST_SIDE: Final = 184
LONGEST: Final = 3
#: Lines read at once; one thread gains nothing from more.
LINES: Final = 6
LOGGER: Final = "RapidOCR"
#: With the files named there is nothing to fetch.
MODELS: Final = {"Det": "PP-OCRv6_det_small.onnx", "Rec": "PP-OCRv6_rec_small.onnx"}
SETTINGS: Final[dict[str, Any]] = {
    "Global.log_level": "critical",
    "Global.use_cls": False,
    "EngineConfig.onnxruntime.intra_op_num_threads": 1,
    "EngineConfig.onnxruntime.inter_op_num_threads": 1,
    "Rec.rec_batch_num": LINES,
}


class Reader:
    """Finds and reads text; one per process, not to be shared by threads.

    It takes about 1 s and 0.1 GiB to make, up to 0.5 GiB (1.1 GiB of address space) to use.
    """

    def __init__(self) -> None:
        import cv2  # noqa: PLC0415 - heavy; loaded in the child that reads
        from rapidocr import RapidOCR  # noqa: PLC0415 - as above

        logging.getLogger(LOGGER).setLevel(logging.CRITICAL + 1)
        cv2.setNumThreads(1)
        models = files("rapidocr") / "models"
        paths = {f"{part}.model_path": str(models / name) for part, name in MODELS.items()}
        self.engine = RapidOCR(params=SETTINGS | paths)
        logging.getLogger(LOGGER).setLevel(logging.CRITICAL + 1)

    def find(self, picture: Picture) -> tuple[Reading, ...]:
        """Where something looks like text, unread: without text and score."""
        return self.lines(picture, reads=False)

    def read(self, picture: Picture) -> tuple[Reading, ...]:
        """Lines of text of a picture ``[row, column]`` or ``[row, column, 3]`` of eight bits.

        A line that cannot be read has no text and score 0. Both polarities and text turned by 90
        degrees are found. Pictures of more than ``MAX_PIXELS`` are looked at scaled down; who wants
        their small print cuts them up.
        """
        return self.lines(picture, reads=True)

    def lines(self, picture: Picture, *, reads: bool) -> tuple[Reading, ...]:
        """Lines in pixels of the picture as given."""
        small, scale = scaled(coloured(picture))
        small = widened(small)
        self.engine.use_rec = reads
        found = self.engine.run_ocr_steps(small, {})
        boxes, texts = found[0].boxes, found[2].txts
        if boxes is None:
            return ()
        said = zip(texts, found[2].scores, strict=True) if texts else [("", 0.0)] * len(boxes)
        return tuple(
            line(corners, scale, (str(text), float(score)))
            for corners, (text, score) in zip(boxes, said, strict=True)
        )


def coloured(picture: Picture) -> Picture:
    """Three samples, as the engine wants them."""
    if picture.ndim == 2:
        picture = np.repeat(picture[:, :, None], 3, axis=2)
    return np.ascontiguousarray(picture)


def scaled(picture: Picture) -> tuple[Picture, float]:
    """The picture within ``MAX_PIXELS``, and by what it was divided."""
    rows, columns = picture.shape[:2]
    if rows * columns <= MAX_PIXELS:
        return picture, 1.0
    import cv2  # noqa: PLC0415 - as above

    scale = float(np.sqrt(rows * columns / MAX_PIXELS))
    size = (max(1, int(columns / scale)), max(1, int(rows / scale)))
    small: Picture = cv2.resize(picture, size, interpolation=cv2.INTER_AREA).astype(np.uint8)
    return small, scale


def widened(picture: Picture) -> Picture:
    """The picture with black below or beside it where it is small or narrow.

    The engine enlarges pictures until their shorter side is long enough for it; a strip would
    become larger than memory.
    """
    rows, columns = picture.shape[:2]
    least = max(LEAST_SIDE, -(-max(rows, columns) // LONGEST))
    more = (max(0, least - rows), max(0, least - columns))
    if not any(more):
        return picture
    return np.pad(picture, ((0, more[0]), (0, more[1]), (0, 0)))


def line(corners: NDArray[Any], scale: float, said: tuple[str, float]) -> Reading:
    """The upright rectangle around four corners."""
    left, top = np.floor(corners.min(axis=0) * scale).astype(int)
    right, bottom = np.ceil(corners.max(axis=0) * scale).astype(int)
    left, top = max(int(left), 0), max(int(top), 0)
    box = Box(left, top, int(right) - left, int(bottom) - top)
    return Reading(box, said[0], round(said[1], 3))
