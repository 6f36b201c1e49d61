"""A case, made: files one after the other, as they are drawn."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from yushan.domain.phantoms.cases import documents, films, nuclear, pictures, volumes, waves
from yushan.domain.phantoms.cases.case import Case, Counter, Options
from yushan.domain.phantoms.recipes import recipe_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from yushan.domain.phantoms.cases.case import Taken
    from yushan.domain.phantoms.recipes import Step
    from yushan.domain.phantoms.sample import SampleFile

#: Kind of a step -> what acquires it.
KINDS: Final[dict[str, Callable[[Case, Counter, Step], Iterator[SampleFile]]]] = {
    "ct": volumes.ct,
    "mr": volumes.mr,
    "pet": nuclear.pet,
    "spect": nuclear.spect,
    "scintigram": nuclear.scintigram,
    "documents": documents.documents,
    "registration": documents.registration,
    "radiotherapy": documents.radiotherapy,
    "film": films.film,
    "mammography": films.mammography,
    "ultrasound": pictures.sonography,
    "ecg": waves.electrocardiogram,
    "waveforms": waves.other_waveforms,
    "fundus": pictures.eyes,
    "oct": pictures.retina,
    "endoscopy": pictures.colonoscopy,
    "slide": pictures.slide,
    "angiogram": films.coronary_angiogram,
}


def make(recipe: str, seed: int = 0, options: Options | None = None) -> Iterator[SampleFile]:
    """The files of one synthetic patient; the same arguments give the same bytes.

    Parameters
    ----------
    recipe
        A name of ``RECIPES``.
    seed
        Which patient, 0 or more.
    options
        Size, transfer syntax, character set, truths; full size with all truths if left out.

    Yields
    ------
    SampleFile
        DICOM objects, and below ``truth/`` of each study labels (NIfTI) and facts (JSON).

    Raises
    ------
    Rejected
        ``phantoms.no-recipe``.
    """
    found, wished = recipe_of(recipe), options or Options()
    case = Case(found, seed, replace(wished, size="small") if found.is_small else wished)
    before: tuple[Taken, ...] = ()
    for number, visit in enumerate(case.recipe.visits, 1):
        counter = Counter(case.study(number, visit), before=before)
        for step in visit.steps:
            yield from KINDS[step.kind](case, counter, step)
        before = (*before, *counter.taken)
