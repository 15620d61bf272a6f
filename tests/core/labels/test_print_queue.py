"""Labels reach their printer however it behaves, in order; who printed what and why again is kept."""

from collections.abc import Callable
from typing import Any

import pytest

from mom.core import delivery
from mom.core.actor import Actor, system_actor
from mom.core.delivery import sending
from mom.core.errors import Conflict, InvalidInput, NotAllowed, NotFound
from mom.core.labels import printers, printing, raw_printer, templates
from mom.core.labels.printing import Wanted
from mom.core.models import Delivery, Printer, PrintJob
from mom.core.use_case import use_case
from mom.plant.models import MaterialLot
from mom.plant.services import master_data
from tests.core.delivery.conftest import due_now
from tests.core.labels.printer import DEAF, DROPS, HANGS, HEAD_OPEN, LOSES, NO_PAPER, PRINTS
from tests.core.labels.printer import printing as running
from tests.core.labels.reading import codes, pages, picture_of
from tests.factories.accounts import make_site
from tests.factories.plant import make_material

SYSTEM = system_actor("test")
pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def short_waits(settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    settings.PRINTER_HOSTS = ["127.0.0.0/8"]
    monkeypatch.setattr(raw_printer, "READ", 0.4)


@pytest.fixture
def lot(transactional_db: None) -> Any:
    site = make_site("P1")
    return master_data.create(SYSTEM, MaterialLot, site, code="L-1", definition=make_material(site, "P-4410"))


@pytest.fixture
def wanted(lot: Any) -> Callable[..., Wanted]:
    templates.add_standard_set(SYSTEM, "P1")

    def make(port: int, **more: Any) -> Wanted:
        values = {"name": "Zebra", "kind": "zpl", "host": "127.0.0.1", "port": port, "dots": 203, "asks_status": True}
        printer = Printer.objects.first() or printers.create(SYSTEM, "P1", **{**values, **more})
        from mom.core.models import LabelTemplate

        return Wanted("lot", "L-1", LabelTemplate.objects.get(noun="lot").pk, printer.pk)

    return make


def go(times: int = 1) -> None:
    for _ in range(times):
        sending.drain()
        due_now()


def answers() -> list[str]:
    return list(Delivery.objects.order_by("seq").values_list("last_answer", flat=True))


def test_label_is_printed_once_and_says_what_it_should(wanted: Callable[..., Wanted]) -> None:
    with running() as printer:
        job = printing.print_label(SYSTEM, "P1", wanted(printer.port))
        assert printer.connections == 0, "no network before the commit"
        go(2)

        (got,) = printer.printed
    assert [read.text for read in codes(picture_of(got.decode()))] == ["L-1"]
    job.refresh_from_db()
    assert (job.delivery.state, job.fields["material"], job.template.number) == ("sent", "P-4410", 1)


@pytest.mark.parametrize(
    ("trouble", "words"),
    [
        (DROPS, "hung up"),
        (HANGS, "does not answer"),
        (DEAF, "does not answer"),
        (NO_PAPER, "no paper"),
        (HEAD_OPEN, "head is open"),
    ],
)
def test_label_waits_for_a_printer_in_trouble_and_comes_then(
    wanted: Callable[..., Wanted], trouble: str, words: str
) -> None:
    with running(trouble, PRINTS) as printer:
        printing.print_label(SYSTEM, "P1", wanted(printer.port))
        sending.drain()
        assert words in answers()[0] or "No connection" in answers()[0]
        assert printer.printed == []
        due_now()
        go()
        assert len(printer.printed) == 1


def test_label_whose_answer_was_lost_is_printed_again_rather_than_not(wanted: Callable[..., Wanted]) -> None:
    with running(LOSES, PRINTS) as printer:
        printing.print_label(SYSTEM, "P1", wanted(printer.port))
        go(2)
        assert len(printer.printed) == 2
        assert printer.printed[0] == printer.printed[1]


def test_label_that_is_refused_needs_a_person_after_ten_tries_and_holds_no_other(
    wanted: Callable[..., Wanted],
) -> None:
    with running() as printer:
        port = printer.port
    first = wanted(port)  # nothing listens there any more
    printing.print_label(SYSTEM, "P1", first)
    go(11)
    assert Delivery.objects.get().state == "dead"
    assert "No connection" in answers()[0]

    with running() as printer:
        printers.change(SYSTEM, "P1", first.printer_id, 1, port=printer.port)
        printing.print_label(SYSTEM, "P1", first)
        go()
        assert len(printer.printed) == 1, "the next label does not wait for a person"


def test_labels_of_one_printer_come_in_order(wanted: Callable[..., Wanted]) -> None:
    with running(NO_PAPER, PRINTS) as printer:
        for copies in (1, 2, 3):
            want = wanted(printer.port)
            printing.print_label(SYSTEM, "P1", Wanted(want.noun, want.code, want.template_id, want.printer_id, copies))
        go(3)
        assert [b"^PQ%d^" % number in got for number, got in enumerate(printer.printed, 1)] == [True] * 3


def test_printer_without_status_is_done_when_it_took_all(wanted: Callable[..., Wanted]) -> None:
    with running() as printer:
        printing.print_label(SYSTEM, "P1", wanted(printer.port, asks_status=False))
        go()
        assert len(printer.printed) == 1
    assert Delivery.objects.get().state == "sent"


def test_printer_that_reads_pdf_gets_a_pdf(wanted: Callable[..., Wanted]) -> None:
    with running() as printer:
        printing.print_label(SYSTEM, "P1", wanted(printer.port, kind="pdf"))
        go()
        assert [read.text for read in codes(pages(printer.printed[0])[0])] == ["L-1"]


def test_label_is_held_back_while_sending_is_paused(wanted: Callable[..., Wanted]) -> None:
    with running() as printer:
        printing.print_label(SYSTEM, "P1", wanted(printer.port))
        with use_case(SYSTEM) as act:
            delivery.pause(act, "Restored")
        go()
        assert printer.connections == 0


def test_label_is_printed_again_for_a_reason_as_it_was(wanted: Callable[..., Wanted]) -> None:
    with running() as printer:
        first = printing.print_label(SYSTEM, "P1", wanted(printer.port))
        with pytest.raises(InvalidInput):
            printing.reprint(SYSTEM, "P1", first.pk, copies=1, reason=" ")
        with pytest.raises(NotFound):
            printing.reprint(SYSTEM, "P2", first.pk, copies=1, reason="Torn")
        MaterialLot.objects.filter(code="L-1")
        again = printing.reprint(SYSTEM, "P1", first.pk, copies=2, reason="Torn off")
        go(2)

        assert len(printer.printed) == 2
    assert (again.reprint_of_id, again.reason, again.fields) == (first.pk, "Torn off", first.fields)


def test_label_needs_right_thing_and_printer(wanted: Callable[..., Wanted]) -> None:
    want = wanted(9100)
    nobody = Actor("user", "1", "Ann", {"P1": frozenset({"plant.view"})})
    blind = Actor("user", "1", "Ann", {"P1": frozenset({"core.print_label"})})
    with pytest.raises(NotAllowed):
        printing.print_label(nobody, "P1", want)
    with pytest.raises(NotFound):
        printing.print_label(blind, "P1", want)
    with pytest.raises(NotFound):
        printing.print_label(SYSTEM, "P1", Wanted("lot", "L-9", want.template_id, want.printer_id))
    with pytest.raises(InvalidInput):
        printing.print_label(SYSTEM, "P1", Wanted("lot", "L-1", want.template_id, want.printer_id, 201))
    printers.change(SYSTEM, "P1", want.printer_id, 1, is_active=False)
    with pytest.raises(Conflict):
        printing.print_label(SYSTEM, "P1", want)
    assert PrintJob.objects.count() == 0


@pytest.mark.parametrize("host", ["10.0.0.9", "localhost.example.com", "::1", "127.0.0.1;x", ""])
def test_printer_stands_only_where_the_settings_say(host: str, lot: Any, settings: Any) -> None:
    settings.PRINTER_HOSTS = ["192.168.7.0/24"]
    with pytest.raises(InvalidInput):
        printers.create(SYSTEM, "P1", name="Z", kind="zpl", host=host, port=9100, dots=203, asks_status=True)


def test_printer_whose_address_is_no_longer_allowed_gets_nothing(wanted: Callable[..., Wanted], settings: Any) -> None:
    with running() as printer:
        printing.print_label(SYSTEM, "P1", wanted(printer.port))
        settings.PRINTER_HOSTS = []
        go()
        assert printer.connections == 0
    assert "PRINTER_HOSTS" in answers()[0]


def test_pdf_needs_no_printer(wanted: Callable[..., Wanted]) -> None:
    want = wanted(9100)
    for on_sheets in (False, True):
        found = printing.document(SYSTEM, "P1", want, on_sheets=on_sheets)
        assert [read.text for read in codes(pages(found)[0])] == ["L-1"]
    assert Delivery.objects.count() == 0
