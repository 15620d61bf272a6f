"""The life of an order through the API, one request an event, beside the same events as bare SQL.

    python3 manage.py bench lifecycle [--orders 40] [--clients 8] [--runs 3] [--least-one 0.3] [--least-many 0.15]

An order of a definition with 5 materials and 4 operations is created, released, 5 lots are reserved and consumed, each
of the 4 operations is started and finished, the last one makes a lot. All orders take from the same 100 lots. Through
the API that is 13 requests with token, rights, `Idempotency-Key`, audit, events and
constraints, to a web server of its own; the bare way writes the same rows of the plant by hand, with an audit
entry an event, one transaction an event. Both commit durably, in a scratch database of their own.

Besides it is printed how far the API is from bare SQL that keeps, with each event, an answer under its key and an event
for subscribers too, as every request must. Runs of all ways alternate; medians count. Then stock must be exact, every
promise kept (`check_invariants`), the lot be traced to its five parents, and no request may have failed. Exits with 1
where not, or a ratio is below its aim.
"""

import argparse
import http.client
import json
import os
import socket
import statistics
import subprocess
import sys
import time
import uuid
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

from lifecycle_bare import Bare
from scratch import name_of, own_database

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))
SCRATCH = name_of("lifecycle")
MATERIALS, LOTS, OPERATIONS = 5, 20, 4
MADE, NEEDED, THERE = Decimal(10), Decimal(20), Decimal(1_000_000)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--orders", type=int, default=40, help="a client and run")
    parser.add_argument("--clients", type=int, default=8)
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--least-one", type=float, default=0.3, help="times bare SQL, one client")
    parser.add_argument("--least-many", type=float, default=0.15, help="times bare SQL, many clients")
    options = parser.parse_args()
    with own_database(SCRATCH):
        return measure(options)


