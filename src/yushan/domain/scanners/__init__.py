"""Scanners: the physics between a body and the image that a device gives of it. Pure."""

from yushan.domain.scanners.angiogram import ANGLES, Injection, angiogram, c_arm
from yushan.domain.scanners.angiogram_tree import Branch, coronaries, tree_of
from yushan.domain.scanners.ct import ct_scan
from yushan.domain.scanners.ct_options import CtOptions, ct_header
from yushan.domain.scanners.ecg import Beat, Electrocardiogram, ecg, rhythms
from yushan.domain.scanners.endoscopy import endoscopy
from yushan.domain.scanners.endoscopy_colon import Polyp
from yushan.domain.scanners.exposure import exposed
from yushan.domain.scanners.fundus import FundusWishes, fundus
from yushan.domain.scanners.histology import histology, pyramid, tiles
from yushan.domain.scanners.lettering import line_of
from yushan.domain.scanners.mammogram import mammogram
from yushan.domain.scanners.mammogram_lesions import BreastLesion
from yushan.domain.scanners.metal import IMPLANTS, Metal, implant
from yushan.domain.scanners.motion import Motion
from yushan.domain.scanners.mr_look import fat_look, mr_look, random_look
from yushan.domain.scanners.mr_profiles import MrProfile, mr_profile, mr_profiles
from yushan.domain.scanners.mr_scan import MrOptions, adc_map, mr_scan
from yushan.domain.scanners.nm import Defect, Planar, nm_planar, nm_spect, spect_grid, with_defect
from yushan.domain.scanners.oct import oct_scan
from yushan.domain.scanners.pet import Dose, PetScan, pet_scan
from yushan.domain.scanners.picture import Mark, Picture
from yushan.domain.scanners.profiles import (
    CtProfile,
    Kernel,
    NmProfile,
    PetProfile,
    ct_profile,
    profile,
    profiles,
)
from yushan.domain.scanners.projection import Film, View, projection, view_of
from yushan.domain.scanners.radiograph import (
    Exposure,
    RadiographyUnit,
    radiograph,
    radiography_unit,
    radiography_units,
)
from yushan.domain.scanners.radiograph_truth import ChestParts, chest_truth
from yushan.domain.scanners.sites import (
    HOLD_OUTS,
    SITES,
    CtChoice,
    HoldOut,
    Site,
    ct_choice,
    held_out,
)
from yushan.domain.scanners.tissues import PHASES, TRACERS, activity_look, attenuation, ct_look
from yushan.domain.scanners.ultrasound import Section
from yushan.domain.scanners.ultrasound_probe import Machine, machine, machines
from yushan.domain.scanners.ultrasound_scenes import NeckWishes, SonogramWishes, abdomen, neck
from yushan.domain.scanners.ultrasound_screen import Cine, Legend, ultrasound

__all__ = [
    "ANGLES",
    "HOLD_OUTS",
    "IMPLANTS",
    "PHASES",
    "SITES",
    "TRACERS",
    "Beat",
    "Branch",
    "BreastLesion",
    "ChestParts",
    "Cine",
    "CtChoice",
    "CtOptions",
    "CtProfile",
    "Defect",
    "Dose",
    "Electrocardiogram",
    "Exposure",
    "Film",
    "FundusWishes",
    "HoldOut",
    "Injection",
    "Kernel",
    "Legend",
    "Machine",
    "Mark",
    "Metal",
    "Motion",
    "MrOptions",
    "MrProfile",
    "NeckWishes",
    "NmProfile",
    "PetProfile",
    "PetScan",
    "Picture",
    "Planar",
    "Polyp",
    "RadiographyUnit",
    "Section",
    "Site",
    "SonogramWishes",
    "View",
    "abdomen",
    "activity_look",
    "adc_map",
    "angiogram",
    "attenuation",
    "c_arm",
    "chest_truth",
    "coronaries",
    "ct_choice",
    "ct_header",
    "ct_look",
    "ct_profile",
    "ct_scan",
    "ecg",
    "endoscopy",
    "exposed",
    "fat_look",
    "fundus",
    "held_out",
    "histology",
    "implant",
    "line_of",
    "machine",
    "machines",
    "mammogram",
    "mr_look",
    "mr_profile",
    "mr_profiles",
    "mr_scan",
    "neck",
    "nm_planar",
    "nm_spect",
    "oct_scan",
    "pet_scan",
    "profile",
    "profiles",
    "projection",
    "pyramid",
    "radiograph",
    "radiography_unit",
    "radiography_units",
    "random_look",
    "rhythms",
    "spect_grid",
    "tiles",
    "tree_of",
    "ultrasound",
    "view_of",
    "with_defect",
]
