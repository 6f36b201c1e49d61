"""Recipes: what a synthetic patient is made of, as data. Start at ``data/recipes.toml``."""

from __future__ import annotations

from importlib.resources import files
from typing import Any, Final, Literal

import msgspec

from yushan.base import Rejected

Size = Literal["small", "full"]
Phase = Literal["native", "arterial", "pancreatic", "portal", "late", "pulmonary", "coronary"]


class Reconstruction(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Another series of one CT scan: a kernel's use, and how many slices are joined to one."""

    description: str
    kernel: str
    every: int = 1


class Step(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One acquisition of a study; the fields are explained in ``data/recipes.toml``."""

    kind: str
    description: str = ""
    part: str = "CHEST"
    body: str = "trunk"
    wishes: dict[str, Any] = {}
    region: str = "chest"
    device: str = ""
    phase: Phase = "native"
    kernel: str = "soft"
    thickness_mm: float | None = None
    shape: tuple[int, int, int] = (200, 512, 512)
    small: tuple[int, int, int] = (24, 96, 96)
    every: int = 1
    organs: tuple[str, ...] = ()
    also: tuple[Reconstruction, ...] = ()
    enhanced: bool = False
    procedure: str = ""
    choice: dict[str, Any] = {}


class Visit(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One study: its description, days after the first, and what is done."""

    description: str
    steps: tuple[Step, ...]
    days: int = 0


class Recipe(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One kind of synthetic patient.

    Parameters
    ----------
    name
        As the command line says it.
    en, zh
        Title.
    holds_en, holds_zh
        What is in it.
    mib
        About how large it is at full size, MiB.
    people
        Who it may be: ``adult``, ``woman``.
    visits
        Studies in their order.
    is_small
        There is only a small size.
    """

    name: str
    en: str
    zh: str
    holds_en: str
    holds_zh: str
    mib: int
    visits: tuple[Visit, ...]
    people: Literal["adult", "woman"] = "adult"
    is_small: bool = False


class Book(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The whole file."""

    edition: int
    recipe: tuple[Recipe, ...]


def load() -> Book:
    """The recipes in ``data/recipes.toml``."""
    page = files("yushan.domain.phantoms") / "data" / "recipes.toml"
    return msgspec.toml.decode(page.read_text("utf-8"), type=Book)


BOOK: Final = load()
#: All recipes by name, in the order of the file.
RECIPES: Final = {one.name: one for one in BOOK.recipe}


def recipe_of(name: str) -> Recipe:
    """A recipe by its name.

    Raises
    ------
    Rejected
        ``phantoms.no-recipe``.
    """
    if name not in RECIPES:
        raise Rejected("phantoms.no-recipe", known=", ".join(RECIPES))
    return RECIPES[name]
