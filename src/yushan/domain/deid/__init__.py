"""De-identification: stage 1 in the hospital, stage 2 at the commons; default is remove.

Owns no tables and no folders; pure: no clock, no randomness, equal input gives equal bytes.
Promises: what leaves was kept by a rule of the policy; every UID that is not registered has the
fixed form ``2.25.`` and 39 digits; Patient ID and Name are the pseudonym; dates have 8 digits or
are empty; what cannot be proven safe is quarantined with a code.
Start at ``deidentify.py``, then ``plan.py``.
"""

from yushan.domain.deid.candidates import Found, words_of
from yushan.domain.deid.classes import classes_table, settled_by
from yushan.domain.deid.cleaned import CleanedPixels, PixelNeed, pixel_need
from yushan.domain.deid.deidentify import Quarantined, Released, deidentify
from yushan.domain.deid.examined import examined_on
from yushan.domain.deid.harvest import Harvest, harvest
from yushan.domain.deid.identity import national_identity, normal_identity
from yushan.domain.deid.learning import (
    LEAST_PATIENTS,
    LEAST_SITES,
    Census,
    LearnedWords,
    SiteWords,
    joined,
    read_learned_words,
    read_site_words,
    reviewed,
    words_digest,
    words_file,
)
from yushan.domain.deid.policies import (
    SignedFile,
    distribution_key,
    load_policy,
    policy_file,
    policy_names,
    read_signed,
    signed_policy,
    with_options,
    with_words,
)
from yushan.domain.deid.policy import Policy, read_policy
from yushan.domain.deid.pseudonyms import SiteKeys, replace_uid, site_offset_days, site_pseudonym
from yushan.domain.deid.reissue import reissue
from yushan.domain.deid.release import file_head
from yushan.domain.deid.statement import overview, policy_page, rules_page
from yushan.domain.deid.tables import method_meanings

__all__ = [
    "LEAST_PATIENTS",
    "LEAST_SITES",
    "Census",
    "CleanedPixels",
    "Found",
    "Harvest",
    "LearnedWords",
    "PixelNeed",
    "Policy",
    "Quarantined",
    "Released",
    "SignedFile",
    "SiteKeys",
    "SiteWords",
    "classes_table",
    "deidentify",
    "distribution_key",
    "examined_on",
    "file_head",
    "harvest",
    "joined",
    "load_policy",
    "method_meanings",
    "national_identity",
    "normal_identity",
    "overview",
    "pixel_need",
    "policy_file",
    "policy_names",
    "policy_page",
    "read_learned_words",
    "read_policy",
    "read_signed",
    "read_site_words",
    "reissue",
    "replace_uid",
    "reviewed",
    "rules_page",
    "settled_by",
    "signed_policy",
    "site_offset_days",
    "site_pseudonym",
    "with_options",
    "with_words",
    "words_digest",
    "words_file",
    "words_of",
]
