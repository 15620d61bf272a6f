"""Where the axis of a figure begins: what is drawn upon it reads as nothing."""

import pytest

from analytics.engine.book import BOOK
from analytics.views.drawings import _floor


@pytest.mark.parametrize(
    ("values", "floor"),
    [
        ([100], 95),  # a full score stands at the top, not on the axis
        ([65, 70], 60),
        ([66.7], 65),
        ([50, 60], 0),  # half and less begins at nothing
        ([60, 95], 0),  # so does what changes much
        ([], 0),
    ],
)
def test_axis_of_a_high_percentage_begins_below_its_least_value(values: list[float], floor: float) -> None:
    assert _floor(BOOK["pm_compliance"], values) == floor


def test_axis_of_anything_but_a_percentage_begins_at_nothing() -> None:
    assert _floor(BOOK["inventory_turns"], [100]) == 0
