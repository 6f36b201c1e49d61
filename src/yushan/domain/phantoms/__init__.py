"""Phantoms: synthetic patients with known truth as DICOM, sample studies, and load for tests.

Owns the recipes (``data/recipes.toml``). Pure: the same seed gives the same bytes. Promises:
objects pass a DICOM validator except where a hospital's real fault is shown on purpose (Big5
without declaration); names and numbers belong to no one. Start at ``cases/making.py``; objects
of each class are filled in by ``classes/``.
"""

from yushan.domain.phantoms.cases.case import TRUTHS, Options
from yushan.domain.phantoms.cases.making import make
from yushan.domain.phantoms.hospitals import sample_studies
from yushan.domain.phantoms.load import load_series
from yushan.domain.phantoms.load_index import IndexBatch, index_rows, index_uid
from yushan.domain.phantoms.recipes import RECIPES, Recipe, recipe_of
from yushan.domain.phantoms.sample import SampleFile
from yushan.domain.phantoms.spelling import WAYS
from yushan.domain.phantoms.syntaxes import SYNTAXES

__all__ = [
    "RECIPES",
    "SYNTAXES",
    "TRUTHS",
    "WAYS",
    "IndexBatch",
    "Options",
    "Recipe",
    "SampleFile",
    "index_rows",
    "index_uid",
    "load_series",
    "make",
    "recipe_of",
    "sample_studies",
]
