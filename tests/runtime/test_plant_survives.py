"""Programs work without pause while parts of the plant's software are killed: nothing is lost, nothing counts twice.

A gateway does what every gateway must: it numbers its messages and sends a batch again until it is answered. A program
that lives whole orders sends each act again under the same key until it is answered.
"""

import json
import os
import random
import shutil
import signal
import tempfile
import threading
import time
import urllib.error
import urllib.request
import uuid
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from mom.runtime import processes
from tests.runtime.test_whole_run import FIRST_START, LATER_START, Plant, eventually

pytestmark = [pytest.mark.slow, pytest.mark.skipif(not processes.LINUX, reason="reads /proc")]

MACHINES, MINUTES, KILLED = 4, 120, ("web", "worker", "broker", "postgres")
PLANT = f"""
from datetime import timedelta
from mom.accounts.models import Site, User
from mom.accounts.services.api_token import api_token_create
from mom.accounts.services.membership import add_membership
from mom.accounts.models import Role
from mom.core import clock
from mom.core.actor import system_actor
from mom.core.use_case import use_case
from mom.floor.models import MachineListening
from mom.plant.models import Equipment
with use_case(system_actor("test"), "A plant") as act:
    site = Site.objects.create(code="P1", name="Plant", time_zone="UTC")
    user = User.objects.create(username="gateway")
    for number in range({MACHINES}):
        machine = Equipment.objects.create(site=site, code=f"M-{{number}}", name=f"M{{number}}", level="work_unit")
        MachineListening.objects.create(
            site=site, equipment=machine, piece_source="counters", heartbeat=timedelta(minutes=5),
            minor_stop=timedelta(minutes=2), valid_from=clock.now() - timedelta(days=9),
        )
    add_membership(act, user=user, role=Role.objects.get(code="integrator"), site=site)
made = api_token_create(
    system_actor("test"), user=user, name="gw", scopes=["machine:write"], days=30, sites=["P1"]
)
print("TOKEN", made[1])
"""

STORE = """
from tests.factories.stock import JobStore
from tests.factories.work import make_routing
from mom.accounts.models import Role, Site, User
from mom.accounts.services.api_token import api_token_create
from mom.accounts.services.membership import add_membership
from mom.core.actor import system_actor
from mom.core.permissions import declared
from mom.core.use_case import use_case
with use_case(system_actor("test"), "A store") as act:
    site = Site.objects.create(code="S1", name="Store", time_zone="UTC")
    user = User.objects.create(username="program")
    role = Role.objects.create(code="everything", name="Everything", permissions=sorted(declared()))
    add_membership(act, user=user, role=role, site=site)
store = JobStore(site, system_actor("test"))
store.lot(store.bar, "BAR-1", 10_000)
store.lot(store.ring, "RING-1", 10_000)
make_routing(site, "R-PUMP", inputs=[store.bar, store.ring], operations=2, product=store.pump)
scopes = ["orders:write", "execution:write", "stock:write"]
print("TOKEN", api_token_create(system_actor("test"), user=user, name="p", scopes=scopes, days=30, sites=["S1"])[1])
"""
ORDERS_KILLED, LOST = ("web", "worker", "postgres", "web"), 0.1


@pytest.fixture(scope="module")
def plant() -> Iterator[Plant]:
    directory = Path(tempfile.mkdtemp(prefix="mom-floor-"))
    plant = Plant(directory)
    try:
        plant.run(FIRST_START)
        eventually(plant.is_whole, LATER_START, "every part's running")
        yield plant
    finally:
        plant.manage("stop")
        for pid in plant.living():
            os.kill(pid, signal.SIGKILL)
        if plant.launcher is not None:
            plant.launcher.wait(10)
        plant.manage("reset", "--yes")
        shutil.rmtree(directory, ignore_errors=True)


