"""What is drawn, measured or planned on images is judged by them."""

from __future__ import annotations

import pytest

from yushan.domain.terms import asked_about, referenced_series


@pytest.mark.parametrize(
    ("modality", "sources", "asked"),
    [
        ("CT", ["MR", "SEG"], ("CT",)),
        ("SEG", ["CT", "SEG"], ("SEG", "CT")),
        ("SEG", ["CT", None], ("SEG", None, "CT")),
        ("RTSTRUCT", [], ("RTSTRUCT", None)),
        ("SR", ["SEG", "KO"], ("SR", None)),
        ("RTDOSE", ["RTSTRUCT", "CT", "PT"], ("RTDOSE", "CT", "PT")),
    ],
)
def test_an_object_is_judged_by_itself_and_by_its_images(
    modality: str, sources: list[str | None], asked: tuple[str | None, ...]
) -> None:
    assert asked_about(modality, sources) == asked


def test_series_are_found_at_every_depth_below_the_object_itself() -> None:
    def series(uid: str) -> dict[str, object]:
        return {"0020000E": {"vr": "UI", "Value": [uid]}}

    contours = {"30060012": {"vr": "SQ", "Value": [{"30060014": {"vr": "SQ",
                "Value": [series("1.2"), series("1.3"), {}]}}]}}  # fmt: skip
    told = {
        **series("1.1"),
        "30060010": {"vr": "SQ", "Value": [contours]},
        "00081115": {"vr": "SQ", "Value": [series("1.4")]},
        "00081250": {"vr": "SQ"},
    }
    assert referenced_series(told) == {"1.2", "1.3", "1.4"}
