"""Plain axial CT images as DICOM objects, for load: many, small and cheap."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from pydicom.dataset import Dataset

    Image = NDArray[np.float32]
    from yushan.domain.phantoms.headers import Series

CT: Final = "1.2.840.10008.5.1.4.1.1.2"


def add_pixels(dataset: Dataset, pixels: NDArray[np.uint16], bits_stored: int) -> None:
    """Image pixel module of a grey image ``[row, column]``."""
    dataset.SamplesPerPixel = 1
    dataset.PhotometricInterpretation = "MONOCHROME2"
    dataset.Rows, dataset.Columns = pixels.shape
    dataset.BitsAllocated, dataset.BitsStored, dataset.HighBit = 16, bits_stored, bits_stored - 1
    dataset.PixelRepresentation = 0
    dataset.PixelData = np.ascontiguousarray(pixels, dtype="<u2").tobytes()


def add_plane(dataset: Dataset, series: Series, z: float, pixel_mm: float, thick_mm: float) -> None:
    """Image plane and frame of reference modules of an axial slice centred on the axis."""
    corner = -(int(dataset.Rows) - 1) / 2 * pixel_mm
    dataset.FrameOfReferenceUID = series.frame_of_reference_uid
    dataset.PositionReferenceIndicator = ""
    dataset.PatientPosition = "HFS"
    dataset.ImagePositionPatient = [round(corner, 4), round(corner, 4), round(z, 3)]
    dataset.ImageOrientationPatient = [1, 0, 0, 0, 1, 0]
    dataset.PixelSpacing = [round(pixel_mm, 6)] * 2
    dataset.SliceThickness = round(thick_mm, 3)
    dataset.SliceLocation = round(z, 3)


def add_ct(dataset: Dataset, series: Series, hu: Image, place: tuple[float, float, float]) -> None:
    """CT image module; ``place`` is height, pixel and slice thickness in mm."""
    dataset.ImageType = ["ORIGINAL", "PRIMARY", "AXIAL"]
    add_pixels(dataset, np.clip(np.rint(hu) + 1024, 0, 4095).astype(np.uint16), 12)
    add_plane(dataset, series, *place)
    dataset.RescaleIntercept, dataset.RescaleSlope, dataset.RescaleType = -1024, 1, "HU"
    dataset.WindowCenter, dataset.WindowWidth = [40, -600], [400, 1500]
    dataset.WindowCenterWidthExplanation = ["SOFT TISSUE", "LUNG"]
    dataset.KVP = 120
    dataset.ScanOptions = "HELICAL MODE"
    dataset.DataCollectionDiameter = 500
    dataset.ReconstructionDiameter = round(int(dataset.Rows) * place[1], 1)
    dataset.GantryDetectorTilt = 0
    dataset.TableHeight = 152
    dataset.RotationDirection = "CW"
    dataset.ExposureTime, dataset.XRayTubeCurrent, dataset.Exposure = 500, 210, 105
    dataset.FilterType = "BODY FILTER"
    dataset.ConvolutionKernel = "B31f" if series.device.maker == "SIEMENS" else "STANDARD"
    dataset.ContrastBolusAgent = "Iohexol 350"
    dataset.ProtocolName = series.description
    dataset.AcquisitionNumber = 1
    dataset.BurnedInAnnotation = "NO"
