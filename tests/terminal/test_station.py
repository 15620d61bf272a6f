"""A tablet at its station: badge says who, PIN proves it, and whatever should end a session ends it at once."""

from datetime import timedelta
from typing import Any

import pytest
from django.conf import settings
from django.contrib.sessions.models import Session
from django.test import Client

from mom.accounts.device_session import DEVICE, TOUCHED, UNTIL
from mom.accounts.engine.device import session_end
from mom.accounts.models import Device, Membership, Site, StationVisit, User
from mom.accounts.services.badge import badge_revoke
from mom.accounts.services.device import device_revoke
from mom.accounts.services.pin import pin_give_once
from mom.accounts.services.user import user_lock, user_set_password, user_unlock
from mom.core import clock
from mom.core.models import AuditEntry
from tests.factories.accounts import make_membership, make_role, make_user
from tests.factories.devices import PIN, SYSTEM, make_device, make_operator, on_device

pytestmark = pytest.mark.django_db
HOME, MACHINE = "/t/CNC-04/", "/machines/CNC-04/"


@pytest.fixture
def tablet(site: Site) -> tuple[Device, Client]:
    """An enrolled tablet with nobody on it."""
    device, secret = make_device(site)
    return device, on_device(secret)


@pytest.fixture
def client(tablet: tuple[Device, Client]) -> Client:
    """Its browser."""
    return tablet[1]


@pytest.fixture
def mira(site: Site) -> User:
    return make_operator(site)


def scan(client: Client, code: str) -> Any:
    return client.post(f"{HOME}who/", {"badge": code})


def enter(client: Client, pin: str = PIN, badge: str = "NPW-1042") -> Any:
    scan(client, badge)
    return client.post(f"{HOME}pin/", {"pin": pin})


def session_key(client: Client) -> str:
    return str(client.cookies[settings.SESSION_COOKIE_NAME].value)


def is_in(client: Client) -> bool:
    return bool(client.get(MACHINE).status_code == 200)


def test_station_is_shown_to_its_own_device_only(client: Client, site: Site) -> None:
    _other, secret = make_device(site, "CNC-05")
    assert Client().get(HOME).status_code == 403
    assert on_device("x" * 43).get(HOME).status_code == 403
    assert client.get(HOME).status_code == 200
    assert on_device(secret).get(HOME).headers["Location"] == "/t/CNC-05/"


def test_sign_in_by_badge_and_pin_leads_to_the_machine(client: Client, mira: User) -> None:
    assert scan(client, "npw-1042").headers["Location"] == HOME
    assert "PIN for <b>Mira</b>" in client.get(HOME).content.decode()
    answer = client.post(f"{HOME}pin/", {"pin": PIN})
    assert answer.headers["Location"] == HOME
    page = client.get(MACHINE).content.decode()
    assert 'action="/t/CNC-04/lock/"' in page
    assert "data-entries" in client.get(HOME).content.decode()
    entry = AuditEntry.objects.get(action="accounts.signed_in")
    assert (entry.actor_id, entry.chain) == (str(mira.pk), "P1")
    assert entry.after == {"device": "Tablet CNC-04", "station": "CNC-04", "by": "badge and PIN"}


def test_sign_in_by_name_and_pin_is_remembered_at_the_station(client: Client, mira: User) -> None:
    assert "Mira" not in client.get(HOME).content.decode()
    assert "Mira" in client.get(f"{HOME}?find=mir").content.decode()
    client.post(f"{HOME}who/", {"person": mira.pk})
    assert client.post(f"{HOME}pin/", {"pin": PIN}).headers["Location"] == HOME
    client.post(f"{HOME}lock/")
    assert "Mira" in client.get(HOME).content.decode()
    assert StationVisit.objects.get().user == mira


def test_badge_alone_or_with_a_wrong_pin_leaves_the_tablet_locked(client: Client, mira: User) -> None:
    scan(client, "NPW-1042")
    assert not is_in(client)
    answer = client.post(f"{HOME}pin/", {"pin": "913752"})
    assert answer.status_code == 422
    assert "4 tries left" in answer.content.decode()
    assert not is_in(client)


