"""The public index: every line is shared by enough persons, and lines come in steps."""

from collections import defaultdict

from hypothesis import given
from hypothesis import strategies as st

from yushan.domain.statistics import RULES, shared

COLUMNS = ("modality", "hospital", "model")
row = st.tuples(
    st.tuples(st.sampled_from("CM"), st.sampled_from("ab"), st.sampled_from("xyz")),
    st.integers(0, 25),
)


def covers(shown, values):
    return all(one in (None, value) for one, value in zip(shown, values, strict=True))


@given(st.lists(row, max_size=120))
def test_every_line_is_shared_by_enough_persons(rows):
    found = shared(rows, COLUMNS, RULES)
    for one in found:
        fits = {person for values, person in rows if covers(one.values, values)}
        assert len(fits) >= RULES.release.persons
        assert one.lines % RULES.step == 0
    assert sum(one.lines for one in found) <= len(rows)


def test_the_ladder_withholds_the_finest_column_first():
    rows = [(("CT", "a", f"model {n}"), n) for n in range(7)]
    (one,) = shared(rows, COLUMNS, RULES)
    assert one.values == ("CT", "a", None)
    assert one.lines == 5


def test_many_series_of_few_persons_are_left_out():
    rows = [(("CT", "a", "x"), n % 4) for n in range(400)]
    assert shared(rows, COLUMNS, RULES) == []


@given(st.lists(row, max_size=60), row)
def test_one_more_series_changes_nothing_or_a_whole_step(rows, more):
    before, after = defaultdict(int), defaultdict(int)
    for where, given_rows in ((before, rows), (after, [*rows, more])):
        for one in shared(given_rows, COLUMNS, RULES):
            where[one.values] = one.lines
    changed = {key: after[key] - before[key] for key in {*before, *after}}
    assert all(value % RULES.step == 0 for value in changed.values())
