"""Faults of careless hands put into finished objects: names where none belong, other pixels."""

from __future__ import annotations

from io import BytesIO
from typing import TYPE_CHECKING

import pydicom
from pydicom.filewriter import dcmwrite

from yushan.domain.phantoms.documents import observer, text
from yushan.domain.phantoms.sample import SampleFile

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from pydicom.dataset import Dataset


def amended(file: SampleFile, change: Callable[[Dataset], None]) -> SampleFile:
    """The same object after ``change``."""
    dataset = pydicom.dcmread(BytesIO(file.data))
    change(dataset)
    out = BytesIO()
    dcmwrite(out, dataset, enforce_file_format=True)
    return SampleFile(file.name, out.getvalue())


def with_regions(file: SampleFile, names: Mapping[str, str]) -> SampleFile:
    """A structure set whose planner renamed regions."""

    def rename(dataset: Dataset) -> None:
        for one in dataset.StructureSetROISequence:
            one.ROIName = names.get(str(one.ROIName), str(one.ROIName))

    return amended(file, rename)


def with_words(file: SampleFile, who: str, words: str) -> SampleFile:
    """A report whose reader signed it and wrote whom it is about into its text."""

    def add(dataset: Dataset) -> None:
        items = list(dataset.ContentSequence)
        place = sum(one.RelationshipType != "CONTAINS" for one in items)
        items.insert(place, observer(who))
        items.append(text(("121071", "DCM", "Finding"), words))
        dataset.ContentSequence = items

    return amended(file, add)


def again(file: SampleFile, name: str) -> SampleFile:
    """The same file under another name."""
    return SampleFile(name, file.data)


def conflicting(file: SampleFile, name: str) -> SampleFile:
    """The same object with one pixel changed."""
    return SampleFile(name, file.data[:-2] + b"\x01\x02")
