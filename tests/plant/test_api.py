"""The plant's resources as programs use them."""

from functools import cache
from typing import Any

import pytest
from django.test import Client
from drf_spectacular.generators import SchemaGenerator

from mom.accounts.models import Site, User
from mom.core.actor import system_actor
from mom.core.models import AuditEntry
from mom.plant.models import MasterData, PersonnelClass, PhysicalAsset, WorkCalendar
from mom.plant.services import master_data
from tests.bench.statements import costs_the_same
from tests.factories.accounts import make_site, make_user
from tests.factories.plant import make_equipment, make_material, make_person, make_reason

ROOT = "/api/v1/plant/"
RESOURCES = (
    "assets",
    "calendars",
    "equipment",
    "equipment-classes",
    "lots",
    "material-classes",
    "materials",
    "partners",
    "people",
    "personnel-classes",
    "qualifications",
    "reasons",
    "shifts",
    "sublots",
)
SYSTEM = system_actor("test")


class Api(Client):
    """A signed-in program: JSON in and out, a new key for every POST."""

    keys = 0

    def send(self, method: str, path: str, body: Any = None, **headers: str) -> Any:
        if method == "post":
            Api.keys += 1
            headers.setdefault("Idempotency_Key", f"key-{Api.keys}")
        given = {name.replace("_", "-"): value for name, value in headers.items()}
        return getattr(self, method)(ROOT + path, body, content_type="application/json", headers=given)


def signed_in(user: User) -> Api:
    api = Api(raise_request_exception=False)
    api.force_login(user, backend="mom.accounts.backends.PasswordBackend")
    return api


@pytest.fixture
def api(owner: User) -> Api:
    return signed_in(owner)


@pytest.fixture
def reader(site: Site) -> User:
    return make_user("reader", site=site, permissions=["plant.view"])


def add(model: type[MasterData], site: Site, code: str, **values: Any) -> Any:
    return master_data.create(SYSTEM, model, site, code=code, **values)


@pytest.mark.parametrize("resource", RESOURCES)
def test_resource_is_listed_to_who_may_look_and_refused_to_others(
    resource: str, reader: User, site: Site, outsider: User
) -> None:
    stranger = make_user("stranger", site=site, permissions=["work.view"])

    assert signed_in(reader).get(f"{ROOT}{resource}/").json()["results"] == []
    assert signed_in(outsider).get(f"{ROOT}{resource}/").json()["results"] == []
    assert signed_in(stranger).get(f"{ROOT}{resource}/").status_code == 403
    assert Client().get(f"{ROOT}{resource}/").status_code == 401


@pytest.mark.parametrize("resource", RESOURCES)
def test_resource_is_not_added_by_who_may_only_look(resource: str, reader: User) -> None:
    assert signed_in(reader).send("post", f"{resource}/", {}).status_code == 403


def test_equipment_is_added_read_and_changed(api: Api, site: Site) -> None:
    added = api.send("post", "equipment/", {"site": "P1", "code": "CNC-01", "level": "work_unit"})
    address = f"equipment/{added.json()['id']}/"
    read = api.get(ROOT + address)
    changed = api.send("patch", address, {"name": "Mill"}, If_Match=read.headers["ETag"])

    assert (added.status_code, changed.status_code) == (201, 200)
    assert added.headers["Location"].endswith(ROOT + address)
    assert (changed.json()["name"], changed.json()["version"], changed.headers["ETag"]) == ("Mill", 2, '"v2"')
    assert AuditEntry.objects.filter(actor_label="Alice", action__startswith="plant.equipment_").count() == 2


def test_equipment_patch_needs_the_version_that_was_read(api: Api, site: Site) -> None:
    machine = make_equipment(site)

    assert api.send("patch", f"equipment/{machine.pk}/", {"name": "x"}).status_code == 428
    assert api.send("patch", f"equipment/{machine.pk}/", {"name": "x"}, If_Match='"v9"').status_code == 412


def test_equipment_put_and_delete_are_not_taken(api: Api, site: Site) -> None:
    machine = make_equipment(site)

    assert api.send("put", f"equipment/{machine.pk}/", {}).status_code == 405
    assert api.delete(f"{ROOT}equipment/{machine.pk}/").status_code == 405


