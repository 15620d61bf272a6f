"""A figure of imported reports opens to the file and the line that each report came from, as it stood there."""

from datetime import timedelta

import pytest
from django.test import Client

from analytics.selectors.why_origins import origins_of
from analytics.services.rebuild import rebuild_days
from mom.accounts.models import Site, User
from mom.core.testing import acting
from mom.erp.models import SourceRow
from mom.erp.permissions import VIEW_IMPORT
from mom.work.models import JobResponse
from tests.erp.importing import BringIn, golden

BACKEND = "mom.accounts.backends.PasswordBackend"


def test_imported_report_names_its_file_and_line(site: Site, bring_in: BringIn) -> None:
    run = bring_in(*golden("import_german_erp"))
    responses = list(JobResponse.objects.values_list("pk", flat=True))
    found = origins_of(responses)
    assert {(origin.file, origin.line) for origin in found.values()} == {
        (run.file_name, line) for line in SourceRow.objects.values_list("line", flat=True)
    }
    assert len(found) == len(responses) > 0
    one = next(iter(found.values()))
    assert one.right == VIEW_IMPORT
    assert one.url == run.get_absolute_url()
    assert any(one.cells)


@pytest.mark.parametrize("kpi", ["load", "orders_finished"])
def test_why_page_shows_the_line_to_who_may_see_imports(
    client: Client, owner: User, site: Site, bring_in: BringIn, kpi: str
) -> None:
    run = bring_in(*golden("import_german_erp"))
    days = sorted({at.date() for at in JobResponse.objects.values_list("started_at", flat=True)})
    with acting():
        rebuild_days(site, [days[0] + timedelta(days=n) for n in range((days[-1] - days[0]).days + 2)])
    client.force_login(owner, backend=BACKEND)
    asked = {"first": days[0].isoformat(), "last": (days[-1] + timedelta(days=1)).isoformat()}
    text = client.get(f"/figures/{kpi}/why/", asked).content.decode()
    assert run.file_name in text
    assert "<summary>line" in text
    assert run.get_absolute_url() in text
