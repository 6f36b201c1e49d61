"""What waits or failed at the centre, in the words of people: packs, findings, scrub, leavers.

Gathered from the rooms' public answers; each part knows the page on which one sees all of it.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final

from yushan.domain.packs import IncomingState
from yushan.doors.portal.told import Told, tell
from yushan.services.withdrawal import Stage

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from yushan.base import Language
    from yushan.services.archive import Quarantined, Standing
    from yushan.services.withdrawal import Case

STOPPED: Final = frozenset({IncomingState.HELD, IncomingState.REFUSED})
#: stage -> how long after a case was opened it must be over (the plan's copy classes 2 and 3).
TERMS: Final = {
    Stage.OPEN: timedelta(minutes=15),
    Stage.HIDDEN: timedelta(days=30),
    Stage.ENDED: timedelta(days=30),
}


@dataclass(frozen=True, slots=True)
class PackLine:
    """A pack that is not admitted."""

    site: str
    pack: str
    state: str
    instances: int
    size: int
    since: datetime
    attempts: int
    reasons: tuple[Told, ...]


def pack_lines(standing: Iterable[Standing], language: Language) -> list[PackLine]:
    """Packs as drawn, the oldest first."""
    return [
        PackLine(
            one.site, one.pack, one.state.value, one.instances, one.size,
            datetime.fromisoformat(one.offered_at), one.attempts,
            tuple(tell(code, language) for code in one.reasons),
        )
        for one in standing
    ]  # fmt: skip


@dataclass(frozen=True, slots=True)
class Finding:
    """A reason for which images stopped here: how many, from where, since when."""

    told: Told
    images: int
    sites: tuple[str, ...]
    since: datetime


def findings(stopped: Sequence[Quarantined], language: Language) -> list[Finding]:
    """Reasons, the most frequent first; an image with two reasons counts under both."""
    counts: Counter[str] = Counter()
    sites: dict[str, set[str]] = {}
    since: dict[str, str] = {}
    for one in stopped:
        for code in one.reasons:
            counts[code] += 1
            sites.setdefault(code, set()).add(one.site)
            since[code] = min(since.get(code, one.at), one.at)
    return [
        Finding(
            tell(code, language), n, tuple(sorted(sites[code])), datetime.fromisoformat(since[code])
        )
        for code, n in counts.most_common()
    ]


@dataclass(frozen=True, slots=True)
class Leaver:
    """A case of somebody who leaves; ``due`` is when its present stage must be over."""

    id: str
    stage: str
    whole: bool
    opened_at: datetime
    hidden_at: datetime | None
    ended_at: datetime | None
    due: datetime
    late: bool
    removed: int
    files: int
    rooms: tuple[tuple[str, int, int], ...]
    reason: Told | None


def leaver(case: Case, now: datetime, language: Language) -> Leaver:
    """A case as drawn."""
    opened, hidden, ended = map(moment, (case.opened_at, case.hidden_at, case.ended_at))
    opened = opened or now
    due = opened + TERMS[case.stage]
    return Leaver(
        id=case.id, stage=case.stage.value, whole=case.whole, opened_at=opened, hidden_at=hidden,
        ended_at=ended, due=due, late=(ended or now) > due,
        removed=sum(one.removed for one in case.rooms.values()),
        files=sum(one.files for one in case.rooms.values()),
        rooms=tuple((room, one.removed, one.files) for room, one in sorted(case.rooms.items())),
        reason=tell(case.reason, language) if case.reason else None,
    )  # fmt: skip


def moment(text: str | None) -> datetime | None:
    """A time as rooms keep it."""
    return datetime.fromisoformat(text) if text else None
