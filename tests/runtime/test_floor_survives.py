"""A gateway sends without pause while parts of the plant's software are killed: nothing is lost, nothing counts twice.

The gateway does what every gateway must: it numbers its messages and sends a batch again until it is answered.
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
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

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


def kill_while_sending(plant: Plant, gateway: Gateway, part: str) -> None:
    before, pid = gateway.answered, plant.pid(part)
    eventually(lambda: gateway.answered > before + 4 or not gateway.is_alive(), 60, "some batches' answers")
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
