"""The one box: what is found, in which order, by whom, at what cost; and that the entries never drift."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from hypothesis import given
from hypothesis import strategies as st

from mom.core import aliases, invariants, search
from mom.core.actor import Actor
from mom.core.engine import folding
from mom.core.models import SearchEntry
from mom.core.search import Match
from mom.core.search_index import rebuild
from mom.core.testing import acting
from mom.plant.models import MaterialLot, MaterialSublot, Person, PhysicalAsset
from mom.plant.services import master_data
from tests.bench.statements import counting
from tests.factories.accounts import make_user
from tests.factories.plant import make_equipment, make_material, make_person

pytestmark = pytest.mark.django_db


def codes(actor: Actor, text: str, site: str = "P1") -> list[str]:
    return [hit.code for group in search.find(actor, site, text) for hit in group.hits]


@pytest.fixture
def things(site: Any, other_site: Any) -> None:
    """A few things of every noun, and one of another site."""
    with acting():
        make_equipment(site, "CNC-04", name="Machining centre")
        make_equipment(site, "CNC-04-A", name="Loader")
        make_equipment(site, "SAW-1", name="Band saw CNC-04 side")
        make_person(site, "ID4882", name="Zoë Ångström")
        pump = make_material(site, "P-100", name="Pump housing, grey iron")
        MaterialLot.objects.create(site=site, definition=pump, code="C-2604-118", supplier_lot="SUP-77/B")
        PhysicalAsset.objects.create(site=site, code="T-9", name="Press tool", kind="tool", serial_number="SN-0001-X")
        make_equipment(other_site, "CNC-04", name="Foreign")


@pytest.mark.usefixtures("things")
@pytest.mark.parametrize(
    ("text", "first"),
    [
        ("CNC-04", "CNC-04"),
        ("cnc-04", "CNC-04"),
        ("cnc", "CNC-04"),
        ("CNC04", "CNC-04"),
        ("c", "CNC-04"),
        ("saw", "SAW-1"),
        ("angstrom", "ID4882"),
        ("zoe ang", "ID4882"),
        ("ZOË", "ID4882"),
        ("housing", "P-100"),
        ("iron pump", "P-100"),
        ("ousin", "P-100"),
        ("hosing", "P-100"),
        ("2604-118", "C-2604-118"),
        ("sup-77", "C-2604-118"),
        ("SN-0001", "T-9"),
    ],
)
def test_search_finds_by_number_word_part_and_near_miss(actor: Actor, text: str, first: str) -> None:
    assert codes(actor, text)[0] == first


@pytest.mark.usefixtures("things")
@pytest.mark.parametrize("text", ["", " ", "%", "_", "\\", "%%%", "qqqqqq", "\x00", "''; --", "\udc80", "ß" * 300])
def test_search_of_nothing_or_of_signs_finds_nothing(actor: Actor, text: str) -> None:
    assert codes(actor, text) == []


@pytest.mark.usefixtures("things")
def test_search_puts_number_before_word(actor: Actor) -> None:
    assert codes(actor, "cnc-04")[:2] == ["CNC-04", "CNC-04-A"]
    groups = search.find(actor, "P1", "CNC-04")
    hit = search.exact(groups, "cnc-04 ")
    assert hit is not None
    assert hit.url == "/machines/CNC-04/"


@pytest.mark.usefixtures("things")
def test_P33_search_shows_own_sites_and_nouns_only(make_actor: Any) -> None:
    assert codes(make_actor("work.view"), "CNC-04") == []
    assert codes(make_actor("plant.view"), "CNC-04") == ["CNC-04", "CNC-04-A"]
    assert codes(make_actor("plant.view"), "CNC-04", site="P2") == []
    assert codes(make_actor("plant.view", at="P2"), "Machining", site="P1") == []


def test_search_takes_one_statement_or_none(actor: Actor, make_actor: Any, things: None) -> None:
    for text in ("CNC-04", "pump", "hosing", "qqqq", "c"):
        with counting() as count:
            search.find(actor, ["P1", "P2"], text)
        assert len(count) == 1
    with counting() as count:
        search.find(make_actor("core.view_components"), "P1", "CNC-04")
        search.find(actor, "P1", "  ")
    assert len(count) == 0


@pytest.fixture
def named_in_erp(site: Any, other_site: Any, make_actor: Any) -> None:
    """A machine and a material that the ERP knows by numbers of its own, and one of another site."""
    writer = make_actor("plant.change", "plant.view")
    since = datetime(2026, 1, 1, tzinfo=UTC)
    with acting():
        machine, pump = make_equipment(site, "CNC-04", name="Machining centre"), make_material(site, "P-100")
        foreign = make_equipment(other_site, "CNC-04")
    add = aliases.alias_add
    add(writer, "equipment", machine, "SAP", "10004711-A", valid_from=since)
    add(writer, "material", pump, "SAP", "ERP-9", valid_from=since)
    ended = add(writer, "material", pump, "SAP", "OLD-9", valid_from=since)
    aliases.alias_end(writer, ended.pk, at=since + timedelta(days=1))
    add(make_actor("plant.change", at="P2"), "equipment", foreign, "SAP", "10004711-A", valid_from=since)


@pytest.mark.usefixtures("named_in_erp")
@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("10004711-A", [("CNC-04", "SAP 10004711-A", Match.EXACT)]),
        ("10004711-a", [("CNC-04", "SAP 10004711-A", Match.EXACT)]),
        (" 1000471", [("CNC-04", "SAP 10004711-A", Match.PREFIX)]),
        ("ERP-9", [("P-100", "SAP ERP-9", Match.EXACT)]),
        ("erp", [("P-100", "SAP ERP-9", Match.PREFIX)]),
        ("OLD-9", []),
        ("0004711", []),
        ("E%9", []),
        ("1000471_", []),
    ],
)
def test_search_finds_by_an_alias_that_holds_and_its_beginning(
    actor: Actor, text: str, found: list[tuple[str, str, Match]]
) -> None:
    with counting() as count:
        groups = search.find(actor, "P1", text)
    assert [(hit.code, hit.subtitle, hit.match) for group in groups for hit in group.hits] == found
    assert len(count) == 1


@pytest.mark.usefixtures("named_in_erp")
def test_P33_search_by_alias_shows_own_sites_and_nouns_only(actor: Actor, make_actor: Any) -> None:
    assert codes(make_actor("work.view"), "10004711-A") == []
    assert codes(make_actor("plant.view", at="P2"), "10004711-A") == []
    both = [hit.site for group in search.find(actor, ["P1", "P2"], "10004711-A") for hit in group.hits]
    assert both == ["P1"]
    hit = search.exact(search.find(actor, "P1", "10004711-A"), "10004711-A")
    assert hit is not None
    assert hit.url == "/machines/CNC-04/"


def test_search_marks_what_is_out_of_use_and_puts_it_last(site: Any, actor: Actor) -> None:
    with acting():
        make_person(site, "AB-1", name="Old", is_active=False)
        make_person(site, "AB-2", name="New")
    (group,) = search.find(actor, "P1", "AB")
    assert [(hit.code, str(hit.note)) for hit in group.hits] == [("AB-2", ""), ("AB-1", "No longer here")]


def test_search_follows_every_change(site: Any, actor: Actor) -> None:
    person = master_data.create(actor, Person, site, code="ID7", name="Ada")
    assert codes(actor, "ada") == ["ID7"]
    master_data.change(actor, Person, person.pk, code="ID8", name="Grace")
    assert codes(actor, "ada") == []
    assert codes(actor, "grace") == ["ID8"]
    with acting():
        Person.objects.filter(pk=person.pk).update(name="Jean")
        assert codes(actor, "jean") == ["ID8"]
        Person.objects.filter(pk=person.pk).delete()
    assert codes(actor, "id8") == []


def test_search_entry_of_a_serial_leads_to_its_lot(site: Any, client: Any, actor: Actor) -> None:
    with acting():
        pump = make_material(site, "P-1")
        lot = MaterialLot.objects.create(site=site, definition=pump, code="L-1")
        serial = MaterialSublot.objects.create(
            site=site, definition=pump, lot=lot, kind="serial", code="SER-1", born_at="2026-04-16T08:00Z"
        )
    (group,) = search.find(actor, "P1", "ser-1")
    assert group.hits[0].url == f"/serials/{serial.pk}/"
    client.force_login(
        make_user("ann", site=site, permissions=["plant.view"]), backend="mom.accounts.backends.PasswordBackend"
    )
    assert client.get(group.hits[0].url).headers["Location"] == "/lots/L-1/"
    assert client.get("/serials/999999/").status_code == 404


@pytest.mark.usefixtures("things")
def test_search_entries_never_drift_and_are_made_anew() -> None:
    (rule,) = [each for each in invariants.registered() if each.name == "core.search_entries"]

    def broken() -> bool:
        with connection.cursor() as cursor:
            cursor.execute(rule.sql)
            return bool(cursor.fetchall())

    before = set(SearchEntry.objects.values_list("noun", "object_id", "words", "folded_also"))
    assert before
    assert not broken()
    for damage in (
        "DELETE FROM core_searchentry WHERE noun = 'lot'",
        "UPDATE core_searchentry SET title = 'x' WHERE noun = 'lot'",
        "UPDATE core_searchentry SET object_id = -object_id WHERE noun = 'machine'",
    ):
        with connection.cursor() as cursor:
            cursor.execute(damage)
        assert broken()
        assert rebuild() == len(before)
        assert not broken()
    assert set(SearchEntry.objects.values_list("noun", "object_id", "words", "folded_also")) == before


SPOKEN = st.text(st.characters(codec="utf-8", exclude_characters="\x00", max_codepoint=0x24F), max_size=30) | st.text(
    "äÖßøÆŁñç-/ _.АбВЁжъΑάΣς0123456789ﬁ²", max_size=20
)


def test_folding_is_the_same_in_python_and_in_the_database() -> None:
    @given(SPOKEN)
    def check(text: str) -> None:
        with connection.cursor() as cursor:
            cursor.execute("SELECT core_fold(%s), core_fold_words(%s), core_fold_tight(%s)", [text] * 3)
            fold, words, tight = cursor.fetchone()
        assert fold == folding.fold(text)
        assert words.strip(" ").split(" ") == (folding.words(text) or [""])
        assert tight == folding.tight(text)

    check()


def test_folding_knows_its_neighbours() -> None:
    assert folding.fold("Ångström-7 Straße") == "angstrom-7 strasse"
    assert folding.words("Насос №5") == ["nasos", "no5"]
    assert folding.tight("WO-24 118") == "wo24118"
