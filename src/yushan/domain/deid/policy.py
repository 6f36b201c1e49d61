"""Policies: what a release keeps, as files with a digest; the code refuses what it cannot do."""

from __future__ import annotations

import hashlib
import tomllib
from functools import cache
from importlib.resources import files
from typing import Final, Literal

import msgspec

from yushan.base import Rejected

#: Option columns of Table E.1-1 that this room can perform, in the order of their codes.
PERFORMED: Final = (
    "clean_pixel_data",
    "clean_recognizable_visual_features",
    "clean_graphics",
    "clean_structured_content",
    "clean_descriptors",
    "retain_longitudinal_modified_dates",
    "retain_patient_characteristics",
    "retain_device_identity",
    "retain_safe_private",
)
#: What decides about a release beside the policy: all of it is part of the digest.
RULE_FILES: Final = (
    "attributes.toml",
    "cid7050_deid_methods.csv",
    "classes.toml",
    "coded_strings.txt",
    "iod_types.json",
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


class Policy(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What one release does with everything that is a question of policy, not of the Standard.

    Parameters
    ----------
    options
        Option columns of Table E.1-1, see ``PERFORMED``.
    remove
        Tags (hex) that stay removed although an option would keep them.
    oldest_age_years, age_band_years
        Ages above the first are pooled one year higher; ages are rounded down to bands.
    birth_date
        ``empty``, or ``shift`` by the person's offset.
    max_offset_days
        Bound of the date offset on either side.
    projection_radiography
        Whether plain radiographs, fluoroscopy and nuclear medicine go on the word of their
        header, or wait for a person.
    faces
        What becomes of thin slices of the head: ``release`` as they are, ``quarantine``, or
        ``remove`` the face first (option ``clean_recognizable_visual_features``).
    pixels
        Which pixels are read for text.
    structured_reports
        Whether report trees may go after cleaning.
    digest
        SHA-256 over the policy and every rule file: equal digests release equal bytes.
    """

    name: str
    edition: str
    title_en: str
    title_zh: str
    options: tuple[str, ...] = ()
    remove: tuple[str, ...] = ()
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


def option_bit(option: str) -> int:
    """The bit by which the claims of an object remember an option."""
    return 1 << PERFORMED.index(option)


@cache
def load_policy(name: str) -> Policy:
    """One of the policies of this house by name.

    Raises
    ------
    Rejected
        ``deid.policy-unknown``, and as ``read_policy``.
    """
    if name not in policy_names():
        raise Rejected("deid.policy-unknown")
    return read_policy(
        (files("yushan.domain.deid") / "data/policies" / f"{name}.toml").read_bytes()
    )


@cache
def policy_names() -> tuple[str, ...]:
    """The names of the policies of this house."""
    folder = files("yushan.domain.deid") / "data" / "policies"
    return tuple(
        sorted(e.name.removesuffix(".toml") for e in folder.iterdir() if e.name.endswith(".toml"))
    )


def read_policy(content: bytes) -> Policy:
    """A policy from its file.

    Raises
    ------
    Rejected
        ``deid.policy-invalid`` for an unknown field or value, ``deid.policy-option`` for an option
        that this room cannot perform.
    """
    try:
        policy = msgspec.convert(tomllib.loads(content.decode("utf-8")), Policy)
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, msgspec.ValidationError):
        raise Rejected("deid.policy-invalid") from None
    unable = [option for option in policy.options if option not in PERFORMED]
    if unable:
        raise Rejected("deid.policy-option", option=unable[0])
    if not 0 < policy.max_offset_days <= 3652 or not 1 <= policy.age_band_years <= 30:
        raise Rejected("deid.policy-invalid")
    if not 0 <= policy.pixels.sample <= 1 or (policy.faces == "remove") != policy.has(
        "clean_recognizable_visual_features"
    ):
        raise Rejected("deid.policy-invalid")
    digest = hashlib.sha256(content + rules_digest()).hexdigest()
    return msgspec.structs.replace(policy, digest=digest)


@cache
def rules_digest() -> bytes:
    """Digest of the rule files."""
    folder = files("yushan.domain.deid") / "data"
    digest = hashlib.sha256()
    for name in RULE_FILES:
        digest.update(hashlib.sha256((folder / name).read_bytes()).digest())
    return digest.digest()
