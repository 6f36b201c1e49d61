"""The flow picture of the accounting page: stations, waiting above, ends below. Pure.

Grammar (INTERFACE §6): the trunk is the way in; **above** it waiting that comes back, **below**
it what goes no further. *received* is the total of the period, all others are "now here".
*searchable* is said by the commons and never added to the hospital's sum.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final
from urllib.parse import urlencode

from yushan.services.gateway import State

if TYPE_CHECKING:
    from collections.abc import Mapping

S = State

#: Centre of each station on the trunk, in the picture's units (1180 × 330).
TRUNK: Final = {
    S.RECEIVED: 60,
    S.READY: 288,
    S.DEIDENTIFIED: 500,
    S.PACKED: 640,
    S.SENT: 780,
    S.ACKNOWLEDGED: 920,
}
SEARCHABLE_X: Final = 1090
#: Waiting above the trunk: state -> (centre, where it leaves the trunk, where it comes back).
ABOVE: Final = {S.HELD: (176, 122, 236), S.QUARANTINED: (392, 340, 452)}
#: Ends below the trunk: state -> (centre, class of the dot).
BELOW: Final = {
    S.DUPLICATE: (70, ""),
    S.CONFLICT: (190, "stop"),
    S.REFUSED: (300, "stop"),
    S.TO_DIGITISE: (415, "wait"),
    S.OPTED_OUT: (535, "away"),
    S.RELEASED_BY_HAND: (655, ""),
}
#: The list for narrow screens: each trunk station with what branches off before the next.
BRANCHES: Final = (
    (S.RECEIVED, (S.HELD, S.DUPLICATE, S.CONFLICT, S.REFUSED, S.TO_DIGITISE, S.OPTED_OUT)),
    (S.READY, (S.QUARANTINED, S.RELEASED_BY_HAND)),
    (S.DEIDENTIFIED, ()),
    (S.PACKED, ()),
    (S.SENT, ()),
    (S.ACKNOWLEDGED, ()),
)
MOVING: Final = (S.RECEIVED, S.HELD, S.READY, S.DEIDENTIFIED, S.PACKED, S.SENT)
WAITING: Final = (S.QUARANTINED, S.CONFLICT, S.TO_DIGITISE)
ENDED: Final = (S.DUPLICATE, S.REFUSED, S.OPTED_OUT, S.RELEASED_BY_HAND)


@dataclass(frozen=True, slots=True)
class Station:
    """One number of the picture and where it stands."""

    state: State
    count: int
    x: int
    dot: str = ""
    leaves: int = 0
    returns: int = 0


@dataclass(frozen=True, slots=True)
class Branch:
    """One line of the list for narrow screens."""

    state: State
    count: int
    is_branch: bool


@dataclass(frozen=True, slots=True)
class Picture:
    """All of the picture; ``lost`` is what the sum lacks, drawn in red before *ready*."""

    trunk: tuple[Station, ...]
    above: tuple[Station, ...]
    below: tuple[Station, ...]
    branches: tuple[Branch, ...]
    just_arrived: int
    searchable: int
    searchable_x: int
    lost: int

    @property
    def indexing(self) -> int:
        """Acknowledged and not searchable yet."""
        return max(0, self.trunk[-1].count - self.searchable)

    @property
    def moves(self) -> bool:
        """Whether something is still on its way."""
        moving = self.just_arrived + sum(station.count for station in self.trunk[1:-1])
        return bool(moving + self.above[0].count + self.indexing)


def picture(
    received: int, states: Mapping[State, int], *, searchable: int, difference: int
) -> Picture:
    """The picture of an accounting."""
    shown = {**states, S.RECEIVED: received}
    return Picture(
        trunk=tuple(
            Station(state, shown.get(state, 0), x, "end" if state == S.ACKNOWLEDGED else "")
            for state, x in TRUNK.items()
        ),
        above=tuple(
            Station(state, states.get(state, 0), x, "wait", leaves, returns)
            for state, (x, leaves, returns) in ABOVE.items()
        ),
        below=tuple(Station(s, states.get(s, 0), x, dot) for s, (x, dot) in BELOW.items()),
        branches=tuple(
            Branch(state, shown.get(state, 0), is_branch)
            for station, leaving in BRANCHES
            for state, is_branch in [(station, False), *((one, True) for one in leaving)]
        ),
        just_arrived=states.get(S.RECEIVED, 0),
        searchable=searchable,
        searchable_x=SEARCHABLE_X,
        lost=difference,
    )


@dataclass(frozen=True, slots=True)
class DeviceLine:
    """One device's sums; every line adds up to what was received from it."""

    ae: str
    station: str
    model: str
    received: int
    acknowledged: int
    moving: int
    waiting: int
    ended: int

    @property
    def address(self) -> str:
        """Where its numbers are explained, state by state."""
        named = {"ae": self.ae, "station": self.station, "model": self.model}
        return f"/accounting/device?{urlencode(named)}"


def device_line(name: tuple[str, ...], received: int, states: Mapping[State, int]) -> DeviceLine:
    """Sums of a device's states in the four groups people ask for."""
    ae, station, model = (*name, "", "", "")[:3]

    def total(group: tuple[State, ...]) -> int:
        return sum(states.get(state, 0) for state in group)

    acknowledged = states.get(S.ACKNOWLEDGED, 0)
    groups = (total(MOVING), total(WAITING), total(ENDED))
    return DeviceLine(ae, station, model, received, acknowledged, *groups)
