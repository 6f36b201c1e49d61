"""How numbers, sizes and days are written in a report, and what they then mean exactly."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal

from yushan.domain.population.calendar import roc

if TYPE_CHECKING:
    from datetime import date

    from yushan.domain.population.draws import Draws

Language = Literal["en", "zh", "mixed"]
Style = Literal["structured", "prose", "terse"]

TIMES: Final = (" x ", "x", " × ", "×", "*", " X ")
UNITS: Final = {
    "en": (("mm", 1), (" mm", 1), ("cm", 10), (" cm", 10), (" mm", 1)),
    "zh": (("mm", 1), (" mm", 1), ("公分", 10), (" 公分", 10), ("毫米", 1), (" cm", 10)),
    "mixed": (("mm", 1), (" mm", 1), ("cm", 10), (" cm", 10)),
}
DAYS: Final = {
    "en": ("%Y-%m-%d", "%Y/%m/%d", "%Y%m%d", "dmy"),
    "zh": ("%Y-%m-%d", "%Y/%m/%d", "roc", "%Y年%m月%d日"),
    "mixed": ("%Y-%m-%d", "%Y/%m/%d", "roc", "%Y%m%d"),
}
MONTHS: Final = (
    "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
)  # fmt: skip
BULLETS: Final = ("{n}. ", "({n}) ", "- ", "* ", "{n}) ", "• ")
#: Words that stand before a size.
ABOUT: Final = {
    "en": ("", "", "about ", "approximately ", "~"),
    "zh": ("", "", "約"),
    "mixed": ("", "", "約", "~"),
}
WIDE: Final = str.maketrans("0123456789.()", "０１２３４５６７８９．（）")


@dataclass(frozen=True, slots=True)
class Hand:
    """How one report is typed; the same within the report.

    ``unit`` is the text and how many mm it holds; ``is_whole``: sizes are rounded to whole mm.
    """

    language: Language
    style: Style
    times: str
    unit: tuple[str, int]
    day: str
    bullet: str
    about: str
    is_whole: bool
    is_wide: bool
    is_loud: bool
    is_loose: bool


def hand(draws: Draws, language: Language, style: Style) -> Hand:
    """A way of typing by chance."""
    return Hand(
        language,
        style,
        draws.one_of(TIMES),
        draws.one_of(UNITS[language]),
        draws.one_of(DAYS[language]),
        draws.one_of(BULLETS) if style == "structured" else "",
        draws.one_of(ABOUT[language]),
        is_whole=style == "terse" and draws.chance(0.6),
        is_wide=language == "zh" and draws.chance(0.12),
        is_loud=language == "en" and draws.chance(0.12),
        is_loose=draws.chance(0.2),
    )


def size(typed: Hand, sizes_mm: tuple[float, ...]) -> tuple[str, tuple[float, ...]]:
    """A size as it is typed, and the millimetres that these digits mean."""
    unit, per = typed.unit
    meant = tuple(float(max(int(one + 0.5), 1)) if typed.is_whole else one for one in sizes_mm)
    digits = [number(one / per, per, is_whole=typed.is_whole) for one in meant]
    text = typed.times.join(digits) + unit
    return text, meant


def number(value: float, per: int, *, is_whole: bool) -> str:
    """Digits that keep tenths of millimetres in any unit."""
    places = {(1, True): 0, (1, False): 1, (10, True): 1, (10, False): 2}[per, is_whole]
    text = f"{value:.{places}f}"
    return text.rstrip("0").rstrip(".") if "." in text and per == 10 else text


def day_text(typed: Hand, when: date) -> str:
    """A day as it is typed."""
    if typed.day == "roc":
        return roc(when)
    if typed.day == "dmy":
        return f"{when.day:02d} {MONTHS[when.month - 1]} {when.year}"
    return when.strftime(typed.day)
