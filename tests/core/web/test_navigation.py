import pytest

from mom.core.actor import Actor
from mom.core.web import navigation
from mom.core.web.navigation import NavItem

pytestmark = pytest.mark.urls("tests.core.web.addresses")


@pytest.fixture(autouse=True)
def registries(monkeypatch: pytest.MonkeyPatch) -> None:
    """Empty registries for one test."""
    monkeypatch.setattr(navigation, "_items", {})


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


def test_group_is_current_on_pages_that_stand_under_its_page() -> None:
    navigation.register(NavItem("production", "Roles", "role_list", "plant.view", also=("/jobs/",)))
    actor = person("plant.view")
    current = [group.current for path in ("/jobs/J-1/", "/job/") for group in navigation.menu(actor, "P1", path)]
    assert current == [True, False]


def test_pages_of_a_section_share_one_entry() -> None:
    navigation.register(NavItem("setup", "Roles", "role_list", "plant.view", 20, section="people"))
    navigation.register(NavItem("setup", "Components", "web:components", "core.view_components", 30))
    navigation.register(NavItem("setup", "Search", "web:search", "plant.view", 40, section="people"))
    (group,) = navigation.menu(person("plant.view", "core.view_components"), "P1", "/search/")
    assert [(str(link.label), link.url, link.current) for link in group.links] == [
        ("People and skills", "/roles/", True),
        ("Components", "/setup/components/", False),
    ]
    assert [(str(page.label), page.current) for page in group.links[0].pages] == [("Roles", False), ("Search", True)]


def test_section_of_one_visible_page_is_that_page() -> None:
    navigation.register(NavItem("setup", "Roles", "role_list", "plant.view", 20, section="people"))
    navigation.register(NavItem("setup", "Components", "web:components", "core.view_components", 30, section="people"))
    (group,) = navigation.menu(person("plant.view"), "P1", "/roles/")
    assert [(str(link.label), link.current, link.pages) for link in group.links] == [("Roles", True, ())]


def test_navigation_refuses_an_unknown_section() -> None:
    with pytest.raises(ValueError, match="No navigation section"):
        navigation.register(NavItem("setup", "Menu", "web:search", "x", section="kitchen"))
