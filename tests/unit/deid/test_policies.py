"""Policies as signed files, and what they become with other options."""

from __future__ import annotations

import pytest

from yushan.base import Rejected
from yushan.domain.deid import (
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
from yushan.domain.deid.policy import PERFORMED
from yushan.domain.deid.tables import methods
from yushan.engines.keys import Signer, verify


@pytest.mark.parametrize("name", policy_names())
def test_the_packaged_policies_are_as_they_were_signed(name: str) -> None:
    assert signed_policy(name, verify) == load_policy(name)


@pytest.mark.parametrize("name", policy_names())
def test_a_changed_byte_is_refused(name: str) -> None:
    content, signature = policy_file(name)
    for place in range(0, len(content), 97):
        changed = bytes([*content[:place], content[place] ^ 1, *content[place + 1 :]])
        with pytest.raises(Rejected, match=r"deid\.policy-unsigned"):
            read_signed(SignedFile(changed, signature), distribution_key(), verify)


def test_an_unsigned_policy_is_refused() -> None:
    content, _ = policy_file("basic")
    with pytest.raises(Rejected, match=r"deid\.policy-unsigned"):
        read_signed(SignedFile(content, b""), distribution_key(), verify)


def test_a_site_signs_its_own_policy_with_its_own_key() -> None:
    site = Signer(b"s" * 32)
    content = policy_file("basic").content.replace(b'"basic"', b'"ours"')
    file = SignedFile(content, site.sign(content))
    assert read_signed(file, site.public, verify).name == "ours"
    with pytest.raises(Rejected, match=r"deid\.policy-unsigned"):
        read_signed(file, distribution_key(), verify)


def test_switched_options_have_a_name_and_a_digest_of_their_own() -> None:
    base = load_policy("tw-hospital")
    made = with_options(base, ["+retain_uids", "-clean_graphics"])
    assert made.name == "tw-hospital-113103+113110"
    assert made.has("retain_uids")
    assert not made.has("clean_graphics")
    assert made.digest != base.digest
    assert made == with_options(base, ["-clean_graphics", "+retain_uids"])
    assert with_options(base, ["+clean_graphics"]) is base
    assert with_options(base, []) is base


def test_one_of_two_that_exclude_each_other_takes_the_others_place() -> None:
    made = with_options(load_policy("tw-hospital"), ["+retain_longitudinal_full_dates"])
    assert made.name == "tw-hospital+113106-113107"
    assert not made.has("retain_longitudinal_modified_dates")


def test_fields_follow_the_options_they_need() -> None:
    basic = load_policy("basic")
    reading = with_options(basic, ["+clean_pixel_data"])
    assert "ultrasound" in reading.pixels.read
    removing = with_options(basic, ["+clean_recognizable_visual_features"])
    assert removing.faces == "remove"
    assert with_options(removing, ["-clean_recognizable_visual_features"]).faces == "quarantine"
    assert with_options(basic, ["+clean_structured_content"]).structured_reports == "rebuild"


@pytest.mark.parametrize("change", ["retain_uids", "+", "+nothing", "*clean_graphics", ""])
def test_a_switch_that_is_none_is_refused(change: str) -> None:
    with pytest.raises(Rejected, match=r"deid\.policy-option"):
        with_options(load_policy("basic"), [change])


def test_a_name_that_would_be_too_long_says_its_digest() -> None:
    every = [f"+{option}" for option in PERFORMED if option != "retain_longitudinal_full_dates"]
    made = with_options(load_policy("basic"), every)
    assert made.name == f"basic~{made.digest[:16]}"
    assert len(made.name) <= 50


def test_every_option_may_be_claimed_by_its_code() -> None:
    for option in PERFORMED:
        policy = with_options(load_policy("basic"), [f"+{option}"])
        assert policy.claims == {"113100", methods()[option].code}


def test_learned_words_are_part_of_the_policy() -> None:
    base = load_policy("tw-nhi")
    learned = with_words(base, frozenset({"proximal"}), "d" * 64)
    assert learned.words == {"proximal"}
    assert learned.digest != base.digest
