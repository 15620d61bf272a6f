"""The navigation can be taken in at one glance (DESIGN.md, section 3)."""

from collections import defaultdict

from mom.core.web import navigation

MOST_ENTRIES = 7


def test_no_group_of_the_navigation_has_more_than_seven_entries() -> None:
    entries: dict[str, set[str]] = defaultdict(set)
    for item in navigation.registered():
        entries[item.group].add(item.section or item.url_name)
    assert {group: len(names) for group, names in entries.items() if len(names) > MOST_ENTRIES} == {}


def test_every_section_of_the_navigation_is_used_in_one_group_by_more_than_one_page() -> None:
    pages: dict[str, list[str]] = {section: [] for section in navigation.SECTIONS}
    for item in navigation.registered():
        if item.section:
            pages[item.section].append(item.group)
    assert {section: groups for section, groups in pages.items() if len(groups) < 2 or len(set(groups)) > 1} == {}
