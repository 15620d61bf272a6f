"""Skills: the standing on a day, what places ask for, the matrix and its cells."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.db import DatabaseError
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st

from mom.accounts.models import Site, User
from mom.core.actor import Actor
from mom.core.errors import InvalidInput
from mom.core.testing import acting
from mom.plant.engine.skills import DEVIATES, Cell, Held, Standing, asked_at, cell_of
from mom.plant.engine.terms import EquipmentLevel
from mom.plant.models import EquipmentClass, EquipmentClassSkill, Person, PersonnelClass, Qualification
from mom.plant.selectors import skill_matrix
from mom.plant.services.skill import skill_set
from tests.bench.statements import costs_the_same
from tests.factories.plant import make_equipment, make_person

TODAY = date(2026, 4, 16)
DAY = timedelta(days=1)


def held(start: int, end: int | None = None, level: int = 3, id: int = 1) -> Held:  # noqa: A002
    return Held(id, level, TODAY + start * DAY, None if end is None else TODAY + end * DAY)


@pytest.mark.parametrize(
    ("stretches", "least", "standing"),
    [
        ([], None, Standing.NONE),
        ([], 3, Standing.MISSING),
        ([held(-9)], 3, Standing.HOLDS),
        ([held(0)], 3, Standing.HOLDS),
        ([held(-9, level=2)], 3, Standing.TOO_LOW),
        ([held(-9, 30)], None, Standing.ENDS_SOON),
        ([held(-9, 31)], None, Standing.HOLDS),
        ([held(-9, 10), held(10, id=2)], None, Standing.HOLDS),
        ([held(-9, 0)], None, Standing.EXPIRED),
        ([held(-900, -400)], None, Standing.NONE),
        ([held(-900, -400)], 3, Standing.EXPIRED),
        ([held(5)], None, Standing.COMES),
        ([held(5)], 3, Standing.MISSING),
    ],
)
def test_skill_standing_by_hand(stretches: list[Held], least: int | None, standing: Standing) -> None:
    assert cell_of(stretches, TODAY, least).standing is standing


stretches = st.lists(
    st.tuples(st.integers(-500, 100), st.one_of(st.none(), st.integers(1, 400)), st.integers(1, 4)), max_size=4
)


@given(stretches, st.one_of(st.none(), st.integers(1, 4)))
def test_skill_standing_is_qualified_only_while_a_stretch_holds(
    made: list[tuple[int, int | None, int]], least: int | None
) -> None:
    known = [
        held(start, None if length is None else start + length, level, id=index)
        for index, (start, length, level) in enumerate(made)
    ]
    cell: Cell = cell_of(known, TODAY, least)
    holds = [each for each in known if each.valid_from <= TODAY and (not each.valid_until or each.valid_until > TODAY)]
    assert not cell.is_qualified or any(each.level >= (least or 3) for each in holds)
    if least is not None and not holds:
        assert cell.standing in DEVIATES


def test_skills_asked_at_an_area_are_those_of_all_its_machines() -> None:
    assert asked_at([{1: 3, 2: 2}, {1: 2}]) == {1: 2}
    assert asked_at([]) == {}


@pytest.fixture
def skill(site: Site) -> PersonnelClass:
    with acting():
        return PersonnelClass.objects.create(site=site, code="CNC", name="CNC operator")


@pytest.fixture
def worker(site: Site, skill: PersonnelClass) -> Person:
    """Somebody in an area whose one machine asks for the skill."""
    area = make_equipment(site, "HALL", level=EquipmentLevel.AREA)
    machine = make_equipment(site, "M1", parent=area)
    with acting():
        group = EquipmentClass.objects.create(site=site, code="5AX")
        machine.classes.add(group)
        EquipmentClassSkill.objects.create(site=site, equipment_class=group, personnel_class=skill, least_level=3)
    return make_person(site, "W1", workplace=area)


def standing(site: Site, actor: Actor, person: Person, skill: PersonnelClass, day: date = TODAY) -> Standing:
    row = skill_matrix.people_with_skills(actor, site).get(pk=person.pk)
    return skill_matrix.cell_for(row, skill, skill_matrix.skills_asked(site), day).standing


@pytest.mark.django_db(transaction=True)
def test_skill_set_ends_the_one_before(site: Site, actor: Actor, worker: Person, skill: PersonnelClass) -> None:
    assert standing(site, actor, worker, skill) is Standing.MISSING
    skill_set(actor, worker.pk, skill, level=2, valid_from=TODAY - 9 * DAY)
    assert standing(site, actor, worker, skill) is Standing.TOO_LOW
    skill_set(actor, worker.pk, skill, level=3, valid_from=TODAY, valid_until=TODAY + 10 * DAY)
    assert standing(site, actor, worker, skill) is Standing.ENDS_SOON
    skill_set(actor, worker.pk, skill, level=4, valid_from=TODAY)
    rows = Qualification.objects.order_by("valid_from").values_list("level", "valid_from", "valid_until")
    assert list(rows) == [(2, TODAY - 9 * DAY, TODAY), (4, TODAY, None)]


@pytest.mark.django_db(transaction=True)
def test_skill_is_not_signed_off_by_oneself(site: Site, actor: Actor, worker: Person, skill: PersonnelClass) -> None:
    with pytest.raises(InvalidInput) as refused:
        skill_set(actor, worker.pk, skill, level=3, valid_from=TODAY, trainer=worker)
    assert refused.value.code == "signed_off_by_self"


def test_skill_guard_knows_the_levels(site: Site, worker: Person, skill: PersonnelClass) -> None:
    with pytest.raises(DatabaseError, match="plant_qualification_level_known"), acting():
        Qualification.objects.create(site=site, person=worker, personnel_class=skill, level=5, valid_from=TODAY)


def exported(client: Client) -> str:
    """The export of the matrix as it is seen."""
    answer: Any = client.get("/skills/?export=csv")
    return b"".join(answer.streaming_content).decode()


def test_skill_matrix_shows_deviations_exports_and_sets_in_place(
    client: Client, owner: User, worker: Person, skill: PersonnelClass
) -> None:
    client.force_login(owner, backend="mom.accounts.backends.PasswordBackend")
    page = client.get("/skills/").content.decode()
    assert "missing" in page
    assert "missing" in exported(client)
    address = f"/skills/set/{skill.pk}/{worker.code}/"
    cell = f"skill-cell-{worker.pk}-{skill.pk}"
    in_place: dict[str, Any] = {"HX-Request": "true", "HX-Target": cell}
    assert "<form" in client.get(address, headers=in_place).content.decode()
    sent = {f"{cell}-level": "3", f"{cell}-valid_from": "2020-01-01"}
    answer = client.post(address, sent, headers=in_place).content.decode()
    assert answer.startswith(f'<span id="{cell}"')
    assert "missing" not in exported(client)
    wrong = client.post(address, {f"{cell}-level": "9"}, headers=in_place)
    assert wrong.status_code == 200
    assert "<form" in wrong.content.decode()
    by_form = client.post(address, {"level": "4", "valid_from": "2021-01-01"})
    assert by_form.status_code == 302


def test_skill_matrix_costs_the_same_for_many(client: Client, owner: User, site: Site, worker: Person) -> None:
    client.force_login(owner, backend="mom.accounts.backends.PasswordBackend")

    def make(count: int) -> None:
        for _again in range(count):
            person = make_person(site, workplace=worker.workplace)
            with acting():
                new = PersonnelClass.objects.create(site=site, code=f"S{person.pk}")
                Qualification.objects.create(site=site, person=person, personnel_class=new, valid_from=TODAY)

    costs_the_same(make, lambda: client.get("/skills/"))
