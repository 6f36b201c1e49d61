"""Scanners: the physics between a body and the image that a device gives of it. Pure."""

from yushan.domain.scanners.ct import CtOptions, ct_scan
from yushan.domain.scanners.mr_look import fat_look, mr_look, random_look
from yushan.domain.scanners.mr_profiles import MrProfile, mr_profile, mr_profiles
from yushan.domain.scanners.mr_scan import MrOptions, adc_map, mr_scan
from yushan.domain.scanners.profiles import (
    CtProfile,
    Kernel,
    NmProfile,
    PetProfile,
    ct_profile,
    profile,
    profiles,
)
from yushan.domain.scanners.tissues import PHASES, TRACERS, activity_look, attenuation, ct_look

__all__ = [
    "PHASES",
    "TRACERS",
    "CtOptions",
    "CtProfile",
    "Kernel",
    "MrOptions",
    "MrProfile",
    "NmProfile",
    "PetProfile",
    "activity_look",
    "adc_map",
    "attenuation",
    "ct_look",
    "ct_profile",
    "ct_scan",
    "fat_look",
    "mr_look",
    "mr_profile",
    "mr_profiles",
    "mr_scan",
    "profile",
    "profiles",
    "random_look",
]
