"""The search index in memory: for each value the studies that have it, for any question counted.

It is made from ``catalogue_profile`` and holds nothing of its own: before each question what
changed since is read in the question's own transaction, so an answer is what the database says.
"""

from __future__ import annotations

from threading import Lock
from typing import TYPE_CHECKING, Final

import numpy as np
import sqlalchemy as sa

from yushan.services.catalogue import bits
from yushan.services.catalogue.cells import Cells
from yushan.services.catalogue.tables import PROFILE, STATE, WORD

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from numpy.typing import NDArray

    from yushan.services.catalogue.bits import Bits

#: Profiles that are read at a time.
BLOCK: Final = 100_000
#: Above so many changes everything is made anew.
ANEW: Final = 20_000
#: Above so many changes studies are put in order anew.
MOVED: Final = 2_000


class Index:
    """Values by kind, and of every study its date (YYYYMMDD) and images, by number."""

    def __init__(self) -> None:
        self.lock, self.studies = Lock(), 0
        self.clear()

    def clear(self) -> None:
        """Nothing."""
        self.epoch, self.changed, self.size, self.last_word = -1, 0, 0, 0
        self.words: dict[int, bits.Value] = {}
        self.ids: dict[str, dict[str, int]] = {}
        self.cells = Cells()
        self.alive = bits.none(0)
        self.dates: NDArray[np.int32] = np.empty(0, np.int32)
        self.images: NDArray[np.int32] = np.empty(0, np.int32)
        self.blocks: list[tuple[int, bytes, NDArray[np.int64]]] = []
        self.newer: dict[int, frozenset[int]] = {}
        self.orders: dict[str, NDArray[np.int64]] = {}
        self.moved: set[int] = set()

    def catch_up(self, tx: sa.Connection) -> None:
        """Become what the transaction sees; call it with the lock held."""
        state = {row.name: int(row.value) for row in tx.execute(sa.select(STATE))}
        self.studies = state["studies"]
        if state["epoch"] != self.epoch or state["changed"] < self.changed:
            self.clear()
        if state["changed"] == self.changed and state["epoch"] == self.epoch:
            return
        self.read_words(tx)
        if not self.size or state["changed"] - self.changed > ANEW:
            self.load(tx)
        else:
            self.read_changes(tx)
        self.epoch, self.changed = state["epoch"], state["changed"]

    def is_whole(self) -> bool:
        """Whether every study is in it; not so while those of an older release are read anew."""
        return bits.count(self.alive) == self.studies

    def read_words(self, tx: sa.Connection) -> None:
        """Values that are new."""
        wanted = sa.select(WORD.c.id, WORD.c.kind, WORD.c.value).where(WORD.c.id > self.last_word)
        for key, kind, value in tx.execute(wanted.order_by(WORD.c.id)):
            self.ids.setdefault(kind, {})[value] = key
            self.words[key] = bits.Value()
            self.last_word = key
            if kind == "cell":
                self.cells.add(key, value)

    def load(self, tx: sa.Connection) -> None:
        """Everything anew, block by block."""
        last = tx.execute(sa.select(sa.func.max(PROFILE.c.number))).scalar_one() or 0
        self.resize(int(last) + 1)
        self.alive[:] = 0
        self.blocks, self.newer, self.orders, self.moved = [], {}, {}, set()
        self.words = {key: bits.Value() for key in self.words}
        for rows in blocks(tx):
            self.load_block(rows)
        for value in self.words.values():
            value.settle(self.size)

    def load_block(self, rows: Sequence[Profile]) -> None:
        """A block of profiles, ascending."""
        numbers = np.fromiter((row[0] for row in rows), np.uint32, len(rows))
        lengths = np.fromiter((len(row[3]) // 4 for row in rows), np.int64, len(rows))
        self.dates[numbers] = [int(row[1] or 0) for row in rows]
        self.images[numbers] = [row[2] for row in rows]
        told = b"".join(row[3] for row in rows)
        there = numbers[lengths > 0]
        self.alive |= bits.of(there, self.size)
        ends = np.concatenate((np.zeros(1, np.int64), np.cumsum(lengths) * 4))
        self.blocks.append((int(numbers[0]), told, np.column_stack((numbers, ends[:-1], ends[1:]))))
        words = np.frombuffer(told, dtype="<u4")
        order = np.argsort(words, kind="stable")
        owners = np.repeat(numbers, lengths)[order]
        keys, starts = np.unique(words[order], return_index=True)
        for key, mine in zip(keys.tolist(), np.split(owners, starts[1:]), strict=True):
            self.words[key].extend(mine)

    def read_changes(self, tx: sa.Connection) -> None:
        """Profiles that changed."""
        wanted = sa.select(*COLUMNS).where(PROFILE.c.changed > self.changed)
        for number, date, images, told in tx.execute(wanted.order_by(PROFILE.c.number)):
            before = self.words_of(number)
            self.resize(number + 1)
            self.dates[number], self.images[number] = int(date or 0), images
            after = frozenset(np.frombuffer(told, dtype="<u4").tolist())
            for key in before - after:
                self.words[key].remove(number)
            for key in after - before:
                self.words[key].add(number, self.size)
            self.newer[number] = after
            self.moved.add(number)
            bit = np.uint64(1 << number % bits.WORD)
            word = number // bits.WORD
            self.alive[word] = self.alive[word] | bit if after else self.alive[word] & ~bit

    def words_of(self, number: int) -> frozenset[int]:
        """What a study has, as far as it is known here."""
        if number in self.newer:
            return self.newer[number]
        for first, told, places in reversed(self.blocks):
            if number >= first:
                at = int(np.searchsorted(places[:, 0], number))
                if at < len(places) and places[at, 0] == number:
                    mine = told[places[at, 1] : places[at, 2]]
                    return frozenset(np.frombuffer(mine, dtype="<u4").tolist())
                break
        return frozenset()

    def resize(self, size: int) -> None:
        """Room for numbers below ``size``."""
        self.size = max(self.size, size)
        self.alive = bits.grown(self.alive, self.size)
        room = len(self.alive) * bits.WORD
        if room > len(self.dates):
            self.dates = np.concatenate((self.dates, np.zeros(room - len(self.dates), np.int32)))
            self.images = np.concatenate((self.images, np.zeros(room - len(self.images), np.int32)))

    def having(self, kind: str, values: Iterable[str]) -> Bits:
        """Studies that have one of the values."""
        mine = self.ids.get(kind, {})
        return self.joined(self.words[mine[value]] for value in values if value in mine)

    def counted(self, wanted: tuple[str, str, str, str]) -> Bits:
        """Studies that are counted in some cells of the cube."""
        return self.joined(self.words[key] for key in self.cells.among(wanted))

    def joined(self, values: Iterable[bits.Value]) -> Bits:
        """Studies that have one of the values: many bits, or all lists at once."""
        found, few = np.zeros_like(self.alive), []
        for value in values:
            if value.bits is not None:
                found[: len(value.bits)] |= value.bits[: len(found)]
            elif value.few:
                few.append(value.few.tobytes())
        if few:
            numbers = np.frombuffer(b"".join(few), dtype=np.uint32)
            found |= bits.of(numbers, len(found) * bits.WORD)
        return found

    def order(self, column: str) -> NDArray[np.int64]:
        """Keys (value * 2^32 + number), ascending, without those that `moved` since.

        ``column`` is ``dates`` or ``images``.
        """
        if len(self.moved) > MOVED:
            self.orders, self.moved = {}, set()
        if column not in self.orders:
            values: NDArray[np.int32] = getattr(self, column)
            keys = values.astype(np.int64) << 32 | np.arange(len(values))
            self.orders[column] = np.sort(keys)
        return self.orders[column]


#: (number, study date, images, words).
Profile = tuple[int, str, int, bytes]
COLUMNS: Final = (
    PROFILE.c.number, PROFILE.c.study_date, PROFILE.c.instances, PROFILE.c.words,
)  # fmt: skip


def blocks(tx: sa.Connection) -> Iterator[Sequence[Profile]]:
    """All profiles in order of number."""
    last = 0
    while True:
        wanted = sa.select(*COLUMNS).where(PROFILE.c.number > last)
        found = tx.execute(wanted.order_by(PROFILE.c.number).limit(BLOCK))
        rows = [(row[0], row[1], row[2], row[3]) for row in found]
        if not rows:
            return
        yield rows
        last = rows[-1][0]
