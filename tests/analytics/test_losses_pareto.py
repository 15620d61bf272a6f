"""Lost time by reason: two levels, exact shares, and what nobody explained last and visible."""

from fractions import Fraction
from typing import Any

from django.test import Client
from hypothesis import given
from hypothesis import strategies as st

from analytics.engine.losses_pareto import Lost, Rank, pareto
from mom.accounts.models import Site, User
from tests.analytics.shift_floor import DAY, Floor
from tests.factories.plant import make_reason

BACKEND = "mom.accounts.backends.PasswordBackend"
ROWS = [
    Lost("jam", "mechanical", 50, 5), Lost("leak", "mechanical", 10, 1), Lost("no part", "logistics", 55, 2),
    Lost("", "", 90, 3), Lost("jam", "mechanical", 5, 1),
]  # fmt: skip


def test_groups_are_ranked_by_time_with_uncoded_last() -> None:
    found = pareto(ROWS)
    assert [(bar.key, bar.duration) for bar in found] == [("mechanical", 65), ("logistics", 55), ("", 90)]
    assert [bar.cumulative for bar in found] == [Fraction(65, 210), Fraction(120, 210), 1]
    assert [(each.key, each.count) for each in found[0].reasons] == [("jam", 6), ("leak", 1)]
    assert found[0].reasons[-1].cumulative == found[0].share
    assert found[-1].is_uncoded
    assert found[-1].reasons == ()


def test_groups_are_ranked_by_count() -> None:
    assert [(bar.key, bar.count) for bar in pareto(ROWS, Rank.COUNT)] == [("mechanical", 7), ("logistics", 2), ("", 3)]


def test_nothing_lost_has_no_bar() -> None:
    assert pareto([]) == []


POOL = [*ROWS, Lost("", "b", 7, 0), Lost("b", "b", 0, 0), Lost("d", "logistics", 55, 9), Lost("a", "a", 1, 2)]


@given(st.lists(st.sampled_from(POOL), max_size=12), st.sampled_from(Rank))
def test_P17_bars_add_up_to_what_was_lost(lost: list[Lost], rank: Rank) -> None:
    bars = pareto(lost, rank)
    assert sum(bar.duration for bar in bars) == sum(each.duration for each in lost)
    assert sum(bar.count for bar in bars) == sum(each.count for each in lost)
    for bar in bars:
        if bar.reasons:
            assert sum(each.duration for each in bar.reasons) == bar.duration
    assert [bar.is_uncoded for bar in bars] == sorted(bar.is_uncoded for bar in bars)
    if bars and sum(each.share for each in bars):
        assert bars[-1].cumulative == 1


def test_api_ranks_lost_time_two_levels_deep(site: Site, owner: User) -> None:
    floor = Floor.make(site)
    group = make_reason(site, "MECH", name="Mechanical")
    jam = make_reason(site, "JAM", name="Jam", parent=group)
    floor.lost(floor.machines[0], 30, reason=jam, count=2)
    floor.lost(floor.machines[1], 12, reason=jam)
    floor.lost(floor.machines[1], 20)
    client = Client(raise_request_exception=False)
    client.force_login(owner, backend=BACKEND)

    def ask(**asked: Any) -> Any:
        return client.get("/api/v1/analytics/losses/", {"site": "P1", "first": DAY, "last": DAY, **asked})

    answer = ask()
    assert answer.status_code == 200, answer.content
    rows = answer.json()["results"]
    assert [(row["reason"], row["seconds"], row["stops"]) for row in rows] == [
        ("MECH", "2520.000000", 3), ("", "1200.000000", 1),
    ]  # fmt: skip
    assert rows[0]["name"] == "Mechanical"
    assert [each["reason"] for each in rows[0]["reasons"]] == ["JAM"]
    assert rows[-1]["cumulative"] == "1.000000000000"
    (only,) = ask(machine=floor.machines[0].code).json()["results"]
    assert only["seconds"] == "1800.000000"
    assert ask(rank="weight").status_code == 400
    assert ask(site="P9").status_code == 404
