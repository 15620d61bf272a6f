"""What a PIN check costs, and a shift change of 300 people at the tablets.

    python3 manage.py bench pin_check [--checks 15] [--people 300] [--tablets 12] [--aim-ms 20] [--aim-rate 20]

First the processor time of one check of a PIN, of Django's default PBKDF2 and of its default Argon2, in turns, medians
of this run; each answer is checked, for a right and for a wrong secret. Then, over HTTP against gunicorn as the image
runs it: people queue at the tablets, scan their badge, get the PIN page, type their PIN (every tenth first a wrong one)
and are in. A sign-in is these three requests, as a browser sends them; the machine's page behind it is not part of it.

Prints sign-ins a second, whose processor time each of them takes (web processes, database, and this client, which runs
on the same cores), how busy the cores were with anything else, and the rate that this time allows on all of them: that
one is an upper bound, the measured one is what counts. Checks what came of it: who is in, what was refused, what the
audit trail says. Exits with 1 where that is wrong, or an aim is missed.
"""

import argparse
import http.client
import os
import queue
import socket
import statistics
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import astuple, dataclass
from pathlib import Path
from urllib.parse import urlencode

from scratch import name_of, own_database

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))
SCRATCH = name_of("pin")
RIGHT, WRONG, PASSWORD = "482915", "913752", "correct horse battery staple"


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--checks", type=int, default=15, help="checks of each kind")
    parser.add_argument("--people", type=int, default=300)
    parser.add_argument("--tablets", type=int, default=12)
    parser.add_argument("--rounds", type=int, default=3, help="shift changes; the median counts")
    parser.add_argument("--template", default="", help="a migrated database to copy, to save the migrations")
    parser.add_argument("--aim-ms", type=float, default=20.0)
    parser.add_argument("--aim-rate", type=float, default=20.0)
    options = parser.parse_args()
    with own_database(SCRATCH, template=options.template):
        return measure(options)


def measure(options: argparse.Namespace) -> int:
    milliseconds, is_right = cost_of_a_check(options.checks)
    tablets = plant_with(options.people, options.tablets)
    rates = []
    with served() as (port, master):
        for number in range(options.rounds):
            before = Used.until_now(master)
            rate, is_good = shift_change(port, tablets, options.people)
            used = Used.until_now(master).since(before)
            is_right &= is_good
            rates.append(rate)
            print(
                f"shift change {number + 1}: {options.people} people at {len(tablets)} tablets, {rate:.1f} sign-ins/s"
            )
            print(f"  {used.told(options.people)}")
    is_right &= audited(options.people * options.rounds)
    rate = statistics.median(rates)
    print(f"median {rate:.1f} sign-ins/s, the aim is {options.aim_rate:.0f}; ", end="")
    print(f"a PIN check {milliseconds:.1f} ms, the aim is {options.aim_ms:.0f}")
    print("every right PIN is in, every wrong one refused, all of it audited" if is_right else "the outcome is WRONG")
    return int(not is_right or rate < options.aim_rate or milliseconds > options.aim_ms)


def cost_of_a_check(checks: int) -> tuple[float, bool]:
    """Median processor milliseconds of a PIN check, and whether each kind tells right from wrong."""
    from django.contrib.auth.hashers import Argon2PasswordHasher, PBKDF2PasswordHasher

    from mom.accounts.engine import pin as pins

    pepper = "pepper-" * 7
    stored = pins.pin_hash(RIGHT, pepper)
    slow: dict[str, Callable[[str], bool]] = {}
    for name, hasher in (("Django's PBKDF2", PBKDF2PasswordHasher()), ("Django's Argon2", Argon2PasswordHasher())):
        line = hasher.encode(PASSWORD, hasher.salt())
        slow[name] = lambda secret, hasher=hasher, line=line: bool(hasher.verify(secret, line))  # type: ignore[misc]
    kinds: dict[str, Callable[[str], bool]] = {
        "PIN": lambda secret: pins.pin_match(secret, stored, [pepper]).is_right,
        **slow,
    }
    taken: dict[str, list[float]] = {name: [] for name in kinds}
    is_right = True
    for number in range(checks * 2):
        for name, check in kinds.items():
            right, wrong = (RIGHT, WRONG) if name == "PIN" else (PASSWORD, PASSWORD + "r")
            began = time.process_time()
            found = check(right if number % 2 else wrong)
            taken[name].append((time.process_time() - began) * 1000)
            is_right &= found is bool(number % 2)
    medians = {name: statistics.median(values) for name, values in taken.items()}
    for name, value in medians.items():
        print(f"{name}: {value:.1f} ms of processor time, {value / medians['PIN']:.1f} x a PIN check")
    return medians["PIN"], is_right


