"""Policies: what a release keeps, as files with a digest; the code refuses what it cannot do."""

from __future__ import annotations

import hashlib
import re
import tomllib
from functools import cache
from importlib.resources import files
from typing import Final, Literal

import msgspec

from yushan.base import Rejected
from yushan.domain.deid.tables import methods

#: Options of PS3.15 Annex E in the order of their codes (113101 to 113112): all are performed.
PERFORMED: Final = (
    "clean_pixel_data",
    "clean_recognizable_visual_features",
    "clean_graphics",
    "clean_structured_content",
    "clean_descriptors",
    "retain_longitudinal_full_dates",
    "retain_longitudinal_modified_dates",
    "retain_patient_characteristics",
    "retain_device_identity",
    "retain_uids",
    "retain_safe_private",
    "retain_institution_identity",
)
FULL_DATES: Final = "retain_longitudinal_full_dates"
MODIFIED_DATES: Final = "retain_longitudinal_modified_dates"
UIDS: Final = "retain_uids"
INSTITUTION: Final = "retain_institution_identity"
#: Options that exclude each other (PS3.15 E.3.6).
EXCLUSIVE: Final = ((FULL_DATES, MODIFIED_DATES),)
PROFILE: Final = "113100"
#: All ages from this on are one (PS3.15 E.3.5 after the privacy rule of HIPAA).
POOLED_AGE_YEARS: Final = 90
#: What decides about a release beside the policy: all of it is part of the digest.
RULE_FILES: Final = (
    "attributes.toml",
    "cid7050_deid_methods.csv",
    "classes.toml",
    "coded_strings.txt",
    "concepts.tsv",
    "iod_types.json",
    "private_more.csv",
    "ps315_e1_1.csv",
    "ps315_e3_10_1_safe_private.csv",
    "ps315_e3_4_1_content_items.csv",
    "vocabulary.toml",
)


class Pixels(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Which pixels are read for text when the policy takes ``clean_pixel_data``.

    ``sample`` is the share of primary slices of CT, MR and PET that is read (0 to 1) beside the
    first, the middle and the last of a series; ``read`` names the routes whose objects are read in
    full, see ``classes.toml``: objects of other routes wait for a person.
    """

    sample: float = 0.0
    read: tuple[str, ...] = ()


class Policy(
    msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True, cache_hash=True
):
    """What one release does with everything that is a question of policy, not of the Standard.

    Parameters
    ----------
    options
        Options of PS3.15 Annex E, see ``PERFORMED``.
    remove
        Tags (hex) that stay removed although an option would keep them.
    words
        Words learned from many patients, kept in descriptors beside the packaged vocabulary.
    oldest_age_years, age_band_years
        Ages above the first are pooled one year higher; ages are rounded down to bands.
    birth_date
        ``empty``, or ``shift`` by the person's offset (option
        ``retain_longitudinal_modified_dates``).
    max_offset_days
        Bound of the date offset on either side.
    projection_radiography
        Whether plain radiographs, fluoroscopy and nuclear medicine go on the word of their
        header, or have to be read.
    faces
        What becomes of thin slices of the head: ``release`` as they are, ``quarantine``, or
        ``remove`` the face first (option ``clean_recognizable_visual_features``).
    pixels
        Which pixels are read for text.
    structured_reports
        Whether report trees may go after cleaning (option ``clean_structured_content``).
    digest
        SHA-256 over the policy and every rule file: equal digests release equal bytes.
    """

    name: str
    edition: str
    title_en: str
    title_zh: str
    options: tuple[str, ...] = ()
    remove: tuple[str, ...] = ()
    words: frozenset[str] = frozenset()
    oldest_age_years: int = 89
    age_band_years: int = 1
    birth_date: Literal["empty", "shift"] = "empty"
    max_offset_days: int = 3652
    projection_radiography: Literal["trust-annotation", "quarantine"] = "quarantine"
    faces: Literal["release", "quarantine", "remove"] = "quarantine"
    pixels: Pixels = Pixels()
    structured_reports: Literal["rebuild", "quarantine"] = "quarantine"
    digest: str = ""

    def has(self, option: str) -> bool:
        """Whether the policy takes an option."""
        return option in self.options

    @property
    def claims(self) -> frozenset[str]:
        """Codes of CID 7050 that an object released under the policy may claim."""
        table = methods()
        return frozenset(table[option].code for option in self.options) | {PROFILE}


def option_bit(option: str) -> int:
    """The bit by which the claims of an object remember an option."""
    return 1 << PERFORMED.index(option)


def read_policy(content: bytes) -> Policy:
    """A policy from its file.

    Raises
    ------
    Rejected
        ``deid.policy-invalid`` for an unknown field or a value out of range, and as ``checked``.
    """
    try:
        policy = msgspec.convert(tomllib.loads(content.decode("utf-8")), Policy)
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, msgspec.ValidationError):
        raise Rejected("deid.policy-invalid") from None
    return checked(policy, content)


def checked(policy: Policy, content: bytes) -> Policy:
    """A policy that can be kept, with its digest over ``content`` and the rule files.

    Raises
    ------
    Rejected
        ``deid.policy-option`` for an option nobody here can perform, ``deid.policy-exclusive`` for
        options that exclude each other, ``deid.policy-invalid`` for fields that contradict each
        other.
    """
    for option in policy.options:
        if option not in PERFORMED:
            raise Rejected("deid.policy-option", option=option)
    if any(policy.has(one) and policy.has(other) for one, other in EXCLUSIVE):
        raise Rejected("deid.policy-exclusive")
    if not all((in_range(policy), is_consistent(policy))):
        raise Rejected("deid.policy-invalid")
    digest = hashlib.sha256(content + rules_digest()).hexdigest()
    return msgspec.structs.replace(policy, digest=digest)


def in_range(policy: Policy) -> bool:
    """Whether every number and tag of a policy is one that the rules know."""
    tags = all(re.fullmatch("[0-9A-F]{8}", tag) for tag in policy.remove)
    ages = 1 <= policy.age_band_years <= 30 and 0 < policy.oldest_age_years < POOLED_AGE_YEARS
    return tags and ages and 0 < policy.max_offset_days <= 3652 and 0 <= policy.pixels.sample <= 1


def is_consistent(policy: Policy) -> bool:
    """Whether what is done needs no option that the policy does not take."""
    removes_faces = policy.has("clean_recognizable_visual_features")
    rebuilds = policy.structured_reports == "rebuild"
    return (
        (policy.faces == "remove") == removes_faces
        and (not rebuilds or policy.has("clean_structured_content"))
        and (policy.birth_date == "empty" or policy.has(MODIFIED_DATES))
    )


@cache
def rules_digest() -> bytes:
    """Digest of the rule files."""
    folder = files("yushan.domain.deid") / "data"
    digest = hashlib.sha256()
    for name in RULE_FILES:
        digest.update(hashlib.sha256((folder / name).read_bytes()).digest())
    return digest.digest()
