"""A folder of real images through ``yushan deid``: what became of what, and pictures for the eye.

Run: ``tools/collection FOLDER [--sheets DIR] [--out DIR] [--policy NAME]``. Prints tables in
Markdown: by class, by reason, by the first folder of the path (the package). With ``--sheets`` it
draws what was released of classes whose pixels may carry text, before and after.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
from collections import Counter, defaultdict
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import pydicom
from PIL import Image, ImageDraw

from yushan.base import YushanError, codes
from yushan.domain.redaction import frames_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

OUTCOMES = ("released", "quarantined", "refused", "to-digitise")
#: Classes whose pictures are drawn: all that is not a plain slice, plan or table.
WATCHED = ("Ultrasound", "Secondary", "Computed Radiography", "X-Ray", "RT Image", "Nuclear",
           "Photograph", "Endoscopic", "Microscopic")  # fmt: skip
TILE, COLUMNS, ROWS = 300, 4, 5


class Tile(NamedTuple):
    """One released picture beside its original."""

    before: Path
    after: Path
    caption: str


def run(folder: Path, out: Path, policy: str) -> list[dict[str, Any]]:
    """The rows of a run."""
    program = Path(sys.executable).parent / "yushan"
    report = out.with_name(f"{out.name}.json")
    made = subprocess.run(
        [program, "deid", folder, out, "--policy", policy, "--report", report, "--json"],
        stdout=subprocess.PIPE, check=False,
    )  # fmt: skip
    if made.returncode not in {0, 1}:
        raise SystemExit(made.stdout.decode())
    rows: list[dict[str, Any]] = json.loads(report.read_text("utf-8"))["rows"]
    return rows


def class_name(uid: str | None) -> str:
    """A class in words."""
    return pydicom.uid.UID(uid).name.removesuffix(" Storage") if uid else "no object of DICOM"


def table(title: str, rows: Iterable[dict[str, Any]], key: Callable[[dict[str, Any]], str]) -> None:
    """Counts by outcome, one line per key."""
    found: dict[str, Counter[str]] = defaultdict(Counter)
    for row in rows:
        found[key(row)][row["outcome"]] += 1
    print(f"| {title} | " + " | ".join(OUTCOMES) + " |\n|---|" + "---:|" * len(OUTCOMES))
    for name, counts in sorted(found.items()):
        print(f"| {name} | " + " | ".join(str(counts[one] or "") for one in OUTCOMES) + " |")
    total = sum(found.values(), Counter[str]())
    print("| **all** | " + " | ".join(f"**{total[one]}**" for one in OUTCOMES) + " |\n")


def reasons(rows: list[dict[str, Any]]) -> None:
    """How often which reason, and what it says."""
    counts = Counter(reason for row in rows for reason in row["reasons"])
    print("| reason | files | what it says |\n|---|---:|---|")
    for reason, count in counts.most_common():
        print(f"| `{reason}` | {count} | {codes()[reason].en if reason in codes() else ''} |")
    print()


def tiles(rows: list[dict[str, Any]], folder: Path, out: Path) -> Iterator[Tile]:
    """Released pictures of the watched classes."""
    for row in rows:
        name = class_name(row["sop_class"])
        if row["outcome"] == "released" and any(word in name for word in WATCHED):
            boxes = len(row.get("boxes") or ())
            yield Tile(folder / row["input"], out / row["output"],
                       f"{row['input'][-44:]}\n{name[:30]}, {boxes} boxes")  # fmt: skip


def picture(path: Path) -> Image.Image:
    """The first frame of an object, small; a grey tile where it cannot be drawn."""
    with suppress(YushanError, OSError, ValueError):
        values = np.asarray(frames_of(path.read_bytes()).picture(0))
        made = Image.fromarray(values).convert("RGB")
        made.thumbnail((TILE, TILE))
        return made
    return Image.new("RGB", (TILE, TILE // 2), (90, 90, 90))


def draw(found: list[Tile], sheets: Path) -> int:
    """Sheets of pictures: the original above, the release below."""
    sheets.mkdir(parents=True, exist_ok=True)
    each = COLUMNS * ROWS // 2
    for number in range(0, len(found), each):
        sheet = Image.new("RGB", (COLUMNS * (TILE + 10), (ROWS // 2) * (2 * TILE + 40)), "white")
        for place, one in enumerate(found[number : number + each]):
            x = place % COLUMNS * (TILE + 10)
            y = place // COLUMNS * (2 * TILE + 40)
            sheet.paste(picture(one.before), (x, y + 30))
            sheet.paste(picture(one.after), (x, y + 35 + TILE))
            ImageDraw.Draw(sheet).text((x + 2, y + 2), one.caption, fill="black")
        sheet.save(sheets / f"sheet-{number // each:02d}.png")
    return -(-len(found) // each)


def main() -> None:
    """Run, print, draw."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--sheets", type=Path)
    parser.add_argument(
        "--out", type=Path, help="where the outputs stay; else they are thrown away"
    )
    parser.add_argument("--policy", default="tw-hospital")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as aside:
        out = given.out or Path(aside) / "out"
        rows = run(given.folder, out, given.policy)
        table("class", rows, lambda row: class_name(row["sop_class"]))
        reasons(rows)
        table("package", rows, lambda row: str(row["input"]).split("/", 1)[0])
        if given.sheets:
            found = list(tiles(rows, given.folder, out))
            print(f"{len(found)} pictures on {draw(found, given.sheets)} sheets")


if __name__ == "__main__":
    main()