def test_equipment_of_another_site_does_not_exist(site: Site, outsider: User) -> None:
    machine = make_equipment(site)
    api = signed_in(outsider)

    assert api.get(f"{ROOT}equipment/{machine.pk}/").status_code == 404
    assert api.send("patch", f"equipment/{machine.pk}/", {"name": "x"}, If_Match='"v1"').status_code == 404


def test_equipment_below_a_row_of_another_site_is_refused_like_a_missing_one(api: Api, other_site: Site) -> None:
    elsewhere = make_equipment(other_site, level="area")
    body = {"site": "P1", "code": "CNC-01", "level": "work_unit"}

    answers = [api.send("post", "equipment/", body | {"parent": pk}) for pk in (elsewhere.pk, 987_654)]

    assert [answer.status_code for answer in answers] == [400, 400]
    assert [list(answer.json()["fields"]) for answer in answers] == [["parent"], ["parent"]]


@pytest.mark.parametrize("code", ["P2", "NOPE", "p1", "", "P" * 40, 7, None])
def test_equipment_is_not_added_at_a_site_that_is_not_ones_own(api: Api, other_site: Site, code: object) -> None:
    answer = api.send("post", "equipment/", {"site": code, "code": "CNC-01", "level": "work_unit"})

    assert (answer.status_code, list(answer.json()["fields"])) == (400, ["site"])


def test_equipment_needs_a_site(api: Api) -> None:
    assert api.send("post", "equipment/", {"code": "CNC-01", "level": "work_unit"}).status_code == 400


def test_equipment_stays_at_its_site(api: Api, site: Site) -> None:
    machine = make_equipment(site)
    make_site("P3")
    make_user("boss", permissions=["plant.view", "plant.change"])
    boss = signed_in(User.objects.get(username="boss"))

    answer = boss.send("patch", f"equipment/{machine.pk}/", {"site": "P3"}, If_Match='"v1"')

    assert (answer.status_code, list(answer.json()["fields"])) == (400, ["site"])


def test_equipment_with_a_taken_code_is_a_conflict_at_the_code(api: Api, site: Site) -> None:
    make_equipment(site, "CNC-01")

    answer = api.send("post", "equipment/", {"site": "P1", "code": "CNC-01", "level": "work_unit"})

    assert (answer.status_code, answer.json()["code"], list(answer.json()["fields"])) == (409, "code_taken", ["code"])


def test_equipment_is_filtered_searched_ordered_and_narrowed(api: Api, site: Site) -> None:
    for code, level in (("CNC-02", "work_unit"), ("CNC-01", "work_unit"), ("MACH", "area")):
        make_equipment(site, code, level=level)

    def codes(query: str) -> list[str]:
        return [row["code"] for row in api.get(f"{ROOT}equipment/?{query}").json()["results"]]

    assert codes("level=work_unit") == ["CNC-01", "CNC-02"]
    assert codes("level__in=area,site") == ["MACH"]
    assert codes("q=cnc&ordering=-code") == ["CNC-02", "CNC-01"]
    assert codes("site=P1&code=MACH") == ["MACH"]
    assert codes("site=P2") == []
    assert api.get(f"{ROOT}equipment/?fields=code").json()["results"][0] == {"code": "CNC-01"}
    assert api.get(f"{ROOT}equipment/?colour=red").status_code == 400


def test_equipment_is_read_page_by_page(api: Api, site: Site) -> None:
    for number in range(5):
        make_equipment(site, f"CNC-{number}")

    seen, address = [], f"{ROOT}equipment/?page_size=2"
    while address:
        page = api.get(address).json()
        seen += [row["code"] for row in page["results"]]
        address = page["next"]

    assert seen == [f"CNC-{number}" for number in range(5)]


def test_asset_is_mounted_and_taken_off(api: Api, site: Site) -> None:
    asset, machine = add(PhysicalAsset, site, "T14", kind="tool"), make_equipment(site)

    mounted = api.send("post", f"assets/{asset.pk}/mount/", {"equipment": machine.pk, "at": "2026-04-16T10:00:00Z"})
    again = api.send("post", f"assets/{asset.pk}/mount/", {"equipment": make_equipment(site).pk})
    off = api.send("post", f"assets/{asset.pk}/dismount/", {"at": "2026-04-16T11:00:00Z"})

    assert [each["equipment"] for each in mounted.json()["mounted"]] == [machine.pk]
    assert (again.status_code, again.json()["code"]) == (409, "asset_mounted_elsewhere")
    assert (off.status_code, off.json()["mounted"]) == (200, [])


