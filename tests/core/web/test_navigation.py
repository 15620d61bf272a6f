import pytest

from mom.core import search
from mom.core.actor import Actor
from mom.core.web import navigation
from mom.core.web.navigation import NavItem

pytestmark = pytest.mark.urls("tests.core.web.addresses")


@pytest.fixture(autouse=True)
def registries(monkeypatch: pytest.MonkeyPatch) -> None:
    """Empty registries for one test."""
    monkeypatch.setattr(navigation, "_items", {})
    monkeypatch.setattr(search, "_sources", {})


def person(*permissions: str) -> Actor:
    return Actor("user", "1", "Alice", {"P1": frozenset(permissions)})


def fill() -> None:
    navigation.register(NavItem("setup", "Components", "web:components", "core.view_components", 90))
    navigation.register(NavItem("production", "Roles", "role_list", "plant.view", 20))
    navigation.register(NavItem("production", "Search", "web:search", "plant.view", 10))
    navigation.register(NavItem("quality", "Gauges", "quality:gauge_list", "plant.view"))


def test_navigation_shows_what_exists_and_is_allowed() -> None:
    fill()
    groups = navigation.menu(person("plant.view"), "P1", "/roles/a-01/")
    assert [(group.key, [str(link.label) for link in group.links]) for group in groups] == [
        ("production", ["Search", "Roles"])
    ]
    assert groups[0].url == "/search/"


def test_navigation_is_empty_at_another_site() -> None:
    fill()
    assert navigation.menu(person("plant.view"), "P2", "/") == []


def test_navigation_marks_the_longest_address_above() -> None:
    fill()
    groups = navigation.menu(person("plant.view", "core.view_components"), "P1", "/roles/a-01/")
    assert [link.current for link in groups[0].links] == [False, True]
    current = navigation.current_group(groups)
    assert current is not None
    assert current.key == "production"


def test_navigation_refuses_an_unknown_group() -> None:
    with pytest.raises(ValueError, match="No navigation group"):
        navigation.register(NavItem("kitchen", "Menu", "web:search", "x"))


def hits(actor: Actor, site: str, text: str, limit: int) -> list[search.SearchHit]:
    return [search.SearchHit("order", f"WO-{number}", "Pump", "", f"/orders/{number}/") for number in range(20)]


def test_search_asks_only_where_the_actor_may() -> None:
    search.register("order", hits, permission="production.view_order", label="Orders")
    assert search.find(person("plant.view"), "P1", "WO") == []
    found = search.find(person("production.view_order"), "P1", "WO", limit=5)
    assert [len(group.hits) for group in found] == [5]


def test_search_of_too_little_asks_nobody() -> None:
    search.register("order", hits, permission="production.view_order", label="Orders")
    assert search.find(person("production.view_order"), "P1", " W ") == []


def test_search_leads_straight_to_an_exact_code() -> None:
    search.register("order", hits, permission="production.view_order", label="Orders")
    groups = search.find(person("production.view_order"), "P1", "wo-3", limit=20)
    hit = search.exact(groups, "wo-3")
    assert hit is not None
    assert hit.url == "/orders/3/"
    assert search.exact(groups, "wo") is None


def test_group_is_current_on_pages_that_stand_under_its_page() -> None:
    navigation.register(NavItem("production", "Roles", "role_list", "plant.view", also=("/jobs/",)))
    actor = person("plant.view")
    current = [group.current for path in ("/jobs/J-1/", "/job/") for group in navigation.menu(actor, "P1", path)]
    assert current == [True, False]
