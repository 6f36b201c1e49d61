"""The founding table goes through our mapping and comes out unchanged."""

from __future__ import annotations

from yushan.domain.terms import CLASSES, ROWS, modality_row

#: Studies and images collected to 2020-09-30, as published in 2020 (the insurance's figures).
PUBLISHED = {
    "CR": (17_484_898, 18_658_616), "DX": (15_417_666, 16_373_419), "PX": (231_288, 242_638),
    "ECG": (47_395, 47_946), "EKG": (114_162, 114_599), "US": (13_800_474, 211_257_864),
    "ES": (2_156_087, 65_239_967), "CT": (28_031_407, 1_275_871_517),
    "MR": (18_179_884, 610_486_891), "IO": (18_765, 29_136), "OP": (111_657, 398_726),
    "NM": (55_266, 113_197), "PT": (1_589, 287_504), "SR": (1_112_458, 1_149_943),
    "MG": (134_780, 263_802), "EC": (27_279, 789_478), "OCT": (193_758, 1_055_234),
    "other": (9_771_849, 191_635_061),
}  # fmt: skip


def test_eighteen_rows_in_fifteen_classes() -> None:
    assert len(ROWS) == 18
    assert len(CLASSES) == 15


def test_the_published_table_adds_up_through_the_mapping() -> None:
    sums: dict[str, list[int]] = {row.code: [0, 0] for row in ROWS}
    for modality, (studies, images) in PUBLISHED.items():
        row = modality_row(modality)
        sums[row.code][0] += studies
        sums[row.code][1] += images
    assert {code: tuple(both) for code, both in sums.items()} == PUBLISHED
    assert sum(studies for studies, _ in sums.values()) == 106_890_662
    assert sum(images for _, images in sums.values()) == 2_394_015_538


def test_what_no_row_names_is_other() -> None:
    assert modality_row("SEG").code == "other"
    assert modality_row(" ct ").code == "CT"
    assert modality_row("OPT").code == "OCT"
