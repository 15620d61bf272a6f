"""Quality on pages: plans approved, values entered with large fields, charts, NCRs decided with a signature."""

import html
import re
from typing import Any

import pytest
from django.test import Client

from mom.accounts.models import Site, User
from quality.models import ControlLimits, ControlPlan, Inspection, Nonconformance, NonconformanceLine, Sample
from quality.services import inspection as inspections
from tests.accounts.signing import PASSWORD
from tests.bench.statements import costs_the_same
from tests.factories.accounts import make_user
from tests.factories.plant import next_code
from tests.factories.quality import BOSS, Floor, bore, make_nonconformance, make_plan
from tests.quality.signing import SIGNS

pytestmark = pytest.mark.django_db
RIGHTS = (*SIGNS, "work.view", "plant.view", "quality.record_sample", "quality.record_nonconformance",
          "quality.set_limits", "quality.approve_plan", "inventory.view")  # fmt: skip


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user, backend="mom.accounts.backends.PasswordBackend")
    return client


@pytest.fixture
def eva(site: Site) -> Client:
    return signed_in(make_user("eva", site=site, permissions=RIGHTS, password=PASSWORD))


@pytest.fixture
def looker(site: Site) -> Client:
    return signed_in(make_user("rita", site=site, permissions=("quality.view", "work.view", "plant.view")))


@pytest.fixture
def floor(site: Site) -> Floor:
    return Floor(site)


def words(page: Any) -> str:
    text = re.sub(r"<(script|style|template)\b.*?</\1>|<[^>]*>", " ", page.content.decode(), flags=re.DOTALL)
    return re.sub(r"\s+", " ", html.unescape(text).replace("\N{NO-BREAK SPACE}", " "))


def typed(client: Client, address: str, about: int, **values: str) -> Any:
    page = client.get(address).content.decode()
    form = page[page.index(f'id="c{about}"') :]
    key = re.search(r'name="op_uuid" value="([^"]+)"', form)
    assert key is not None
    return client.post(address, {"op_uuid": key[1], "characteristic": str(about), **values})


def test_a_plan_is_looked_at_and_approved(eva: Client, looker: Client, site: Site) -> None:
    make_plan(site, is_approved=False, characteristics=[bore(every_pieces=50, is_first_off=True)])
    assert "/control-plans/CP-1/1/" in eva.get("/control-plans/?view=all").content.decode()
    shown = words(eva.get("/control-plans/CP-1/1/"))
    for said in ("Draft", "Bore", "9.5 to 10.5 mm", "first piece, every 50 pieces", "Stop. Measure five.", "Approve"):
        assert said in shown
    assert "/approve/" not in looker.get("/control-plans/CP-1/1/").content.decode()
    assert looker.post("/control-plans/CP-1/1/approve/").status_code == 403

    assert eva.post("/control-plans/CP-1/1/approve/").status_code == 302
    assert ControlPlan.objects.get().status == "approved"
    assert eva.get("/control-plans/CP-1/2/").status_code == 404


def test_values_are_entered_and_judged(eva: Client, floor: Floor) -> None:
    asked = inspections.ask(BOSS, floor.job.pk)
    address = f"/inspections/{asked.job_order.code}/"
    page = eva.get(address).content.decode()
    assert page.count("input--big") == 4
    assert page.count('inputmode="decimal"') == 3
    bore_, burr_ = floor.about("1").pk, floor.about("2").pk

    refused = typed(eva, address, bore_, value_1="10", value_2="", value_3="x")
    assert refused.status_code == 422
    assert 'value="10"' in refused.content.decode()
    saved = typed(eva, address, bore_, value_1="10,1", value_2="10.6", value_3="9.9", gauge="BG-07")
    assert (saved.status_code, saved.headers["Location"]) == (302, address)
    sample = Sample.objects.get()
    assert ([str(value) for value in sample.values], sample.gauge) == (["10.100000", "10.600000", "9.900000"], "BG-07")
    after = words(eva.get(address))
    assert "1 of 3 out of tolerance" in after
    assert "Stop. Measure five. Call the setter." in after
    typed(eva, address, burr_, nonconforming="0")
    assert Inspection.objects.get().status == "failed"
    assert "input--big" not in eva.get(address).content.decode()


def test_who_may_only_look_enters_nothing(looker: Client, floor: Floor) -> None:
    asked = inspections.ask(BOSS, floor.job.pk)
    address = f"/inspections/{asked.job_order.code}/"
    assert "input--big" not in looker.get(address).content.decode()
    assert looker.post(address, {"characteristic": floor.about().pk}).status_code == 403


def test_an_inspection_is_asked_for_on_the_page_of_its_job(eva: Client, looker: Client, floor: Floor) -> None:
    way = f"/inspections/new/{floor.job.code}/"
    assert way in eva.get(f"/jobs/{floor.job.code}/").content.decode()
    assert way not in looker.get(f"/jobs/{floor.job.code}/").content.decode()
    assert looker.post(way).status_code == 403
    answer = eva.post(way)
    assert answer.headers["Location"] == f"/inspections/{Inspection.objects.get().job_order.code}/"
    own = Inspection.objects.get().job_order.code
    assert f"/inspections/{own}/" in eva.get(f"/jobs/{own}/").content.decode()
    assert own in words(eva.get("/inspections/"))


