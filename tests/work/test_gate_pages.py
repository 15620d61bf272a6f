"""The page of what a start asks for: who may look, who may set, and what it says afterwards."""

from typing import Any

import pytest
from django.test import Client

from mom.work.engine.terms import GateLevel
from mom.work.models import GateRule
from tests.factories.accounts import make_user
from tests.factories.work import make_machine

pytestmark = pytest.mark.django_db
URL = "/setup/before-a-start/"


def signed_in(user: Any) -> Client:
    client = Client()
    client.force_login(user, backend="mom.accounts.backends.PasswordBackend")
    return client


def test_page_lists_every_source_and_sets_one_for_a_machine(owner: Any, site: Any) -> None:
    make_machine(site)
    page = signed_in(owner)
    before = page.get(URL).content.decode()
    assert all(word in before for word in ("Jobs that come first", "Material", "Machine down", "Skills"))

    sent = {"source": "inventory.material", "area": "CNC-01", "level": "block", "reason": "Stock is counted here"}
    answer = page.post(f"{URL}set/", sent)

    assert (answer.status_code, answer["Location"]) == (302, URL)
    rule = GateRule.objects.get()
    assert (rule.source, rule.level, rule.equipment.code if rule.equipment else "") == (
        "inventory.material", GateLevel.BLOCK, "CNC-01",
    )  # fmt: skip
    assert "CNC-01" in page.get(URL).content.decode()


def test_form_offers_no_source_that_is_fixed(owner: Any, site: Any) -> None:
    text = signed_in(owner).get(f"{URL}set/").content.decode()
    assert 'value="inventory.material"' in text
    assert 'value="work.order"' not in text


def test_who_may_only_look_has_no_way_to_set(site: Any) -> None:
    viewer = signed_in(make_user("viewer", site=site, permissions=["work.view"]))
    assert f"{URL}set/" not in viewer.get(URL).content.decode()
    assert viewer.get(f"{URL}set/").status_code == 403
    assert viewer.post(f"{URL}set/", {"source": "inventory.material", "level": "off"}).status_code == 403
    assert not GateRule.objects.exists()