def measure(options: argparse.Namespace) -> int:
    plant = Plant()
    many = max(4, options.orders // options.clients)
    names = ("api one", "bare one", "kept one", "api many", "bare many")
    rates: dict[str, list[float]] = {name: [] for name in names}
    with served() as port:
        through_api = lambda: Api(plant, port)  # noqa: E731
        timed(through_api, 1, 4)
        timed(lambda: Bare(plant, SCRATCH), 1, 4)
        for _run in range(options.runs):
            rates["api one"].append(timed(through_api, 1, options.orders))
            rates["bare one"].append(timed(lambda: Bare(plant, SCRATCH), 1, options.orders))
            rates["kept one"].append(timed(lambda: Bare(plant, SCRATCH, is_kept=True), 1, options.orders))
            rates["api many"].append(timed(through_api, options.clients, many))
            rates["bare many"].append(timed(lambda: Bare(plant, SCRATCH), options.clients, many))
    median = {name: statistics.median(found) for name, found in rates.items()}
    one, eight = median["api one"] / median["bare one"], median["api many"] / median["bare many"]
    print(f"one client:  API {median['api one']:6.1f} a second, bare SQL {median['bare one']:6.1f}   ratio {one:.2f}"
          f" (at least {options.least_one})")  # fmt: skip
    print(f"{options.clients} clients:   API {median['api many']:6.1f} a second, bare SQL {median['bare many']:6.1f}"
          f"   ratio {eight:.2f} (at least {options.least_many})")  # fmt: skip
    print(f"one client beside bare SQL that keeps answers and events: {median['kept one']:6.1f} a second"
          f"   ratio {median['api one'] / median['kept one']:.2f}")  # fmt: skip
    print(f"statements of bare SQL: {Bare.statements}; failed requests: {len(plant.failures)} {plant.failures[:3]}")
    wrong = plant.wrong()
    print(f"orders made: {plant.orders}; wrong: {wrong or 'nothing'}")
    return int(bool(wrong or plant.failures) or one < options.least_one or eight < options.least_many)


def timed(client: "Callable[[], Api | Bare]", clients: int, orders: int) -> float:
    """Lifecycles a second, of all clients together."""

    def live() -> None:
        with_connection = client()
        for _order in range(orders):
            with_connection.live()
        with_connection.close()

    began = time.perf_counter()
    if clients == 1:
        live()
    else:
        with ThreadPoolExecutor(clients) as pool:
            for each in [pool.submit(live) for _client in range(clients)]:
                each.result()
    return clients * orders / (time.perf_counter() - began)


class Plant:
    """A store with the same 100 lots for everybody, a definition, and a program's token."""

    def __init__(self) -> None:
        from django.db import connection

        from inventory.models import StorageLocation
        from inventory.services import stock
        from mom.accounts.models import Site
        from mom.core.actor import system_actor
        from mom.core.testing import acting
        from mom.plant.models import Equipment, MaterialDefinition, MaterialLot
        from mom.work.engine.terms import MaterialUse
        from production.services import operations_definition as definitions

        self.failures: list[str] = []
        self.orders = 0
        actor = system_actor("benchmark")
        with acting():
            self.site = Site.objects.create(code="BENCH", name="Bench", time_zone="Europe/Stockholm")
            place = Equipment.objects.create(site=self.site, code="SHELF", level="storage_unit")
            self.shelf = StorageLocation.objects.create(site=self.site, equipment=place)
            self.inputs = [
                MaterialDefinition.objects.create(site=self.site, code=f"M-{number}", unit="C62", tracking="lot")
                for number in range(MATERIALS)
            ]
            self.product = MaterialDefinition.objects.create(site=self.site, code="PUMP", unit="C62", tracking="lot")
        for material in self.inputs:
            for number in range(LOTS):
                with acting():
                    lot = MaterialLot.objects.create(
                        site=self.site, definition=material, code=f"{material.code}-{number}",
                        expires_at=datetime(2040, 1, 1 + number, tzinfo=UTC),
                    )  # fmt: skip
                stock.receive(actor, self.shelf, material, THERE, op_uuid=uuid.uuid4(), lot=lot)
        steps = [
            definitions.NewSegment(
                f"Operation {number + 1}",
                [
                    *(definitions.NewMaterial(each, NEEDED) for each in (self.inputs if number == 0 else ())),
                    definitions.NewMaterial(self.product, MADE, MaterialUse.PRODUCED),
                ],
            )
            for number in range(OPERATIONS)
        ]
        draft = definitions.create(actor, self.site, definitions.NewDefinition("PUMP", self.product, MADE, steps))
        definitions.approve(actor, draft.pk)
        self.balances = self._balances()
        self.token = token_of(self.site)
        connection.close()

    def _balances(self) -> list[tuple[int, int, int]]:
        """Of each material the first balance that a reservation takes: its key, lot and material."""
        from inventory.models import StockBalance

        rows = StockBalance.objects.filter(lot__code__endswith="-0").order_by("definition")
        return list(rows.values_list("pk", "lot_id", "definition_id"))

    def wrong(self) -> list[str]:
        """What is not as it must be after all orders."""
        from django.db.models import Sum

        from inventory.models import StockBalance
        from inventory.selectors.genealogy import Direction, trace
        from mom.core import invariants
        from mom.plant.models import MaterialLot

        found = [f"{each.invariant.name}: {each.rows[:2]}" for each in invariants.violations()]
        for material in self.inputs:
            there = StockBalance.objects.filter(definition=material).aggregate(sum=Sum("quantity"))["sum"]
            if there != LOTS * THERE - self.orders * NEEDED:
                found.append(f"{material.code}: {there}")
        made = StockBalance.objects.filter(definition=self.product).aggregate(sum=Sum("quantity"))["sum"]
        if made != self.orders * MADE:
            found.append(f"made: {made}")
        for lot in MaterialLot.objects.filter(definition=self.product).order_by("pk")[:5]:
            parents = {step.parent.material for step in trace(lot, Direction.BACKWARD).steps}
            if parents != {material.code for material in self.inputs}:
                found.append(f"{lot.code} is of {sorted(parents)}")
        return found


def token_of(site: Any) -> str:
    """The token of a program that may do everything that this needs at a site."""
    from mom.accounts.models import Membership, Role, User
    from mom.accounts.selectors.rights import actor_for_user
    from mom.accounts.services.api_token import api_token_create
    from mom.core.permissions import declared
    from mom.core.testing import acting

    with acting():
        user = User.objects.create(username="program", display_name="Program")
        role = Role.objects.create(code="bench", name="Bench", permissions=sorted(declared()))
        Membership.objects.create(user=user, site=site, role=role)
    scopes = ["orders:write", "execution:write", "stock:write"]
    _row, secret = api_token_create(actor_for_user(user), user=user, name="bench", scopes=scopes, days=2)
    return secret


class Api:
    """A client with a connection of its own."""

    def __init__(self, plant: Plant, port: int) -> None:
        self.plant = plant
        self.connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        self.headers = {"Authorization": f"Bearer {plant.token}", "Content-Type": "application/json"}

    def close(self) -> None:
        self.connection.close()

    def send(self, path: str, body: dict[str, Any]) -> Any:
        """One event."""
        key = str(uuid.uuid4())
        self.connection.request("POST", f"/api/v1/{path}/", json.dumps(body), {**self.headers, "Idempotency-Key": key})
        answer = self.connection.getresponse()
        content = answer.read()
        if answer.status >= 300:
            self.plant.failures.append(f"{path} {answer.status} {content[:200]!r}")
            raise RuntimeError(self.plant.failures[-1])
        return json.loads(content)

    def live(self) -> None:
        """One order."""
        order = self.send("production/orders", {"site": "BENCH", "definition": "PUMP", "quantity": str(MADE)})
        self.send(f"production/orders/{order['id']}/release", {})
        reserved = self.send("inventory/reservations", {"work_request": order["work_request"]})
        jobs = [job["id"] for job in order["jobs"]]
        if len(reserved["reserved"]) != MATERIALS or len(jobs) != OPERATIONS:
            raise RuntimeError(f"{order['code']}: {reserved}, {jobs}")
        for job in jobs:
            self.send(f"work/job-orders/{job}/start", {})
            if job == jobs[0]:
                self.send("inventory/moves/consume", {"op_uuid": str(uuid.uuid4()), "job_order": job})
            if job == jobs[-1]:
                self.send("inventory/moves/produce", {"op_uuid": str(uuid.uuid4()), "job_order": job, "place": "SHELF",
                                                      "quantity": str(MADE)})  # fmt: skip
            self.send(f"work/job-orders/{job}/finish", {})
        self.plant.orders += 1


@contextmanager
def served() -> Iterator[int]:
    """A web server of its own over the scratch database; its port."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [
        sys.executable, "-m", "gunicorn", "benchmarks.bench_server:application", "--bind", f"127.0.0.1:{port}",
        "--workers", "2", "--threads", "4", "--worker-class", "gthread", "--log-level", "error", "--keep-alive", "60",
    ]  # fmt: skip
    # One program asks more often here than any is let in a plant.
    process = subprocess.Popen(
        command, cwd=ROOT, env={**os.environ, "MOM_BENCH_DATABASE": SCRATCH, "API_RATE": "1000000/min"}
    )
    try:
        for _try in range(200):
            with socket.socket() as knock:
                if knock.connect_ex(("127.0.0.1", port)) == 0:
                    break
            time.sleep(0.1)
        yield port
    finally:
        process.terminate()
        process.wait(10)


if __name__ == "__main__":
    sys.exit(main())
