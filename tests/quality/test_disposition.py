"""What becomes of parts in doubt is signed, done with the signature, and never more than is there."""

import uuid
from collections.abc import Callable
from decimal import Decimal
from itertools import product

import pytest
from django.db import DatabaseError, IntegrityError, transaction

from inventory.models import StockBalance, StockMove
from inventory.services import stock
from mom.accounts.models import Signature, Site, User
from mom.accounts.selectors import actor_for_user
from mom.accounts.services.signer import SigningError
from mom.core import clock, invariants
from mom.core.actor import Actor
from mom.core.errors import Conflict, IllegalTransition, InvalidInput, NotAllowed, Shortage, Stale
from mom.core.testing import acting
from mom.plant.models import MaterialLot
from mom.work import gate
from mom.work.models import Alert, JobOrder
from quality.engine.terms import (
    DispositionKind,
    InspectionCommand,
    InspectionStatus,
    NonconformanceCommand,
    NonconformanceStatus,
    PlanCommand,
    PlanStatus,
)
from quality.engine.transitions import CONTROL_PLAN, INSPECTION, NONCONFORMANCE
from quality.models import Disposition, Nonconformance, NonconformanceLine
from quality.services import disposition, nonconformance
from quality.services import inspection as inspections
from quality.services.disposition import Decision
from quality.services.nonconformance import NewNonconformance
from tests.factories.accounts import make_user
from tests.factories.quality import BOSS, Floor, make_nonconformance
from tests.quality.signing import PASSWORD, credentials_for, decide, make_decider

pytestmark = pytest.mark.django_db


@pytest.fixture
def floor(site: Site) -> Floor:
    """Two lots are in doubt."""
    floor = Floor(site)
    floor.steady()
    floor.produce("L-1")
    floor.produce("L-2", 4)
    floor.measure("10.4", "10.4", "10.4")
    return floor


@pytest.fixture
def eva(site: Site) -> User:
    return make_decider(site)


def line(code: str) -> NonconformanceLine:
    return NonconformanceLine.objects.select_related("nonconformance", "lot").get(lot__code=code)


def state(code: str) -> str:
    return MaterialLot.objects.get(code=code).disposition


def test_use_as_is_lets_the_lot_go_and_the_last_decision_frees_the_start(floor: Floor, eva: User) -> None:
    other = floor.order("WO-2")
    decide(eva, line("L-1"), "use_as_is")
    assert (state("L-1"), state("L-2")) == ("unrestricted", "restricted")
    assert Nonconformance.objects.get().status == "contained"
    with pytest.raises(Conflict):
        floor.give(other, "start")

    made = decide(eva, line("L-2"), "use_as_is")

    ncr = Nonconformance.objects.get()
    assert (ncr.status, ncr.disposed_at is not None, state("L-2")) == ("disposed", True, "unrestricted")
    assert (made.decided_by, made.signature.meaning, made.signature.subject_label) == ("Eva", "approved", ncr.code)
    assert Alert.objects.get().status == "solved"
    assert [each for each in gate.blockers(other, clock.now()) if each.source.startswith("quality")] == []
    assert [each for each in invariants.violations() if each.invariant.name.startswith("quality")] == []


def test_scrap_is_booked_out_of_the_stores(floor: Floor, eva: User) -> None:
    decide(eva, line("L-1"), "scrap", 3)
    assert StockBalance.objects.get(lot__code="L-1").quantity == 7
    assert state("L-1") == "restricted", "seven are still to be decided"
    decide(eva, line("L-1"), "use_as_is", 7)
    assert state("L-1") == "unrestricted"


def test_scrapping_what_is_no_longer_there_is_refused(floor: Floor, eva: User) -> None:
    stock.scrap(floor.actor, line("L-1").lot, floor.rack, Decimal(8), op_uuid=uuid.uuid4(), reason="Fell")  # type: ignore[arg-type]
    with pytest.raises(Shortage):
        decide(eva, line("L-1"), "scrap")
    assert not Disposition.objects.exists()


def test_rework_makes_a_job_and_the_lot_stays_held_until_it_is_closed(floor: Floor, eva: User) -> None:
    made = decide(eva, line("L-1"), "rework")
    decide(eva, line("L-2"), "use_as_is")

    job = made.rework_job
    assert job is not None
    assert (job.operation, job.equipment, job.status) == (
        f"Rework for {made.nonconformance.code}",
        floor.machine,
        "ready",
    )
    assert job.requirements.get().quantity == 10
    assert state("L-1") == "restricted"
    boss = actor_for_user(eva)
    with pytest.raises(Conflict, match=job.code):
        nonconformance.close(boss, made.nonconformance_id, "Done")

    floor.give(job, "start", "finish")
    closed = nonconformance.close(boss, made.nonconformance_id, "Reworked and measured again")
    assert (closed.status, closed.closed_by, state("L-1")) == ("closed", "Eva", "unrestricted")
    with pytest.raises(IllegalTransition):
        nonconformance.close(boss, made.nonconformance_id, "Again")