def test_reason_is_classified_anew(api: Api, site: Site) -> None:
    reason = make_reason(site)
    for day, kind in ((1, "down"), (2, "delay")):
        body = {"time_class": kind, "loss_class": "none", "valid_from": f"2026-04-0{day}T00:00:00Z"}
        answer = api.send("post", f"reasons/{reason.pk}/classify/", body)

    held = [(each["time_class"], each["valid_until"]) for each in answer.json()["classifications"]]
    assert held == [("down", "2026-04-02T00:00:00Z"), ("delay", None)]


def test_qualification_is_granted_once_and_ended(api: Api, site: Site) -> None:
    person, skill = make_person(site), add(PersonnelClass, site, "CNC")
    body = {"person": person.pk, "personnel_class": skill.pk, "valid_from": "2026-04-01"}

    granted = api.send("post", "qualifications/", body)
    twice = api.send("post", "qualifications/", body)
    ended = api.send("post", f"qualifications/{granted.json()['id']}/end/", {"valid_until": "2026-05-01"})

    assert (granted.status_code, granted.json()["site"]) == (201, "P1")
    assert (twice.status_code, twice.json()["code"]) == (409, "qualification_overlaps")
    assert ended.json()["valid_until"] == "2026-05-01"


def test_qualification_takes_no_skill_of_another_site(site: Site, other_site: Site) -> None:
    boss = signed_in(make_user("boss", permissions=["plant.view", "plant.change"]))
    skill = add(PersonnelClass, other_site, "CNC")
    body = {"person": make_person(site).pk, "personnel_class": skill.pk, "valid_from": "2026-04-01"}

    answer = boss.send("post", "qualifications/", body)

    assert (answer.status_code, list(answer.json()["fields"])) == (422, ["personnel_class"])


def test_shift_is_added_with_its_breaks_and_ended(api: Api, site: Site) -> None:
    calendar = add(WorkCalendar, site, "2-SHIFT")
    body = {
        "calendar": calendar.pk, "code": "E", "name": "Early", "starts_at": "06:00:00", "ends_at": "14:00:00",
        "weekdays": [1, 2, 3], "breaks": [{"starts_at": "09:00:00", "ends_at": "09:15:00"}],
    }  # fmt: skip

    shift = api.send("post", "shifts/", body)
    ended = api.send("post", f"shifts/{shift.json()['id']}/end/", {"valid_until": "2026-05-01"})
    outside = api.send("post", "shifts/", body | {"code": "X", "breaks": [{"starts_at": "15:00", "ends_at": "15:15"}]})

    assert shift.json()["breaks"] == [{"starts_at": "09:00:00", "ends_at": "09:15:00"}]
    assert ended.json()["valid_until"] == "2026-05-01"
    assert (outside.status_code, outside.json()["code"]) == (422, "break_outside_shift")


@cache
def document() -> Any:
    return SchemaGenerator().get_schema(request=None, public=True)


@pytest.mark.parametrize("resource", RESOURCES)
def test_examples_of_the_document_are_taken(db: None, resource: str) -> None:
    site = make_site("NORRTAL")
    api = signed_in(make_user("dora", site=site, permissions=["plant.view", "plant.change"]))
    named = {
        "definition": lambda: make_material(site),
        "person": lambda: make_person(site),
        "personnel_class": lambda: add(PersonnelClass, site, "CNC"),
        "calendar": lambda: add(WorkCalendar, site, "3-SHIFT"),
    }
    body = document()["paths"][f"{ROOT}{resource}/"]["post"]["requestBody"]["content"]["application/json"]

    answers = [
        api.send(
            "post",
            f"{resource}/",
            {name: named[name]().pk if name in named else value for name, value in example["value"].items()},
        )
        for example in body["examples"].values()
    ]

    assert answers
    assert [(answer.status_code, answer.content) for answer in answers if answer.status_code != 201] == []


@pytest.mark.parametrize("resource", ["equipment", "materials"])
def test_list_costs_the_same_for_many_rows(api: Api, site: Site, resource: str) -> None:
    make = {"equipment": make_equipment, "materials": make_material}[resource]

    def more(count: int) -> None:
        for _ in range(count):
            make(site)

    costs_the_same(more, lambda: api.get(f"{ROOT}{resource}/"))
