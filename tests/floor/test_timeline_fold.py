"""One timeline whatever the order, the number and the lateness of messages: what is stored is the pure fold (P14)."""

import uuid
from datetime import timedelta
from itertools import pairwise

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mom.accounts.models import Site
from mom.core.actor import system_actor
from mom.core.testing import acting
from mom.floor.engine.stops import Explained, StopFound, Word
from mom.floor.engine.timeline import Observation, Reading, Record, fold
from mom.floor.models import Stop
from mom.floor.selectors.listening import mappings
from mom.floor.services import timeline
from mom.floor.services.stop import Said, add_word
from mom.floor.services.timeline_rows import STATES, stored_stop
from mom.plant.models import Equipment, Reason
from tests.factories.accounts import make_site
from tests.factories.plant import make_equipment, make_reason
from tests.floor.timelines import alive, at, in_words, lay, pieces_of, said

pytestmark = pytest.mark.django_db
NOW = at(24 * 60)
CODES = ("run", "run", "idle", "down", "setup", "plan", "off", "e17")
Told = tuple[float, str, str]
Spoken = tuple[float, int | None, bool, str, str | None, int]
moments = st.integers(0, 90).map(float)


@st.composite
def histories(draw: st.DrawFn) -> list[list[Told]]:
    """Batches of (minute, code, reason); an empty code is a sign of life."""
    one = st.tuples(moments, st.sampled_from(("", "", *CODES)), st.sampled_from(("", "", "R1", "R2", "R9")))
    messages = draw(st.lists(one, min_size=1, max_size=25))
    order = draw(st.permutations(messages)) if draw(st.booleans()) else sorted(messages)
    cuts = sorted(draw(st.lists(st.integers(0, len(order)), max_size=5)))
    return [list(order[a:b]) for a, b in pairwise([0, *cuts, len(order)]) if a < b]


words = st.lists(
    st.tuples(
        moments.map(lambda minute: minute + 0.5),
        st.none() | st.integers(1, 30),
        st.booleans(),
        st.sampled_from(("", "idle", "setup", "down")),
        st.sampled_from((None, "R1", "R2")),
        st.integers(0, 5),
    ),
    max_size=3,
)


@pytest.fixture
def site() -> Site:
    return make_site()


@pytest.fixture
def reasons(site: Site) -> dict[str, Reason]:
    return {code: make_reason(site, code) for code in ("R1", "R2")}


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(history=histories(), spoken=words, slack=st.integers(0, 20))
def test_P14_timeline_is_the_fold_whatever_the_order(
    site: Site, reasons: dict[str, Reason], history: list[list[Told]], spoken: list[Spoken], slack: int
) -> None:
    machine = make_equipment(site)
    latest = 0.0
    heard: list[Word] = []
    for number, batch in enumerate(history):
        latest = max([latest, *(minute for minute, _code, _reason in batch)])
        lay(
            machine,
            [said(machine, m, code, reason=r) if code else alive(machine, m) for m, code, r in batch],
            now=at(latest + slack),
        )
        heard += _speak(machine, [each for each in spoken if each[5] == number], reasons, len(heard), latest + slack)
    rest = [each for each in spoken if each[5] >= len(history)]
    heard += _speak(machine, rest, reasons, len(heard), 24 * 60)
    timeline.sweep_silence(system_actor("test"), site, NOW)
    assert timeline.sweep_silence(system_actor("test"), site, NOW) == 0
    expected = _expected(site, history, heard, reasons)
    assert in_words(pieces_of(machine)) == in_words(expected.pieces)
    assert pieces_of(machine) == expected.pieces
    assert _stored_stops(machine) == expected.stops


def _speak(machine: Equipment, spoken: list[Spoken], reasons: dict[str, Reason], order: int, now: float) -> list[Word]:
    heard: list[Word] = []
    for start, length, is_whole, state, reason, _number in spoken:
        end = at(start + length) if length is not None and not is_whole else None
        why = reasons[reason] if reason else None
        with acting() as act:
            act.now = at(now) + (order + len(heard)) * timedelta(microseconds=1)
            note = f"word {order + len(heard)}"
            add_word(
                act,
                machine.site,
                machine.pk,
                (at(start), end),
                Said(why, state, note),
                op_uuid=uuid.uuid4(),
                is_whole=is_whole,
            )
        heard.append(
            Word(
                at(start),
                end,
                is_whole,
                STATES[state] if state else None,
                why.pk if why else None,
                note,
                "test",
                order + len(heard),
            )
        )
    return heard


def _expected(site: Site, history: list[list[Told]], heard: list[Word], reasons: dict[str, Reason]) -> Explained:
    told = [each for batch in history for each in batch]
    states = [Observation(at(minute), code, "", reason) for minute, code, reason in told if code]
    record = Record(states, [at(minute) for minute, _code, _reason in told], (), heard)
    reading = Reading(mappings(site), reasons={code: reason.pk for code, reason in reasons.items()})
    return fold(record, reading, now=NOW)


def _stored_stops(machine: Equipment) -> list[StopFound]:
    columns = ("id", "started_at", "ended_at", "state", "code", "mode", "reason_id", "note", "reporter", "is_minor")
    rows = Stop.objects.filter(equipment=machine, withdrawn_at=None).order_by("started_at").values_list(*columns)
    return [stored_stop((*row, False)).found for row in rows]
