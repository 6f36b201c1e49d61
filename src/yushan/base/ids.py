"""Identifiers by kind, so that a study's UID cannot stand where a series' belongs."""

from typing import NewType

StudyUID = NewType("StudyUID", str)
SeriesUID = NewType("SeriesUID", str)
SOPInstanceUID = NewType("SOPInstanceUID", str)

#: Sixteen characters of base 32 (A-Z 2-7): a person as one place sees them.
Pseudonym = NewType("Pseudonym", str)

#: SHA-256 of a pack's bytes, 64 hex digits.
PackId = NewType("PackId", str)

AccountId = NewType("AccountId", str)

#: Short name of a hospital's gateway: a-z, 0-9, hyphen.
SiteName = NewType("SiteName", str)
