"""Scanners: the physics between a body and the image that a device gives of it. Pure."""

from yushan.domain.scanners.mr_look import fat_look, mr_look, random_look
from yushan.domain.scanners.mr_profiles import MrProfile, mr_profile, mr_profiles
from yushan.domain.scanners.mr_scan import MrOptions, adc_map, mr_scan

__all__ = [
    "MrOptions",
    "MrProfile",
    "adc_map",
    "fat_look",
    "mr_look",
    "mr_profile",
    "mr_profiles",
    "mr_scan",
    "random_look",
]
