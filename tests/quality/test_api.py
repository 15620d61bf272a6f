"""Control plans, samples, charts, inspections and nonconformances in the API: to three people, and at a steady cost."""

import uuid
from typing import Any

import pytest

from mom.accounts.models import Site
from quality.models import ControlPlan, Nonconformance, Sample
from tests.bench.statements import costs_the_same
from tests.factories.accounts import make_user
from tests.factories.plant import next_code
from tests.factories.quality import STEADY, Floor, make_nonconformance, make_plan
from tests.factories.work import make_machine, make_material

pytestmark = pytest.mark.django_db
ROOT = "/api/v1/quality/"
PLANS, SAMPLES, CHARTS = f"{ROOT}control-plans/", f"{ROOT}samples/", f"{ROOT}charts/"
INSPECTIONS, NCRS = f"{ROOT}inspections/", f"{ROOT}nonconformances/"


@pytest.fixture
def api(owner: Any, client_of: Any) -> Any:
    return client_of(owner)


@pytest.fixture
def body(site: Site) -> dict[str, Any]:
    make_material(site, "PUMP", tracking="lot")
    make_machine(site, "CNC-03")
    return {
        "site": "P1", "code": "CP-1", "material": "PUMP",
        "characteristics": [
            {"code": "1", "name": "Bore", "machine": "CNC-03", "lower_limit": "9.5", "upper_limit": "10.5",
             "unit": "MMT", "sample_size": 3, "every_pieces": 50, "chart": "xbar_r"},
            {"code": "2", "name": "Burr", "kind": "visual", "is_first_off": True},
        ],
    }  # fmt: skip


def test_a_plan_is_added_as_a_draft_and_approved(api: Any, body: dict[str, Any]) -> None:
    made = api.send("post", PLANS, body)
    assert made.status_code == 201, made.content
    sent = made.json()
    assert (sent["code"], sent["version"], sent["status"], sent["material"]) == ("CP-1", 1, "draft", "PUMP")
    first, second = sent["characteristics"]
    assert (first["machine"], first["upper_limit"], first["rules"]) == ("CNC-03", "10.500000", [1, 2, 3, 4, 5, 6, 7, 8])
    assert (second["kind"], second["machine"], second["is_first_off"]) == ("visual", None, True)
    assert api.get(made.headers["Location"]).json() == sent

    answers = [api.send("post", f"{PLANS}{sent['id']}/approve/", None) for _twice in range(2)]
    assert [each.status_code for each in answers] == [200, 409]
    assert answers[0].json()["status"] == "approved"


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"material": "GOLD"}, "material"),
        ({"site": "P9"}, "site"),
        ({"characteristics": []}, "characteristics"),
        ({"characteristics": [{"code": "1", "name": "Bore", "machine": "NONE"}]}, "machine"),
        ({"characteristics": [{"code": "1", "name": "Bore"}]}, "characteristics"),
    ],
)
def test_what_is_wrong_with_a_plan_is_told(api: Any, body: dict[str, Any], change: Any, field: str) -> None:
    answer = api.send("post", PLANS, body | change)
    assert (answer.status_code, list(answer.json()["fields"])) == (422, [field])
    assert not ControlPlan.objects.exists()


def sample_of(floor: Floor, *values: str, **more: Any) -> dict[str, Any]:
    return {"op_uuid": str(uuid.uuid4()), "characteristic": floor.about().pk, "values": list(values),
            "job_order": floor.job.pk, "machine": "CNC-03", **more}  # fmt: skip


def test_a_sample_is_judged_at_once_and_its_chart_tells(api: Any, site: Site) -> None:
    floor = Floor(site)
    for values in STEADY:
        assert api.send("post", SAMPLES, sample_of(floor, *values)).status_code == 201
    chart = floor.chart().pk
    frozen = api.send("post", f"{CHARTS}{chart}/freeze/", {"first": 1, "last": 4, "reason": "First run"})
    assert (frozen.status_code, frozen.json()["phase"]) == (201, 1)

    bad = api.send("post", SAMPLES, sample_of(floor, "10.4", "10.4", "10.4", gauge="BG-07"))

    assert bad.status_code == 201, bad.content
    told = bad.json()
    assert (told["rules"], told["out_of_limits"], told["gauge"]) == ([1], 0, "BG-07")
    assert told["finding"] == "Rule 1: a point beyond a control limit"
    data = api.get(f"{CHARTS}{chart}/data/").json()
    assert [each["number"] for each in data["points"]] == [1, 2, 3, 4, 5]
    assert (data["is_stable"], data["limits"]["centre"], data["inspected"]) == (False, pytest.approx(10.0), 15)
    assert data["capability"]["cp"]["value"] == pytest.approx(1 / (6 * 0.25 / 1.6925688))
    ncr = api.get(NCRS, {"code": told["nonconformance"]}).json()["results"][0]
    assert (ncr["status"], ncr["origin"], ncr["machine"]) == ("contained", "signal", "CNC-03")
    assert [each["quantity"] for each in ncr["lines"]] == ["0.000000"]


