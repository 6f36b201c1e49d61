"""The manual's families and its four-letter codes, by which other programs know the features."""

from __future__ import annotations

import csv
from functools import cache
from importlib.resources import files
from typing import Final

FAMILIES: Final = {
    "morph": "Morphology",
    "loc": "Local intensity",
    "stat": "Intensity statistics",
    "int_hist": "Intensity histogram",
    "ivh": "Intensity-volume histogram",
    "cm": "Grey level co-occurrence",
    "rlm": "Grey level run length",
    "szm": "Grey level size zone",
    "dzm": "Grey level distance zone",
    "ngtdm": "Neighbourhood grey tone difference",
    "ngldm": "Neighbouring grey level dependence",
}


@cache
def codes() -> dict[str, str]:
    """Feature, without the way its matrices were put together -> code of the manual."""
    text = (files("yushan.domain.radiomics") / "data" / "codes.csv").read_text("utf-8")
    return {row["feature"]: row["code"] for row in csv.DictReader(text.splitlines())}
