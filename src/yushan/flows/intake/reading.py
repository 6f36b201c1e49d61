"""Children that read pictures and remove faces: few, large, started when first needed.

They are apart from those that clean headers, so that a slow clip holds no stream of slices.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from yushan.base import Rejected
from yushan.flows.cleaning import Result, clean, clean_series
from yushan.flows.intake.describing import describe
from yushan.flows.intake.workshop import pieces, source_of

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from yushan.flows.cleaning import How
    from yushan.flows.intake.ports import Workers
    from yushan.services.gateway import Member, Picture

#: Objects given to the children before the attempt gives its next sign of life.
ROUND: Final = 4
#: What a child does not survive once it may survive alone.
DIED: Final = frozenset({"sandbox.child-died", "sandbox.out-of-memory"})
#: What ``Result.waits`` says of a face.
FACE: Final = "face"


class Readers:
    """Reads pictures, one object in a child at a time; removes faces, one series in a child."""

    def __init__(self, workers: Workers) -> None:
        self.workers = workers

    def settle(
        self, members: Sequence[Member], done: Sequence[Result], how: How,
        alive: Callable[[], object],
    ) -> list[Result]:  # fmt: skip
        """The results again, with those settled that wait for a reader."""
        reading = replace(how, pixels=replace(how.pixels, read=True))
        if any(one.waits == FACE for one in done):
            return self.remove_faces(members, reading)
        waiting = {one.object for one in done if one.waits}
        found = [one for one in done if not one.waits]
        for some in pieces([one for one in members if one.object in waiting], ROUND):
            found += self.read(some, reading)
            alive()
        return found

    def read(self, members: Sequence[Member], how: How) -> list[Result]:
        """Read some pictures side by side; one after the other when a child does not survive."""
        tasks = [((source_of(one),), how) for one in members]
        try:
            return [one for results in self.workers.map(clean, tasks) for one in results]
        except Rejected:
            return [self.read_alone(one, how) for one in members]

    def read_alone(self, member: Member, how: How) -> Result:
        """One picture in a child of its own; set aside when the child does not survive it."""
        try:
            (result,) = self.workers.run(clean, (source_of(member),), how)
        except Rejected as error:
            return Result(member.object, (error.code,))
        return result

    def remove_faces(self, members: Sequence[Member], how: How) -> list[Result]:
        """A whole series in one child, tried again once when it dies."""
        sources = tuple(source_of(one) for one in members)
        for last in (False, True):
            try:
                return list(self.workers.run(clean_series, sources, how))
            except Rejected as error:
                if last or error.code not in DIED:
                    return [Result(one.object, (error.code,)) for one in members]
        raise AssertionError

    def describe(self, members: Sequence[Member]) -> dict[int, Picture]:
        """What the pictures of some objects are like; those without one are left out."""
        found: dict[int, Picture] = {}
        for one in members:
            try:
                found |= self.workers.run(describe, (source_of(one),))
            except Rejected:
                continue  # no picture that anybody can look at: the page says so
        return found
