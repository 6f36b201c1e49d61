"""Invented people made by hand for the first samples, and plain ones for load.

Their numbers have serials 0000000-0000999, which :mod:`identity` keeps for them.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

from yushan.domain.population.identity import LETTERS, RESERVED, identity

FAMILIES: Final = (
    ("陳", "Chen"), ("林", "Lin"), ("黃", "Huang"), ("張", "Chang"), ("李", "Lee"), ("王", "Wang"),
    ("吳", "Wu"), ("劉", "Liu"), ("蔡", "Tsai"), ("楊", "Yang"), ("許", "Hsu"), ("鄭", "Cheng"),
    ("謝", "Hsieh"), ("洪", "Hung"), ("郭", "Kuo"), ("邱", "Chiu"), ("曾", "Tseng"), ("廖", "Liao"),
)  # fmt: skip
GIVEN: Final = (
    ("美玲", "MeiLing", "F"), ("志明", "ChihMing", "M"), ("淑芬", "ShuFen", "F"),
    ("俊傑", "ChunChieh", "M"), ("雅婷", "YaTing", "F"), ("家豪", "ChiaHao", "M"),
    ("怡君", "YiChun", "F"), ("建宏", "ChienHung", "M"), ("麗華", "LiHua", "F"),
    ("文雄", "WenHsiung", "M"), ("秀英", "HsiuYing", "F"), ("冠宇", "KuanYu", "M"),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Person:
    """One invented person.

    Parameters
    ----------
    name
        In Han characters, or empty.
    family, given
        Romanised.
    sex
        ``F`` or ``M``.
    birth_date
        DICOM DA.
    identity
        R.O.C. identity with a valid check digit, or None.
    charts
        Chart number by hospital.
    opted_out
        Has said no to secondary use.
    """

    name: str
    family: str
    given: str
    sex: str
    birth_date: str
    identity: str | None
    charts: dict[str, str] = field(default_factory=dict)
    opted_out: bool = False

    @property
    def romanised(self) -> str:
        """The alphabetic group of the DICOM name."""
        return f"{self.family}^{self.given}" if self.given else self.family


def load_person(number: int, site: str) -> Person:
    """The ``number``-th invented person (0..999), with a chart at one hospital."""
    family = FAMILIES[number * 7 % len(FAMILIES)]
    given = GIVEN[number * 5 % len(GIVEN)]
    letter = sorted(LETTERS)[number % len(LETTERS)]
    year, month, day = 1936 + number * 13 % 70, 1 + number % 12, 1 + number * 3 % 28
    return Person(
        name=family[0] + given[0],
        family=family[1],
        given=given[1],
        sex=given[2],
        birth_date=f"{year}{month:02d}{day:02d}",
        identity=identity(letter, given[2], number % RESERVED),
        charts={site: f"{4_100_000 + number * 37:07d}"},
    )


A: Final = "hospital-a"
B: Final = "hospital-b"

#: Goes to both hospitals; the Big5 bytes of the name hold a backslash.
SHARED: Final = Person(
    "許功蓋", "Hsu", "KungKai", "M", "19560312", identity("A", "M", 101),
    {A: "0734562", B: "H2209817"},
)  # fmt: skip
#: Has opted out, and has studies in both hospitals.
OPTED_OUT: Final = Person(
    "林志明", "Lin", "ChihMing", "M", "19710908", identity("F", "M", 202),
    {A: "0812345", B: "H2300456"}, opted_out=True,
)  # fmt: skip
CHEN: Final = Person(
    "陳美玲", "Chen", "MeiLing", "F", "19480520", identity("B", "F", 303), {A: "0655021"}
)
WU: Final = Person(
    "吳建宏", "Wu", "ChienHung", "M", "19311101", identity("E", "M", 404), {A: "0199870"}
)
CHANG: Final = Person(
    "張雅婷", "Chang", "YaTing", "F", "19890217", identity("H", "F", 505), {B: "H1987001"}
)
LIU: Final = Person("刘伟", "Liu", "Wei", "M", "19790630", identity("P", "M", 606), {B: "H2400133"})
#: A visitor without an identity of the country.
VISITOR: Final = Person("", "Nguyen", "Thi Mai", "F", "19950425", None, {A: "0900017"})
#: A newborn, filed under the mother's name.
NEWBORN: Final = Person(
    "黃麗華之女", "Huang", "LiHua Daughter", "F", "20260801", None, {B: "H2600002"}
)

PEOPLE: Final = (SHARED, OPTED_OUT, CHEN, WU, CHANG, LIU, VISITOR, NEWBORN)
