"""The demo goes with one command: nothing of it in any table, nothing of anybody else's touched, the trail whole."""

from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.apps import apps
from django.core.management import call_command
from django.db import DatabaseError, connection, models, transaction

from mom.accounts.models import Membership, Site, User
from mom.core import audit, invariants
from mom.core.actor import system_actor
from mom.core.errors import NotAllowed, NotFound
from mom.core.models import AuditEntry
from mom.core.testing import acting
from mom.demo.engine import norrtal
from mom.demo.services.removal import remove_demo
from mom.work.models import JobResponse, QuantityReport
from tests.bench.database import Bench
from tests.bench.people import actor_with
from tests.demo.conftest import OWN
from tests.factories.accounts import make_membership

pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def data_dir(tmp_path: Path, settings: Any) -> Path:
    settings.DATA_DIR = tmp_path
    return tmp_path


@pytest.fixture
def own_site(kept_company_and_demo: str, bench: Bench, transactional_db: None, data_dir: Path) -> Site:
    """A company with an order in work, and the demo beside it."""
    bench.fresh(kept_company_and_demo)
    call_command("seed_demo", stdout=StringIO(), stderr=StringIO())  # it stands already: the sign-ins are written
    return Site.objects.get(code=OWN.code)


def our_models() -> list[Any]:
    ours = ("mom.", "production", "quality", "maintenance", "inventory", "analytics")
    return [
        model
        for model in apps.get_models(include_auto_created=True)
        if model._meta.managed and not model._meta.proxy and model.__module__.startswith(ours)
    ]


def of_site(model: Any, site: Site) -> Any:
    """The rows of a model that name the site, by key or by code; None for a model that names none."""
    rows = model._base_manager.all()
    for field in model._meta.concrete_fields:
        if field.is_relation and field.related_model is Site:
            return rows.filter(**{field.attname: site.pk})
        if field.name == "site" and isinstance(field, models.CharField):
            return rows.filter(site=site.code)
    return None


def counted(site: Site) -> dict[str, int]:
    """How many rows of each of our tables name the site."""
    found = {model._meta.label: of_site(model, site) for model in our_models()}
    return {label: rows.count() for label, rows in found.items() if rows is not None}


def test_demo_is_removed_from_every_table_and_nothing_else_is(own_site: Site, data_dir: Path) -> None:
    demo = Site.objects.get(code=norrtal.SITE)
    before, own_before = counted(demo), counted(own_site)
    assert before["work.JobResponse"] > 3_000
    assert before["analytics.WorkBucket"] > 0

    call_command("remove_demo", stdout=StringIO())

    assert {label: many for label, many in counted(demo).items() if many} == {}
    assert counted(own_site) == own_before
    assert not Site.objects.filter(is_demo=True).exists()
    assert list(User.objects.values_list("username", flat=True)) == ["anna"]
    assert not (data_dir / "demo_signins").exists()
    assert AuditEntry.objects.exclude(chain=norrtal.SITE).filter(action="demo.removed").count() == 1
    assert [*audit.verify(), *audit.verify_guards(), *audit.verify_rows()] == []
    assert list(invariants.violations()) == []


def test_guards_stand_again_after_the_removal(own_site: Site) -> None:
    remove_demo(system_actor("test"))
    with connection.cursor() as cursor:
        cursor.execute("SELECT tgname FROM pg_trigger WHERE NOT tgisinternal AND tgenabled <> 'O'")
        assert cursor.fetchall() == []
    with pytest.raises(DatabaseError, match=r"only grows|permission denied"), acting():
        JobResponse.objects.all()._raw_delete("default")


def test_only_a_site_with_the_mark_is_removed(own_site: Site) -> None:
    with pytest.raises(DatabaseError, match="only a demo plant"), acting(), connection.cursor() as cursor:
        cursor.execute("SELECT accounts_remove_demo_site(%s)", [own_site.code])
    with pytest.raises(DatabaseError, match="is frozen"), acting(), transaction.atomic():
        Site.objects.filter(pk=own_site.pk).update(is_demo=True)
    assert QuantityReport.objects.filter(site=own_site).count() == 0
    assert JobResponse.objects.filter(site=own_site).count() == 1


def test_demo_person_who_left_a_trace_elsewhere_stays_locked(own_site: Site) -> None:
    planner = User.objects.get(username="planner")
    role = Membership.objects.filter(user__username="anna", site=own_site).first()
    assert role is not None
    make_membership(planner, role.role, own_site)

    remove_demo(system_actor("test"))

    planner.refresh_from_db()
    assert not planner.is_active
    assert set(User.objects.values_list("username", flat=True)) == {"anna", "planner"}


def test_demo_can_be_added_again_after_its_removal(own_site: Site) -> None:
    first = counted(Site.objects.get(code=norrtal.SITE))["plant.Equipment"]
    remove_demo(system_actor("test"))
    with pytest.raises(NotFound):
        remove_demo(system_actor("test"))
    call_command("seed_demo", stdout=StringIO(), stderr=StringIO())
    assert counted(Site.objects.get(code=norrtal.SITE))["plant.Equipment"] == first
    assert not Membership.objects.filter(user__is_demo=True, site=None, valid_to=None).exists()


def test_removal_takes_the_right_to_manage_sites_everywhere(own_site: Site) -> None:
    with pytest.raises(NotAllowed):
        remove_demo(actor_with("accounts.manage_sites", site=own_site.code))
