"""A start that something forbids is signed for: this job, this blocker, for a while, by who may; all else stays."""

import html
import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import DatabaseError, transaction
from django.test import Client

from mom.accounts.models import Signature, Site, User
from mom.accounts.selectors import actor_for_user
from mom.core import clock
from mom.core.actor import system_actor
from mom.core.errors import Conflict
from mom.core.models import AuditEntry
from mom.core.testing import acting
from mom.work import gate
from mom.work.engine.terms import GateLevel, JobOrderCommand
from mom.work.models import CleaningRule, GateOverride, JobOrder
from mom.work.services import gate_rule, job_order
from tests.accounts.signing import PASSWORD
from tests.factories.accounts import make_user
from tests.factories.work import job_of, make_machine, make_order

pytestmark = pytest.mark.django_db
SIGNS = ("work.view", "work.override_gate", "accounts.sign_record", "work.execute_job_order")


@pytest.fixture
def job(site: Site) -> JobOrder:
    """A ready job on a machine that is not clean, which forbids the start."""
    machine = make_machine(site, "MIX-1")
    with acting():
        CleaningRule.objects.create(site=site, equipment=machine, clean_hold=timedelta(days=1))
    return job_of(make_order(site, machine=machine))


@pytest.fixture
def boss(site: Site) -> User:
    return make_user("eva", site=site, permissions=SIGNS, password=PASSWORD)


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user, backend="mom.accounts.backends.PasswordBackend")
    return client


def start(job: JobOrder) -> JobOrder:
    return job_order.command(system_actor("test"), job.pk, JobOrderCommand.START)


def way_of(page: str) -> str:
    found = re.search(r'href="([^"]+/override/[^"]*)"', page)
    assert found is not None, "the page offers to sign"
    return html.unescape(found[1])


def sign(client: Client, address: str, **typed: str) -> Any:
    page = client.get(address).content.decode()
    challenge = re.search(r'name="challenge" value="([^"]+)"', page)
    assert challenge is not None
    body = {"challenge": challenge[1], "meaning": "approved", "reason": "Rinsed by hand", "name": "eva"}
    return client.post(address, {**body, "secret": PASSWORD, **typed})


def test_what_forbids_the_start_is_signed_for_on_its_page_and_the_job_starts(job: JobOrder, boss: User) -> None:
    client = signed_in(boss)
    with pytest.raises(Conflict, match="not clean"):
        start(job)
    address = way_of(client.get(f"/jobs/{job.code}/").content.decode())
    assert "MIX-1 is not clean" in client.get(address).content.decode()

    answer = sign(client, address)

    assert (answer.status_code, answer.headers["Location"]) == (302, f"/jobs/{job.code}/")
    after = client.get(f"/jobs/{job.code}/").content.decode()
    assert "Eva signed that it may start all the same" in after
    assert "/override/" not in after
    done = GateOverride.objects.get()
    assert (done.source, done.code, done.subject, done.reason) == (
        "work.cleaning", "not_clean", "MIX-1", "Rinsed by hand",
    )  # fmt: skip
    assert done.signature.signer_name == done.overridden_by == "Eva"
    assert AuditEntry.objects.filter(action="work.gate_overridden").count() == 1
    assert start(job).status == "running"


def test_the_api_says_who_signed_and_lists_what_was_overridden(job: JobOrder, boss: User) -> None:
    client = signed_in(boss)
    asked = f"/api/v1/work/job-orders/{job.pk}/can-start/"
    assert client.get(asked).json()["can_start"] is False

    sign(client, way_of(client.get(f"/jobs/{job.code}/").content.decode()))

    [blocker] = client.get(asked).json()["blockers"]
    assert (client.get(asked).json()["can_start"], blocker["overridden_by"]) == (True, "Eva")
    [row] = client.get(f"/api/v1/work/gate-overrides/?job_order={job.pk}").json()["results"]
    assert (row["job"], row["code"], row["overridden_by"]) == (job.code, "not_clean", "Eva")


def test_a_wrong_secret_and_a_missing_reason_override_nothing(job: JobOrder, boss: User) -> None:
    client = signed_in(boss)
    address = way_of(client.get(f"/jobs/{job.code}/").content.decode())

    assert sign(client, address, secret="wrong").status_code in {403, 422}
    assert sign(client, address, reason=" ").status_code in {400, 422}

    assert not GateOverride.objects.exists()
    assert not Signature.objects.exists()
    with pytest.raises(Conflict):
        start(job)


def test_who_may_not_override_is_neither_offered_it_nor_let_in(job: JobOrder, site: Site, boss: User) -> None:
    address = way_of(signed_in(boss).get(f"/jobs/{job.code}/").content.decode())
    reader = signed_in(make_user("rolf", site=site, permissions=["work.view", "accounts.sign_record"]))

    assert "/override/" not in reader.get(f"/jobs/{job.code}/").content.decode()
    assert reader.get(address).status_code == 403
    assert reader.post(address, {}).status_code == 403


def test_one_blocker_of_one_job_is_signed_for_and_nothing_else(job: JobOrder, boss: User, site: Site) -> None:
    client = signed_in(boss)
    sign(client, way_of(client.get(f"/jobs/{job.code}/").content.decode()))
    other = job_of(make_order(site, "WO-2", machine=job.equipment))

    with pytest.raises(Conflict, match="not clean"):
        start(other)
    gate_rule.set_level(system_actor("test"), site, "work.reservation", GateLevel.BLOCK)
    assert [each.code for each in gate.blockers(job, clock.now())] == []


def test_it_holds_for_twelve_hours(job: JobOrder, boss: User) -> None:
    client = signed_in(boss)
    sign(client, way_of(client.get(f"/jobs/{job.code}/").content.decode()))
    now = clock.now()

    assert gate.blockers(job, now + timedelta(hours=11, minutes=59)) == []
    assert [each.code for each in gate.blockers(job, now + timedelta(hours=12, minutes=1))] == ["not_clean"]


def test_what_is_gone_or_the_state_of_the_order_is_not_overridden(job: JobOrder, boss: User) -> None:
    client = signed_in(boss)
    address = way_of(client.get(f"/jobs/{job.code}/").content.decode())
    with acting():
        CleaningRule.objects.update(is_active=False)
    assert client.get(address).status_code == 409

    with acting():
        order = job.work_request
        order.status = "held"
        order.save()
    fixed = f"/jobs/{job.code}/override/?source=work.order&what=order_stopped&of={order.code}"
    assert client.get(fixed).status_code == 409
    assert "/override/" not in client.get(f"/jobs/{job.code}/").content.decode()


def test_P23_a_program_overrides_nothing_and_an_override_never_changes(
    job: JobOrder, boss: User, client_of: Callable[[User], Any]
) -> None:
    sign(signed_in(boss), way_of(signed_in(boss).get(f"/jobs/{job.code}/").content.decode()))
    row = GateOverride.objects.get()

    assert client_of(boss).send("post", "/api/v1/work/gate-overrides/", {}).status_code == 405
    row.valid_until += timedelta(days=30)
    with pytest.raises(DatabaseError), transaction.atomic(), acting(actor_for_user(boss)):
        row.save()
    with pytest.raises(DatabaseError), transaction.atomic(), acting():
        row.delete()
