"""The roles table is complete and nobody may more than it says."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from yushan.base import Forbidden
from yushan.services.accounts import ROLES, Permission, may, require, role_name
from yushan.services.accounts.roles import PERMISSIONS

EVERY_ROLE = {
    "visitor",
    "researcher",
    "annotator",
    "reviewer",
    "checker",
    "builder",
    "clinician",
    "citizen",
    "steward",
    "ministry",
    "engineer",
    "auditor",
    "administrator",
}


class Someone:
    def __init__(self, role):
        self.role = role


def test_every_role_of_the_house_has_a_row_and_no_other_has():
    assert set(ROLES) == EVERY_ROLE


def test_every_role_and_permission_is_named_in_both_languages():
    assert set(PERMISSIONS) == set(Permission)
    for row in [*ROLES.values(), *PERMISSIONS.values()]:
        assert row.en.strip()
        assert row.zh.strip()
        assert row.en != row.zh


def test_every_permission_is_held_by_some_role():
    held = frozenset().union(*(role.may for role in ROLES.values()))
    assert held == set(Permission) - {Permission.SEND_PACKS, Permission.COSIGN_HEADS}


def test_a_visitor_sees_what_all_see_and_minds_the_own_account():
    assert ROLES["visitor"].may == {Permission.SEE_PUBLIC, Permission.MANAGE_OWN_ACCOUNT}


def test_nobody_signed_in_may_only_see_what_is_public():
    assert [one for one in Permission if may(None, one)] == [Permission.SEE_PUBLIC]


def test_no_role_decides_on_applications_and_makes_them():
    for role in ROLES.values():
        assert not {Permission.APPLY_FOR_DATA, Permission.REVIEW_APPLICATIONS} <= role.may


@given(st.sampled_from(sorted(EVERY_ROLE)), st.sampled_from(list(Permission)))
def test_the_check_and_the_question_agree(role, permission):
    if may(Someone(role), permission):
        require(Someone(role), permission)
    else:
        with pytest.raises(Forbidden) as refused:
            require(Someone(role), permission)
        assert refused.value.code == "accounts.not-allowed"
        assert refused.value.facts == {"permission": permission.value}


def test_a_misspelt_permission_is_a_programmers_error():
    with pytest.raises(ValueError, match="see_image"):
        may(Someone("steward"), "see_image")


def test_a_role_has_a_name_in_the_readers_language():
    assert role_name("engineer", "zh-Hant") == "醫院資訊人員"
    assert role_name("engineer", "en") == "Hospital engineer"
