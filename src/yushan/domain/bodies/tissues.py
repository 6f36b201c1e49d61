"""Tissues a scanner must know how to show."""

from __future__ import annotations

from typing import Final

#: All tissues that structures are made of, sorted.
TISSUES: Final[tuple[str, ...]] = (
    "air", "airway_wall", "bladder", "blood_left", "blood_right", "blood_vein", "bowel_content",
    "bowel_wall", "calcium", "cartilage", "choroid", "consolidation", "cord", "cortical_bone",
    "csf", "deep_grey", "disc", "dura", "effusion", "eye", "fat", "gallbladder", "gas", "gland",
    "grey_matter", "ground_glass", "haemorrhage", "heart_muscle", "infarct", "kidney_cortex",
    "kidney_medulla", "lens", "liver", "lung", "lymph_node", "marrow", "metal", "metastasis_core",
    "metastasis_rim", "mucosa", "muscle", "nodule_ground_glass", "nodule_solid", "oedema",
    "pancreas", "pancreatic_duct", "pericardium", "pituitary", "plaque_fibrous", "plaque_soft",
    "sinus_air", "skin", "spleen", "stomach_content", "stomach_wall", "thyroid", "tongue",
    "tooth", "tumour_nasopharynx", "tumour_pancreas", "ventricle", "white_matter",
)  # fmt: skip
