"""What research needs and names nobody: a sample read by hand, and how much of it is lost.

``keep_sample.csv`` lists, for files of many classes and makers, what must survive:
``same`` with its value, ``there`` with some value (shifted dates, new UIDs), ``words`` as words of
a description. ``level`` is the path of sequences, empty for the data set itself.

Run: ``.venv/bin/python -m tests.spec.deid.keep [FOLDER]``; without a folder what comes with
pydicom and pynetdicom, with one (as ``zoo-…`` folders of public packages) all of the sample.
"""

from __future__ import annotations

import csv
import io
import re
import sys
import warnings
from collections import Counter
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import pydicom

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

SAMPLE = Path(__file__).with_name("keep_sample.csv")
#: Files read by hand after the rules had been mended by the sample: the fairer rate.
HELD_OUT = SAMPLE.with_name("keep_held_out.csv")
#: Folders of the sample that come with packages of the tests.
INSTALLED = {
    "zoo-pydicom": ("pydicom", "data"),
    "zoo-pydicom-data": ("data_store", "data"),
    "zoo-pynetdicom": ("pynetdicom", "tests/dicom_files"),
}
PRIVATE = re.compile(r"([0-9A-F]{4})\|(.+)\|([0-9A-F]{2})")


class Wanted(NamedTuple):
    """One attribute of one file that must survive."""

    file: str
    level: tuple[str, ...]
    how: str
    attribute: str
    words: str = ""


class Lost(NamedTuple):
    """One that did not: its values before and after."""

    wanted: Wanted
    before: tuple[str, ...]
    after: tuple[str, ...]


def sample(table: Path = SAMPLE) -> list[Wanted]:
    """All rows, an attribute each."""
    found = []
    for row in csv.DictReader(table.read_text().splitlines()):
        level = tuple(row["level"].split("/")) if row["level"] else ()
        if row["how"] == "words":
            name, _, words = row["attributes"].partition(": ")
            found.append(Wanted(row["file"], level, "words", name, words))
        else:
            found += [
                Wanted(row["file"], level, row["how"], name) for name in row["attributes"].split()
            ]
    return found


def located(file: str, folder: Path | None = None) -> Path | None:
    """Where a file of the sample lies here, if it does."""
    if folder is not None:
        path = folder / file
        return path if path.exists() else None
    name, _, rest = file.partition("/")
    if name not in INSTALLED:
        return None
    package, inner = INSTALLED[name]
    spec = find_spec(package)
    if spec is None or not spec.submodule_search_locations:
        return None
    path = Path(next(iter(spec.submodule_search_locations))) / inner / rest
    return path if path.exists() else None


def read(data: bytes) -> pydicom.Dataset:
    """A file, whatever it lacks."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        dataset = pydicom.dcmread(io.BytesIO(data), force=True)
        dataset.walk(lambda _, element: element.value)
        return dataset


def values(dataset: pydicom.Dataset, level: tuple[str, ...], name: str) -> Iterator[str]:
    """The values that are not empty, in all items of a level."""
    if level:
        for item in dataset.get(level[0]) or ():
            yield from values(item, level[1:], name)
        return
    value = private(dataset, name) if "|" in name else dataset.get(name)
    if value is not None and value not in ("", b""):
        yield plain(str(value), dataset.get_item(name) if "|" not in name else None)


def plain(value: str, element: object) -> str:
    """A value without padding; an old time without colons, a number without leading zeros."""
    if getattr(element, "VR", "") == "TM":
        value = value.replace(":", "")
    if getattr(element, "VR", "") == "IS":
        value = value.lstrip("0") or "0"
    return value.replace(" '", "'") if value.endswith("]") else value.strip()


def private(dataset: pydicom.Dataset, name: str) -> object:
    """The value of ``GGGG|CREATOR|EE``."""
    match = PRIVATE.fullmatch(name)
    assert match
    group, creator = int(match[1], 16), match[2].replace("_", " ")
    try:
        block = dataset.private_block(group, creator)
    except KeyError:
        return None
    element = int(match[3], 16)
    return block[element].value if element in block else None


def lost(before: pydicom.Dataset, after: pydicom.Dataset, wanted: Wanted) -> Lost | None:
    """The loss of one attribute."""
    was = tuple(values(before, wanted.level, wanted.attribute))
    now = tuple(values(after, wanted.level, wanted.attribute))
    if wanted.how == "there":
        kept = len(now) >= len(was)
    elif wanted.how == "words":
        text = " ".join(now).lower()
        kept = all(word.lower() in text for word in wanted.words.split())
    else:
        kept = not Counter(was) - Counter(now)
    return None if kept else Lost(wanted, was, now)


def losses(source: bytes, output: bytes, file: str) -> list[Lost]:
    """All losses of one file."""
    before, after = read(source), read(output)
    found = (lost(before, after, one) for one in sample() if one.file == file)
    return [one for one in found if one is not None]


class Outcome(NamedTuple):
    """Of how many attributes how many were lost; files that were held say nothing."""

    wanted: int
    lost: list[Lost]
    held: list[str]
    judged: int

    @property
    def rate(self) -> float:
        """The share lost."""
        return len(self.lost) / self.wanted if self.wanted else 0.0


def measure(
    clean: Callable[[bytes], bytes | None], folder: Path | None = None, table: Path = SAMPLE
) -> Outcome:
    """A sample through a cleaner that gives ``None`` for what it holds back."""
    rows = sample(table)
    count, gone, held, judged = 0, [], [], 0
    for file in dict.fromkeys(one.file for one in rows):
        path = located(file, folder)
        if path is None:
            continue
        data = path.read_bytes()
        output = clean(data)
        if output is None:
            held.append(file)
            continue
        before, after = read(data), read(output)
        mine = [one for one in rows if one.file == file]
        count, judged = count + len(mine), judged + 1
        gone += [one for one in (lost(before, after, row) for row in mine) if one]
    return Outcome(count, gone, held, judged)


def main(arguments: list[str]) -> None:
    """Print what is lost, and the rate."""
    from tests.spec.deid.stage import header_only

    folder = Path(arguments[0]) if arguments else None
    for table in (SAMPLE, HELD_OUT):
        outcome = measure(header_only, folder, table)
        for one in outcome.lost:
            place = "/".join((*one.wanted.level, one.wanted.attribute))
            print(f"{one.wanted.file}: {place} ({one.wanted.how} {one.wanted.words})"
                  f" {one.before[:2]} -> {one.after[:2]}"[:240])  # fmt: skip
        for file in outcome.held:
            print(f"held: {file}")
        print(f"{table.stem}: {outcome.judged} files, {outcome.wanted} attributes, "
              f"{len(outcome.lost)} lost: {outcome.rate:.2%}")  # fmt: skip


if __name__ == "__main__":
    main(sys.argv[1:])