def test_a_rework_starts_while_other_lots_are_undecided(floor: Floor, eva: User) -> None:
    made = decide(eva, line("L-1"), "rework")
    assert made.rework_job is not None
    assert floor.give(JobOrder.objects.get(pk=made.rework_job_id), "start").status == "running"


def test_what_goes_back_to_its_supplier_stays_held(floor: Floor, eva: User) -> None:
    decide(eva, line("L-1"), "return")
    decide(eva, line("L-2"), "use_as_is")
    nonconformance.close(actor_for_user(eva), line("L-1").nonconformance_id, "Sent back")
    assert state("L-1") == "restricted"


def test_a_lot_of_which_a_part_goes_back_stays_held_when_the_rework_of_the_rest_is_done(
    floor: Floor, eva: User
) -> None:
    made = decide(eva, line("L-1"), "rework", 6)
    decide(eva, line("L-1"), "return", 4)
    decide(eva, line("L-2"), "use_as_is")
    assert made.rework_job is not None
    floor.give(made.rework_job, "start", "finish")
    nonconformance.close(actor_for_user(eva), made.nonconformance_id, "Reworked; the rest is packed for the supplier")
    assert state("L-1") == "restricted"


def test_a_failed_inspection_is_accepted_by_the_decision(site: Site, eva: User) -> None:
    floor = Floor(site)
    asked = inspections.ask(floor.actor, floor.job.pk)
    floor.measure("9.4", "10.4", "10.6", inspection=asked)
    floor.measure(code="2", inspection=asked)
    asked.refresh_from_db()
    assert (asked.status, asked.job_order.status) == ("failed", "completed")

    decide(eva, NonconformanceLine.objects.select_related("nonconformance").get(), "use_as_is")

    asked.refresh_from_db()
    assert asked.status == "accepted"


@pytest.mark.parametrize(("kind", "quantity"), [("scrap", 11), ("scrap", 0), ("scrap", -1), ("rework", 0)])
def test_more_than_is_in_doubt_or_nothing_is_not_decided(floor: Floor, eva: User, kind: str, quantity: int) -> None:
    with pytest.raises(InvalidInput):
        decide(eva, line("L-1"), kind, quantity)
    assert not Signature.objects.exists()


def test_parts_that_nobody_counted_are_decided_once(site: Site, eva: User) -> None:
    make_nonconformance(site, quantity=Decimal(0))
    row = NonconformanceLine.objects.select_related("nonconformance").get()
    decide(eva, row, "use_as_is")
    assert Nonconformance.objects.get().status == "disposed"
    with pytest.raises(IllegalTransition):
        decide(eva, row, "use_as_is")


def test_P22_what_changed_after_it_was_shown_is_not_signed(floor: Floor, eva: User) -> None:
    decision = Decision(line("L-1").pk, DispositionKind.SCRAP, Decimal(3))
    shown = credentials_for(eva, Nonconformance.objects.get(), decision)
    other = Decision(decision.line_id, DispositionKind.USE_AS_IS, Decimal(3))
    for changed in (other, Decision(decision.line_id, DispositionKind.SCRAP, Decimal(4))):
        with pytest.raises(Stale):
            disposition.decide(
                actor_for_user(eva), Nonconformance.objects.get().pk, changed, reason="Board", credentials=shown
            )
    decide(eva, line("L-2"), "use_as_is")
    with pytest.raises(Stale):
        disposition.decide(
            actor_for_user(eva), Nonconformance.objects.get().pk, decision, reason="Board", credentials=shown
        )