def test_unknown_revoked_and_foreign_badges_leave_the_tablet_locked(
    client: Client, mira: User, other_site: Site
) -> None:
    make_operator(other_site, "otto", "NPW-2001")
    badge_revoke(SYSTEM, mira.badges.get().pk, "lost")
    for code in ("4006381333931", "NPW-2001", "NPW-1042"):
        answer = scan(client, code)
        assert answer.status_code == 422
        assert "not known here" in answer.content.decode()
        assert client.post(f"{HOME}pin/", {"pin": PIN}).headers["Location"] == HOME
        assert not is_in(client)


def test_pin_cancelled_leaves_the_tablet_locked_and_forgets_who_was_asked(client: Client, mira: User) -> None:
    scan(client, "NPW-1042")
    client.post(f"{HOME}pin/", {"cancel": "1"})
    assert "PIN for" not in client.get(HOME).content.decode()
    assert client.post(f"{HOME}pin/", {"pin": PIN}).headers["Location"] == HOME
    assert not is_in(client)


def test_pin_is_no_password_and_a_password_no_pin(client: Client, mira: User) -> None:
    assert enter(client, "norrtal-2026-demo").status_code == 422
    answer = Client().post("/sign-in/", {"username": "mira", "password": PIN})
    assert answer.status_code == 200


def test_badge_of_another_person_is_a_full_change(client: Client, mira: User, site: Site) -> None:
    jonas = make_operator(site, "jonas", "NPW-1043", "730462")
    enter(client)
    first = session_key(client)
    scan(client, "NPW-1043")
    between = session_key(client)
    assert not is_in(client)
    assert not Session.objects.filter(session_key=first).exists()
    client.post(f"{HOME}pin/", {"pin": "730462"})
    assert len({first, between, session_key(client)}) == 3
    assert not Session.objects.filter(session_key=between).exists()
    assert client.session["_auth_user_id"] == str(jonas.pk)


def test_material_and_the_own_badge_change_nothing_for_who_is_in(client: Client, mira: User) -> None:
    enter(client)
    key = session_key(client)
    for code in ("4006381333931", "NPW-1042"):
        assert scan(client, code).headers["Location"] == HOME
        script = client.post(f"{HOME}who/", {"badge": code}, headers={"X-Requested-With": "scan"})
        assert (script.status_code, script.headers.get("Scan-Location")) == (204, None)
    assert session_key(client) == key
    assert is_in(client)


def test_session_locks_after_idle_time_whatever_the_page_fetches_by_itself(
    client: Client, mira: User, tablet: tuple[Device, Client]
) -> None:
    enter(client)
    session = client.session
    session[TOUCHED] -= 200
    session.save()
    client.get(MACHINE, headers={"HX-Request": "true"})
    client.get(MACHINE, headers={"X-Requested-With": "live"})
    assert client.session[TOUCHED] == session[TOUCHED]
    assert client.post(f"{HOME}touch/").status_code == 204
    assert client.session[TOUCHED] > session[TOUCHED]
    session = client.session
    session[TOUCHED] -= 300
    session.save()
    assert not is_in(client)
    assert client.post(f"{HOME}touch/").status_code == 205


def test_session_ends_with_the_shift_and_after_twelve_hours(client: Client, mira: User) -> None:
    enter(client)
    assert client.session[UNTIL] - client.session[TOUCHED] == 12 * 3600
    session = client.session
    session[UNTIL] = session[TOUCHED]
    session.save()
    assert not is_in(client)
    now = clock.now()
    hours = [now + timedelta(hours=number) for number in (3, 11, 19)]
    assert session_end(now, hours) == hours[0]
    assert session_end(now, [now + timedelta(minutes=5), hours[1]]) == hours[1]
    assert session_end(now, []) == now + timedelta(hours=12)


def test_revoked_device_is_out_on_its_next_request(client: Client, mira: User, tablet: tuple[Device, Client]) -> None:
    enter(client)
    device_revoke(SYSTEM, tablet[0].pk, "stolen")
    assert not is_in(client)
    assert client.get(HOME).status_code == 403


