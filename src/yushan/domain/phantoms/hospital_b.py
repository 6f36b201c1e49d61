"""Hospital B: the shared patient again with masks, a head, a liver, breasts, a heart, discs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from yushan.domain.bodies import LesionWish, TrunkWishes, trunk
from yushan.domain.phantoms.classes.planar import DX, MG, US, US_MULTIFRAME, XA
from yushan.domain.phantoms.classes.sections import PT
from yushan.domain.phantoms.exams import (
    breast,
    chest,
    coronary,
    film,
    film_of,
    scanned,
    sonogram,
    uptake,
)
from yushan.domain.phantoms.headers import Device, Series, Study
from yushan.domain.phantoms.hospital_a import ORGANS, SHARED_SEED, shared
from yushan.domain.phantoms.places import DX_B, ELSEWHERE, HOSPITAL_B, MG_B, US_B, XA_B
from yushan.domain.phantoms.recipes import Step
from yushan.domain.population import CHANG, LIU, NEWBORN, OPTED_OUT, SHARED
from yushan.domain.scanners import BreastLesion, Cine, profile
from yushan.domain.volumes import Grid

if TYPE_CHECKING:
    from collections.abc import Iterator

    from yushan.domain.phantoms.sample import SampleFile

#: The shared patient's nodule five weeks later, mm.
LATER_NODULE_MM: Final = 15.0
VIEWS: Final = (("R", "CC"), ("L", "CC"), ("R", "MLO"), ("L", "MLO"))
MASS: Final = BreastLesion("mass", "L", (0.5, 0.2, 0.1), 16.0, "spiculated")
FLECKS: Final = BreastLesion("calcifications", "L", (0.42, 0.3, 0.1), 12.0)
#: A newborn's film, and its body against an adult's.
NEWBORN_FILM: Final = (620, 512)
NEWBORN_SIZE: Final = 0.38


def hospital_b() -> Iterator[SampleFile]:
    """All files of hospital B."""
    yield from chest_ct()
    yield from head()
    yield from ultrasound()
    yield from mammograms()
    yield from heart()
    yield from whole_body()
    yield from others()


def chest_ct() -> Iterator[SampleFile]:
    """The shared patient's second CT with masks of organs and of the nodule."""
    study = Study(HOSPITAL_B, SHARED, "ct-2", "20260408", "110540", "CT CHEST WITH CONTRAST")
    step = Step("ct", "CHEST STANDARD", wishes=shared(LATER_NODULE_MM), device="ct-ge-lightspeed",
                phase="portal", shape=(20, 512, 512), organs=ORGANS)  # fmt: skip
    yield from scanned(study, SHARED_SEED, step, ("seg",), 3)


def head() -> Iterator[SampleFile]:
    """A head with two metastases in two contrasts, with their mask."""
    study = Study(HOSPITAL_B, CHANG, "mr-2", "20260410", "092500", "MRI BRAIN 張雅婷")
    wishes = {"sex": "female", "age": 37, "metastases": 2}
    for number, (device, truths) in enumerate((("t1-tfe-ce-30c", ("seg",)), ("flair-30c", ()))):
        step = Step("mr", part="HEAD", body="head", wishes=wishes, region="head", device=device,
                    shape=(16, 256, 256))  # fmt: skip
        yield from scanned(study, 5, step, truths, 1 + 2 * number)


def ultrasound() -> Iterator[SampleFile]:
    """A still and a clip, name and number burned in."""
    study = Study(HOSPITAL_B, CHANG, "us-1", "20260413", "133000", "ABDOMEN")
    yield sonogram(Series(study, US_B, 1, "Still", US, "ABDOMEN"), 4)
    yield sonogram(Series(study, US_B, 2, "Clip", US_MULTIFRAME, "ABDOMEN"), 5, Cine(6))


def mammograms() -> Iterator[SampleFile]:
    """Both breasts in two views, each view a series of its own; a mass in the left one."""
    study = Study(HOSPITAL_B, CHANG, "mg-1", "20260415", "101500", "MAMMOGRAPHY")
    for number, (side, view) in enumerate(VIEWS, 1):
        series = Series(study, MG_B, number, f"{side} {view}", MG, "BREAST")
        yield breast(series, 6, side, view, (MASS, FLECKS))


def heart() -> Iterator[SampleFile]:
    """A run of contrast through a left coronary tree."""
    study = Study(HOSPITAL_B, SHARED, "xa-1", "20260409", "084500", "CORONARY ANGIOGRAPHY")
    body = trunk(SHARED_SEED, TrunkWishes(**shared(LATER_NODULE_MM)))
    yield coronary(Series(study, XA_B, 1, "LCA", XA, "HEART"), 9, body)


def whole_body() -> Iterator[SampleFile]:
    """FDG of the trunk of somebody with metastases in the liver."""
    study = Study(HOSPITAL_B, LIU, "pt-1", "20260505", "143000", "FDG PET")
    scanner = profile("pt-siemens-mct")
    device = Device("PT", scanner.maker, scanner.model, "PETCT1", "40817", scanner.software)
    lesions = (LesionWish("metastasis"), LesionWish("metastasis"), LesionWish("nodule"))
    body = trunk(31, TrunkWishes("male", 47, lesions=lesions))
    grid = Grid.axial((15, 112, 112), (20.0, 4.07, 4.07), (0, 10, -110))
    yield from uptake(Series(study, device, 1, "PET AC", PT, "CHEST"), 31, body, grid)


def others() -> Iterator[SampleFile]:
    """A newborn, an opted-out person, and discs from elsewhere."""
    body = chest(22, woman=True, age=0.0, scale=NEWBORN_SIZE)
    frontal = film_of(body, "AP", 4, NEWBORN_FILM, scale=NEWBORN_SIZE)
    newborn = Study(HOSPITAL_B, NEWBORN, "dx-1", "20260803", "021200", "CHEST")
    yield film(Series(newborn, DX_B, 1, "CHEST AP", DX), "AP", frontal, scale=NEWBORN_SIZE)
    refused = Study(HOSPITAL_B, OPTED_OUT, "ct-3", "20260420", "160010", "CT CHEST")
    wishes = {"sex": "male", "age_years": 54.0, "lesions": ()}
    step = Step("ct", "CHEST", wishes=wishes, device="ct-ge-lightspeed", shape=(8, 256, 256))
    yield from scanned(refused, 40, step, (), 2)
    yield from discs()


def discs() -> Iterator[SampleFile]:
    """Two discs from elsewhere, each in another character set."""
    wishes = {"sex": "male", "age_years": 46.0, "lesions": ()}
    step = Step("ct", "CHEST", wishes=wishes, device="ct-ge-lightspeed", shape=(3, 256, 256))
    for key, way in (("ct-4", "gb18030"), ("ct-5", "iso-ir-58")):
        study = Study(ELSEWHERE, LIU, key, "20260504", "100000", "CT CHEST", way)
        yield from scanned(study, 41, step, (), 2)
