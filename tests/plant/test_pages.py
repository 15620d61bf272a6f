"""The plant's pages: who may open and send what, what they say, and what they cost."""

import re
from datetime import UTC, date, datetime, time

import pytest
from django.db.models import Value
from django.http import HttpRequest
from django.test import Client

from mom.accounts.models import Site, User
from mom.core.actor import system_actor
from mom.core.web.tables import Column
from mom.plant import panels
from mom.plant.engine.terms import EquipmentLevel
from mom.plant.models import (
    Equipment,
    MaterialLot,
    Person,
    PersonnelClass,
    PhysicalAsset,
    Qualification,
    Shift,
    WorkCalendar,
    WorkCalendarEntry,
)
from mom.plant.services import master_data
from mom.plant.services.calendar import shift_add
from mom.plant.services.person import qualification_grant
from tests.bench.statements import costs_the_same
from tests.factories.accounts import make_user
from tests.factories.plant import make_equipment, make_material, make_person, make_reason

BACKEND = "mom.accounts.backends.PasswordBackend"
SYSTEM = system_actor("test")
LOOK = [
    "/machines/",
    "/machines/CNC-01/",
    "/people/",
    "/people/1042/",
    "/materials/",
    "/materials/P-4410/",
    "/lots/",
    "/lots/C-1/",
    "/setup/",
    "/setup/equipment/",
    "/setup/equipment-classes/",
    "/setup/assets/",
    "/setup/assets/of/T14/",
    "/setup/calendars/",
    "/setup/calendars/of/2-SHIFT/",
    "/setup/reasons/",
    "/setup/reasons/of/stop/COOLANT/",
    "/setup/skills/",
    "/setup/material-classes/",
    "/setup/partners/",
]
NOUNS = (
    "equipment",
    "equipment-classes",
    "assets",
    "people",
    "skills",
    "materials",
    "material-classes",
    "lots",
    "partners",
    "calendars",
    "reasons",
)
SEND = [
    *(f"/setup/add/{noun}/" for noun in NOUNS),
    "/setup/change/equipment/CNC-01/",
    "/setup/change/people/1042/",
    "/setup/change/materials/P-4410/",
    "/setup/change/reasons/stop/COOLANT/",
    "/setup/assets/mount/T14/",
    "/setup/assets/dismount/T14/",
    "/setup/calendars/shift/add/2-SHIFT/",
    "/setup/calendars/exception/add/2-SHIFT/",
    "/setup/reasons/classify/stop/COOLANT/",
    "/setup/skills/of/1042/add/",
    "/setup/materials/unit/P-4410/",
]


@pytest.fixture
def plant(site: Site) -> Site:
    """One of everything."""
    calendar = master_data.create(SYSTEM, WorkCalendar, site, code="2-SHIFT")
    shift_add(SYSTEM, calendar.pk, code="E", name="Early", starts_at=time(6), ends_at=time(14), weekdays=[1, 2])
    area = make_equipment(site, "MACH", level=EquipmentLevel.AREA, name="Machining", calendar=calendar)
    make_equipment(site, "CNC-01", parent=area)
    make_person(site, "1042", name="Amina Warsame")
    material = make_material(site, "P-4410", name="Pump housing")
    make_reason(site, "COOLANT", name="Coolant pressure low")
    master_data.create(SYSTEM, PhysicalAsset, site, code="T14", kind="tool")
    master_data.create(SYSTEM, MaterialLot, site, code="C-1", definition=material)
    return site


def signed_in(user: User) -> Client:
    client = Client(raise_request_exception=False)
    client.force_login(user, backend=BACKEND)
    return client


@pytest.fixture
def page(owner: User) -> Client:
    return signed_in(owner)


@pytest.fixture
def looker(site: Site) -> Client:
    return signed_in(make_user("looker", site=site, permissions=["plant.view"]))


@pytest.mark.parametrize("address", LOOK)
def test_page_opens_for_who_may_look(looker: Client, plant: Site, address: str) -> None:
    answer = looker.get(address)

    assert answer.status_code == 200
    assert b"/setup/add/" not in answer.content
    assert b"/setup/change/" not in answer.content


@pytest.mark.parametrize("address", LOOK)
def test_page_refuses_who_lacks_the_right(site: Site, plant: Site, address: str) -> None:
    assert signed_in(make_user("stranger", site=site, permissions=["work.view"])).get(address).status_code == 403


@pytest.mark.parametrize("address", [each for each in LOOK if re.search(r"[A-Z0-9]/$", each)])
def test_page_of_another_site_is_not_found(outsider: User, plant: Site, address: str) -> None:
    assert signed_in(outsider).get(address).status_code == 404


@pytest.mark.parametrize("address", SEND)
def test_form_opens_for_who_may_change_and_for_nobody_else(
    page: Client, looker: Client, plant: Site, address: str
) -> None:
    assert page.get(address).status_code == 200
    assert looker.get(address).status_code == 403
    assert looker.post(address, {"code": "X"}).status_code == 403
    assert Client().post(address, {"code": "X"}).status_code == 302