def test_the_same_sample_sent_twice_is_one(api: Any, site: Site) -> None:
    sent = sample_of(Floor(site), "10", "10", "10.1")
    answers = [api.send("post", SAMPLES, sent).json()["id"] for _twice in range(2)]
    assert answers[0] == answers[1]
    assert Sample.objects.count() == 1


def test_wrong_samples_are_told(api: Any, site: Site) -> None:
    floor = Floor(site)
    for change, field in (
        ({"values": ["10"]}, "values"), ({"machine": "NONE"}, "machine"), ({"lot": "NONE"}, "lot"),
        ({"characteristic": 0}, "characteristic"), ({"job_order": 0}, "job_order"), ({"inspection": 0}, "inspection"),
        ({"person": "NONE"}, "person"),
    ):  # fmt: skip
        answer = api.send("post", SAMPLES, {**sample_of(floor, "10", "10", "10.1"), **change})
        assert (answer.status_code, list(answer.json()["fields"])) == (422, [field]), answer.content
    assert not Sample.objects.exists()


def test_an_inspection_is_asked_for_measured_and_called_off(api: Any, site: Site) -> None:
    floor = Floor(site)
    asked = api.send("post", INSPECTIONS, {"job_order": floor.job.pk})
    assert asked.status_code == 201, asked.content
    told = asked.json()
    assert [item["code"] for item in told["items"]] == ["1", "2"]
    assert (told["status"], told["cause"], told["inspected"], told["machine"]) == ("due", "manual", "WO-1-10", "CNC-03")

    key = {"inspection": told["id"]}
    assert api.send("post", SAMPLES, sample_of(floor, "10", "10", "10.1", **key)).status_code == 201
    counted = {"op_uuid": str(uuid.uuid4()), "characteristic": floor.about("2").pk, **key}
    assert api.send("post", SAMPLES, counted).json()["job_order"] == floor.job.pk
    assert api.get(f"{INSPECTIONS}{told['id']}/").json()["status"] == "passed"
    second = api.send("post", INSPECTIONS, {"job_order": floor.job.pk, "characteristics": ["2"]}).json()
    off = api.send("post", f"{INSPECTIONS}{second['id']}/cancel/", {"reason": "Not needed"})
    assert off.json()["status"] == "cancelled"


def test_a_nonconformance_is_opened_and_not_closed_before_it_is_decided(api: Any, site: Site) -> None:
    floor = Floor(site)
    floor.produce("L-9", 12)
    made = api.send("post", NCRS, {"site": "P1", "title": "Scratch", "material": "PUMP", "lots": ["L-9"]})
    assert made.status_code == 201, made.content
    line = made.json()["lines"][0]
    assert (line["lot"], line["quantity"], line["dispositions"]) == ("L-9", "12.000000", [])
    assert line["hold"]
    answer = api.send("post", f"{NCRS}{made.json()['id']}/close/", {"reason": "Done"})
    assert (answer.status_code, answer.json()["code"]) == (409, "illegal_transition")
    wrong = api.send("post", NCRS, {"site": "P1", "title": "Scratch", "material": "PUMP", "lots": ["L-0"]})
    assert list(wrong.json()["fields"]) == ["lots"]


def test_P33_a_colleague_looks_and_an_outsider_sees_nothing(
    api: Any, site: Site, client_of: Any, outsider: Any, body: dict[str, Any]
) -> None:
    plan = api.send("post", PLANS, body).json()["id"]
    looker = client_of(make_user("rita", site=site, permissions=["quality.view", "work.view"]))
    stranger = client_of(outsider)
    assert looker.get(PLANS).json()["results"][0]["id"] == plan
    assert looker.send("post", PLANS, body).status_code == 403
    assert looker.send("post", f"{PLANS}{plan}/approve/", None).status_code == 403
    assert stranger.get(f"{PLANS}{plan}/").status_code == 404
    assert stranger.get(PLANS).json()["results"] == []


def test_lists_cost_the_same_however_many(api: Any, site: Site) -> None:
    def plans(many: int) -> None:
        for _each in range(many):
            make_plan(site, next_code("CP"))

    def ncrs(many: int) -> None:
        for _each in range(many):
            make_nonconformance(site)

    floors = [Floor(site, tag=next_code("Q"))]

    def samples(many: int) -> None:
        for _each in range(many):
            floors[0].measure("10", "10.1", "9.9")

    costs_the_same(plans, lambda: api.get(PLANS), many=5)
    costs_the_same(plans, lambda: api.get(f"{ROOT}characteristics/"), many=5)
    costs_the_same(ncrs, lambda: api.get(NCRS), many=5)
    costs_the_same(samples, lambda: api.get(SAMPLES), many=5)
    costs_the_same(samples, lambda: api.get(f"{CHARTS}{floors[0].chart().pk}/data/"), many=5)
    assert Nonconformance.objects.count() >= 5
