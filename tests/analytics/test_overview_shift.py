"""The overview of a site whose machines send: rows by area, figures of the shift, needs, only what was asked for."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from analytics.views import overview_live
from mom.core import clock
from mom.core.closing import CHANNEL
from mom.core.live import shared
from mom.core.testing import acting
from mom.plant.models import Shift
from tests.bench.statements import counting
from tests.factories.accounts import make_user
from tests.factories.machines import make_area, make_fleet, make_live, send, start_job
from tests.factories.plant import make_equipment, make_reason

pytestmark = pytest.mark.django_db
LIVE = {"X-Requested-With": "live"}


def signed_in(user: Any) -> Client:
    client = Client(raise_request_exception=False)
    client.force_login(user, backend="mom.accounts.backends.PasswordBackend")
    return client


@pytest.fixture
def fleet(site: Any) -> list[Any]:
    """Two machines that run, one that is down without a reason, all in one area."""
    first, second = make_fleet(site, ["CNC-01", "CNC-02"])
    broken = make_equipment(site, "CNC-04", parent=first.parent)
    job = start_job(broken)
    send(broken, ("run", 60), ("down", 18), ("down", 0))
    make_live(broken, job=job)
    return [first, second, broken]


def test_overview_shows_each_machine_in_its_area_with_state_and_ribbon(owner: Any, fleet: list[Any]) -> None:
    shown = signed_in(owner).get("/").content.decode()
    assert 'rowspan="3">Machining</th>' in shown
    assert '<tr id="m-CNC-04" class="row-bad">' in shown
    assert "Down, no reason" in shown
    assert "CNC-04 is down" in shown
    assert "1 stop without a reason" in shown
    assert "of the day shift done" in shown
    assert shown.count("States of CNC-0") >= 3


def test_overview_answers_only_the_rows_that_were_asked_for(owner: Any, fleet: list[Any]) -> None:
    page = signed_in(owner)
    shown = page.get("/?rows=CNC-04,NOTHING", headers=LIVE).content.decode()
    assert 'id="m-CNC-04"' in shown
    assert 'id="m-CNC-01"' not in shown
    assert "Needs attention" not in shown


def test_overview_narrows_to_what_deviates(owner: Any, fleet: list[Any]) -> None:
    shown = signed_in(owner).get("/?show=deviations").content.decode()
    assert 'id="m-CNC-04"' in shown
    assert 'id="m-CNC-01"' not in shown
    assert "1 of 3" in shown


def test_overview_links_a_machine_s_job_and_reason(owner: Any, site: Any, fleet: list[Any]) -> None:
    make_reason(site, "COOLANT", name="Coolant pressure low")
    late = make_equipment(site, "CNC-06", parent=fleet[0].parent)
    job = start_job(late, "WO-24118")
    send(late, ("run", 60), ("down", 10, "COOLANT"), ("down", 0, "COOLANT"))
    make_live(late, job=job)
    shown = signed_in(owner).get("/").content.decode()
    assert "Coolant pressure low" in shown
    assert 'href="/orders/WO-24118/"' in shown


def test_overview_costs_the_same_for_more_machines(owner: Any, site: Any, fleet: list[Any]) -> None:
    page = signed_in(owner)
    page.get("/")
    with counting() as few:
        page.get("/")
    make_fleet(site, [f"AS-{number}" for number in range(12)], fleet[0].parent)
    with counting() as many:
        page.get("/")
    assert len(many) == len(few), f"{few}\n--\n{many}"
    with counting() as row:
        page.get("/?rows=AS-1", headers=LIVE)
    assert len(row) <= len(few) - 10


def test_P33_overview_shows_no_machine_of_another_site(outsider: Any, fleet: list[Any]) -> None:
    shown = signed_in(outsider).get("/").content.decode()
    assert "CNC-04" not in shown
    assert "CNC-04" not in signed_in(outsider).get("/?rows=CNC-04", headers=LIVE).content.decode()


def test_overview_offers_no_reason_to_who_may_not_give_one(site: Any, fleet: list[Any]) -> None:
    rights = ["analytics.view", "plant.view", "work.view", "floor.view"]
    shown = signed_in(make_user("nils", site=site, permissions=rights)).get("/").content.decode()
    assert "CNC-04 is down" in shown
    assert "Set stop reason" not in shown


def test_P33_machine_states_are_not_shown_to_who_may_not_see_them(site: Any, fleet: list[Any]) -> None:
    page = signed_in(make_user("nils", site=site, permissions=["analytics.view", "plant.view"]))
    assert "Down, no reason" not in page.get("/").content.decode()
    assert "m-CNC-04" not in page.get("/?rows=CNC-04", headers=LIVE).content.decode()
    assert "now-state" not in page.get("/machines/CNC-04/").content.decode()
    assert "now-state" not in page.get("/now/machine/CNC-04/", headers=LIVE).content.decode()


def test_overview_of_a_site_between_shifts_shows_the_last_one(owner: Any, site: Any) -> None:
    area = make_area(site)
    (machine,) = make_fleet(site, ["CNC-01"], area)
    shift = Shift.objects.get(calendar=area.calendar)
    over = clock.now().astimezone(site.zone) - timedelta(hours=1)
    with acting():
        shift.starts_at, shift.ends_at = (over - timedelta(hours=2)).time(), over.time()
        shift.save()
    shown = signed_in(owner).get("/").content.decode()
    assert "No shift runs. Result of the day shift" in shown
    assert machine.code in shown


def test_state_change_tells_open_pages_the_machine_s_code(site: Any, fleet: list[Any]) -> None:
    with counting() as told:
        send(fleet[0], ("down", 0.01))
    notified = [statement for statement in told.statements if "pg_notify" in statement]
    assert notified
    assert CHANNEL in notified[0]


def test_answers_are_shared_by_who_allows_their_age_and_never_older_than_the_news(
    owner: Any, fleet: list[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shared, "LEAST", shared.MOST)
    page = signed_in(owner)
    aged = {**LIVE, "X-Live-Age": "9000"}
    for address in ("/?rows=CNC-01", "/?show=all"):
        before = page.get(address, headers=LIVE).content
        assert page.get(address, headers=aged).content == before
    told = page.get("/?show=all", headers=aged).headers
    assert int(told["X-Live-Age"]) > 0
    assert 0 < int(told["X-Live-Stands"]) < 8_000
    send(fleet[0], ("down", 0.01))
    live = make_live(fleet[0])
    type(live).objects.filter(pk=live.pk).update(state="down", time_class="down")
    for address in ("/?rows=CNC-01", "/?show=all"):
        assert b'id="m-CNC-01" class="row-bad"' not in page.get(address, headers=aged).content
        assert b'id="m-CNC-01" class="row-bad"' in page.get(address, headers=LIVE).content


def test_what_is_shared_goes_to_people_with_the_same_rights_only(owner: Any, site: Any, fleet: list[Any]) -> None:
    aged = {**LIVE, "X-Live-Age": "9000"}
    shown = signed_in(owner).get("/?show=all", headers=LIVE).content
    other = signed_in(make_user("nils", site=site, permissions=["analytics.view", "plant.view"]))
    assert b'id="m-CNC-01"' in shown
    assert b'id="m-CNC-01"' not in other.get("/?show=all", headers=aged).content
    assert b'id="m-CNC-01"' not in other.get("/?rows=CNC-01", headers=aged).content


def test_whole_that_is_being_made_for_somebody_else_is_asked_for_again(
    owner: Any, fleet: list[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(overview_live._wholes, "get_unless_making", lambda *_given: None)
    answer = signed_in(owner).get("/", headers=LIVE)
    assert (answer.status_code, answer.content) == (202, b"")
