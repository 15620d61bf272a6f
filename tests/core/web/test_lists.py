import csv
import io
from typing import Any

import openpyxl
import pytest
from django.test import Client

from tests.bench.statements import costs_the_same, counting
from tests.factories.accounts import make_role

pytestmark = [pytest.mark.django_db, pytest.mark.urls("tests.core.web.addresses")]
MOST_STATEMENTS = 8


@pytest.fixture
def page(owner: Any) -> Client:
    """A signed-in person who may see the list."""
    client = Client()
    client.force_login(owner, backend="mom.accounts.backends.PasswordBackend")
    return client


@pytest.fixture
def roles() -> int:
    """Twelve roles with an a, thirteen with a b."""
    for number in range(12):
        make_role(f"a-{number:02}", ["core.view_components"] * (number % 3))
    for number in range(13):
        make_role(f"b-{number:02}", [])
    return 25


def codes(html: str) -> list[str]:
    """The codes of the rows on the page, in order."""
    return [piece.split('"')[0] for piece in html.split('href="/roles/')[1:] if piece[1:2] == "-"]


def codes_at(page: Client, address: str) -> list[str]:
    return [each.strip("/") for each in codes(page.get(address).content.decode())]


def test_list_shows_first_page_in_default_order(page: Client, roles: int) -> None:
    assert codes_at(page, "/roles/") == [f"a-{number:02}" for number in range(10)]
    html = page.get("/roles/").content.decode()
    assert "25 roles" in html
    assert 'aria-sort="ascending"' in html


def test_list_costs_the_same_for_few_and_many_rows(page: Client) -> None:
    made = iter(range(1000))

    def add(count: int) -> None:
        for _ in range(count):
            make_role(f"c-{next(made)}", [])

    cost = costs_the_same(add, lambda: page.get("/roles/"), many=10)
    assert len(cost) <= MOST_STATEMENTS, str(cost)


def test_list_within_budget_when_narrowed(page: Client, roles: int) -> None:
    page.get("/roles/")
    with counting() as count:
        page.get("/roles/?q=a-1&view=a&name=a&sort=-code")
    assert len(count) <= MOST_STATEMENTS, str(count)


def test_list_tabs_count_and_narrow(page: Client, roles: int) -> None:
    html = page.get("/roles/?view=a").content.decode()
    assert "12 roles" in html
    assert '<span class="badge badge--bad">12</span>' in html
    assert '<span class="badge">0</span>' in html


def test_list_sorts_only_by_declared_columns(page: Client, roles: int) -> None:
    assert codes_at(page, "/roles/?sort=-code")[0] == "b-12"
    assert codes_at(page, "/roles/?sort=permissions")[0] == "a-00"
    assert codes_at(page, "/roles/?sort=-site__secret")[0] == "a-00"


def test_list_search_and_filter_show_as_chips_and_clear(page: Client, roles: int) -> None:
    html = page.get("/roles/?q=a-1&name=a&view=a&sort=-code").content.decode()
    assert [each.strip("/") for each in codes(html)] == ["a-11", "a-10"]
    assert 'href="?q=a-1&amp;view=a&amp;sort=-code"' in html  # the chip's way out keeps everything else
    assert 'href="?view=a&amp;sort=-code"' in html or "Nothing matches" not in html


def test_list_range_filter_shows_one_chip_that_clears_both_ends(page: Client, roles: int) -> None:
    html = page.get("/roles/?made_after=2026-04-01&made_before=2026-04-30&q=a").content.decode()
    assert "1 Apr 2026 to 30 Apr 2026" in html
    assert 'href="?q=a" aria-label' in html


def test_list_range_filter_names_both_inputs_and_picks_dates(page: Client) -> None:
    make_role("a-1", [])
    html = page.get("/roles/?made_after=2026-04-01").content.decode()
    assert 'aria-label="Made: from"' in html
    assert 'aria-label="Made: to"' in html
    assert 'type="date"' in html
    assert 'value="2026-04-01"' in html


def test_list_filter_not_understood_says_so_and_narrows_nothing(page: Client, roles: int) -> None:
    html = page.get("/roles/?made_after=yesterday").content.decode()
    assert "25 roles" in html
    assert "Enter a valid date." in html


def test_list_page_beyond_the_end_shows_the_last(page: Client, roles: int) -> None:
    assert codes_at(page, "/roles/?page=99") == ["b-08", "b-09", "b-10", "b-11", "b-12"]
    assert codes_at(page, "/roles/?page=nonsense")[0] == "a-00"


def test_list_columns_can_be_chosen(page: Client, roles: int) -> None:
    assert ">Rights<" not in page.get("/roles/").content.decode().split("<thead")[1].split("</thead>")[0]
    head = page.get("/roles/?col=code&col=size").content.decode().split("<thead")[1].split("</thead>")[0]
    assert "Rights" in head
    assert "Name" not in head


def test_list_fragment_is_asked_for_by_htmx(page: Client, roles: int) -> None:
    answer = page.get("/roles/", headers={"HX-Request": "true", "HX-Target": "list"})
    assert b"<html" not in answer.content
    assert "HX-Target" in answer.headers["Vary"]
    assert answer.headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize(
    ("address", "words"),
    [
        ("/roles/", "No roles yet"),
        ("/roles/?q=nothing", "Nothing matches"),
        ("/roles/?view=none", "Nothing here now"),
    ],
)
def test_list_says_which_kind_of_empty_it_is(page: Client, address: str, words: str) -> None:
    assert words in page.get(address).content.decode()


def test_list_search_with_null_byte_is_harmless(page: Client, roles: int) -> None:
    assert page.get("/roles/?q=%00a-1").status_code == 200


def test_export_csv_holds_every_row_of_the_view(page: Client, roles: int) -> None:
    text = page.get("/roles/?export=csv&view=a&sort=-code").getvalue().decode("utf-8-sig")
    rows = list(csv.reader(io.StringIO(text)))
    assert rows[0] == ["Role", "Name"]
    assert [row[0] for row in rows[1:]] == [f"a-{number:02}" for number in reversed(range(12))]


def test_export_xlsx_holds_every_row_of_the_view(page: Client, roles: int) -> None:
    answer = page.get("/roles/?export=xlsx&q=b-")
    sheet = openpyxl.load_workbook(io.BytesIO(answer.getvalue())).active
    assert sheet is not None
    assert [row[0].value for row in sheet.iter_rows(min_row=2)] == [f"b-{number:02}" for number in range(13)]
    assert answer.headers["Content-Disposition"].startswith('attachment; filename="roles-')


def test_export_of_unknown_kind_is_the_page(page: Client, roles: int) -> None:
    assert page.get("/roles/?export=exe").headers["Content-Type"].startswith("text/html")


def test_export_asks_the_same_right_as_the_page(colleague: Any, outsider: Any) -> None:
    client = Client()
    assert client.get("/roles/?export=csv").status_code == 302
    client.force_login(outsider, backend="mom.accounts.backends.PasswordBackend")
    assert client.get("/roles/?export=csv").status_code == 200  # at their own site, where they may
