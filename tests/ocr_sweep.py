"""Reading rates of the whole pixel step, as a table: ``tools/ocr-sweep [--lines N] [FOLDER …]``.

Each picture carries lines of an invented patient; a line counts as *filled* when what is released
does not show it, as *doubted* when the object is held for a person, as *passed* when neither. With
folders, their objects are settled too and what was found is counted by SOP class.
"""

from __future__ import annotations

import argparse
import time
from collections import Counter
from functools import cache
from pathlib import Path
from typing import NamedTuple

import imagecodecs
import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

from tests.spec.deid.pictures import CAPTURE, image, sector, stored
from yushan.base import Rejected
from yushan.domain.dicom import STORAGE_CLASSES, Lookup, walk
from yushan.domain.phantoms.lettering import line_of
from yushan.domain.redaction import Settled, settle
from yushan.engines.ocr import Reader

ROWS, COLUMNS = 512, 640
LATIN = ("WANG DA-MING", "1956/03/12 M", "A123456789", "CHART 0087654321", "LIN MEI-LING F")
HAN = ("王大明", "林美玲 女", "陳建宏 示範醫院", "黃雅婷 檢查", "許志明 歲")

Letters = NDArray[np.float32]


class Trial(NamedTuple):
    """One row of the table."""

    name: str
    back: str = "speckle"
    size: int = 16
    grey: int = 200
    noise: int = 0
    turn: int = 0
    han: bool = False
    quality: int = 0


TRIALS = (
    *(Trial(f"{size} px", size=size) for size in (8, 10, 12, 16, 24)),
    *(Trial(f"{size} px, Han", size=size, han=True) for size in (10, 12, 16, 24)),
    *(Trial(f"contrast {grey}, black", back="black", grey=grey) for grey in (8, 16, 32, 64)),
    *(Trial(f"contrast {grey}, noise {noise}", back="grey", grey=grey, noise=noise)
      for noise in (5, 10) for grey in (12, 25, 50, 100)),
    *(Trial(f"turned {turn}", turn=turn) for turn in (90, 180, 270)),
    *(Trial(f"turned {turn}, Han", turn=turn, han=True) for turn in (90, 270)),
    Trial("white on bone, 35", back="bone", grey=35),
    Trial("white on bone, 35, turned 90", back="bone", grey=35, turn=90),
    Trial("black on white", back="white", grey=-220),
    Trial("JPEG quality 50", quality=50),
    Trial("JPEG quality 50, 10 px", quality=50, size=10),
)  # fmt: skip


@cache
def reader() -> Reader:
    """The reader."""
    return Reader()


def background(kind: str, noise: int, seed: int) -> NDArray[np.float32]:
    """A picture without writing, grey levels."""
    random = np.random.default_rng(seed)
    if kind == "speckle":
        return sector(ROWS, COLUMNS, seed)
    level = {"black": 0, "grey": 80, "bone": 205, "white": 240}[kind]
    spread = noise or {"bone": 4}.get(kind, 0)
    return random.normal(level, spread, (ROWS, COLUMNS)).astype(np.float32)