def test_a_chart_shows_points_limits_and_what_the_rules_say(eva: Client, floor: Floor) -> None:
    floor.measure("10.0", "10.1", "9.9")
    chart = floor.chart().pk
    assert "No limits are frozen yet" in words(eva.get(f"/charts/{chart}/"))
    for values in (("9.9", "10.1", "10.0"), ("10.0", "10.2", "9.9"), ("9.8", "10.0", "10.1")):
        floor.measure(*values)
    address = f"/charts/{chart}/limits/"
    assert eva.post(address, {"first": 1, "last": 4, "left_out": "x", "reason": "First run"}).status_code == 422
    assert eva.post(address, {"first": 1, "last": 4, "reason": "First run"}).status_code == 302
    assert ControlLimits.objects.get().basis == 4
    floor.measure("10.4", "10.4", "10.5")

    page = eva.get(f"/charts/{chart}/")

    said = words(page)
    ncr = Nonconformance.objects.get().code
    for part in ("Bore at CNC-03", "Rule 1: a point beyond a control limit", "still inside the tolerance", "UCL", "LCL",
                 "Cpk", "The process is not stable", "0 of 15 out of tolerance", ncr):  # fmt: skip
        assert part in said, part
    assert page.content.decode().count("pt-bad") == 1
    live = eva.get(f"/charts/{chart}/", headers={"X-Requested-With": "live"})
    assert "<html" not in live.content.decode()
    assert "/charts/" in eva.get("/charts/").content.decode()


def challenge_of(page: str) -> str:
    found = re.search(r'name="challenge" value="([^"]+)"', page)
    assert found is not None
    return found[1]


def test_an_ncr_is_decided_on_its_page_with_a_signature(eva: Client, looker: Client, floor: Floor) -> None:
    floor.steady()
    floor.produce("L-1")
    floor.measure("10.4", "10.4", "10.4")
    ncr = Nonconformance.objects.get()
    page = eva.get(f"/nonconformances/{ncr.code}/")
    assert "Decide and sign" in words(page)
    assert "Decide and sign" not in words(looker.get(f"/nonconformances/{ncr.code}/"))
    line = NonconformanceLine.objects.get()
    way = f"/nonconformances/{ncr.code}/decide/?line={line.pk}&kind=scrap&quantity=10"
    assert looker.get(way).status_code == 403
    shown = eva.get(way)
    assert "Scrap: 10" in words(shown)
    body = {"challenge": challenge_of(shown.content.decode()), "meaning": "approved", "reason": "Too wide",
            "name": "eva", "secret": PASSWORD}  # fmt: skip

    assert eva.post(way.replace("scrap", "use_as_is"), body).status_code == 412, "another decision than was shown"
    assert eva.post(way, {**body, "secret": "wrong"}).status_code in {403, 422}
    answer = eva.post(way, body)

    assert (answer.status_code, answer.headers["Location"]) == (302, f"/nonconformances/{ncr.code}/")
    after = words(eva.get(f"/nonconformances/{ncr.code}/"))
    assert "Too wide signed by Eva" in after
    assert "Decide and sign" not in after
    assert eva.post(f"/nonconformances/{ncr.code}/close/", {"reason": "Done"}).status_code == 302
    assert Nonconformance.objects.get().status == "closed"
    assert eva.get("/nonconformances/NCR-0/decide/?line=1&kind=x").status_code == 404


def test_an_ncr_is_opened_by_hand(eva: Client, looker: Client, floor: Floor) -> None:
    floor.produce("L-9", 12)
    body = {"title": "Scratch on face", "material": "PUMP", "machine": "CNC-03", "lots": "L-9", "severity": "major"}
    assert looker.post("/nonconformances/new/", body).status_code == 403
    wrong = eva.post("/nonconformances/new/", {**body, "material": "X", "machine": "X", "lots": "L-8"})
    assert wrong.status_code == 422
    assert words(wrong).count("There is no") == 3
    assert eva.post("/nonconformances/new/", body).status_code == 302
    assert Nonconformance.objects.get().lines.get().lot.code == "L-9"  # type: ignore[union-attr]


def test_lists_and_pages_cost_the_same_however_many(eva: Client, site: Site, floor: Floor) -> None:
    floor.steady()
    asked = inspections.ask(BOSS, floor.job.pk)
    code = asked.job_order.code

    def grow(many: int) -> None:
        for _each in range(many):
            make_nonconformance(site)
            make_plan(site, next_code("CP"))
            floor.measure("10.4", "10.4", "10.4")
            inspections.ask(BOSS, floor.job.pk, ["2"])

    chart, ncr = floor.chart().pk, None
    for address in ("/nonconformances/", "/control-plans/?view=all", "/inspections/", "/charts/", f"/charts/{chart}/",
                    f"/inspections/{code}/", f"/jobs/{floor.job.code}/"):  # fmt: skip
        costs_the_same(grow, lambda address=address: eva.get(address), many=4)
    ncr = Nonconformance.objects.filter(chart=chart).get().code
    costs_the_same(grow, lambda: eva.get(f"/nonconformances/{ncr}/"), many=4)


def test_empty_lists_say_how_they_fill(eva: Client, site: Site) -> None:
    for address, said in (
        ("/nonconformances/", "Nothing is in doubt"), ("/control-plans/", "No control plans yet"),
        ("/inspections/", "Nothing is due"), ("/charts/", "Nothing was measured yet"),
    ):  # fmt: skip
        assert said in words(eva.get(address))