def plant_with(people: int, tablets: int) -> list[tuple[str, str]]:
    """A plant with that many operators, and tablets as pairs of station and credential."""
    from mom.accounts.models import Role
    from mom.accounts.services.badge import add_badge
    from mom.accounts.services.device import device_add, device_enrol
    from mom.accounts.services.membership import add_membership
    from mom.accounts.services.pin import put_pin
    from mom.accounts.services.user import add_user
    from mom.core.actor import system_actor
    from mom.core.use_case import use_case
    from tests.factories.accounts import make_site
    from tests.factories.plant import make_equipment

    site, actor, found = make_site("B1"), system_actor("benchmark"), []
    role = Role.objects.get(code="operator")
    with use_case(actor) as act:
        for number in range(people):
            user = add_user(act, username=f"op{number:04}", display_name=f"Operator {number:04}")
            add_membership(act, user=user, role=role, site=site)
            add_badge(act, user, f"NPW-{number:04}")
            put_pin(act, user, RIGHT, is_one_time=False)
    for number in range(tablets):
        station = f"CNC-{number:02}"
        make_equipment(site, station)
        name = f"Tablet {station}"
        _device, code = device_add(actor, site=site, name=name, kind="tablet", station=station, auto_lock_seconds=300)
        found.append((station, device_enrol(code, f"10.0.0.{number}")[1]))
    return found


@contextmanager
def served() -> Iterator[tuple[int, int]]:
    """The application under gunicorn as in the image: two processes of four threads."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    env = {**os.environ, "DATABASE_URL": with_database(os.environ["DATABASE_URL"])}
    command = [sys.executable, "-m", "gunicorn", "--config", "python:mom.runtime.gunicorn"]
    command += ["--bind", f"127.0.0.1:{port}", "--log-level", "warning", "mom.wsgi:application"]
    process = subprocess.Popen(command, cwd=ROOT, env=env, stdout=subprocess.DEVNULL)
    try:
        for _try in range(300):
            with socket.socket() as there:
                if there.connect_ex(("127.0.0.1", port)) == 0:
                    break
            if process.poll() is not None:
                raise SystemExit("gunicorn did not start")
            time.sleep(0.1)
        yield port, process.pid
    finally:
        process.terminate()
        process.wait(30)


@dataclass(frozen=True)
class Used:
    """Seconds of processor time, by who used them."""

    web: float
    database: float
    client: float
    machine: float
    """All that runs here, we and everything else."""
    offered: float
    """What the cores had to give, idle or not."""

    @classmethod
    def until_now(cls, master: int) -> "Used":
        """What gunicorn's processes, the connections to our database and we have used so far."""
        web = database = 0
        postmaster = ""
        for stat in Path("/proc").glob("[0-9]*/stat"):
            try:
                fields = stat.read_text().rpartition(")")[2].split()
                title = (stat.parent / "cmdline").read_bytes()
            except OSError:
                continue
            ticks = int(fields[11]) + int(fields[12])
            if int(fields[1]) == master or stat.parent.name == str(master):
                web += ticks
            elif title.startswith(b"postgres:") and SCRATCH.encode() in title:
                database += ticks
                postmaster = fields[1]
        if postmaster:  # connections that were closed meanwhile
            fields = Path("/proc", postmaster, "stat").read_text().rpartition(")")[2].split()
            database += int(fields[13]) + int(fields[14])
        whole = [int(each) for each in Path("/proc/stat").read_text().splitlines()[0].split()[1:9]]
        busy = sum(whole) - whole[3] - whole[4]  # neither idle nor waiting for a disk
        second = os.sysconf("SC_CLK_TCK")
        return cls(web / second, database / second, time.process_time(), busy / second, sum(whole) / second)

    def since(self, before: "Used") -> "Used":
        return Used(*(after - earlier for after, earlier in zip(astuple(self), astuple(before), strict=True)))

    def told(self, sign_ins: int) -> str:
        """Per sign-in, and what the cores could do with it if they did nothing else."""
        cores = os.cpu_count() or 1
        ours = self.web + self.database + self.client
        others = max(self.machine - ours, 0) / self.offered
        web, database, client = (spent / sign_ins * 1000 for spent in (self.web, self.database, self.client))
        return (
            f"processor time of each: web {web:.1f} ms, database {database:.1f} ms, client {client:.1f} ms;"
            f" everything else took {others:.0%} of the {cores} cores;"
            f" at most {cores * sign_ins / ours:.1f}/s on all of them"
        )


