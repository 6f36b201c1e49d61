"""What makes one head: wishes, and numbers drawn from ``data/head.toml``."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Final, Literal

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Mapping

Stage = Literal["none", "T1", "T2", "T3", "T4"]
Nodes = Literal["N0", "N1", "N2", "N3"]

#: Ages are drawn between these, years.
AGES: Final = (22, 84)
#: Lesions of a head whose wishes leave them to chance; plausible for a demonstration, not measured.
CHANCES: Final = {"metastases": 0.2, "nasopharynx": 0.15, "haemorrhage": 0.05, "infarct": 0.05}


@dataclass(frozen=True, slots=True, kw_only=True)
class HeadWishes:
    """What a head is to be; None leaves it to chance.

    ``sex``: ``male`` or ``female``; ``age`` in years. ``metastases``: how many. ``nasopharynx``:
    T stage of a tumour there, or ``none``; ``nodes``: N stage of its nodes (8th edition).
    ``haemorrhage`` and ``infarct``: whether there is one. ``visit``: 0 is the first examination;
    later ones show the same head with its lesions changed.
    """

    sex: str | None = None
    age: int | None = None
    metastases: int | None = None
    nasopharynx: Stage | None = None
    nodes: Nodes | None = None
    haemorrhage: bool | None = None
    infarct: bool | None = None
    visit: int = 0


@cache
def distributions() -> Mapping[str, Mapping[str, float]]:
    """The rows of ``data/head.toml``."""
    page = files("yushan.domain.bodies") / "data" / "head.toml"
    rows = tomllib.loads(page.read_text("utf-8"))
    return {n: {k: v for k, v in row.items() if k != "source"} for n, row in rows.items()}


def person(seed: int, wishes: HeadWishes) -> tuple[str, int]:
    """Sex and age of a head."""
    rng = np.random.default_rng((seed, 61))
    sex = "male" if rng.random() < 0.5 else "female"
    age = int(rng.integers(*AGES, endpoint=True))
    return wishes.sex or sex, age if wishes.age is None else wishes.age


def numbers(seed: int, wishes: HeadWishes) -> dict[str, float]:
    """All parameters, each drawn on its own."""
    sex, age = person(seed, wishes)
    drawn = {}
    for number, (name, row) in enumerate(distributions().items()):
        rng = np.random.default_rng((seed, number, 62))
        mean = row["mean"] + row.get("decade", 0.0) * (age - 40) / 10
        mean += row.get("male", 0.0) * (1 if sex == "male" else 0)
        value = mean + row["sd"] * rng.standard_normal()
        drawn[name] = float(np.clip(value, row["low"], row["high"]))
    return drawn


def chosen(seed: int, name: str, *, wished: object) -> bool:
    """Whether a lesion is there by wish or, without any, by chance."""
    if wished is not None:
        return bool(wished)
    number = sorted(CHANCES).index(name)
    return bool(np.random.default_rng((seed, number, 63)).random() < CHANCES[name])