def test_list_without_rows_says_what_it_is_for_and_the_next_step(page: Client, looker: Client, site: Site) -> None:
    owner, reader = (client.get("/machines/").content.decode() for client in (page, looker))

    assert "No machines yet" in owner
    assert "/setup/add/equipment/" in owner
    assert "No machines yet" in reader
    assert "/setup/add/" not in reader


def test_machine_is_added_by_its_form(page: Client, plant: Site) -> None:
    area = Equipment.objects.get(code="MACH")

    answer = page.post(
        "/setup/add/equipment/",
        {
            "code": "CNC-02", "name": "Mill", "level": "work_unit", "parent": area.pk, "capacity_kind": "places",
            "capacity_places": "4", "position": "0", "is_active": "on",
        },
    )  # fmt: skip

    assert (answer.status_code, answer.headers["Location"]) == (302, "/machines/CNC-02/")
    assert "4 places" in page.get("/machines/CNC-02/").content.decode()


def test_machine_form_keeps_what_was_typed_and_says_what_is_wrong(page: Client, plant: Site) -> None:
    typed = {
        "code": "CNC-01",
        "name": "A second one",
        "level": "work_unit",
        "capacity_kind": "exclusive",
        "position": 0,
    }

    answer = page.post("/setup/add/equipment/", typed)

    text = answer.content.decode()
    assert answer.status_code == 409
    assert "This code is taken in this site." in text
    assert "A second one" in text


def test_machine_change_from_an_outdated_page_says_who_was_faster(page: Client, plant: Site) -> None:
    machine = Equipment.objects.get(code="CNC-01")
    master_data.change(SYSTEM, Equipment, machine.pk, version=1, name="Faster")
    typed = {"code": "CNC-01", "name": "Slower", "level": "work_unit", "capacity_kind": "exclusive", "position": 0}

    answer = page.post("/setup/change/equipment/CNC-01/", {**typed, "version": 1, "is_active": "on"})

    assert answer.status_code == 412
    assert "test changed CNC-01" in answer.content.decode()
    assert Equipment.objects.get(code="CNC-01").name == "Faster"


def test_machine_change_shows_in_its_history(page: Client, plant: Site) -> None:
    typed = {"code": "CNC-01", "name": "Renamed", "level": "work_unit", "capacity_kind": "exclusive", "position": 0}
    area = Equipment.objects.get(code="MACH")

    page.post("/setup/change/equipment/CNC-01/", {**typed, "parent": area.pk, "version": 1, "is_active": "on"})

    text = page.get("/machines/CNC-01/").content.decode()
    assert "Renamed" in text
    assert "Alice" in text


def test_form_offers_rows_of_the_own_site_only(page: Client, plant: Site, other_site: Site) -> None:
    make_equipment(other_site, "ELSEWHERE", level=EquipmentLevel.AREA)

    assert "ELSEWHERE" not in page.get("/setup/add/equipment/").content.decode()


def test_person_form_offers_sign_ins_of_the_own_site_only(page: Client, outsider: User, plant: Site) -> None:
    text = page.get("/setup/add/people/").content.decode()

    assert "Alice" in text
    assert "Charlie" not in text


def test_skill_is_added_to_a_person_and_ended(page: Client, plant: Site) -> None:
    skill = master_data.create(SYSTEM, PersonnelClass, plant, code="CNC", name="CNC operator")
    page.post("/setup/skills/of/1042/add/", {"personnel_class": skill.pk, "valid_from": "2026-01-01"})
    granted = Qualification.objects.get()

    page.post(f"/setup/skills/granted/{granted.pk}/end/", {"valid_until": "2026-02-01"})

    granted.refresh_from_db()
    assert (granted.person.code, granted.valid_until) == ("1042", date(2026, 2, 1))
    assert "CNC operator" in page.get("/people/1042/").content.decode()


def test_skill_of_another_site_can_not_be_ended(outsider: User, plant: Site) -> None:
    skill = master_data.create(SYSTEM, PersonnelClass, plant, code="CNC")
    granted = qualification_grant(SYSTEM, Person.objects.get(code="1042").pk, skill, valid_from=date(2026, 1, 1))

    answer = signed_in(outsider).post(f"/setup/skills/granted/{granted.pk}/end/", {"valid_until": "2026-02-01"})

    assert answer.status_code == 404


def test_asset_is_mounted_and_taken_off_by_its_forms(page: Client, plant: Site) -> None:
    machine = Equipment.objects.get(code="CNC-01")

    page.post("/setup/assets/mount/T14/", {"equipment": machine.pk})
    assert "T14" in page.get("/machines/CNC-01/").content.decode()
    answer = page.post("/setup/assets/mount/T14/", {"equipment": machine.pk})
    page.post("/setup/assets/dismount/T14/", {"reason": "Worn"})

    assert answer.status_code == 409
    assert "Nothing is mounted here." in page.get("/machines/CNC-01/").content.decode()


def test_shift_gets_other_times_from_a_day_on(page: Client, plant: Site) -> None:
    shift = Shift.objects.get()

    page.post(
        f"/setup/calendars/shift/{shift.pk}/change/",
        {"since": "2026-05-04", "starts_at": "05:00", "ends_at": "13:00", "weekdays": ["1"], "breaks": "08:00-08:15"},
    )

    new = Shift.objects.get(valid_from=date(2026, 5, 4))
    assert (new.starts_at, new.weekdays, new.breaks.get().ends_at) == (time(5), [1], time(8, 15))


