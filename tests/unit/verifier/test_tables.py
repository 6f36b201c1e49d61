"""The tables are whole and fit each other."""

from __future__ import annotations

from collections import Counter

from yushan.domain.verifier.rules import Rules
from yushan.domain.verifier.shapes import SHAPES
from yushan.domain.verifier.tables import actions, iod, iods, modules, private, rows, tables


def test_the_profile_has_the_counts_of_its_edition() -> None:
    counts = Counter(row["basic"] for row in rows("e1_1.csv"))
    assert counts["X"] == 417
    assert counts["D"] == 93
    assert counts["U"] == 55
    assert counts["Z"] == 42
    assert len(actions()) == 657 - 4
    assert len(private()) == 479 + 22


def test_options_are_codes_of_the_context_group() -> None:
    known = set(tables().methods)
    assert len(known) == 13
    for action in tables().actions.values():
        assert action.keep | action.clean <= known


def test_every_text_attribute_has_a_shape_and_the_standard_knows_it() -> None:
    for tag, shape in tables().texts.items():
        assert shape in SHAPES
        assert tables().attributes[tag].in_iod
        assert tag not in tables().actions


def test_every_safe_private_attribute_has_a_treatment() -> None:
    treatments = {safe.treatment for safe in tables().private.values()}
    assert treatments == {"keep", "scan", "uid", "recurse", "drop"}


def test_a_rule_can_be_worked_out_for_every_attribute_and_option() -> None:
    everything = frozenset(tables().attributes)
    for claims in (frozenset[str](), frozenset({"113100"}), frozenset(tables().methods)):
        rules = Rules(claims, everything)
        for tag in tables().attributes:
            assert rules[tag].presence or rules[tag].vrs


def test_every_class_that_may_pass_has_the_attributes_of_its_iod() -> None:
    treatments = {row.treatment for row in tables().classes.values()}
    assert treatments == {"plain", "slice", "annotated", "read", "content", "refuse"}
    for row in tables().classes.values():
        if row.treatment != "refuse":
            assert {0x00080018, 0x00100020} <= iod(row.iod).top


def test_every_module_is_used_and_every_iod_has_modules() -> None:
    used = {module for names in iods().values() for module in names}
    assert used == set(modules())
    for name in iods():
        assert iod(name).nested
    assert iod("none").top == frozenset()


def test_common_family_names_are_no_words_of_the_field() -> None:
    assert not {"wang", "chen", "lin", "chang", "lee", "huang", "wu"} & tables().words
