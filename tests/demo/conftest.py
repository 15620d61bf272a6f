"""The demo plant for tests, filled once for each file and cloned for each test: filling it anew costs seconds."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from pytest_django.plugin import DjangoDbBlocker

from mom.demo.services import signals
from mom.demo.services.seeding import seed
from mom.start.services import company
from tests.bench.database import Bench
from tests.factories.work import give, job_of, make_machine, make_order, make_person

THURSDAY = datetime(2026, 4, 16, 6, 42, tzinfo=UTC)
OWN = company.Company("BERG", "Berg Zerspanung", "Europe/Berlin", "EUR")
ANNA = company.Owner("Anna Berg", "anna", "a sentence that is long")


@pytest.fixture(autouse=True, scope="package")
def _short_memory() -> Iterator[None]:
    """A day of machine messages is as good as two weeks for what these tests ask."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(signals, "HEARD_FOR", timedelta(days=1))
        yield


@pytest.fixture(scope="module")
def kept_demo(_short_memory: None, bench: Bench, django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> str:
    """The demo alone, as it stood on a Thursday morning, as a database to clone."""
    with django_db_blocker.unblock(), time_machine.travel(THURSDAY, tick=False):
        seed(lambda _line: None)
        kept = bench.keep("demo")
        bench.fresh()
    return kept


@pytest.fixture(scope="module")
def kept_company_and_demo(
    _short_memory: None, bench: Bench, django_db_setup: None, django_db_blocker: DjangoDbBlocker
) -> str:
    """A company with an order in work, and the demo beside it, as a database to clone."""
    with django_db_blocker.unblock():
        site, _anna = company.found(OWN, ANNA)
        give(job_of(make_order(site, machine=make_machine(site))), "start", person=make_person(site))
        seed(lambda _line: None)
        kept = bench.keep("company_and_demo")
        bench.fresh()
    return kept
