"""Where shared devices stand: stations for tablets, areas for walls."""

from mom.accounts.engine.device import DeviceKind
from mom.accounts.models import Site
from mom.accounts.stations import Station
from mom.plant.engine.terms import LEVEL_RANK, WORK_UNIT_LEVELS, EquipmentLevel
from mom.plant.models import Equipment

WALL_LEVELS = frozenset(
    level for level, rank in LEVEL_RANK.items() if 1 <= rank <= LEVEL_RANK[EquipmentLevel.WORK_CENTER]
)


def station_list(site: Site, kind: DeviceKind) -> list[Station]:
    """Where a device of that kind can stand, in the order of the plant. One statement."""
    levels = WORK_UNIT_LEVELS if kind == DeviceKind.TABLET else WALL_LEVELS
    rows = Equipment.objects.filter(site=site, level__in=levels, is_active=True)
    ordered = rows.order_by("parent__position", "parent__code", "position", "code")
    return [Station(code, name) for code, name in ordered.values_list("code", "name")]