def test_credential_of_another_device_does_not_carry_the_session(client: Client, mira: User, site: Site) -> None:
    enter(client)
    _other, secret = make_device(site, "CNC-05")
    client.cookies[settings.DEVICE_COOKIE_NAME] = secret
    assert not is_in(client)


@pytest.mark.parametrize("how", ["pin", "password", "lock", "lock and unlock", "badge"])
def test_whatever_ends_trust_in_a_person_ends_their_sessions_at_once(client: Client, mira: User, how: str) -> None:
    enter(client)
    desk = Client()
    desk.force_login(User.objects.get(pk=mira.pk), backend="mom.accounts.backends.PasswordBackend")
    assert is_in(client)
    assert is_in(desk)
    if how == "pin":
        pin_give_once(SYSTEM, mira.pk, "730462")
    elif how == "password":
        user_set_password(SYSTEM, mira.pk, "another long password")
    elif how == "badge":
        badge_revoke(SYSTEM, mira.badges.get().pk, "lost")
    else:
        user_lock(SYSTEM, mira.pk, "left the plant")
        if "unlock" in how:
            user_unlock(SYSTEM, mira.pk, "back again")
    assert not is_in(client)
    assert not is_in(desk)


def test_role_taken_away_acts_on_the_next_request(client: Client, mira: User) -> None:
    enter(client)
    from mom.accounts.services.membership import membership_end

    membership_end(SYSTEM, Membership.objects.get(user=mira).pk, "left")
    assert client.get(MACHINE).status_code == 403
    client.post(f"{HOME}lock/")
    assert scan(client, "NPW-1042").status_code == 422


def test_pin_for_one_time_leads_to_the_page_where_it_is_changed(client: Client, mira: User) -> None:
    pin_give_once(SYSTEM, mira.pk, "730462", "forgotten")
    assert enter(client, "730462").headers["Location"] == HOME
    assert not is_in(client)
    assert "Choose your PIN" in client.get(HOME).content.decode()
    for pin, again in (("730462", "730463"), ("123456", "123456"), ("1042", "1042")):
        assert client.post(f"{HOME}new-pin/", {"pin": pin, "again": again}).status_code == 422
    answer = client.post(f"{HOME}new-pin/", {"pin": "619384", "again": "619384"})
    assert answer.headers["Location"] == HOME
    assert is_in(client)


def test_new_pin_without_proof_is_refused(client: Client, mira: User) -> None:
    scan(client, "NPW-1042")
    assert client.post(f"{HOME}new-pin/", {"pin": "619384", "again": "619384"}).headers["Location"] == HOME
    assert not is_in(client)
    assert enter(client).headers["Location"] == HOME


def test_password_on_a_shared_device_is_bound_to_its_rules(
    client: Client, mira: User, tablet: tuple[Device, Client]
) -> None:
    assert client.get("/sign-in/").headers["Location"] == HOME
    client.post("/sign-in/?by=password", {"username": "mira", "password": "norrtal-2026-demo"})
    assert is_in(client)
    assert client.session[DEVICE] == tablet[0].pk


def test_person_without_a_role_at_the_site_is_not_offered(client: Client, site: Site, other_site: Site) -> None:
    otto = make_user("otto", site=other_site, permissions=["plant.view"])
    assert client.post(f"{HOME}who/", {"person": otto.pk}).status_code == 422
    make_membership(otto, make_role("looker", ["plant.view"]), site)
    assert client.post(f"{HOME}who/", {"person": otto.pk}).status_code == 422  # no PIN yet


def test_wall_shows_its_area_and_opens_nothing_else(site: Site) -> None:
    from tests.factories.plant import make_equipment

    area = make_equipment(site, "MACHINING", level="area")
    make_equipment(site, "CNC-09", parent=area)
    from mom.accounts.services.device import device_add, device_enrol

    _device, code = device_add(SYSTEM, site=site, name="Wall", kind="wall", station="MACHINING", auto_lock_seconds=300)
    wall = on_device(device_enrol(code, "127.0.0.1")[1])
    page = wall.get("/wall/MACHINING/")
    assert page.status_code == 200
    assert "CNC-09" in page.content.decode()
    assert wall.get("/machines/").status_code == 302
    assert wall.get("/t/CNC-09/").headers["Location"] == "/wall/MACHINING/"
