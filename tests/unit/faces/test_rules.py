"""Regions of structure sets that follow the skin of a head."""

from __future__ import annotations

import numpy as np
import pytest
from pydicom.dataset import Dataset
from tests.unit.faces import objects
from tests.unit.faces.heads import made_head

from yushan.domain.faces import skin_contours
from yushan.domain.faces.rules import says_skin, words

RTSTRUCT = "1.2.840.10008.5.1.4.1.1.481.3"


def structure_set(
    name: str, kind: str, *, size_mm: tuple[float, float] = (150, 200), step_mm: float = 2.0
) -> bytes:
    """One region of ellipses, and an eye."""
    found = objects.header(made_head(spacing_mm=(20, 20, 20)).volume, 0, RTSTRUCT)
    found.Modality, found.SpecificCharacterSet = "RTSTRUCT", "ISO_IR 192"
    del found.Rows, found.Columns
    found.StructureSetROISequence, found.RTROIObservationsSequence = [], []
    found.ROIContourSequence = []
    for number, (named, typed, size) in enumerate(
        [(name, kind, size_mm), ("Eye_L", "ORGAN", (24, 24))], start=1
    ):
        region, observed, drawn = Dataset(), Dataset(), Dataset()
        region.ROINumber, region.ROIName = number, named
        observed.ReferencedROINumber, observed.RTROIInterpretedType = number, typed
        drawn.ReferencedROINumber, drawn.ContourSequence = number, []
        for level in range(20):
            turn = np.linspace(0, 2 * np.pi, 60)
            points = np.stack(
                [
                    size[0] / 2 * np.cos(turn),
                    size[1] / 2 * np.sin(turn),
                    turn * 0 + level * step_mm,
                ],
                1,
            )
            contour = Dataset()
            contour.ContourGeometricType, contour.NumberOfContourPoints = "CLOSED_PLANAR", 60
            contour.ContourData = [f"{x:.1f}" for x in points.ravel()]
            drawn.ContourSequence.append(contour)
        found.StructureSetROISequence.append(region)
        found.RTROIObservationsSequence.append(observed)
        found.ROIContourSequence.append(drawn)
    return objects.written(found)


@pytest.mark.parametrize(
    ("name", "kind"),
    [("WANG DA MING", "EXTERNAL"), ("Skin-1", ""), ("BODY", ""), ("體表", ""), ("x", "BOLUS")],
)
def test_e05_an_outline_of_the_head_is_told_by_its_type_or_name(name: str, kind: str) -> None:
    assert skin_contours(structure_set(name, kind)) == (1,)


def test_e05_outlines_of_a_body_or_in_thick_slices_draw_no_face() -> None:
    assert skin_contours(structure_set("BODY", "EXTERNAL", size_mm=(380, 240))) == ()
    assert skin_contours(structure_set("BODY", "EXTERNAL", step_mm=5.0)) == ()
    assert skin_contours(structure_set("Brain", "ORGAN")) == ()


def test_other_objects_have_no_contours() -> None:
    data = objects.slices(made_head(spacing_mm=(20, 20, 20)).volume)[0]
    assert skin_contours(data) == ()


@pytest.mark.parametrize("name", ["Bodyguard", "Texture", "Headless", "Overbody", "Lens_R"])
def test_words_inside_words_do_not_count(name: str) -> None:
    assert not says_skin("", name)


def test_each_list_has_words() -> None:
    assert all(words().values())
