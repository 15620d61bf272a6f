"""`manage.py import_execution_log`."""

import io
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from mom.accounts.models import Site, User
from mom.erp.models import ImportRun
from mom.work.models import JobResponse
from tests.erp import twin
from tests.erp.importing import fingerprint

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def log(tmp_path: Path) -> Path:
    path = tmp_path / "log.csv"
    path.write_bytes(twin.LOG)
    return path


def run(*words: object) -> str:
    out = io.StringIO()
    call_command("import_execution_log", *map(str, words), stdout=out, stderr=io.StringIO())
    return out.getvalue()


def test_import_command_brings_a_log_in_for_a_person(log: Path, site: Site, owner: User) -> None:
    said = run(log, "--mapping", "execution_log_4tu", "--user", owner.username)
    assert "Done: rows 8, new 8, known 0, refused 0, changed 1, in 8" in said
    assert "3: Span:" in said
    assert JobResponse.objects.filter(recorded_by=str(owner)).count() == 8


def test_import_command_dry_run_brings_nothing_in(log: Path, site: Site) -> None:
    before = fingerprint()
    assert "in 0" in run(log, "--mapping", "execution_log_4tu", "--dry-run")
    assert fingerprint() == before


def test_import_command_refuses_what_it_cannot_do(log: Path, site: Site, colleague: User, tmp_path: Path) -> None:
    bad = tmp_path / "bad.yml"
    bad.write_text("mapping: 2")
    broken = tmp_path / "broken.csv"
    broken.write_bytes(b"a,b\n1,2\n")
    for words, says in [
        ((tmp_path / "none.csv", "--mapping", "execution_log_4tu"), "none.csv"),
        ((log, "--mapping", "nowhere"), "nowhere"),
        ((log, "--mapping", bad), "source is missing"),
        ((broken, "--mapping", "execution_log_4tu"), "no column “Case ID"),
        ((log, "--mapping", "execution_log_4tu", "--site", "NONE"), "no site NONE"),
        ((log, "--mapping", "execution_log_4tu", "--user", "nobody"), "Nobody signs in"),
        ((log, "--mapping", "execution_log_4tu", "--user", colleague.username), "may not do this"),
    ]:
        with pytest.raises(CommandError, match=says):
            run(*words)
    assert JobResponse.objects.count() == 0
    assert set(ImportRun.objects.values_list("file_name", flat=True)) == {"broken.csv"}


def test_import_command_asks_which_site(log: Path, site: Site, other_site: Site) -> None:
    with pytest.raises(CommandError, match="Say which site"):
        run(log, "--mapping", "execution_log_4tu")
