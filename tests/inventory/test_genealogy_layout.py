"""The picture of a genealogy: every line goes to the right, neighbours stand side by side, rings end."""

from hypothesis import given
from hypothesis import strategies as st

from inventory.engine.genealogy_layout import Edge, lay_out


def columns(before: list[Edge], after: list[Edge], most: int = 9) -> dict[str, int]:
    return {name: spot.column for name, spot in lay_out("S", before, after, most=most).spots.items()}


def test_what_it_was_made_of_stands_before_it_and_what_it_became_after_it() -> None:
    before = [("bar", "S"), ("ingot", "bar")]
    assert columns(before, [("S", "pump")]) == {"ingot": -2, "bar": -1, "S": 0, "pump": 1}
    assert columns([], []) == {"S": 0}


def test_the_longest_way_counts_so_that_no_line_goes_back() -> None:
    after = [("S", "pump"), ("S", "housing"), ("housing", "pump")]
    assert columns([], after) == {"S": 0, "housing": 1, "pump": 2}
    before = [("ingot", "S"), ("ingot", "casting"), ("casting", "S")]
    assert columns(before, []) == {"S": 0, "casting": -1, "ingot": -2}


def test_what_is_joined_stands_side_by_side() -> None:
    """Written crosswise: a takes d, b takes c."""
    after = [("S", "a"), ("S", "b"), ("b", "c"), ("a", "d")]
    spots = lay_out("S", [], after, most=9).spots
    assert spots["a"].row == spots["d"].row
    assert spots["b"].row == spots["c"].row
    assert spots["a"].row + spots["b"].row == 0, "a column stands around the middle"


def test_a_long_column_is_cut_with_its_lines_and_says_by_how_many() -> None:
    found = lay_out("S", [], [("S", f"P-{each}") for each in range(7)], most=4)
    assert found.left_out == {1: 3}
    assert len(found.edges) == 4
    assert found.columns == [0, 1]


def test_a_ring_ends_with_the_shortest_ways() -> None:
    """Rework may lead back to a lot that it came of."""
    assert columns([], [("S", "a"), ("a", "b"), ("b", "a"), ("b", "c")]) == {"S": 0, "a": 1, "b": 2, "c": 3}


@given(st.lists(st.tuples(st.integers(0, 8), st.integers(1, 9)), max_size=25))
def test_every_line_of_a_genealogy_goes_to_the_right(pairs: list[tuple[int, int]]) -> None:
    """Numbers grow from parent to child, so there is no ring; 0 is the start."""
    edges = [("S" if taken == 0 else str(taken), str(made)) for taken, made in pairs if taken < made]
    found = lay_out("S", [], edges, most=50)
    reached, front = {"S"}, ["S"]
    while front:
        front = [made for taken, made in edges if taken in front and made not in reached]
        reached.update(front)
    assert found.spots.keys() == reached
    assert set(found.edges) == {edge for edge in edges if edge[0] in reached}
    for taken, made in found.edges:
        assert found.spots[taken].column < found.spots[made].column
    assert len(set(found.spots.values())) == len(found.spots), "no two in one spot"
