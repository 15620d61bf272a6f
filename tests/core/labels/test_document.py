"""Paper for people: head, table, page x of y, the plant's clock; an order's traveller with a code for each job."""

import zoneinfo
from datetime import UTC, datetime

import pytest
from django.test import Client

from mom.core import clock
from mom.core.actor import system_actor
from mom.core.labels.document import Code, Document, Head
from production.label_fields import traveller
from tests.core.labels.reading import codes, pages, texts
from tests.factories.accounts import make_site
from tests.factories.plant import make_equipment, make_material
from tests.factories.work import make_order

STOCKHOLM = zoneinfo.ZoneInfo("Europe/Stockholm")
HEAD = Head("WO-1 <b>", "Order", "NOR Norrtal", STOCKHOLM, datetime(2026, 4, 16, 8, 42, tzinfo=UTC), "Ann")


def test_document_numbers_its_pages_and_repeats_its_heads() -> None:
    paper = Document(HEAD)
    paper.facts([("Due", "Today & <i>now</i>"), ("Empty", "")], Code("WO-1"))
    paper.table(
        ("No.", "What"), [(number, f"Row {number} <b>") for number in range(120)], widths=(10, 60), numeric=(0,)
    )
    found = texts(paper.render())

    assert len(found) > 2
    for number, page in enumerate(found, 1):
        assert f"Page {number} of {len(found)}" in page
        assert "Order WO-1 <b>" in page
        assert "Printed 2026-04-16 10:42 (Europe/Stockholm) by Ann" in page
        assert "What" in page
    assert "Today & <i>now</i>" in found[0]


@pytest.mark.django_db
def test_record_of_a_lot_is_its_page_on_paper() -> None:
    from mom.core import permissions
    from mom.plant.models import MaterialLot
    from mom.plant.services import master_data
    from tests.factories.accounts import make_user

    site = make_site("P1")
    lot = master_data.create(
        system_actor("test"), MaterialLot, site, code="L-1", definition=make_material(site, "P<1>")
    )
    master_data.change(system_actor("test"), MaterialLot, lot.pk, supplier_lot="<b>H-9</b>", reason="Delivery note")
    client = Client()
    boss = make_user("alice", site=site, permissions=permissions.declared())
    client.force_login(boss, backend="mom.accounts.backends.PasswordBackend")
    found = client.get("/lots/L-1/?paper=pdf")
    (text,) = texts(found.content)

    assert found["Content-Disposition"] == 'attachment; filename="L-1.pdf"'
    for part in ("P<1>", "<b>H-9</b>", "Delivery note", "Page 1 of 1", "P1 Plant P1", "by Alice"):
        assert part in text, part
    assert [read.text for read in codes(pages(found.content)[0])] == ["L-1"]


@pytest.mark.django_db
def test_traveller_has_a_code_for_the_order_and_for_each_job() -> None:
    site = make_site("P1")
    material, machine = make_material(site, "P-4410"), make_equipment(site, "CNC-04")
    order = make_order(site, "WO-24112", material=material, machine=machine).work_request
    job = order.job_orders.get()
    found = traveller(system_actor("test"), site, "WO-24112", clock.now())

    assert sorted(read.text for page in pages(found) for read in codes(page)) == sorted(["WO-24112", job.code])
    assert "CNC-04" in texts(found)[0]