def with_database(url: str) -> str:
    """The same address with our scratch database in the place of the name."""
    head, mark, query = url.partition("?")
    return f"{head.rpartition('/')[0]}/{SCRATCH}{mark}{query}"


class Tablet:
    """A browser at a station: keeps cookies, sends the CSRF token back."""

    def __init__(self, port: int, station: str, secret: str) -> None:
        self.home = f"/t/{station}/"
        self.machine = f"/machines/{station}/"
        self.cookies = {"mom_device": secret}
        self.connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)

    def ask(self, method: str, path: str, **fields: str) -> tuple[int, str]:
        """Status and where it leads."""
        headers = {"Cookie": "; ".join(f"{name}={value}" for name, value in self.cookies.items())}
        body = None
        if method == "POST":
            body = urlencode({**fields, "csrfmiddlewaretoken": self.cookies.get("csrftoken", "")})
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        self.connection.request(method, path, body, headers)
        answer = self.connection.getresponse()
        answer.read()
        for line in answer.headers.get_all("Set-Cookie") or []:
            name, _equals, rest = line.partition("=")
            value = rest.partition(";")[0]
            if value.strip('"'):
                self.cookies[name] = value
            else:
                self.cookies.pop(name, None)
        return answer.status, answer.headers.get("Location", "")

    def signs_in(self, number: int) -> bool:
        """One person from the badge to being in; every tenth mistypes once."""
        is_right = self.ask("POST", f"{self.home}who/", badge=f"NPW-{number:04}") == (302, self.home)
        is_right &= self.ask("GET", self.home)[0] == 200
        if number % 10 == 0:
            is_right &= self.ask("POST", f"{self.home}pin/", pin=WRONG)[0] == 422
        return is_right & (self.ask("POST", f"{self.home}pin/", pin=RIGHT) == (302, self.machine))


def shift_change(port: int, tablets: list[tuple[str, str]], people: int) -> tuple[float, bool]:
    """Sign-ins a second until the queue is empty, and whether each ended as it should."""
    waiting: queue.SimpleQueue[int] = queue.SimpleQueue()
    for number in range(people):
        waiting.put(number)
    outcomes: list[bool] = []

    def serve(station: str, secret: str) -> None:
        tablet = Tablet(port, station, secret)
        tablet.ask("GET", tablet.home)
        tablet.ask("GET", "/enrol/")  # a page with a form gives the token
        barrier.wait()
        while True:
            try:
                number = waiting.get_nowait()
            except queue.Empty:
                return
            outcomes.append(tablet.signs_in(number))

    barrier = threading.Barrier(len(tablets) + 1, timeout=60)
    threads = [threading.Thread(target=serve, args=tablet, daemon=True) for tablet in tablets]
    for thread in threads:
        thread.start()
    barrier.wait()
    began = time.perf_counter()
    for thread in threads:
        thread.join()
    taken = time.perf_counter() - began
    return people / taken, len(outcomes) == people and all(outcomes)


def audited(sign_ins: int) -> bool:
    """Whether the audit trail tells as many sign-ins and refusals as there were, and is whole."""
    from mom.core import audit
    from mom.core.models import AuditEntry

    entries = AuditEntry.objects
    is_right = entries.filter(action="accounts.signed_in").count() == sign_ins
    is_right &= entries.filter(action="accounts.secret_refused").count() == -(-sign_ins // 10)
    return is_right and audit.verify() == []


if __name__ == "__main__":
    sys.exit(main())
