"""Hospital A: a CT with contours and report, films, ECG, eyes, an opted-out person's MR, a scan."""

from __future__ import annotations

from functools import partial
from io import BytesIO
from typing import TYPE_CHECKING, Any, Final

import numpy as np
from PIL import Image as Picture

from yushan.domain.bodies import LesionWish
from yushan.domain.phantoms.amended import again, conflicting, with_regions, with_words
from yushan.domain.phantoms.classes.planar import CR
from yushan.domain.phantoms.classes.visible import ENDOSCOPE, FUNDUS, add_endoscopy, add_fundus
from yushan.domain.phantoms.classes.waveforms import TWELVE_LEAD, add_waveform, lead
from yushan.domain.phantoms.documents import PDF, add_pdf
from yushan.domain.phantoms.exams import BITS, chest, film, film_of, scanned, single
from yushan.domain.phantoms.headers import Series, Study
from yushan.domain.phantoms.lettering import write
from yushan.domain.phantoms.places import CR_A, DOC_A, ECG_A, ES_A, HOSPITAL_A, OP_A
from yushan.domain.phantoms.recipes import Step
from yushan.domain.phantoms.sample import SampleFile
from yushan.domain.population import CHEN, OPTED_OUT, SHARED, VISITOR, WU
from yushan.domain.scanners import FundusWishes, Polyp, ecg, endoscopy, fundus

if TYPE_CHECKING:
    from collections.abc import Iterator

#: The body of who goes to both hospitals, its nodule at the first visit, mm.
SHARED_SEED: Final = 7
SHARED_NODULE_MM: Final = 12.0
ORGANS: Final = (
    "lung_upper_lobe_left", "lung_lower_lobe_left", "lung_upper_lobe_right",
    "lung_middle_lobe_right", "lung_lower_lobe_right", "aorta", "heart_myocardium", "trachea",
    "liver",
)  # fmt: skip


def shared(size_mm: float) -> dict[str, Any]:
    """What is wished of who goes to both hospitals, with the nodule as large as it is by then."""
    nodule = LesionWish("nodule", "solid", "right", size_mm)
    return {"sex": "male", "age_years": 69.0, "lesions": (nodule,)}


def hospital_a() -> Iterator[SampleFile]:
    """All files of hospital A."""
    yield from chest_ct()
    yield from films()
    yield heart()
    yield from pictures()
    study = Study(HOSPITAL_A, OPTED_OUT, "mr-1", "20260318", "142000", "腦部磁振造影")
    step = Step("mr", part="HEAD", body="head", region="head", device="t1-se-15a",
                wishes={"sex": "male", "age": 54}, shape=(10, 256, 256))  # fmt: skip
    yield from scanned(study, 11, step)


def chest_ct() -> Iterator[SampleFile]:
    """The shared patient's first CT, with contours, a report, a duplicate and a conflict."""
    study = Study(HOSPITAL_A, SHARED, "ct-1", "20260302", "093015", "胸部電腦斷層")
    step = Step("ct", "Chest 8.0 B31f", wishes=shared(SHARED_NODULE_MM), device="ct-siemens-as",
                phase="portal", shape=(36, 384, 384), organs=ORGANS)  # fmt: skip
    files = list(scanned(study, SHARED_SEED, step, ("rtstruct", "sr"), 2))
    images = [one for one in files if "-CT/" in one.name]
    yield from images
    yield again(images[0], "ct-1/again/IM0001.dcm")
    yield conflicting(images[1], "ct-1/again/IM0002.dcm")
    words = (
        f"Mr Hsu KungKai, {SHARED.identity}: nodule of {SHARED_NODULE_MM:.0f} mm in the right lung."
    )
    for one in files:
        if "-RTSTRUCT/" in one.name:
            yield with_regions(one, {"aorta": "Aorta Hsu KungKai"})
        elif "-SR/" in one.name:
            yield with_words(one, "Hung^KuanYu", words)


def films() -> Iterator[SampleFile]:
    """Radiographs of two people, a paper report, and a film photographed as PNG."""
    body = chest(21, woman=True, age=77)
    study = Study(HOSPITAL_A, CHEN, "cr-1", "20260305", "101122", "胸部X光")
    series = Series(study, CR_A, 1, "CHEST PA AND LATERAL", CR)
    frontal = film_of(body, "PA", 1)
    label = ("陳美玲 F 1948-05-20", 964, 8, False)
    yield film(series, "PA", frontal, 1, (label, ("L", 40, 780, False)))
    yield film(series, "LL", film_of(body, "LL", 2), 2)
    paper = Series(study, DOC_A, 9, "Report", PDF, "")
    lines = ("Chest radiograph", f"Chen MeiLing  {CHEN.identity}", "Heart and lungs normal.")
    yield single(paper, partial(add_pdf, title="Report of Chen MeiLing", lines=lines))
    visit = Study(HOSPITAL_A, VISITOR, "cr-2", "20260306", "150733", "CHEST")
    other = film_of(chest(22, woman=True, age=30), "PA", 3, mark="R")
    wrong_way = (("Nguyen TM 1995-04-25", 900, 400, True),)
    yield film(Series(visit, CR_A, 1, "CHEST PA", CR), "PA", other, 3, wrong_way)
    picture = (frontal[::2, ::2] >> (BITS - 8)).astype(np.uint8)
    write(picture, "陳美玲 1948-05-20", 6, 8)
    out = BytesIO()
    Picture.fromarray(picture).save(out, "PNG")
    yield SampleFile("scans/chen-meiling.png", out.getvalue())


def heart() -> SampleFile:
    """A twelve-lead electrocardiogram with a note that somebody typed."""
    study = Study(HOSPITAL_A, WU, "ecg-1", "20260311", "081200", "12-lead ECG")
    series = Series(study, ECG_A, 1, "Rest", TWELVE_LEAD, "")
    shown = ecg(3, "atrial_fibrillation")
    channels = [lead(name, shown.step_uv) for name in shown.leads]
    return single(
        series,
        lambda d: add_waveform(d, shown.samples, channels, shown.rate_hz, "Wu ChienHung resting"),
    )


def pictures() -> Iterator[SampleFile]:
    """Both eyes of one person, and a look into a colon."""
    study = Study(HOSPITAL_A, WU, "op-1", "20260312", "101500", "FUNDUS")
    wishes = FundusWishes(microaneurysms=14, haemorrhages=6, exudates=8)
    for number, eye in enumerate("RL", 1):
        shown = fundus(5, eye, wishes, 512).pixels
        series = Series(study, OP_A, number, f"Fundus {eye}", FUNDUS, "EYE")
        yield single(series, partial(add_fundus, pixels=shown, eye=eye, pixel_mm=0.014))
    study = Study(HOSPITAL_A, WU, "es-1", "20260316", "093000", "COLONOSCOPY")
    series = Series(study, ES_A, 1, "Colon", ENDOSCOPE, "COLON")
    seen = endoscopy(4, (Polyp(),)).pixels
    yield single(series, lambda d: add_endoscopy(d, seen, "COLON"))
