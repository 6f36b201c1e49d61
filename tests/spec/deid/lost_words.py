"""Words that leave harmless objects: which of them the vocabulary does not know.

Synthetic objects name nobody but an invented person, whose words the harvest knows. Every other
word that a kept description, coded string or code meaning loses is one too many: it belongs into
both vocabularies, or shows a rule to be mended.

Run: ``.venv/bin/python -m tests.spec.deid.lost_words FOLDER`` over what ``yushan phantom make``
wrote; one object of each class and description is looked at.
"""

from __future__ import annotations

import re
import sys
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING

from tests.spec.deid.keep import read
from tests.spec.deid.stage import header_only

from yushan.domain.deid import harvest

if TYPE_CHECKING:
    from collections.abc import Iterator

    import pydicom

#: VRs of described and coded values.
WORDED = frozenset({"CS", "LO", "SH", "LT", "ST", "UT", "UC"})
WORD = re.compile(r"[^\W\d_]{2,}")
Place = tuple[str, ...]


def texts(dataset: pydicom.Dataset, above: Place = ()) -> Iterator[tuple[Place, str]]:
    """Place (keywords from the top) and value of every worded attribute."""
    for element in dataset:
        place = (*above, element.keyword or str(element.tag))
        if element.VR == "SQ":
            for item in element.value:
                yield from texts(item, place)
        elif element.VR in WORDED and element.value:
            yield place, str(element.value)


def words(dataset: pydicom.Dataset) -> Counter[tuple[Place, str]]:
    """How often each word stands at each place."""
    return Counter(
        (place, word.lower()) for place, text in texts(dataset) for word in WORD.findall(text)
    )


def lost(data: bytes) -> Counter[tuple[Place, str]]:
    """Words that an object loses at places that stay, or had a value; none when it is held."""
    output = header_only(data, found=harvest(data))
    if output is None:
        return Counter()
    before, after = words(read(data)), words(read(output))
    named = {part.lower() for token in harvest(data).tokens for part in WORD.findall(token)}
    return Counter({key: n for key, n in (before - after).items() if key[1] not in named})


def kind(data: bytes) -> tuple[str, ...]:
    """By which an object is like others: class, description, and what it is built of."""
    found = read(data)
    return tuple(str(found.get(name, "")) for name in ("SOPClassUID", "SeriesDescription"))


def main(folder: Path) -> None:
    """Print places and words, the most frequent first."""
    seen: set[tuple[str, ...]] = set()
    total: Counter[tuple[Place, str]] = Counter()
    for path in sorted(folder.rglob("*.dcm")):
        data = path.read_bytes()
        if (one := kind(data)) not in seen:
            seen.add(one)
            total += lost(data)
    for (place, word), count in total.most_common():
        print(f"{count:>5}  {word:<24} {'/'.join(place)}")
    print(f"{len(seen)} kinds of objects, {len(total)} words at their places lost")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
