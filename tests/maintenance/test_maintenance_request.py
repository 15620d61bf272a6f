"""Maintenance is called once for one trouble, joined to the stop, by who may, with a photo."""

import uuid

import pytest
from django.db import IntegrityError, transaction

from maintenance.engine.terms import RequestStatus, Urgency
from maintenance.models import MaintenanceJob, MaintenanceRequest
from maintenance.services import maintenance_job, maintenance_request
from maintenance.services.maintenance_request import NewRequest, Photo
from mom.accounts.models import Site, User
from mom.accounts.selectors import actor_for_user
from mom.core import clock
from mom.core.errors import Conflict, IllegalTransition, InvalidInput, NotAllowed
from mom.core.models import Attachment, OutboxEvent
from mom.core.testing import acting
from mom.floor.models import Stop
from mom.plant.models import Equipment
from tests.factories.accounts import make_user
from tests.factories.files import PICTURE
from tests.factories.floor import make_stop
from tests.factories.maintenance import SYSTEM, make_request
from tests.factories.work import make_machine

pytestmark = pytest.mark.django_db


@pytest.fixture
def press(site: Site) -> Equipment:
    return make_machine(site, "PRESS-1")


def stands(press: Equipment) -> Stop:
    return make_stop(press.site, press, started_at=clock.now(), ended_at=None)


def test_a_call_joins_the_stop_that_is_open(press: Equipment) -> None:
    make_stop(press.site, press)  # over long ago
    stop = stands(press)

    request = make_request(press, text="Oil on the floor")

    assert (request.stop, request.status, request.code[:3]) == (stop, RequestStatus.REQUESTED, "MR-")
    assert OutboxEvent.objects.filter(topic="maintenance.maintenance_requested").count() == 1


def test_the_same_trouble_said_again_is_the_same_request_and_the_greater_urgency_counts(press: Equipment) -> None:
    stands(press)
    first = make_request(press, urgency=Urgency.WEEK)
    again = make_request(press, urgency=Urgency.NOW, text="It is more now")
    other = make_request(press, symptom="NOI")

    assert again.pk == first.pk
    assert (again.times_reported, again.urgency, again.text) == (2, "now", "It is more now")
    assert other.pk != first.pk


def test_a_call_before_the_stop_was_seen_gets_it_with_the_second_call(press: Equipment) -> None:
    first = make_request(press)
    stop = stands(press)
    assert first.stop is None
    assert make_request(press).pk == first.pk
    assert MaintenanceRequest.objects.get().stop == stop


def test_another_stop_is_another_trouble(press: Equipment) -> None:
    stop = stands(press)
    first = make_request(press)
    with acting():
        Stop.objects.filter(pk=stop.pk).update(ended_at=clock.now())
    stands(press)
    assert make_request(press).pk != first.pk


def test_the_database_holds_one_request_for_one_trouble(press: Equipment) -> None:
    request = make_request(press)
    copy = {name: getattr(request, name) for name in ("site", "equipment", "symptom", "urgency", "reported_at")}
    with pytest.raises(IntegrityError, match="same_trouble_once"), acting(), transaction.atomic():
        MaintenanceRequest.objects.create(code="MR-X", reported_by="x", op_uuid=uuid.uuid4(), **copy)


def test_the_same_key_is_the_same_call(press: Equipment) -> None:
    key = uuid.uuid4()
    first = maintenance_request.report(SYSTEM, press, NewRequest("ELU", Urgency.NOW), op_uuid=key)
    again = maintenance_request.report(SYSTEM, press, NewRequest("ELU", Urgency.NOW), op_uuid=key)
    assert (again.pk, again.times_reported) == (first.pk, 1)


def test_a_photo_hangs_on_the_request_and_one_that_is_none_is_refused(press: Equipment) -> None:
    request = make_request(press, photo=Photo("leak.png", PICTURE))
    photo = Attachment.objects.get()
    assert (photo.subject_type, photo.subject_id) == ("maintenance.maintenancerequest", str(request.pk))
    with pytest.raises(InvalidInput):
        make_request(press, symptom="NOI", photo=Photo("leak.png", b"no picture"))
    assert MaintenanceRequest.objects.count() == 1


def test_words_that_are_no_symptom_are_refused(press: Equipment) -> None:
    with pytest.raises(InvalidInput):
        make_request(press, symptom="XXX")


def test_a_request_is_declined_with_a_reason_and_not_twice(press: Equipment) -> None:
    request = make_request(press)
    with pytest.raises(InvalidInput):
        maintenance_request.decline(SYSTEM, request.pk, reason=" ")
    maintenance_request.decline(SYSTEM, request.pk, reason="It always sounds like that")
    with pytest.raises(IllegalTransition):
        maintenance_request.decline(SYSTEM, request.pk, reason="Again")
    with pytest.raises(IllegalTransition):
        maintenance_job.accept(SYSTEM, request.pk)


def test_who_has_a_job_open_can_not_be_declined_and_accepting_twice_is_one_job(press: Equipment) -> None:
    request = make_request(press)
    job = maintenance_job.accept(SYSTEM, request.pk)
    assert maintenance_job.accept(SYSTEM, request.pk).pk == job.pk
    with pytest.raises(Conflict):
        maintenance_request.decline(SYSTEM, request.pk, reason="No time")
    assert MaintenanceJob.objects.count() == 1


@pytest.fixture
def people(site: Site) -> dict[str, User]:
    return {
        "owner": make_user("ola", site=site, permissions=("maintenance.view", "maintenance.request_maintenance")),
        "colleague": make_user("kim", site=site, permissions=("maintenance.view",)),
        "outsider": make_user("out"),
    }


def test_three_people_at_a_machine(press: Equipment, people: dict[str, User]) -> None:
    made = make_request(press, actor=actor_for_user(people["owner"]))
    assert made.reported_by == actor_for_user(people["owner"]).label
    for name in ("colleague", "outsider"):
        with pytest.raises(NotAllowed):
            make_request(press, symptom="NOI", actor=actor_for_user(people[name]))
    for user in people.values():
        with pytest.raises(NotAllowed):
            maintenance_job.accept(actor_for_user(user), made.pk)
