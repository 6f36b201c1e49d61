"""The page of the decision table says what the table says."""

from tests.house.access import PAGE, page


def test_the_drawn_table_is_the_table_of_now() -> None:
    assert PAGE.read_text("utf-8") == page(), "run python -m tests.house.access"
