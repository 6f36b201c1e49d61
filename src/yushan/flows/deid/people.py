"""Who is who: the keys of persons become pseudonyms and date offsets of both stages."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from yushan.domain.deid import site_offset_days, site_pseudonym
from yushan.flows.deid.looking import APART

if TYPE_CHECKING:
    from collections.abc import Iterator

    from yushan.base import Pseudonym
    from yushan.flows.deid.journal import Journal
    from yushan.flows.deid.key_folder import Keys


@dataclass(frozen=True, slots=True)
class Person:
    """One person in both stages; ``tokens`` are the words that identify them."""

    key: str = field(repr=False)
    site_subject: Pseudonym
    subject: Pseudonym
    site_offset_days: int
    offset_days: int
    tokens: frozenset[str] = field(repr=False)
    #: Charts that belong together by their numbers name different people by law.
    is_mixed: bool = False

    @property
    def digest(self) -> str:
        """Changes with everything of the person that an output depends on."""
        words = "\0".join(sorted(self.tokens)).encode("utf-8", "surrogatepass")
        said = f"{self.site_subject}{self.subject}{self.site_offset_days}{self.offset_days}"
        return hashlib.sha256(said.encode() + words).hexdigest()


def people(journal: Journal, keys: Keys, most_days: int) -> Iterator[Person]:
    """All persons of the journal in a fixed order.

    The pseudonym comes from the national number where the person has one, else from the least
    chart number: so it does not depend on which other files were there.
    """
    for (key,) in journal.reader.execute("SELECT DISTINCT person FROM alias ORDER BY person"):
        question = "SELECT key FROM alias WHERE person = ? ORDER BY key"
        known = [name for (name,) in journal.db.execute(question, (key,))]
        yield person(journal, keys, key, known, most_days)


def person(journal: Journal, keys: Keys, key: str, known: list[str], most_days: int) -> Person:
    """One person by all keys that belong to them."""
    numbers = [name[1:] for name in known if name[0] == "I"]
    named = numbers or [name[1:] for name in known if name[0] in "PS"]
    chart, _, issuer = named[0].partition(APART)
    site_subject = site_pseudonym(keys.site, chart, issuer)
    subject = site_pseudonym(keys.project, site_subject)
    question = "SELECT DISTINCT token FROM token JOIN alias USING (key) WHERE person = ?"
    tokens = frozenset(word for (word,) in journal.db.execute(question, (key,)))
    return Person(
        key, site_subject, subject,
        site_offset_days(keys.site, site_subject, most_days=most_days),
        site_offset_days(keys.project, subject, most_days=most_days),
        tokens, len(numbers) > 1,
    )  # fmt: skip
