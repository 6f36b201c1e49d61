"""Images as DICOM objects: CT, MR, CR, DX and ultrasound, from the arrays of the phantoms."""

from __future__ import annotations

from io import BytesIO
from typing import TYPE_CHECKING, Final

import numpy as np
from numpy.typing import NDArray
from PIL import Image as Picture
from pydicom.dataset import Dataset
from pydicom.encaps import encapsulate
from pydicom.uid import JPEGBaseline8Bit

from yushan.domain.phantoms.headers import Series, coded

if TYPE_CHECKING:
    from yushan.domain.phantoms.canvas import Image

CT: Final = "1.2.840.10008.5.1.4.1.1.2"
MR: Final = "1.2.840.10008.5.1.4.1.1.4"
CR: Final = "1.2.840.10008.5.1.4.1.1.1"
DX: Final = "1.2.840.10008.5.1.4.1.1.1.1"
US: Final = "1.2.840.10008.5.1.4.1.1.6.1"
US_MULTIFRAME: Final = "1.2.840.10008.5.1.4.1.1.3.1"

Grey = NDArray[np.uint8]


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


def add_mr(
    dataset: Dataset, series: Series, signal: Image, place: tuple[float, float, float]
) -> None:
    """MR image module of a spin echo; ``place`` as in :func:`add_ct`."""
    weighted = "T2" in series.description
    dataset.ImageType = ["ORIGINAL", "PRIMARY", "M", "SE"]
    add_pixels(dataset, np.clip(np.rint(signal), 0, 4095).astype(np.uint16), 12)
    add_plane(dataset, series, *place)
    dataset.WindowCenter, dataset.WindowWidth = (520, 1040) if weighted else (460, 900)
    dataset.ScanningSequence = "SE"
    dataset.SequenceVariant = "SK"
    dataset.ScanOptions = ""
    dataset.MRAcquisitionType = "2D"
    dataset.SequenceName = "TSE" if weighted else "SE"
    dataset.RepetitionTime, dataset.EchoTime = (4200, 98) if weighted else (520, 12)
    dataset.EchoTrainLength = 15 if weighted else 1
    dataset.NumberOfAverages, dataset.FlipAngle = 2, 90
    dataset.MagneticFieldStrength, dataset.ImagingFrequency = 1.5, 63.87
    dataset.ImagedNucleus = "1H"
    dataset.EchoNumbers = 1
    dataset.PixelBandwidth = 192
    dataset.SpacingBetweenSlices = round(place[2] * 1.1, 3)
    dataset.PercentSampling = dataset.PercentPhaseFieldOfView = 100
    dataset.ReceiveCoilName, dataset.TransmitCoilName = "HEAD_8", "BODY"
    dataset.SAR = 0.42
    dataset.AcquisitionMatrix = [0, 256, 224, 0]
    dataset.InPlanePhaseEncodingDirection = "ROW"
    dataset.ProtocolName = series.description


def add_radiograph(dataset: Dataset, series: Series, film: Image, view: str) -> None:
    """CR or DX image module of a chest film in 0..1; ``view`` is PA or LL."""
    add_pixels(dataset, np.rint(film * 4000).astype(np.uint16), 12)
    dataset.WindowCenter, dataset.WindowWidth = 2000, 4000
    dataset.ImageType = ["ORIGINAL", "PRIMARY"]
    dataset.ViewPosition = view
    dataset.PatientOrientation = ["L", "F"] if view == "PA" else ["P", "F"]
    dataset.KVP, dataset.ExposureInuAs = 120, 2400
    dataset.ImagerPixelSpacing = [0.39, 0.39]
    dataset.LossyImageCompression = "00"
    dataset.BurnedInAnnotation = "NO"
    if series.sop_class == CR:
        dataset.PlateID, dataset.CassetteID = "P0815", "C17"
        dataset.Sensitivity = 200
        return
    add_dx(dataset)


def add_dx(dataset: Dataset) -> None:
    """What a digital radiograph for presentation must say besides."""
    dataset.PresentationIntentType = "FOR PRESENTATION"
    dataset.PixelIntensityRelationship, dataset.PixelIntensityRelationshipSign = "LOG", 1
    dataset.RescaleIntercept, dataset.RescaleSlope, dataset.RescaleType = 0, 1, "US"
    dataset.PresentationLUTShape = "IDENTITY"
    dataset.ImageLaterality = "U"
    dataset.AnatomicRegionSequence = [coded("51185008", "SCT", "Chest")]
    dataset.ViewCodeSequence = [coded("272479007", "SCT", "postero-anterior")]
    dataset.ViewCodeSequence[0].ViewModifierCodeSequence = []
    dataset.AcquisitionContextSequence = []
    dataset.DetectorType = "DIRECT"
    dataset.DetectorID = "DET-4471"
    dataset.PositionerType = "NONE"


def jpeg(frame: Grey) -> bytes:
    """One frame as JPEG baseline, three samples."""
    out = BytesIO()
    Picture.fromarray(np.repeat(frame[:, :, None], 3, axis=2)).save(
        out, "JPEG", quality=85, subsampling="4:2:2"
    )
    return out.getvalue()


def add_ultrasound(dataset: Dataset, frames: NDArray[np.uint8]) -> None:
    """Ultrasound image modules: one frame as RGB, several as JPEG baseline."""
    count, rows, columns = frames.shape
    dataset.ImageType = ["ORIGINAL", "PRIMARY", "ABDOMEN"]
    dataset.SamplesPerPixel, dataset.PlanarConfiguration = 3, 0
    dataset.Rows, dataset.Columns = rows, columns
    dataset.BitsAllocated, dataset.BitsStored, dataset.HighBit = 8, 8, 7
    dataset.PixelRepresentation = 0
    dataset.PatientOrientation = ""
    dataset.TransducerType, dataset.ProcessingFunction = "CURVED LINEAR", "ABDOMEN"
    dataset.SequenceOfUltrasoundRegions = [region(rows, columns)]
    if count == 1:
        dataset.PhotometricInterpretation = "RGB"
        dataset.LossyImageCompression = "00"
        dataset.PixelData = np.repeat(frames[0][:, :, None], 3, axis=2).tobytes()
        return
    streams = [jpeg(frame) for frame in frames]
    dataset.NumberOfFrames = count
    dataset.FrameTime, dataset.FrameIncrementPointer = 62.5, 0x00181063
    dataset.CineRate = 16
    dataset.PhotometricInterpretation = "YBR_FULL_422"
    dataset.LossyImageCompression = "01"
    dataset.LossyImageCompressionRatio = round(
        rows * columns * 3 * count / sum(map(len, streams)), 2
    )
    dataset.LossyImageCompressionMethod = "ISO_10918_1"
    dataset.file_meta.TransferSyntaxUID = JPEGBaseline8Bit
    dataset.PixelData = encapsulate(streams)
    dataset["PixelData"].VR = "OB"


def region(rows: int, columns: int) -> Dataset:
    """The fan as a calibrated region."""
    item = Dataset()
    item.RegionSpatialFormat, item.RegionDataType, item.RegionFlags = 1, 1, 0
    item.RegionLocationMinX0, item.RegionLocationMinY0 = 0, 50
    item.RegionLocationMaxX1, item.RegionLocationMaxY1 = columns - 1, rows - 1
    item.PhysicalUnitsXDirection = item.PhysicalUnitsYDirection = 3
    item.PhysicalDeltaX = item.PhysicalDeltaY = 0.038
    return item