def written(text: str, size: int) -> Letters:
    """One line as letters of 0 to 1; Han from bitmaps brought to the size."""
    if text.isascii():
        font = ImageFont.load_default(size)
        sheet = Image.new("L", (int(font.getlength(text)) + 4, size * 2))
        ImageDraw.Draw(sheet).text((1, size // 3), text, font=font, fill=255)
    else:
        bits = Image.fromarray(line_of(text))
        sheet = bits.resize((max(1, bits.width * size // 24), size), Image.Resampling.LANCZOS)
    return np.asarray(sheet, np.float32) / 255


def pictured(trial: Trial, lines: int, seed: int) -> tuple[NDArray[np.uint8], list[Letters]]:
    """A picture with writing, and the letters of each line alone."""
    random = np.random.default_rng(seed)
    back = background(trial.back, trial.noise, seed)
    each = []
    for index in range(lines):
        letters = np.zeros((ROWS, COLUMNS), np.float32)
        line = written((HAN if trial.han else LATIN)[index % 5], trial.size)
        top = 12 + index * (ROWS - 60) // lines
        left = int(random.integers(8, COLUMNS - line.shape[1] - 8))
        letters[top : top + line.shape[0], left : left + line.shape[1]] = line
        each.append(letters)
    grey = np.clip(back + sum(each) * trial.grey, 0, 255).astype(np.uint8)
    if trial.quality:
        grey = imagecodecs.jpeg_decode(imagecodecs.jpeg_encode(grey, level=trial.quality))
    turns = trial.turn // 90
    return np.ascontiguousarray(np.rot90(grey, turns)), [np.rot90(one, turns) for one in each]


def counted(found: Settled, each: list[Letters]) -> Counter[str]:
    """How the lines fared."""
    covered = np.zeros(each[0].shape, bool)
    for one in found.findings:
        if one.redact:
            covered[one.box.rows, one.box.columns] = True
    result: Counter[str] = Counter()
    for letters in each:
        ink = letters > 0.5
        gone = found.outcome == "redacted" and (covered & ink).sum() >= 0.9 * ink.sum()
        result["filled" if gone else "doubted" if found.outcome == "unknown" else "passed"] += 1
    return result


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--lines", type=int, default=5)
    parser.add_argument("folders", nargs="*", type=Path)
    chosen = parser.parse_args()
    print("| writing | lines | filled | doubted | passed | s |\n|---|---|---|---|---|---|")
    for seed, trial in enumerate(TRIALS):
        grey, each = pictured(trial, chosen.lines, seed)
        started = time.process_time()
        found = settle(image(*stored([grey]), SOPClassUID=("UI", CAPTURE)), reader=reader())
        spent = time.process_time() - started
        fared = counted(found, each)
        numbers = " | ".join(str(fared[word]) for word in ("filled", "doubted", "passed"))
        print(f"| {trial.name} | {len(each)} | {numbers} | {spent:.1f} |", flush=True)
    print("\n| without writing | outcome | boxes | s |\n|---|---|---|---|")
    for kind in ("speckle", "black", "grey", "bone", "white"):
        plain = np.clip(background(kind, 8, 77), 0, 255).astype(np.uint8)
        started = time.process_time()
        found = settle(image(*stored([plain]), SOPClassUID=("UI", CAPTURE)), reader=reader())
        spent = time.process_time() - started
        print(f"| {kind} | {found.outcome} | {len(found.findings)} | {spent:.1f} |", flush=True)
    for folder in chosen.folders:
        of_folder(folder)


def of_folder(folder: Path) -> None:
    """Settle the objects of a folder and count what became of them."""
    outcomes: dict[str, Counter[str]] = {}
    seconds: dict[str, float] = {}
    for path in sorted(one for one in folder.rglob("*") if one.is_file()):
        data = path.read_bytes()
        started = time.process_time()
        try:
            part = walk(data)
            kind = STORAGE_CLASSES[Lookup(part, part.elements).first(0x00080016)].name
            found = settle(data, reader=reader())
        except (Rejected, KeyError):
            continue
        counts = outcomes.setdefault(kind, Counter())
        counts.update({found.outcome: 1, "boxes": len(found.findings)})
        seconds[kind] = seconds.get(kind, 0.0) + time.process_time() - started
    print(f"\n| {folder.name} | clean | redacted | unknown | boxes | s each |")
    print("|---|---|---|---|---|---|")
    for kind, counts in sorted(outcomes.items()):
        number = sum(counts[word] for word in ("clean", "redacted", "unknown"))
        numbers = " | ".join(
            str(counts[word]) for word in ("clean", "redacted", "unknown", "boxes")
        )
        print(f"| {kind} | {numbers} | {seconds[kind] / number:.1f} |", flush=True)


if __name__ == "__main__":
    main()
