"""Sample studies of two hospitals that share a patient; everything in them is invented."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from io import BytesIO
from typing import TYPE_CHECKING, Final

from PIL import Image as Picture

from yushan.domain.phantoms import people
from yushan.domain.phantoms.acquisition import (
    Stack,
    ct_series,
    mr_series,
    picture_of,
    radiograph,
    single,
    ultrasound,
)
from yushan.domain.phantoms.chest import Chest
from yushan.domain.phantoms.contours import STRUCTURE_SET, add_structures
from yushan.domain.phantoms.documents import ENHANCED_SR, PDF, add_pdf, add_report
from yushan.domain.phantoms.ecg import TWELVE_LEAD, add_ecg
from yushan.domain.phantoms.head import T1, T2
from yushan.domain.phantoms.headers import Device, Hospital, Series, Study
from yushan.domain.phantoms.images import CR, CT, DX, MR, US, US_MULTIFRAME
from yushan.domain.phantoms.lettering import write
from yushan.domain.phantoms.mammogram import MG, VIEWS, add_mammogram, mammogram
from yushan.domain.phantoms.radiograph import film, projections
from yushan.domain.phantoms.sample import SampleFile
from yushan.domain.phantoms.segmentation import SEGMENTATION, Slices, add_segmentation

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pydicom.dataset import Dataset

    from yushan.domain.phantoms.canvas import Image

HOSPITAL_A: Final = Hospital(
    people.A, "示範醫院甲", "示範市示範路一號", "big5-undeclared",
    ("Hung^KuanYu", "洪冠宇"), ("Kuo^HsiuYing", "郭秀英"),
)  # fmt: skip
HOSPITAL_B: Final = Hospital(
    people.B, "示範醫院乙", "示範市示範路二號", "utf-8",
    ("Chiu^ChunChieh", "邱俊傑"), ("Tseng^YiChun", "曾怡君"),
)  # fmt: skip
#: Where studies on a disc came from; filed by hospital B.
ELSEWHERE: Final = replace(
    HOSPITAL_B, name="DEMO HOSPITAL C", address="DEMO ROAD 3",
    referring=("Chiu^ChunChieh", ""), operator=("Tseng^YiChun", ""),
)  # fmt: skip

CT_A: Final = Device(
    "CT", "SIEMENS", "SOMATOM Definition AS", "CTAWP73501", "73501", "syngo CT 2012B"
)
CT_B: Final = Device(
    "CT", "GE MEDICAL SYSTEMS", "LightSpeed VCT", "CT99_OC0", "413287", "gmp_vct.42"
)
MR_A: Final = Device("MR", "SIEMENS", "Avanto", "MRC25317", "25317", "syngo MR B17")
MR_B: Final = Device("MR", "Philips", "Achieva", "PHILIPS-J2LN", "17203", "3.2.1")
CR_A: Final = Device("CR", "FUJIFILM Corporation", "FCR", "CR-ROOM3", "56112", "A08")
DX_B: Final = Device("DX", "Canon Inc.", "CXDI", "DX-ICU", "88120", "7.01")
US_B: Final = Device("US", "GE Healthcare", "LOGIQ E9", "LOGIQE9-012", "120331", "R5.1.2")
MG_B: Final = Device("MG", "HOLOGIC, Inc.", "Selenia Dimensions", "MAMMO-2", "81204", "1.9.0")
ECG_A: Final = Device("ECG", "FUKUDA DENSHI", "FX-8322", "ECG-2F", "10442", "V04")
WORKSTATION: Final = Device("SR", "TeraRecon", "Aquarius", "WS-04", "3041", "4.4")

CHEST: Final = Chest(seed=7)
CT_STACK_A: Final = Stack(-140, 7, 40, 256, 400)
CT_STACK_B: Final = Stack(-133, 14, 20, 512, 400)
HEAD_STACK: Final = Stack(-58, 5.4, 24, 256, 240)


def sample_studies(site: str) -> Iterator[SampleFile]:
    """All files of one hospital, the same bytes at every call.

    Parameters
    ----------
    site
        ``hospital-a`` or ``hospital-b``.

    Raises
    ------
    ValueError
        No such hospital in the samples.
    """
    plans = {people.A: hospital_a, people.B: hospital_b}
    if site not in plans:
        raise ValueError(f"no samples for {site}: use {', '.join(plans)}")
    yield from plans[site]()


def instances(series: Series, stack: Stack) -> Slices:
    """Heights and instances of a CT series."""
    return [(z, series.sop_instance_uid(number)) for number, z in enumerate(stack.heights(), 1)]


def hospital_a() -> Iterator[SampleFile]:
    """CT with contours, radiographs, report and PDF, ECG, an opted-out person's MR, a picture."""
    yield from chest_ct_of_a()
    yield from films_of_a()
    ecg = Study(HOSPITAL_A, people.WU, "ecg-1", "20260311", "081200", "12-lead ECG")
    series = Series(ecg, ECG_A, 1, "Rest", TWELVE_LEAD, "")
    yield single(series, partial(add_ecg, seed=3, comment="Wu ChienHung resting"))
    mr = Study(HOSPITAL_A, people.OPTED_OUT, "mr-1", "20260318", "142000", "腦部磁振造影")
    stack = Stack(-40, 10, 10, 256, 240)
    yield from mr_series(Series(mr, MR_A, 1, "T1 SE AX", MR, "HEAD"), T1, 11, stack)