class Gateway(threading.Thread):
    """Sends a minute's messages of all machines in a batch, in order, each until it is answered; some of them twice."""

    def __init__(self, plant: Plant, token: str) -> None:
        super().__init__(daemon=True)
        self.plant, self.token, self.answered = plant, token, 0
        self.start_at = datetime.now(UTC).replace(second=0, microsecond=0) - timedelta(minutes=MINUTES)
        self.dice = random.Random(7)

    def run(self) -> None:
        number = 0
        for minute in range(MINUTES):
            batch = []
            for machine in range(MACHINES):
                at = self.start_at + timedelta(minutes=minute)
                state = "down" if (minute // 10 + machine) % 3 == 0 else "run"
                for content in (
                    {"kind": "state", "state": state},
                    {"kind": "count", "name": "total", "value": minute * 10},
                    {"kind": "count", "name": "reject", "value": minute},
                ):
                    batch.append({"machine": f"M-{machine}", "at": at.isoformat(), "sequence": number, **content})
                    number += 1
            for _ in range(1 + (self.dice.random() < 0.3)):
                self.deliver(batch)
            self.answered = minute + 1

    def deliver(self, batch: list[dict[str, object]]) -> None:
        body = json.dumps({"site": "P1", "source": "gw", "session": "boot", "messages": batch}).encode()
        while True:
            request = urllib.request.Request(
                f"http://127.0.0.1:{self.plant.port}/api/v1/floor/messages", body,
                {"Authorization": f"Bearer {self.token}", "Content-Type": "application/json"},
            )  # fmt: skip
            try:
                with urllib.request.urlopen(request, timeout=10) as answer:
                    assert answer.status == 200
                    return
            except urllib.error.HTTPError as error:
                if error.code < 500 and error.code not in {408, 409, 429}:
                    raise RuntimeError(error.read()) from error
            except OSError:
                pass
            time.sleep(0.2)


class Orders(threading.Thread):
    """Lives one order after the other until it is told to stop: each act again, under its key, until it is answered.

    Some answers are lost on their way.
    """

    def __init__(self, plant: Plant, token: str) -> None:
        super().__init__(daemon=True)
        self.plant, self.token, self.answered, self.repeated = plant, token, 0, 0
        self.dice = random.Random(7)
        self.is_enough = threading.Event()

    def run(self) -> None:
        while not self.is_enough.is_set():
            self.live()
            self.answered += 1

    def live(self) -> None:
        order = self.act("production/orders", site="S1", definition="R-PUMP", quantity="10")
        self.act(f"production/orders/{order['id']}/release")
        self.act("inventory/reservations", work_request=order["work_request"])
        first, last = (job["id"] for job in order["jobs"])
        self.act(f"work/job-orders/{first}/start")
        self.act("inventory/moves/consume", op_uuid=str(uuid.uuid4()), job_order=first)
        self.act(f"work/job-orders/{first}/finish")
        self.act(f"work/job-orders/{last}/start")
        made = {"op_uuid": str(uuid.uuid4()), "job_order": last, "place": "SHELF", "quantity": "10"}
        self.act("inventory/moves/produce", **made)
        self.act(f"work/job-orders/{last}/finish")

    def act(self, path: str, **body: object) -> Any:
        key = str(uuid.uuid4())
        while True:
            request = urllib.request.Request(
                f"http://127.0.0.1:{self.plant.port}/api/v1/{path}/", json.dumps(body).encode(),
                {"Authorization": f"Bearer {self.token}", "Content-Type": "application/json", "Idempotency-Key": key},
            )  # fmt: skip
            try:
                with urllib.request.urlopen(request, timeout=10) as answer:
                    read = json.loads(answer.read())
                if self.dice.random() > LOST:
                    return read
            except urllib.error.HTTPError as error:
                if error.code < 500 and error.code != 429:
                    raise RuntimeError(f"{path}: {error.read()!r}") from error
            except OSError:
                pass
            self.repeated += 1
            time.sleep(0.2)


def kill_while_sending(plant: Plant, program: Gateway | Orders, part: str, answers: int = 4) -> None:
    before, pid = program.answered, plant.pid(part)
    eventually(lambda: program.answered > before + answers or not program.is_alive(), 60, "some answers")
    assert pid is not None
    os.kill(pid, signal.SIGKILL)
    eventually(lambda: plant.pid(part) != pid and plant.is_whole(), LATER_START, f"{part}'s return")


def test_P15_killed_parts_lose_no_message_and_count_none_twice(plant: Plant) -> None:
    made = plant.manage("shell", "-c", PLANT)
    assert "TOKEN" in made.stdout, made.stderr[-3000:]
    gateway = Gateway(plant, made.stdout.split("TOKEN")[1].split()[0])
    gateway.start()

    for part in KILLED:  # while the gateway sends
        kill_while_sending(plant, gateway, part)
    gateway.join(120)
    assert not gateway.is_alive()
    assert gateway.answered == MINUTES

    sent = MINUTES * MACHINES * 3
    assert plant.execute("SELECT count(*), count(DISTINCT sequence) FROM floor_floormessage") == [(sent, sent)]
    assert plant.execute("SELECT count(*) FROM floor_messagegap") == [(0,)]
    # Buckets of what still runs are refreshed by a sweep now and then: these days are asked for.
    today = datetime.now(UTC).date()
    yesterday = today - timedelta(days=1)
    assert plant.manage("recompute_figures", "P1", str(yesterday), str(today)).returncode == 0
    made_of = "SELECT sum(good), sum(scrap), sum(production), sum(down) FROM analytics_hourbucket"
    pieces = ((MINUTES - 1) * 9 * MACHINES, (MINUTES - 1) * MACHINES)
    eventually(lambda: plant.execute(made_of)[0][:2] == pieces, 180, "computed figures")
    # The last hour still grows: the machines count as running until they have been silent for long enough.
    over = f" WHERE hour < '{datetime.now(UTC).replace(minute=0, second=0, microsecond=0).isoformat()}'"
    figures = plant.execute(made_of + over)
    assert figures[0][2]
    assert plant.manage("check_invariants").returncode == 0

    # Computed again from the messages alone, every sum is the same.
    done = plant.manage("recompute_figures", "P1", str(yesterday), str(today))
    assert done.returncode == 0, done.stderr
    eventually(lambda: plant.execute("SELECT count(*) FROM analytics_dirtystretch") == [(0,)], 120, "computed figures")
    assert plant.execute(made_of)[0][:2] == pieces
    assert plant.execute(made_of + over) == figures


def test_P02_orders_live_through_kills_once_and_stock_stays_exact(plant: Plant) -> None:
    made = plant.manage("shell", "-c", STORE)
    assert "TOKEN" in made.stdout, made.stderr[-3000:]
    program = Orders(plant, made.stdout.split("TOKEN")[1].split()[0])
    program.start()

    for part in ORDERS_KILLED:
        kill_while_sending(plant, program, part, answers=2)
        assert program.is_alive(), "an act that was sent again was refused"
    program.is_enough.set()
    program.join(60)
    assert not program.is_alive()
    assert program.repeated, "nothing was killed in the middle of anything"

    lived = program.answered
    of_site = "JOIN accounts_site s ON s.id = x.site_id WHERE s.code = 'S1'"
    orders = plant.execute(f"SELECT x.status, count(*) FROM work_workrequest x {of_site} GROUP BY 1")
    assert orders == [("completed", lived)]
    there = plant.execute(
        f"SELECT d.code, sum(x.quantity) FROM inventory_stockbalance x"
        f" JOIN plant_materialdefinition d ON d.id = x.definition_id {of_site} GROUP BY 1 ORDER BY 1"
    )
    assert there == [("BAR", 10_000 - 20 * lived), ("PUMP", 10 * lived), ("RING", 10_000 - 20 * lived)]
    lots = plant.execute("SELECT count(*) FROM plant_materiallot l JOIN plant_materialdefinition d"
                         " ON d.id = l.definition_id WHERE d.code = 'PUMP'")  # fmt: skip
    assert lots == [(lived,)]
    assert plant.manage("check_invariants").returncode == 0
