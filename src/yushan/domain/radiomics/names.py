"""The manual's families, its four-letter codes, units, and how the names of features are built."""

from __future__ import annotations

import csv
from functools import cache
from importlib.resources import files
from typing import Final, NamedTuple

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
#: How matrices of texture are put together, as names end.
AGGREGATIONS: Final = (
    "2d_avg", "2d_mrg", "25d_avg", "25d_mrg", "3d_avg", "3d_mrg", "2d", "25d", "3d",
)  # fmt: skip


class Name(NamedTuple):
    """A feature by the manual: its name, how its matrices were put together, its code, its unit.

    ``unit`` is UCUM; ``I`` in it stands for the unit of the intensities.
    """

    feature: str
    aggregation: str
    code: str
    unit: str

    def unit_of(self, intensity: str) -> str:
        """The unit where intensities have theirs: ``[hnsf'U]``, ``Bq/mL``; ``1`` without one."""
        power = {"I": intensity, "I2": f"({intensity})2", "I.mm3": f"{intensity}.mm3"}
        plain = {"I": "1", "I2": "1", "I.mm3": "mm3"}
        return (power if intensity not in {"", "1"} else plain).get(self.unit, self.unit)


def codes() -> dict[str, str]:
    """Feature, without the way its matrices were put together -> code of the manual."""
    return {feature: code for feature, (code, _) in table().items()}


def name_of(full: str) -> Name:
    """A key of `features` taken apart.

    Raises
    ------
    KeyError
        There is no feature of that name.
    """
    for aggregation in ("", *AGGREGATIONS):
        feature = full.removesuffix(f"_{aggregation}") if aggregation else full
        if feature in table() and (not aggregation or feature != full):
            return Name(feature, aggregation, *table()[feature])
    raise KeyError(full)


@cache
def table() -> dict[str, tuple[str, str]]:
    """Feature -> code and unit."""
    text = (files("yushan.domain.radiomics") / "data" / "codes.csv").read_text("utf-8")
    rows = csv.DictReader(text.splitlines())
    return {row["feature"]: (row["code"], row["unit"]) for row in rows}
