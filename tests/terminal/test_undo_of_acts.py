"""The Undo button after a start, pause or resume: by its entry, whether that was received before or waits before it."""

from typing import Any

import pytest

from mom.accounts.models import Site
from mom.terminal.models import TerminalEntry
from tests.factories.devices import make_operator
from tests.factories.maintenance import make_job, repair
from tests.terminal.test_entries import HOME
from tests.terminal.test_told_time import Cut

pytestmark = pytest.mark.django_db


@pytest.fixture
def cut(site: Site) -> Cut:
    return Cut(site)


def undo(cut: Cut, minute: float, entry: dict[str, Any], **more: Any) -> dict[str, Any]:
    return cut.tap(minute, "undo", entry=entry["key"], **more)


def test_start_and_its_undo_wait_in_the_same_queue_and_count_from_their_taps(cut: Cut) -> None:
    start = cut.tap(5, "start")
    queue = [start, undo(cut, 8, start), cut.tap(20, "start"), cut.tap(40, "pause")]
    assert cut.send(*queue) == ["done"] * 4
    assert cut.send(*queue) == ["done"] * 4
    assert cut.stretches() == [(20, 40)]


def test_pause_that_was_received_before_is_undone_later(cut: Cut) -> None:
    pause = cut.tap(20, "pause")
    assert cut.send(cut.tap(5, "start"), pause) == ["done", "done"]
    page = cut.client.get(HOME).content.decode()
    assert f'data-key="{pause["key"]}" data-may-undo="1" data-kind="pause" data-job="{cut.job.pk}"' in page
    assert cut.send(undo(cut, 21, pause)) == ["done"]
    assert (cut.status(), cut.stretches()) == ("running", [(5, 20), (20, None)])
    assert 'data-may-undo=""' in cut.client.get(HOME).content.decode()


def test_undo_of_a_start_after_pieces_is_refused_and_kept_with_its_reason(cut: Cut) -> None:
    start = cut.tap(5, "start")
    assert cut.send(start, cut.tap(10, "log", good="3"), undo(cut, 11, start)) == ["done", "done", "refused"]
    refused = TerminalEntry.objects.get(outcome="refused")
    assert (refused.code, cut.status()) == ("pieces_reported", "running")
    assert refused.sentence == f"Pieces of job {cut.job.code} were reported since. Pause or finish it instead."


def test_pause_is_undone_by_its_own_entry_not_by_that_of_another_pause(cut: Cut) -> None:
    first = cut.tap(10, "pause")
    queue = [cut.tap(5, "start"), first, cut.tap(15, "resume"), cut.tap(20, "pause")]
    assert cut.send(*queue, undo(cut, 21, first)) == ["done"] * 4 + ["refused"]
    assert cut.stretches() == [(5, 10), (15, 20)]


def test_finish_and_the_start_of_somebody_else_are_not_undone(cut: Cut, site: Site) -> None:
    start = cut.tap(5, "start")
    finish = cut.tap(20, "finish")
    cut.send(start)
    jonas = make_operator(site, "jonas", "NPW-1043", "730462")
    cut.enter("NPW-1043", "730462")
    of_jonas = {**undo(cut, 6, start), "person": jonas.pk}
    assert cut.send(of_jonas) == ["refused"]
    cut.enter()
    assert cut.send(finish, undo(cut, 21, finish)) == ["done", "refused"]
    assert (cut.status(), cut.stretches()) == ("completed", [(5, 20)])


def test_resume_is_grey_with_its_reason_while_maintenance_has_the_machine(cut: Cut) -> None:
    cut.send(cut.tap(5, "start"), cut.tap(20, "pause"))
    assert "go on with this job" in cut.client.get(HOME).content.decode()
    repair(make_job(cut.machine))  # repaired, and not signed off yet
    page = cut.client.get(HOME).content.decode()
    button = page.split('data-when="paused" data-do="resume"')[1].split("</button>")[0]
    assert " disabled>" in button
    assert "go on with this job" not in button
    assert "CNC-04 is repaired, but job MJ-" in button
    assert cut.send(cut.tap(30, "resume")) == ["refused"]
