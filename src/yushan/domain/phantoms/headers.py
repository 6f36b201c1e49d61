"""The modules all objects share: patient, study, series, equipment, and their personal data.

They hold on purpose what real headers hold: names in many places, numbers, dates, comments.
"""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import blake2b
from typing import TYPE_CHECKING, Final

from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.uid import UID, ExplicitVRLittleEndian

from yushan.domain.phantoms.spelling import Spelling

if TYPE_CHECKING:
    from yushan.domain.population import Patient, Person

#: Root that pydicom's project gives away for tests; 38 digits follow.
ROOT: Final = "1.2.826.0.1.3680043.8.498."


def uid(*names: str | int) -> str:
    """A UID of at most 64 characters, the same for the same names."""
    digest = blake2b("/".join(map(str, names)).encode(), digest_size=15).digest()
    return f"{ROOT}{int.from_bytes(digest, 'big') + 10**36}"


@dataclass(frozen=True, slots=True)
class Hospital:
    """How one hospital fills in headers."""

    site: str
    name: str
    address: str
    way: str
    referring: tuple[str, str]
    operator: tuple[str, str]


@dataclass(frozen=True, slots=True)
class Device:
    """One machine."""

    modality: str
    maker: str
    model: str
    station: str
    serial: str
    software: str


@dataclass(frozen=True, slots=True)
class Study:
    """One visit of a person."""

    hospital: Hospital
    person: Person | Patient
    key: str
    date: str
    time: str
    description: str
    way: str | None = None

    @property
    def study_instance_uid(self) -> str:
        """UID of the study."""
        return uid(self.hospital.site, self.key)

    @property
    def spelling(self) -> Spelling:
        """A fresh spelling for one object."""
        return Spelling(self.way or self.hospital.way)


@dataclass(frozen=True, slots=True)
class Series:
    """One series of a study on one device."""

    study: Study
    device: Device
    number: int
    description: str
    sop_class: str
    body_part: str = "CHEST"

    @property
    def series_instance_uid(self) -> str:
        """UID of the series."""
        return uid(self.study.hospital.site, self.study.key, self.number)

    def sop_instance_uid(self, number: int) -> str:
        """UID of one instance."""
        return uid(self.study.hospital.site, self.study.key, self.number, number)

    @property
    def frame_of_reference_uid(self) -> str:
        """UID of the frame of reference, one per study."""
        return uid(self.study.hospital.site, self.study.key, "frame")


def start(series: Series, number: int, spelling: Spelling) -> Dataset:
    """A data set with the common modules and the file meta of one instance."""
    dataset = Dataset()
    dataset.file_meta = FileMetaDataset()
    dataset.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
    dataset.SOPClassUID = UID(series.sop_class)
    dataset.SOPInstanceUID = series.sop_instance_uid(number)
    add_patient(dataset, series.study, spelling)
    add_study(dataset, series.study, spelling)
    add_series(dataset, series, number, spelling)
    add_equipment(dataset, series, spelling)
    return dataset


def full_name(romanised: str, name: str, way: str) -> str:
    """A name as the hospital's system writes it."""
    if not name:
        return romanised
    if way == "big5-undeclared":
        return name
    return f"{romanised}={name[:1]}^{name[1:]}"


def spelled(spelling: Spelling, romanised: str, name: str, way: str) -> str:
    """A name with stand-ins, group by group and component by component."""
    groups = full_name(romanised, name, way).split("=")
    return "=".join("^".join(spelling.text(part) for part in one.split("^")) for one in groups)


def add_patient(dataset: Dataset, study: Study, spelling: Spelling) -> None:
    """Patient and patient study modules."""
    person, hospital = study.person, study.hospital
    way = study.way or hospital.way
    dataset.PatientName = spelled(spelling, person.romanised, person.name, way)
    dataset.PatientID = person.charts[hospital.site]
    dataset.IssuerOfPatientID = hospital.site.upper()
    dataset.PatientBirthDate = person.birth_date
    dataset.PatientSex = person.sex
    dataset.PatientAge = age(person.birth_date, study.date)
    dataset.PatientWeight = "62.5"
    dataset.PatientSize = "1.66"
    dataset.PatientAddress = spelling.text(hospital.address)
    dataset.PatientTelephoneNumbers = "02-5550-0123"
    dataset.PatientComments = spelling.text(f"{person.name} {person.romanised}".replace("^", " "))
    if person.identity:
        dataset.OtherPatientIDs = person.identity
        if hospital.site.endswith("b"):
            other = Dataset()
            other.PatientID = person.identity
            other.TypeOfPatientID = "TEXT"
            dataset.OtherPatientIDsSequence = [other]


