"""A picture of the invented people: ages, and the weeks in which COVID-19 brought them in."""

from __future__ import annotations

from collections import Counter
from datetime import date
from typing import TYPE_CHECKING

from PIL import Image, ImageDraw, ImageFont

if TYPE_CHECKING:
    from pathlib import Path

    from yushan.domain.population import Life, Patient

WIDE, HIGH, EDGE = 1280, 430, 46
INK, MEN, WOMEN, SICK, GREY = "#222222", "#3b6ea5", "#b5651d", "#8a2b2b", "#cccccc"


def draw(told: list[tuple[Patient, Life]], path: Path) -> None:
    """Draw both panels into a PNG."""
    picture = Image.new("RGB", (WIDE, HIGH), "white")
    pen = ImageDraw.Draw(picture)
    pyramid(pen, told, (EDGE, EDGE, WIDE // 3 - EDGE // 2, HIGH - EDGE))
    weeks(pen, told, (WIDE // 3 + EDGE, EDGE, WIDE - EDGE, HIGH - EDGE))
    picture.quantize(32).save(path, optimize=True)


def font(size: int) -> ImageFont.FreeTypeFont | ImageFont.ImageFont:
    """The library's own letters."""
    return ImageFont.load_default(size)


Box = tuple[int, int, int, int]


def pyramid(pen: ImageDraw.ImageDraw, told: list[tuple[Patient, Life]], box: Box) -> None:
    """People alive on the first day by sex and five years of age."""
    left, top, right, bottom = box
    first = min(mine.first for _, mine in told)
    count = Counter(
        (who.sex, min((first - who.birth).days // 1826, 19)) for who, _ in told if who.birth < first
    )
    most, middle, step = max(count.values()), (left + right) // 2, (bottom - top) / 20
    pen.text((left, top - 28), "Age on the first day, men and women", INK, font(15))
    for (sex, band), number in count.items():
        long = number / most * (right - left) / 2
        y = bottom - (band + 1) * step
        edges = (middle - long, middle) if sex == "M" else (middle, middle + long)
        pen.rectangle((edges[0], y + 1, edges[1], y + step - 1), MEN if sex == "M" else WOMEN)
    for band in range(0, 20, 4):
        pen.text((left - 26, bottom - (band + 1) * step), str(band * 5), INK, font(12))


def weeks(pen: ImageDraw.ImageDraw, told: list[tuple[Patient, Life]], box: Box) -> None:
    """Contacts with COVID-19 as main diagnosis by week."""
    left, top, right, bottom = box
    start = 2021
    count: Counter[int] = Counter()
    for _, mine in told:
        main = {one.encounter for one in mine.diagnoses if one.place == 1 and one.code == "U07.1"}
        for one in mine.encounters:
            if one.encounter in main:
                count[(one.first - date(start, 1, 1)).days // 7] += 1
    most, span = max(count.values()), 5 * 365.25 / 7
    pen.text((left, top - 28), "Contacts for COVID-19 by week", INK, font(15))
    for year in range(6):
        x = left + year / 5 * (right - left)
        pen.line((x, top, x, bottom), GREY)
        pen.text((x + 3, bottom + 4), str(start + year), INK, font(12))
    for week, number in sorted(count.items()):
        x = left + week / span * (right - left)
        pen.rectangle((x - 1, bottom - number / most * (bottom - top), x + 1, bottom), SICK)
    pen.text((left - 34, top), str(most), INK, font(12))
