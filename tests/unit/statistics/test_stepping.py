"""Protected counts: whoever holds all published tables of a small case cannot pin a count down."""

from collections import defaultdict
from itertools import chain, combinations, product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from yushan.domain.statistics import RULES, Amounts, Rules, floored, followed, protected, stepped

counts = st.lists(st.integers(0, 40), max_size=30)


@given(counts, st.integers(2, 12))
def test_every_run_of_cells_is_true_within_one_step(values, step):
    shown = stepped(values, step)
    for start in range(len(values)):
        for end in range(start, len(values) + 1):
            assert abs(sum(values[start:end]) - sum(shown[start:end])) < step
    assert sum(shown) == floored(sum(values), step)
    assert all(one >= 0 and one % step == 0 for one in shown)


@given(counts, st.integers(2, 12))
def test_amounts_follow_only_cells_that_show_something(values, step):
    shown = stepped(values, step)
    amounts = followed([7 * one for one in values], 2 * step, shown)
    for cell, amount in zip(shown, amounts, strict=True):
        assert amount == 0 if cell == 0 else amount >= 0
    assert sum(amounts) >= sum(shown)
    assert sum(amounts) <= max(7 * sum(values), sum(shown))


def subsets(cells):
    return chain.from_iterable(combinations(range(cells), n) for n in range(1, cells + 1))


def worlds(cells, most):
    """Every way the cells can be filled."""
    return product(range(most + 1), repeat=cells)


@pytest.mark.parametrize(("cells", "step", "most"), [(2, 3, 8), (3, 3, 6), (4, 3, 4), (3, 5, 9)])
def test_no_sum_of_cells_can_be_pinned_to_a_small_count(cells, step, most):
    """The attacker knows the rule and every published number; each sum of cells is a question."""
    alike = defaultdict(list)
    for world in worlds(cells, most):
        alike[stepped(world, step)].append(world)
    for shown, possible in alike.items():
        if sum(shown) + step - 1 > most:
            continue  # its worlds are not all among those that were tried
        for some in subsets(cells):
            sums = {sum(world[place] for place in some) for world in possible}
            assert len(sums) > 1, (shown, some)


@pytest.mark.parametrize("cells", [2, 3])
def test_images_and_series_beside_studies_pin_nothing_either(cells):
    """Each study has at least one series and each series at least one image: he knows that too."""
    rules = Rules(3, 3, 6, 3, 3, 6, RULES.release)
    most = 4 if cells == 3 else 6
    filled = [(s, i) for s in range(most + 1) for i in range(s, most + 3) if s or not i]
    alike = defaultdict(list)
    for world in product(filled, repeat=cells):
        rows = [Amounts("CT", s, s, i, 3 * i) for s, i in world]
        shown = tuple((one.studies, one.images) for one in protected(rows, rules))
        alike[shown].append(tuple(studies for studies, _ in world))
    for shown, possible in alike.items():
        if sum(studies for studies, _ in shown) + 2 > most:
            continue
        for some in subsets(cells):
            assert len({sum(world[place] for place in some) for world in possible}) > 1, shown


def test_two_tables_of_two_days_pin_nothing_either():
    """Between them studies came, nobody knows how many nor where, and none left."""
    alike = defaultdict(set)
    for before in worlds(3, 4):
        for more in worlds(3, 3):
            after = tuple(map(sum, zip(before, more, strict=True)))
            alike[stepped(before, 3), stepped(after, 3)].add((before, after))
    pinned = 0
    for (first, second), possible in alike.items():
        if sum(first) + 2 > 4 or sum(second) + 2 > 7:
            continue
        for place in range(3):
            pinned += len({before[place] for before, _ in possible}) == 1
    assert pinned == 0


def test_f10_the_difference_of_two_questions_does_not_give_the_three_persons():
    """Case F10: a cell of 3, and two questions whose difference would be that cell."""
    everyone = [0, 12, 3, 7]
    shown = stepped(everyone, RULES.step)
    with_cell, without = sum(shown), sum(shown) - shown[2]
    assert with_cell - without != 3
    assert {with_cell - without} <= {0, 5}
    others = [stepped([0, 12, n, 7], RULES.step) for n in range(5)]
    assert sum(one == shown for one in others) > 1


def test_steps_that_do_not_fit_each_other_are_refused():
    with pytest.raises(ValueError, match="multiples"):
        Rules(5, 5, 12, 10, 5, 10, RULES.release)