def age(birth_date: str, date: str) -> str:
    """DICOM AS in whole years, or in days for the newborn."""
    years = int(date[:4]) - int(birth_date[:4]) - (date[4:] < birth_date[4:])
    if years < 1:
        months = int(date[4:6]) - int(birth_date[4:6]) + 12 * (int(date[:4]) - int(birth_date[:4]))
        return f"{max(months * 30 + int(date[6:]) - int(birth_date[6:]), 0):03d}D"
    return f"{years:03d}Y"


def add_study(dataset: Dataset, study: Study, spelling: Spelling) -> None:
    """General study module, with the request it answers."""
    hospital = study.hospital
    way = study.way or hospital.way
    dataset.StudyInstanceUID = study.study_instance_uid
    dataset.StudyDate, dataset.StudyTime = study.date, study.time
    dataset.AccessionNumber, dataset.StudyID = accession(study), study_id(study)
    dataset.ReferringPhysicianName = spelled(spelling, *hospital.referring, way)
    dataset.StudyDescription = spelling.text(study.description)
    request = Dataset()
    request.RequestedProcedureID = dataset.AccessionNumber
    request.ScheduledProcedureStepID = "1"
    request.RequestedProcedureDescription = spelling.text(
        f"{study.description} {study.person.name}"
    )
    dataset.RequestAttributesSequence = [request]


def accession(study: Study) -> str:
    """Accession Number: the day and a number."""
    return f"{study.date[2:]}{abs(hash_of(study.key)) % 10**6:06d}"


def study_id(study: Study) -> str:
    """Study ID."""
    return f"{hash_of(study.key) % 10**5:05d}"


def hash_of(key: str) -> int:
    """A number from a key, the same in every process."""
    return int.from_bytes(blake2b(key.encode(), digest_size=6).digest(), "big")


def add_series(dataset: Dataset, series: Series, number: int, spelling: Spelling) -> None:
    """General series module and instance numbers."""
    study = series.study
    dataset.Modality = series.device.modality
    dataset.SeriesInstanceUID = series.series_instance_uid
    dataset.SeriesNumber = series.number
    dataset.SeriesDescription = spelling.text(series.description)
    dataset.SeriesDate, dataset.SeriesTime = study.date, study.time
    dataset.ContentDate, dataset.ContentTime = study.date, study.time
    dataset.AcquisitionDate, dataset.AcquisitionTime = study.date, study.time
    way = study.way or study.hospital.way
    dataset.OperatorsName = spelled(spelling, *study.hospital.operator, way)
    dataset.PerformedProcedureStepStartDate = study.date
    dataset.PerformedProcedureStepID = f"PPS{series.number}"
    dataset.InstanceNumber = number
    if series.body_part:
        dataset.BodyPartExamined = series.body_part


def add_equipment(dataset: Dataset, series: Series, spelling: Spelling) -> None:
    """General equipment module."""
    device, hospital = series.device, series.study.hospital
    dataset.Manufacturer = device.maker
    dataset.ManufacturerModelName = device.model
    dataset.StationName = device.station
    dataset.DeviceSerialNumber = device.serial
    dataset.SoftwareVersions = device.software
    dataset.InstitutionName = spelling.text(hospital.name)
    dataset.InstitutionAddress = spelling.text(hospital.address)


def coded(value: str, scheme: str, meaning: str) -> Dataset:
    """One code item."""
    item = Dataset()
    item.CodeValue, item.CodingSchemeDesignator, item.CodeMeaning = value, scheme, meaning
    return item


def reference(sop_class: str, sop_instance: str) -> Dataset:
    """One item that points at an instance."""
    item = Dataset()
    item.ReferencedSOPClassUID = UID(sop_class)
    item.ReferencedSOPInstanceUID = UID(sop_instance)
    return item