def test_P23_the_finder_does_not_decide_where_four_eyes_are_asked(site: Site, eva: User) -> None:
    from mom.accounts.engine.signing import ApprovalMode
    from mom.accounts.models import ApprovalPolicy, RecordClass

    finder = make_user("fred", site=site, password=PASSWORD, permissions=(
        "quality.record_nonconformance", "quality.approve_disposition", "accounts.sign_record", "quality.view",
    ))  # fmt: skip
    first = make_nonconformance(site)
    new = nonconformance.NewNonconformance("Scratched", first.material, quantity=Decimal(2))
    found = nonconformance.report(actor_for_user(finder), site, new)
    row = found.lines.select_related("nonconformance").get()
    with acting() as act:
        ApprovalPolicy.objects.create(
            site=site, record_class=RecordClass.objects.get_or_create(code=disposition.RECORD_CLASS)[0],
            mode=ApprovalMode.FOUR_EYES.value, valid_from=act.now, reason="Customer asks", decided_by="T",
            decided_at=act.now,
        )  # fmt: skip
    with pytest.raises(SigningError, match="four eyes"):
        decide(finder, row, "use_as_is")
    decide(eva, row, "use_as_is")


def test_who_may_decide_report_and_close(site: Site, floor: Floor, make_actor: Callable[..., Actor]) -> None:
    colleague = make_user("carl", site=site, password=PASSWORD, permissions=("quality.view", "accounts.sign_record"))
    with pytest.raises(NotAllowed):
        decide(colleague, line("L-1"), "use_as_is")
    with pytest.raises(NotAllowed):
        nonconformance.close(make_actor("quality.view"), Nonconformance.objects.get().pk, "Done")
    new = nonconformance.NewNonconformance("Scratch", floor.product)
    with pytest.raises(NotAllowed):
        nonconformance.report(make_actor("quality.view"), site, new)


def test_the_database_lets_nothing_be_decided_without_a_signature(floor: Floor, eva: User) -> None:
    ncr = Nonconformance.objects.get()
    for status in ("disposed", "closed"):
        with pytest.raises(IntegrityError), transaction.atomic(), acting():
            Nonconformance.objects.filter(pk=ncr.pk).update(
                status=status, closed_at=clock.now() if status == "closed" else None,
                closed_by="x" if status == "closed" else "",
            )  # fmt: skip
    made = decide(eva, line("L-1"), "use_as_is", 6)
    row = {f.attname: getattr(made, f.attname) for f in Disposition._meta.concrete_fields if not f.primary_key}
    for lie in ({"quantity": 5}, {"signature_id": None}, {"line_id": line("L-2").pk, "nonconformance_id": ncr.pk + 1}):
        with pytest.raises(DatabaseError), transaction.atomic(), acting():
            Disposition.objects.create(**{**row, "quantity": 1, **lie})
    with pytest.raises(DatabaseError), transaction.atomic(), acting():
        Disposition.objects.filter(pk=made.pk).update(kind="scrap")


def test_a_nonconformance_of_a_person_holds_the_lots_named(site: Site) -> None:
    floor = Floor(site)
    lot = floor.produce("L-9", 12)
    new = nonconformance.NewNonconformance("Scratch on sealing face", floor.product, lots=[lot])
    made = nonconformance.report(floor.actor, site, new)
    assert (made.status, made.origin, state("L-9")) == ("contained", "person", "restricted")
    assert made.lines.get().quantity == 12
    for wrong in ({"title": " "}, {"quantity": Decimal(-1)}):
        with pytest.raises(InvalidInput):
            nonconformance.report(
                floor.actor,
                site,
                nonconformance.NewNonconformance(**{"title": "x y", "material": floor.product, **wrong}),
            )


@pytest.mark.parametrize(
    ("table", "statuses", "commands", "arrows"),
    [
        (CONTROL_PLAN, PlanStatus, PlanCommand, 2),
        (INSPECTION, InspectionStatus, InspectionCommand, 4),
        (NONCONFORMANCE, NonconformanceStatus, NonconformanceCommand, 4),
    ],
)
def test_P04_every_command_in_every_state(table, statuses, commands, arrows) -> None:  # type: ignore[no-untyped-def]
    drawn = {(before, command): after for before, command, after in table}
    assert len(drawn) == arrows
    for before, command in product(statuses, commands):
        if (before, command) in drawn:
            assert table.apply(before, command) == drawn[before, command]
        else:
            with pytest.raises(IllegalTransition):
                table.apply(before, command)


def test_scrap_of_a_lot_that_is_all_gone_is_decided_and_books_nothing(floor: Floor, eva: User) -> None:
    decide(eva, line("L-2"), "scrap")
    moved = StockMove.objects.count()
    lot = MaterialLot.objects.get(code="L-2")
    again = nonconformance.report(BOSS, floor.site, NewNonconformance("Cracked too", floor.product, lots=[lot]))

    decide(eva, again.lines.select_related("nonconformance", "lot").get(), "scrap")

    again.refresh_from_db()
    assert (again.status, StockMove.objects.count()) == ("disposed", moved)