def chest_ct_of_a() -> Iterator[SampleFile]:
    """The shared patient's first CT, with contours, a report, a duplicate and a conflict."""
    study = Study(HOSPITAL_A, people.SHARED, "ct-1", "20260302", "093015", "胸部電腦斷層")
    series = Series(study, CT_A, 2, "Chest 7.0 B31f", CT)
    files = list(ct_series(series, CHEST, CT_STACK_A))
    yield from files
    yield SampleFile("ct-1/again/IM0001.dcm", files[0].data)
    changed = files[1].data[:-2] + b"\x01\x02"  # one pixel differs under the same UID
    yield SampleFile("ct-1/again/IM0002.dcm", changed)
    slices = instances(series, CT_STACK_A)
    plan = Series(study, replace(CT_A, modality="RTSTRUCT"), 3, "Contours", STRUCTURE_SET, "")
    renamed = {"Aorta": "Aorta Hsu KungKai"}
    yield single(plan, lambda dataset: add_structures(dataset, series, slices, renamed))
    report = Series(study, WORKSTATION, 4, "Chest measurements", ENHANCED_SR, "")
    texts = (
        "Hung^KuanYu",
        f"Mr Hsu KungKai, {people.SHARED.identity}: nodule of 14 mm in the right upper lobe.",
        "Nodule 1",
    )
    images = [name for _, name in slices[20:30]]
    yield single(report, lambda dataset: add_report(dataset, texts, images, series))


def films_of_a() -> Iterator[SampleFile]:
    """Radiographs of two people, a paper report, and a film photographed as PNG."""
    frontal, lateral = projections(Chest(seed=21, scale=0.92, nodule=None))
    study = Study(HOSPITAL_A, people.CHEN, "cr-1", "20260305", "101122", "胸部X光")
    series = Series(study, CR_A, 1, "CHEST PA AND LATERAL", CR)
    label = ("陳美玲 F 1948-05-20", 784, 8, False)
    yield radiograph(series, "PA", frontal, 1, (label, ("L", 40, 980, False)))
    yield radiograph(series, "LL", lateral, 2)
    paper = Series(study, replace(CR_A, modality="DOC"), 9, "Report", PDF, "")
    lines = ("Chest radiograph", f"Chen MeiLing  {people.CHEN.identity}", "Heart and lungs normal.")
    yield single(paper, partial(add_pdf, title="Report of Chen MeiLing", lines=lines))
    visit = Study(HOSPITAL_A, people.VISITOR, "cr-2", "20260306", "150733", "CHEST")
    wrong_way = (("Nguyen TM 1995-04-25", 700, 600, True),)
    yield radiograph(Series(visit, CR_A, 1, "CHEST PA", CR), "PA", frontal, 3, wrong_way)
    picture = picture_of(film(frontal, 600, 750, 5))
    write(picture, "陳美玲 1948-05-20", 6, 8)
    out = BytesIO()
    Picture.fromarray(picture).save(out, "PNG")
    yield SampleFile("scans/chen-meiling.png", out.getvalue())


