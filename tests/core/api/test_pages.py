"""Pages by position: every row once, in order, whatever the order and its gaps."""

from typing import Any

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as budget
from hypothesis import strategies as st

from mom.core.api import pagination
from mom.core.testing import acting
from mom.plant.models import EquipmentClass

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("resource")]
CLASSES = "/api/v1/test/classes/"


def _walk(client: Any, address: str, way: str) -> list[list[str]]:
    pages = []
    while address:
        answer = client.get(address)
        assert answer.status_code == 200, answer.content
        pages.append([row["code"] for row in answer.json()["results"]])
        address = answer.json()[way]
    return pages


@pytest.mark.parametrize("ordering", ["code", "-code", "name", "-name", "name,-code", "-created_at"])
def test_pages_hold_every_row_once_both_ways(
    owner: Any, client_of: Any, make_classes: Any, site: Any, ordering: str
) -> None:
    for number in range(7):
        make_classes(site, [f"C{number}"], name=f"N{number % 2}")
    client = client_of(owner)
    forward = _walk(client, f"{CLASSES}?page_size=3&ordering={ordering}", "next")
    assert [len(page) for page in forward] == [3, 3, 1]
    codes = [code for page in forward for code in page]
    assert sorted(codes) == [f"C{number}" for number in range(7)]

    last = client.get(f"{CLASSES}?page_size=3&ordering={ordering}").json()
    while last["next"]:
        last = client.get(last["next"]).json()
    back = _walk(client, last["previous"], "previous")
    assert [code for page in reversed(back) for code in page] == codes[:6]


def test_page_is_not_shifted_by_a_new_row(owner: Any, client_of: Any, make_classes: Any, site: Any) -> None:
    make_classes(site, ["B", "C", "D"])
    client = client_of(owner)
    first = client.get(f"{CLASSES}?page_size=2").json()
    make_classes(site, ["A"])
    assert [row["code"] for row in client.get(first["next"]).json()["results"]] == ["D"]


def test_count_is_an_estimate_where_counting_would_cost(
    owner: Any, client_of: Any, make_classes: Any, site: Any, monkeypatch: Any, statements: Any
) -> None:
    monkeypatch.setattr(pagination, "EXACT_COUNT_LIMIT", 3)
    make_classes(site, "ABCDEF")
    with statements() as seen:
        answer = client_of(owner).get(f"{CLASSES}?page_size=2").json()
    assert answer["count_is_estimate"] is True
    assert answer["count"] > 3
    assert any("EXPLAIN" in statement for statement in seen.statements)


def test_cursor_of_another_order_is_refused(owner: Any, client_of: Any, make_classes: Any, site: Any) -> None:
    make_classes(site, "ABC")
    client = client_of(owner)
    address = client.get(f"{CLASSES}?page_size=1&ordering=code").json()["next"]
    assert client.get(address.replace("ordering=code", "ordering=created_at")).status_code == 400


@budget(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(values=st.lists(st.none() | st.integers(0, 3), max_size=9), descending=st.booleans(), size=st.integers(1, 4))
def test_empty_values_come_last_and_once(values: list[int | None], descending: bool, size: int, site: Any) -> None:
    """A nullable order, with ties: read page by page it is the whole list (on the paginator itself)."""
    from django.db.models import F, IntegerField, Value
    from django.db.models.functions import Cast, NullIf

    with acting():
        EquipmentClass.objects.all().delete()
        for number, value in enumerate(values):
            EquipmentClass.objects.create(site=site, code=f"C{number}", description="" if value is None else str(value))
    rows = EquipmentClass.objects.annotate(rank=Cast(NullIf("description", Value("")), IntegerField()))
    keys = pagination._keys(EquipmentClass, ["-rank" if descending else "rank", "pk"])
    whole = list(rows.order_by(F("rank").desc(nulls_last=True) if descending else F("rank").asc(nulls_last=True), "pk"))
    seen: list[Any] = []
    while len(seen) < len(whole):
        page = rows.order_by(*[pagination._order(key, False) for key in keys])
        if seen:
            here = pagination.Position(tuple(pagination._value(seen[-1], key) for key in keys), False)
            page = page.filter(pagination._beyond(keys, pagination.Position.decode(here.encode(), 2)))
            back = rows.order_by(*[pagination._order(key, True) for key in keys])
            before = back.filter(pagination._beyond(keys, pagination.Position(here.values, True)))
            assert list(reversed(before)) == seen[:-1]
        found = list(page[:size])
        assert found
        seen += found
    assert seen == whole


def test_list_costs_the_same_for_many_rows(owner: Any, client_of: Any, make_classes: Any, site: Any) -> None:
    from tests.bench.statements import costs_the_same

    client = client_of(owner)
    counter = iter(range(1000))
    count = costs_the_same(
        lambda n: make_classes(site, [f"R{next(counter):04}" for _ in range(n)]),
        lambda: client.get(f"{CLASSES}?page_size=200"),
    )
    assert len(count) <= 4, str(count)  # session, user, memberships, rows: a page that holds all rows needs no count
