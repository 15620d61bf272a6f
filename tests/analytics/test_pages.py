"""The pages of figures: what they say, to whom, and what they cost."""

import re
from datetime import date

import pytest
from django.test import Client

from analytics.selectors.slices import Window
from analytics.services.rebuild import rebuild_days
from analytics.views.window import chosen_window
from mom.accounts.models import Site, User
from mom.core.testing import acting
from tests.analytics.reporting import Shop
from tests.analytics.test_kpi_golden import DAYS, REPORTS

BACKEND = "mom.accounts.backends.PasswordBackend"
PAGES = ["/kpis/", "/kpis/quality_ratio/", "/flow/"]
QUERY = "?first=2026-03-01&last=2026-03-04"


@pytest.fixture
def shop(site: Site) -> Shop:
    with acting() as act:
        shop = Shop.make(site)
        shop.record(act, REPORTS)
        rebuild_days(site, DAYS)
    return shop


def test_kpi_book_prints_the_hand_worked_figures(client: Client, owner: User, shop: Shop) -> None:
    client.force_login(owner, backend=BACKEND)

    page = client.get(f"/kpis/{QUERY}").content.decode()

    assert "94.2\xa0%" in page  # 65 of 69
    assert "11.0\xa0h" in page
    assert "65\xa0pcs" in page


@pytest.mark.parametrize("address", PAGES)
def test_pages_of_figures_are_refused_without_the_right(
    client: Client, colleague: User, outsider: User, address: str
) -> None:
    assert client.get(address).status_code == 302
    client.force_login(colleague, backend=BACKEND)
    assert client.get(address).status_code == (200 if _may_view(colleague) else 403)


def _may_view(user: User) -> bool:
    from mom.accounts.selectors import actor_for_user

    return actor_for_user(user).may("analytics.view", "P1")


@pytest.mark.parametrize("address", PAGES)
def test_outsider_sees_the_page_without_the_figures_of_this_plant(
    client: Client, outsider: User, shop: Shop, address: str
) -> None:
    client.force_login(outsider, backend=BACKEND)

    # a random token may hold anything
    page = re.sub(r'value="\w{64}"', "", client.get(address + QUERY).content.decode())

    assert "M1" not in page
    assert "94.2" not in page


def test_page_of_a_figure_that_is_not_in_the_book_is_not_found(client: Client, owner: User) -> None:
    client.force_login(owner, backend=BACKEND)

    assert client.get("/kpis/happiness/").status_code == 404


def test_window_is_the_last_thirty_days_or_where_the_data_are(site: Site, shop: Shop) -> None:
    soon, later = date(2026, 3, 20), date(2026, 9, 1)

    assert chosen_window(site, {}, soon).window == Window(date(2026, 2, 19), soon)
    assert chosen_window(site, {}, later).window == Window(date(2026, 3, 2), date(2026, 3, 4))
    asked = chosen_window(site, {"first": "2026-03-03", "last": "2026-03-03"}, later)
    assert asked.window == Window(date(2026, 3, 3), date(2026, 3, 3))


def test_window_the_wrong_way_round_is_said_and_the_default_shows(client: Client, owner: User, shop: Shop) -> None:
    client.force_login(owner, backend=BACKEND)

    page = client.get("/kpis/?first=2026-03-04&last=2026-03-01")

    assert page.status_code == 200
    assert "The last day is before the first." in page.content.decode()


@pytest.mark.parametrize("address", PAGES)
def test_statements_do_not_grow_with_the_window(
    client: Client, owner: User, shop: Shop, django_assert_max_num_queries: object, address: str
) -> None:
    client.force_login(owner, backend=BACKEND)

    most = 25 if address == "/kpis/" else 15  # the book reads decisions, plans, due dates, counts, stock, charts too
    with django_assert_max_num_queries(most):  # type: ignore[operator]
        client.get(f"{address}?first=2025-03-01&last=2026-03-04")
