"""A PIN is in no answer, schema, filter, row, log or session; only Argon2's line is, in one column."""

import io
import json
import logging
from typing import Any

import pytest
from django.apps import apps
from django.contrib.sessions.backends.db import SessionStore
from django.contrib.sessions.models import Session
from django.core import serializers
from django.core.management import call_command
from django.test import Client

from mom.accounts.models import Pin, Site, User
from mom.accounts.services.pin import pin_choose
from mom.core.actor import Actor
from tests.factories.accounts import make_user
from tests.factories.devices import PIN, make_device, make_operator, on_device

pytestmark = pytest.mark.django_db
NEXT = "619384"


def test_pin_leaks_into_no_table_log_or_page(
    site: Site, caplog: pytest.LogCaptureFixture, capsys: pytest.CaptureFixture[str]
) -> None:
    caplog.set_level(logging.DEBUG)
    user = make_operator(site)
    _device, secret = make_device(site)
    client, pages = on_device(secret), []
    for pin in ("999913", PIN):
        pages.append(client.post("/t/CNC-04/who/", {"badge": "NPW-1042"}))
        pages += [client.get("/t/CNC-04/"), client.post("/t/CNC-04/pin/", {"pin": pin})]
    pages.append(client.get("/machines/CNC-04/"))
    pages.append(client.get("/account/"))
    pin_choose(Actor(kind="user", id=str(user.pk), label="Mira"), user, NEXT)
    admin = Client()
    admin.force_login(
        make_user("anna", permissions=["accounts.view_user", "accounts.manage_badges"]),
        backend="mom.accounts.backends.PasswordBackend",
    )
    pages += [admin.get(address) for address in ("/setup/badges/", "/setup/badges/mira/", "/setup/badges/?export=csv")]
    body = "".join(b"".join(page).decode() if page.streaming else page.content.decode() for page in pages)

    rows = "".join(
        serializers.serialize("json", model._default_manager.all())
        for model in apps.get_models()
        if model._meta.app_label != "axes"
    )
    sessions = "".join(str(SessionStore(row.session_key).load()) for row in Session.objects.all())
    written = capsys.readouterr()
    logs = caplog.text + written.out + written.err

    for place, text in {"pages": body, "rows": rows, "sessions": sessions, "logs": logs}.items():
        for pin in (PIN, NEXT, "999913"):
            assert pin not in text, f"{pin} is in {place}"
    line = Pin.objects.get(user=user).digest
    assert rows.count(json.dumps(line)[1:-1]) == 1  # the column itself, and no history of it


def test_pin_is_in_no_schema_serializer_or_filter() -> None:
    out = io.StringIO()
    call_command("spectacular", "--format", "openapi-json", stdout=out)
    schema = json.loads(out.getvalue())
    names: set[str] = set()

    def walk(node: Any) -> None:
        if isinstance(node, dict):
            names.update(node.get("properties", {}))
            if "in" in node and "name" in node:
                names.add(node["name"])
            for value in node.values():
                walk(value)
        elif isinstance(node, list):
            for value in node:
                walk(value)

    walk(schema)
    assert "station" in names
    assert sorted(names & {"pin", "pepper", "pin_digest", "code_digest", "session_epoch"}) == []
    shown = schema["components"]["schemas"]
    assert not {"digest", "code", "credential"} & set(shown["Device"]["properties"])
    assert set(shown["Badge"]["properties"]) == {"id", "user", "person", "code", "issued_at", "revoked_at"}


def test_pin_has_no_manager_in_the_administration_pages() -> None:
    from django.contrib import admin

    assert Pin not in admin.site._registry
    assert "pin" not in str(admin.site._registry[User].fields)
