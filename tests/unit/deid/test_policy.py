"""Policies are complete, digested, and never promise what the code cannot do."""

from __future__ import annotations

import csv
import json

import pytest

from yushan.base import Rejected
from yushan.domain.deid import load_policy, policy_names, read_policy
from yushan.domain.deid.plan import Action, resolved, root_plan
from yushan.domain.deid.policy import PERFORMED
from yushan.domain.deid.tables import iod_table, methods, page, profile, safe_private

HEAD = b'name = "mine"\nedition = "1"\ntitle_en = "x"\ntitle_zh = "x"\n'


def test_there_are_the_policies_of_the_design() -> None:
    assert policy_names() == ("basic", "research-full", "tw-hospital", "tw-nhi")
    digests = {load_policy(name).digest for name in policy_names()}
    assert len(digests) == 4
    assert all(len(digest) == 64 for digest in digests)


def test_a_change_of_the_policy_changes_its_digest() -> None:
    assert read_policy(HEAD).digest != read_policy(HEAD + b"age_band_years = 5\n").digest


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (HEAD + b'options = ["clean_everything"]\n', "deid.policy-option"),
        (HEAD + b'faces = "remove"\n', "deid.policy-invalid"),
        (HEAD + b"[pixels]\nsample = 1.5\n", "deid.policy-invalid"),
        (
            HEAD + b'options = ["retain_longitudinal_full_dates", '
            b'"retain_longitudinal_modified_dates"]\n',
            "deid.policy-exclusive",
        ),
        (HEAD + b'structured_reports = "rebuild"\n', "deid.policy-invalid"),
        (HEAD + b'birth_date = "shift"\n', "deid.policy-invalid"),
        (HEAD + b'remove = ["PatientName"]\n', "deid.policy-invalid"),
        (HEAD + b"oldest_age_years = 120\n", "deid.policy-invalid"),
        (HEAD + b"colour = 3\n", "deid.policy-invalid"),
        (HEAD + b'birth_date = "keep"\n', "deid.policy-invalid"),
        (HEAD + b"max_offset_days = 9999\n", "deid.policy-invalid"),
        (b"\xff", "deid.policy-invalid"),
    ],
)
def test_a_policy_that_cannot_be_kept_is_refused(content: bytes, code: str) -> None:
    with pytest.raises(Rejected) as refusal:
        read_policy(content)
    assert refusal.value.code == code


def test_an_unknown_policy_is_refused() -> None:
    with pytest.raises(Rejected, match=r"deid\.policy-unknown"):
        load_policy("../secrets")


def test_tables_have_the_rows_of_their_edition() -> None:
    assert len(profile()) == 657
    assert len(safe_private()) == 479 + 22
    assert set(PERFORMED) <= set(methods())


def test_compound_actions_are_resolved_as_the_table_made_from_the_standard_says() -> None:
    """Against the same resolution worked out independently for eleven kinds of object."""
    expected = {"D": Action.DUMMY, "Z": Action.EMPTY, "X": Action.DROP, "U": Action.KEEP}
    seen = 0
    for row in csv.DictReader(page("ps315_e1_1.csv").splitlines()):
        if "/" not in row["basic"]:
            continue
        for kind in ("1", "1C", "2", "2C", "3"):
            action = resolved(row["basic"], kind)
            letters = set(row["basic"].replace("*", "").split("/"))
            assert action in {expected[letter] for letter in letters} | {Action.DUMMY}
            if kind == "3" and "X" in letters and "U" not in letters:
                assert action is Action.DROP
            seen += 1
    assert seen == 250


def test_no_attribute_that_the_basic_profile_removes_stays_under_basic() -> None:
    policy = load_policy("basic")
    for iod in iod_table()["iods"]:
        plan = root_plan(policy, iod)
        for tag, row in profile().items():
            if isinstance(tag, int) and row.basic == "X":
                assert plan[tag].action is Action.DROP, (iod, hex(tag))


def test_the_iod_table_is_whole() -> None:
    table = json.loads(page("iod_types.json"))
    assert (len(table["iods"]), len(table["modules"]), len(table["nodes"])) == (175, 436, 1273)