def test_shift_form_says_how_a_break_is_written(page: Client, plant: Site) -> None:
    typed = {"code": "L", "name": "Late", "starts_at": "14:00", "ends_at": "22:00", "weekdays": ["1"], "breaks": "noon"}

    assert "Write it as 09:00-09:15." in page.post("/setup/calendars/shift/add/2-SHIFT/", typed).content.decode()


def test_exception_covers_whole_days_of_the_plant(page: Client, plant: Site) -> None:
    typed = {"name": "Clock change", "kind": "non_working", "first": "2026-03-29", "last": "2026-03-29"}

    page.post("/setup/calendars/exception/add/2-SHIFT/", typed)

    entry = WorkCalendarEntry.objects.get()
    assert entry.started_at == datetime(2026, 3, 28, 23, tzinfo=UTC)
    assert entry.ended_at == datetime(2026, 3, 29, 22, tzinfo=UTC)  # 23 hours
    page.post(f"/setup/calendars/exception/{entry.pk}/remove/", {})
    assert not WorkCalendarEntry.objects.exists()


def test_reason_is_classified_anew_by_its_form(page: Client, plant: Site) -> None:
    page.post("/setup/reasons/classify/stop/COOLANT/", {"time_class": "down", "loss_class": "breakdown"})

    assert "Down / Breakdown" in page.get("/setup/reasons/").content.decode()


def test_unit_of_a_material_is_an_exact_fraction(page: Client, plant: Site) -> None:
    page.post("/setup/materials/unit/P-4410/", {"code": "COIL", "factor": "2500/3"})

    assert "2500/3" in page.get("/materials/P-4410/").content.decode()


@pytest.mark.parametrize("text", ["CNC-01", "cnc-01"])
def test_search_leads_straight_to_a_code(page: Client, plant: Site, text: str) -> None:
    assert page.get("/search/", {"q": text}).headers["Location"] == "/machines/CNC-01/"


def test_search_finds_people_materials_lots_and_assets(page: Client, plant: Site) -> None:
    for text, address in (("amina", "/people/1042/"), ("pump", "/materials/P-4410/"), ("T1", "/setup/assets/of/T14/")):
        assert address in page.get("/search/", {"q": text}).content.decode()


def test_search_finds_nothing_of_another_site(outsider: User, plant: Site) -> None:
    assert "/machines/CNC-01/" not in signed_in(outsider).get("/search/", {"q": "CNC"}).content.decode()


def test_search_stays_at_the_site_where_one_works(plant: Site, other_site: Site) -> None:
    make_equipment(other_site, "CNC-77")
    everywhere = signed_in(make_user("boss", permissions=["plant.view"]))

    text = everywhere.get("/search/", {"q": "CNC-"}).content.decode()

    assert "/machines/CNC-01/" in text
    assert "/machines/CNC-77/" not in text


def test_panel_of_a_storey_above_stands_on_the_page_of_who_may_see_it(
    page: Client, looker: Client, plant: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(panels, "_panels", {})

    def render(_request: HttpRequest, subject: Equipment) -> panels.Panel:
        return panels.Panel("_components/empty.html", {"icon": "check", "title": f"Card of {subject.code}"})

    panels.register_panel("equipment", "card", order=1, permission="work.view", render=render)

    assert "Card of CNC-01" in page.get("/machines/CNC-01/").content.decode()
    assert "Card of CNC-01" not in looker.get("/machines/CNC-01/").content.decode()


def test_column_of_a_storey_above_is_shown_sorted_and_exported(
    page: Client, looker: Client, plant: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(panels, "_columns", {})
    panels.register_column(
        "equipment",
        Column("answer", "The answer", "answer", kind="number"),
        permission="work.view",
        annotate=lambda rows: rows.annotate(answer=Value(42)),
    )

    assert "The answer" in page.get("/machines/?sort=-answer").content.decode()
    exported = b"".join(page.get("/machines/?export=csv")).decode()  # type: ignore[call-overload]
    assert "42" in exported
    for query in ("?sort=-answer", "?col=answer"):
        assert "The answer" not in looker.get(f"/machines/{query}").content.decode()
    assert b"42" not in b"".join(looker.get("/machines/?export=csv&col=answer"))  # type: ignore[call-overload]


def test_panel_of_an_unknown_kind_is_refused() -> None:
    with pytest.raises(ValueError, match="'mould'"):
        panels.register_panel("mould", "x", order=1, permission="plant.view", render=lambda *_: None)


@pytest.mark.parametrize("address", ["/machines/", "/people/", "/materials/"])
def test_list_costs_the_same_for_many_rows(looker: Client, site: Site, address: str) -> None:
    make = {"/machines/": make_equipment, "/people/": make_person, "/materials/": make_material}[address]

    def more(count: int) -> None:
        for _ in range(count):
            make(site)

    costs_the_same(more, lambda: looker.get(address))
