"""Where the archive lies: a directory, or an S3-compatible store by URL; secrets from the environment alone."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.exceptions import ImproperlyConfigured

from mom.accounts.models import Site
from mom.floor.archive import due
from mom.floor.archive.store import DirectoryStore, open_store
from mom.floor.archive.sweeping import Swept, sweep
from mom.floor.archive.writing import verify
from mom.floor.models import ArchivedDay
from mom.floor.selectors.record import messages
from mom.floor.services import archive
from tests.factories.plant import make_equipment
from tests.floor.messages import DAY, day_of, store
from tests.floor.s3_server import Objects, s3_server


@pytest.fixture
def bucket(monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[str, Objects]]:
    """The URL of an empty bucket of a store on this machine."""
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "reader")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "not-a-secret")
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    with s3_server() as (host, objects):
        yield f"s3://plant/archive?endpoint_override={host}&scheme=http&region=eu-north-1", objects


@pytest.mark.django_db
def test_archive_in_an_s3_store_is_written_read_verified_and_swept(
    site: Site, bucket: tuple[str, Objects], settings: Any
) -> None:
    settings.ARCHIVE_URL, objects = bucket
    machine = make_equipment(site, "CNC/7")
    store(day_of(machine))
    before = messages([machine.pk], DAY, DAY + timedelta(days=1))
    due.mark_due(DAY.date(), DAY + timedelta(days=9))
    assert archive.write_waiting() == (1, 0)
    row = ArchivedDay.objects.get()
    assert list(objects) == [f"plant/archive/{row.address}"]
    assert verify(row)
    ArchivedDay.objects.update(dropped_at=DAY + timedelta(days=9))
    read = messages([machine.pk], DAY, DAY + timedelta(days=1))
    assert read.occurred_at.tolist() == before.occurred_at.tolist()
    assert read.value.tolist() == before.value.tolist()
    copied = f"site={site.code}/machine=CNC%2F7/day=2026-03-02/copy.parquet"
    objects[f"plant/archive/{copied}"] = objects[f"plant/archive/{row.address}"]
    assert sweep(site.code) == Swept(1, ())
    objects.clear()
    row.refresh_from_db()
    assert not verify(row)
    assert ArchivedDay.objects.get().problem


@pytest.mark.django_db
def test_store_that_is_away_leaves_the_day_waiting(site: Site, settings: Any, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("no directory")
    settings.ARCHIVE_URL = str(tmp_path / "file" / "below")
    store(day_of(make_equipment(site)))
    due.mark_due(DAY.date(), DAY + timedelta(days=9))
    assert archive.write_waiting() == (0, 1)
    row = ArchivedDay.objects.get()
    assert row.problem.startswith("Not written")
    assert row.due_at is not None


def test_directory_holds_whole_files_only(tmp_path: Path) -> None:
    held = open_store(f"file://{tmp_path}/a%20b")
    assert isinstance(held, DirectoryStore)
    held.write("site=P1/day=2026-01-01/x.parquet", b"one")
    assert [(path, held.read(path)) for path, _at in held.files("site=P1")] == [
        ("site=P1/day=2026-01-01/x.parquet", b"one")
    ]
    held.delete("site=P1/day=2026-01-01/x.parquet")
    held.delete("site=P1/day=2026-01-01/x.parquet")
    assert not list((tmp_path / "a b").rglob("*.*"))


@pytest.mark.parametrize(
    "url",
    [
        "s3://key:secret@bucket/a", "s3://bucket/a?access_key=secret", "s3:///a", "https://example.com/a",
        "ftp://host/a",
    ],
)  # fmt: skip
def test_store_refuses_secrets_and_other_schemes(url: str) -> None:
    with pytest.raises(ImproperlyConfigured, match="MOM_ARCHIVE_URL") as refusal:
        open_store(url)
    assert "secret@" not in str(refusal.value)
    assert "=secret" not in str(refusal.value)
