"""Mammograms in four views, for presentation: a breast, its gland, a mass and a few calcifications.

Views as radiographers name them: cranio-caudal (CC) and medio-lateral oblique (MLO) of each side.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from yushan.domain.phantoms.canvas import Canvas, Image, canvas, paint, smooth_noise
from yushan.domain.phantoms.headers import coded
from yushan.domain.phantoms.images import add_pixels

if TYPE_CHECKING:
    from pydicom.dataset import Dataset

MG: Final = "1.2.840.10008.5.1.4.1.1.1.2"

#: Side and view of the four films, in the order they are taken.
VIEWS: Final = (("R", "CC"), ("L", "CC"), ("R", "MLO"), ("L", "MLO"))
#: View -> its code (CID 4014) and where columns and rows of a right breast point.
CODES: Final = {
    "CC": (("399162004", "SCT", "cranio-caudal"), "R"),
    "MLO": (("399368009", "SCT", "medio-lateral oblique"), "FR"),
}
ROWS: Final = 480
COLUMNS: Final = 384
FIELD_MM: Final = 240.0
#: Place of the mass from the nipple's line in mm: only the left breast has one.
MASS: Final = (-38.0, -20.0)
CALCIFICATIONS: Final = ((-30, 22), (-27, 25), (-33, 26), (-29, 29), (-25, 20), (-31, 18))


def mammogram(side: str, view: str, seed: int) -> Image:
    """One view in 0..1, ``[row, column]``; the chest wall at the film's outer edge of that side.

    The left breast is drawn and the right one mirrored: its wall is at the right edge.
    """
    on = canvas(ROWS, FIELD_MM, 0.0)
    wall = float(on.x[0, 0])
    breast(on, wall, oblique=view == "MLO")
    if side == "L":
        x, y = wall + 60 + MASS[0], MASS[1]
        on.ellipse((x + 22, y), (8, 6.5), 0.84, 20)
        for right, down in CALCIFICATIONS:
            on.disc((wall + 66 + right, float(down)), 0.5, 1.0)
    rng = np.random.default_rng(seed)
    noisy = on.image + 0.012 * smooth_noise(rng, on.image.shape) * (on.image > 0.02)
    shown = np.clip(noisy[:, :COLUMNS], 0, 1)
    return np.asarray(shown[:, ::-1] if side == "R" else shown, dtype=np.float32)


def breast(on: Canvas, wall: float, *, oblique: bool) -> None:
    """Skin, fat, gland with its strands, and in the oblique view the muscle behind."""
    centre, axes = (wall, 12.0 if oblique else 0.0), (92.0, 98.0 if oblique else 84.0)
    edge = on.distance(centre, axes)
    paint(on.image, on.soft(edge), 0.34 + 0.02 * on.ripple(3, 14, 5))
    paint(on.image, on.soft(np.abs(edge) - np.float32(0.9)), 0.52)
    gland = on.distance((wall + 34, centre[1] + 4), (40, 46)) + 6 * on.ripple(1, 26, 8)
    inside = on.soft(gland / np.float32(3)) * on.soft(edge + np.float32(6))
    paint(on.image, inside, 0.56 + 0.06 * on.ripple(2, 11, 9, 0.8) + 0.03 * on.ripple(4, 4, 10))
    on.disc((wall + 92, centre[1]), 4, 0.56)
    if oblique:
        slope = (on.x - np.float32(wall)) + np.float32(0.36) * (on.y - np.float32(18))
        muscle = np.asarray(slope / np.float32(2), dtype=np.float32)
        paint(on.image, on.soft(muscle), 0.74 + 0.02 * on.ripple(6, 12, 6))


def add_mammogram(dataset: Dataset, film: Image, side: str, view: str) -> None:
    """Modules of a digital mammogram for presentation (PS3.3 A.27) besides the common ones."""
    code, columns = CODES[view]
    add_pixels(dataset, np.rint(film * 4000).astype(np.uint16), 12)
    dataset.WindowCenter, dataset.WindowWidth = 2000, 4000
    dataset.ImageType = ["ORIGINAL", "PRIMARY", ""]
    dataset.PresentationIntentType = "FOR PRESENTATION"
    dataset.PixelIntensityRelationship, dataset.PixelIntensityRelationshipSign = "LOG", 1
    dataset.RescaleIntercept, dataset.RescaleSlope, dataset.RescaleType = 0, 1, "US"
    dataset.PresentationLUTShape = "IDENTITY"
    dataset.LossyImageCompression = "00"
    dataset.BurnedInAnnotation = "NO"
    dataset.ImageLaterality = side
    dataset.PatientOrientation = ["P" if side == "R" else "A", "L" if columns == "R" else columns]
    dataset.ViewPosition = view
    dataset.OrganExposed = "BREAST"
    dataset.AnatomicRegionSequence = [coded("76752008", "SCT", "Breast")]
    dataset.ViewCodeSequence = [coded(*code)]
    dataset.ViewCodeSequence[0].ViewModifierCodeSequence = []
    dataset.AcquisitionContextSequence = []
    dataset.PositionerType = "MAMMOGRAPHIC"
    dataset.PositionerPrimaryAngle = 0 if view == "CC" else 45
    dataset.BreastImplantPresent, dataset.PartialView = "NO", "NO"
    dataset.DetectorType, dataset.DetectorID = "DIRECT", "DET-9034"
    dataset.ImagerPixelSpacing = [FIELD_MM / ROWS] * 2
    dataset.KVP, dataset.ExposureInuAs, dataset.OrganDose = 29, 82000, "0.0132"
    dataset.AnodeTargetMaterial, dataset.FilterMaterial = "TUNGSTEN", "RHODIUM"
    dataset.BodyPartThickness, dataset.CompressionForce = 54, 98
