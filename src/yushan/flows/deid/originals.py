"""What the originals say about the people whom outputs must not name."""

from __future__ import annotations

from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Final

from yushan.domain.deid import replace_uid
from yushan.flows.deid.inputs import inputs
from yushan.flows.deid.looking import Input, Looked, look_all

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from yushan.domain.deid import Policy
    from yushan.flows.deid.desk import Progress
    from yushan.flows.deid.key_folder import Keys
    from yushan.flows.deid.pool import Pool

CHUNK: Final = 32
OPENED: Final = "standalone.archive-opened"


class Originals:
    """The people of IN, by the words that name them.

    Parameters
    ----------
    keys
        Those OUT was made with: they tell which original an output comes from.
    """

    def __init__(self, keys: Keys | None) -> None:
        self.keys = keys
        self.instances: set[str] = set()
        self.has_archives = False
        self.person_of: dict[str, str] = {}
        self.above: dict[str, str] = {}
        self.learned: dict[str, set[str]] = {}
        self.words_of: dict[str, frozenset[str]] = {}
        self.all_words: frozenset[str] = frozenset()

    def learn(self, pool: Pool, source: Path, policy: Policy, progress: Progress) -> None:
        """Look at every original."""
        count = 0
        for group in pool.each(look_all, chunks(source, policy), not_learned):
            for one in group:
                self.take(one)
            count += len(group)
            progress("look", count, 0)
        self.all_words = frozenset[str]().union(*self.learned.values())
        for person, words in self.learned.items():
            root = self.root(person)
            self.words_of[root] = self.words_of.get(root, frozenset()) | words

    def take(self, one: Looked) -> None:
        """Take in what one original said."""
        self.has_archives |= one.stop == OPENED
        if not one.keys:
            return
        person = one.keys[0]
        self.instances.add(one.sop_instance)
        self.learned.setdefault(person, set()).update(one.tokens)
        for key in one.keys[1:]:
            self.above[self.root(key)] = self.root(person)
        if self.keys is not None:
            new = replace_uid(
                self.keys.project.uid, replace_uid(self.keys.site.uid, one.sop_instance)
            )
            self.person_of[new] = person

    def root(self, key: str) -> str:
        """The one name of all keys that belong together."""
        while (above := self.above.get(key, key)) != key:
            self.above[key] = self.above.get(above, above)
            key = above
        return key

    def words(self, output: str) -> tuple[frozenset[str], bool]:
        """The words against which an output is held, and whether it has an original."""
        if self.keys is None or not self.instances:
            return self.all_words, True
        person = self.person_of.get(PurePosixPath(output).stem)
        if person is None:
            return self.all_words, self.has_archives
        return self.words_of[self.root(person)], True


def chunks(source: Path, policy: Policy) -> Iterator[tuple[tuple[Input, ...], tuple[Policy]]]:
    """The originals as a child takes them."""
    chunk: list[Input] = []
    for number, one in enumerate(inputs(source)):
        if not one.problem:
            chunk.append(Input(number, one.name, one.path))
        if len(chunk) == CHUNK:
            yield tuple(chunk), (policy,)
            chunk = []
    if chunk:
        yield tuple(chunk), (policy,)


def not_learned(one: Input, code: str) -> Looked:
    """An original at which no child could look."""
    return Looked(one.number, stop=code)
