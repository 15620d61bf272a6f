"""The invariants of the shop-floor record hold on what we write, and each is seen to find its violation."""

import psycopg2.extensions
import pytest
from django.core.management import call_command
from django.db import connection

from mom.core import invariants
from tests.core.database import owner  # noqa: F401 - a fixture
from tests.factories.accounts import make_site
from tests.factories.plant import make_equipment
from tests.floor.timelines import at, lay, said

OPEN_TWICE = (
    "ALTER TABLE floor_stateinterval DROP CONSTRAINT floor_stateinterval_no_overlap;"
    "DROP INDEX floor_stateinterval_one_open;"
)
VIOLATIONS = {
    "floor.intervals_do_not_overlap": "UPDATE floor_stateinterval SET ended_at = started_at + interval '30 s'"
    " WHERE id = (SELECT min(id) FROM floor_stateinterval)",
    "floor.one_open_interval": OPEN_TWICE
    + "UPDATE floor_stateinterval SET ended_at = NULL WHERE id = (SELECT min(id) FROM floor_stateinterval)",
    "floor.stops_are_their_intervals": "UPDATE floor_stop SET started_at = started_at - interval '1 s'",
    "floor.sites_agree": "UPDATE floor_stop SET site_id = (SELECT id FROM accounts_site WHERE code = 'ELSE')",
}


@pytest.fixture
def written(transactional_db: None) -> None:
    machine = make_equipment(make_site())
    make_site("ELSE")
    lay(machine, [said(machine, 0, "run"), said(machine, 1, "down"), said(machine, 2, "run")], now=at(3))
    return


def test_P14_invariants_hold_on_what_is_applied(written: None, capsys: pytest.CaptureFixture[str]) -> None:
    call_command("check_invariants")

    assert "invariants hold" in capsys.readouterr().out


@pytest.mark.parametrize("name", sorted(VIOLATIONS))
def test_P14_invariant_finds_its_violation(
    owner: psycopg2.extensions.cursor,  # noqa: F811 - the fixture
    written: None,
    name: str,
    capsys: pytest.CaptureFixture[str],
) -> None:
    owner.execute("SET app.actor = 'system:test'; SET app.reason = 'test'")
    owner.execute(VIOLATIONS[name])

    with pytest.raises(SystemExit):
        call_command("check_invariants")

    assert name in capsys.readouterr().err


def test_every_invariant_of_the_timeline_has_a_violation_here() -> None:
    ours = {rule.name for rule in invariants.registered() if rule.name in VIOLATIONS}
    assert ours == set(VIOLATIONS)
    assert connection.vendor == "postgresql"
