"""What is the same for all objects of one person in one job, and what was worked out for them."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Final, NamedTuple

from yushan.domain.deid.harvest import Matcher, matcher

if TYPE_CHECKING:
    from collections.abc import Hashable

    from yushan.base import Pseudonym
    from yushan.domain.deid.plan import Plan
    from yushan.domain.deid.policy import Policy
    from yushan.domain.deid.pseudonyms import SiteKeys

#: Remembered outcomes per task; the images of a series share nearly all of their values.
MOST_MEMORIES: Final = 20_000


class Outcome(NamedTuple):
    """An element as it will be written, or ``None``; the options that kept it; what to count."""

    written: bytes | None
    bits: int = 0
    events: frozenset[str] = frozenset()


class Task:
    """A person's job: policy, keys, pseudonym, offset, harvest; outcomes remembered by value."""

    __slots__ = ("keys", "matcher", "memories", "offset_days", "policy", "size", "subject")

    def __init__(
        self, policy: Policy, keys: SiteKeys, subject: Pseudonym, offset_days: int, found: Matcher
    ) -> None:
        self.policy: Final = policy
        self.keys: Final = keys
        self.subject: Final = subject
        self.offset_days: Final = offset_days
        self.matcher: Final = found
        self.memories: Final[dict[Hashable, tuple[Plan, dict[Hashable, Outcome]]]] = {}
        self.size = 0

    def memory(self, plan: Plan, how: Hashable) -> dict[Hashable, Outcome]:
        """The outcomes remembered of one kind of place; forgotten all together when too many.

        The plan is kept beside them, so that no other one comes to stand where it stood.
        """
        if self.size > MOST_MEMORIES:
            self.memories.clear()
            self.size = 0
        found = self.memories.get((id(plan), how))
        if found is None:
            found = self.memories[id(plan), how] = (plan, {})
        return found[1]


@lru_cache(maxsize=4)
def task_for(
    policy: Policy, keys: SiteKeys, subject: Pseudonym, offset_days: int, tokens: frozenset[str]
) -> Task:
    """The task of a person; kept while their series passes through."""
    return Task(policy, keys, subject, offset_days, matcher(tokens))
