"""What the surfaces of devices cost: before anybody is signed in, at the PIN, and on a wall."""

from django.test import Client

from tests.bench.statements import Count, QueryBudgets, counting
from tests.costs.budgets import grown, problems
from tests.costs.grown_plant import GrownPlant
from tests.factories.devices import PIN, on_device

FEW, MANY = 2, 8  # a station offers six faces at most


def costs(plant: GrownPlant) -> dict[str, Count]:
    """Each surface, what is kept once a process being warm."""
    devices = plant.devices
    tablet, wall, home = on_device(devices.tablet_secret), on_device(devices.wall_secret), f"/t/{plant.machine.code}/"
    found: dict[str, Count] = {}

    def ask(name: str, client: Client, method: str, path: str, status: int, **data: str) -> None:
        with counting() as count:
            answer = getattr(client, method)(path, data)
        assert answer.status_code == status, f"{name}: {answer.status_code}"
        found[f"device {name}"] = count

    for _warm in range(2):
        ask("station", tablet, "get", home, 200)
        ask("wall", wall, "get", f"/wall/{plant.area.code}/", 200)
        ask("enrol", Client(), "get", "/enrol/", 200)
        ask("who", tablet, "post", f"{home}who/", 302, badge=devices.badge.code)
        ask("station asking for a PIN", tablet, "get", home, 200)
        ask("sign-in", tablet, "post", f"{home}pin/", 302, pin=PIN)
        ask("touch", tablet, "post", f"{home}touch/", 204)
        ask("lock", tablet, "post", f"{home}lock/", 302)
    return found


def test_device_surface_keeps_its_budget_and_does_not_grow(plant: GrownPlant, query_budgets: QueryBudgets) -> None:
    plant.grow(FEW - 1)
    few = costs(plant)
    plant.grow(MANY - FEW)
    many = costs(plant)
    wrong = grown(few, many) + problems(query_budgets, many, "device ")
    assert not wrong, "\n\n".join(wrong)