def hospital_b() -> Iterator[SampleFile]:
    """The shared patient's second CT with a segmentation, head, ultrasound, a newborn's film."""
    study = Study(HOSPITAL_B, people.SHARED, "ct-2", "20260408", "110540", "CT CHEST WITH CONTRAST")
    series = Series(study, CT_B, 3, "CHEST 14MM STANDARD", CT)
    yield from ct_series(series, CHEST, CT_STACK_B)
    lungs = Series(study, replace(CT_B, modality="SEG"), 4, "Lungs", SEGMENTATION, "")
    slices = instances(series, CT_STACK_B)
    grid = (CT_STACK_B.size, CT_STACK_B.field_mm)
    yield single(lungs, lambda dataset: add_segmentation(dataset, series, slices, grid))
    yield from head_of_b()
    yield from ultrasound_of_b()
    yield from mammograms_of_b()
    yield from others_of_b()


def head_of_b() -> Iterator[SampleFile]:
    """A head in two contrasts."""
    study = Study(HOSPITAL_B, people.CHANG, "mr-2", "20260410", "092500", "MRI BRAIN 張雅婷")
    for number, (name, contrast) in enumerate((("T1W SE AX", T1), ("T2W TSE AX", T2)), 1):
        series = Series(study, MR_B, number, name, MR, "HEAD")
        yield from mr_series(series, contrast, 5, HEAD_STACK)


def ultrasound_of_b() -> Iterator[SampleFile]:
    """A still and a clip, name and number burned in."""
    study = Study(HOSPITAL_B, people.CHANG, "us-1", "20260413", "133000", "ABDOMEN")
    yield ultrasound(Series(study, US_B, 1, "Still", US, "ABDOMEN"), 1, 4)
    yield ultrasound(Series(study, US_B, 2, "Clip", US_MULTIFRAME, "ABDOMEN"), 10, 5)


def mammograms_of_b() -> Iterator[SampleFile]:
    """Both breasts in two views, each view a series of its own."""
    study = Study(HOSPITAL_B, people.CHANG, "mg-1", "20260415", "101500", "MAMMOGRAPHY")
    for number, (side, view) in enumerate(VIEWS, 1):
        film = mammogram(side, view, number)
        series = Series(study, MG_B, number, f"{side} {view}", MG, "BREAST")

        def fill(dataset: Dataset, film: Image = film, side: str = side, view: str = view) -> None:
            add_mammogram(dataset, film, side, view)

        yield single(series, fill)


def others_of_b() -> Iterator[SampleFile]:
    """A newborn, an opted-out person, and names in other character sets."""
    frontal, _ = projections(Chest(seed=33, scale=1.1, nodule=None))
    newborn = Study(HOSPITAL_B, people.NEWBORN, "dx-1", "20260803", "021200", "CHEST")
    yield radiograph(Series(newborn, DX_B, 1, "CHEST AP", DX), "PA", frontal)
    low = Stack(-60, 20, 8, 256, 400)
    refused = Study(HOSPITAL_B, people.OPTED_OUT, "ct-3", "20260420", "160010", "CT CHEST")
    other = Chest(seed=40, scale=1.06, nodule=None)
    yield from ct_series(Series(refused, CT_B, 2, "CHEST", CT), other, low)
    few = Stack(-40, 40, 4, 256, 400)
    for key, way in (("ct-4", "gb18030"), ("ct-5", "iso-ir-58")):
        study = Study(ELSEWHERE, people.LIU, key, "20260504", "100000", "CT CHEST", way)
        yield from ct_series(Series(study, CT_B, 2, "CHEST", CT), other, few)
