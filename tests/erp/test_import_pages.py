"""Imports by page: hand over, look at the check, start, watch, read problems; each person what they may."""

from functools import partial

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from mom.accounts.models import User
from mom.core import long_work
from mom.erp.models import ImportRun
from mom.erp.services import running
from mom.work.models import JobResponse
from tests.erp.importing import BringIn, golden

pytestmark = pytest.mark.django_db


@pytest.fixture
def signed_in(client: Client, owner: User) -> Client:
    client.force_login(owner)
    return client


def hand_over(client: Client, case: str, **changes: object) -> ImportRun:
    content, mapping = golden(case)
    sent = {
        "file": SimpleUploadedFile("log.csv", content),
        "mapping_file": SimpleUploadedFile("mapping.yml", mapping.encode()),
        **changes,
    }
    answer = client.post(reverse("erp:import_add"), sent)
    run = ImportRun.objects.get()
    assert answer.status_code == 302
    assert answer["Location"] == run.get_absolute_url()
    return run


def test_import_page_goes_from_hand_over_to_done(signed_in: Client) -> None:
    run = hand_over(signed_in, "import_german_erp")
    assert b"hx-get" in signed_in.get(run.get_absolute_url()).content

    long_work.work(run.check_task_id, running.check)
    page = signed_in.get(run.get_absolute_url()).content.decode()
    assert "Bring in 5 rows" in page
    assert "Drehmaschine Süd" in page
    assert "“Sack” is not known" in page
    assert JobResponse.objects.count() == 0

    signed_in.post(reverse("erp:import_start", args=[run.pk]))
    run.refresh_from_db()
    assert run.apply_task_id is not None
    long_work.work(run.apply_task_id, partial(running.apply, lanes=1))
    assert "Done" in signed_in.get(run.get_absolute_url()).content.decode()
    assert JobResponse.objects.count() == 5


def test_import_page_polls_until_the_work_ends(signed_in: Client) -> None:
    run = hand_over(signed_in, "import_german_erp")
    address = reverse("erp:import_progress", args=[run.pk])
    assert b'role="progressbar"' in signed_in.get(address).content
    long_work.work(run.check_task_id, running.check)
    assert signed_in.get(address)["HX-Refresh"] == "true"


def test_import_page_downloads_problems_without_formulas(signed_in: Client) -> None:
    content, mapping = golden("import_german_erp")
    run = hand_over(
        signed_in, "import_german_erp", file=SimpleUploadedFile("log.csv", content.replace(b";abc;", b";=1+1;"))
    )
    long_work.work(run.check_task_id, running.check)

    answer = signed_in.get(reverse("erp:import_issues", args=[run.pk]), {"export": "csv"})

    lines = b"".join(answer.streaming_content).decode("utf-8-sig").splitlines()
    assert lines[0].startswith("Line,Column,Value")
    assert lines[2].startswith("7,Gut,'=1+1,number_bad,")
    assert mapping


def test_import_page_discards_what_waits(signed_in: Client) -> None:
    run = hand_over(signed_in, "import_german_erp")
    long_work.work(run.check_task_id, running.check)
    signed_in.post(reverse("erp:import_cancel", args=[run.pk]))
    assert "Cancelled" in signed_in.get(run.get_absolute_url()).content.decode()
    assert signed_in.post(reverse("erp:import_start", args=[run.pk])).status_code == 409


def test_import_page_shows_what_is_wrong_with_a_mapping(signed_in: Client) -> None:
    content, _mapping = golden("import_german_erp")
    sent = {"file": SimpleUploadedFile("log.csv", content), "mapping_file": SimpleUploadedFile("m.yml", b"mapping: 2")}
    answer = signed_in.post(reverse("erp:import_add"), sent)
    assert answer.status_code == 422
    assert "source is missing" in answer.content.decode()
    assert ImportRun.objects.count() == 0


def test_import_page_asks_for_a_mapping(signed_in: Client) -> None:
    answer = signed_in.post(reverse("erp:import_add"), {"file": SimpleUploadedFile("log.csv", b"a,b\n")})
    assert "Choose a mapping" in answer.content.decode()


def test_import_page_offers_shipped_and_earlier_mappings(signed_in: Client, bring_in: BringIn) -> None:
    bring_in(*golden("import_german_erp"))
    page = signed_in.get(reverse("erp:import_add")).content.decode()
    assert ">test</option>" in page
    assert ">execution_log_4tu.yml</option>" in page


def test_import_list_shows_runs_of_the_site(signed_in: Client, bring_in: BringIn) -> None:
    run = bring_in(*golden("import_german_erp"))
    page = signed_in.get(reverse("erp:import_list")).content.decode()
    assert run.get_absolute_url() in page


def test_import_pages_keep_to_rights(client: Client, colleague: User, outsider: User, bring_in: BringIn) -> None:
    run = bring_in(*golden("import_german_erp"))
    client.force_login(colleague)
    assert client.get(run.get_absolute_url()).status_code == 200
    assert client.get(reverse("erp:import_add")).status_code == 403
    assert client.post(reverse("erp:import_cancel", args=[run.pk])).status_code == 403
    client.force_login(outsider)
    assert client.get(run.get_absolute_url()).status_code == 404
    assert client.post(reverse("erp:import_cancel", args=[run.pk])).status_code == 404
