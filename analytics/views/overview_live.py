"""What open overviews fetch: the whole once for all who see the same, and single rows, made in batches.

Both are as new as the page's news (`mom.core.live.shared`). Who sees the same: people with the same rights at the
site, in the same language, at the same address. A row is the same for everybody who may see machine states.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from http import HTTPStatus
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.template.loader import get_template
from django.template.response import TemplateResponse
from django.utils.cache import get_conditional_response, set_response_etag
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from analytics.engine.machine_parts import MachineTotals
from analytics.engine.targets import TargetPeriod
from analytics.selectors import shift_now
from analytics.selectors.live import LiveMachine, live_machines
from analytics.selectors.shift_now import ShiftWindow
from analytics.selectors.targets import targets_at
from analytics.views.shift_rows import ShiftRow, ribbon_of, row_of
from mom.accounts.models import Site
from mom.core import clock
from mom.core.actor import EVERY_SITE, Actor
from mom.core.live.shared import HEADER, STANDS, Shared, SharedParts, age_allowed
from mom.core.web.home import notices

TARGETED = ("oee_index", "piece_yield", "energy_per_good")
MOST_ASKED = 100  # rows in one request; a page asks for 60 at most
FRAME_AGE = 5.0  # seconds: calendars and targets of a row may be so old, its machine never


@dataclass(frozen=True)
class Whole:
    """The live part of an overview as it is sent."""

    body: bytes
    etag: str


@dataclass(frozen=True)
class Frame:
    """What all rows of a site have in common."""

    plans: shift_now.Plans
    targets: Mapping[str, Decimal]


_wholes: Shared[Whole] = Shared(most=16)
_frames: Shared[Frame] = Shared(most=64)
_rows = SharedParts()


def answer_whole(
    request: HttpRequest, actor: Actor, site: Site, context: Callable[[], Mapping[str, Any]]
) -> HttpResponse:
    """Everything that moves, how old it is and how long it stands (`X-Live-Age`, `X-Live-Stands`, ms).

    202 where nothing stands that is new enough and it is being made for somebody else: the page comes again.
    """

    def make() -> Whole:
        answer = TemplateResponse(request, "analytics/overview/_live.html", dict(context())).render()
        set_response_etag(answer)
        return Whole(answer.content, answer.headers["ETag"])

    rights = actor.permissions.get(site.code, frozenset()) | actor.permissions.get(EVERY_SITE, frozenset())
    told = tuple((str(each.text), each.action.url) for each in notices(request))
    key = (site.pk, rights, get_language(), request.get_full_path(), told)
    made = _wholes.get_unless_making(key, age_allowed(request), make)
    if made is None:
        return HttpResponse(status=HTTPStatus.ACCEPTED)
    whole = made.value
    response = HttpResponse(whole.body, headers={"ETag": whole.etag})
    answer = get_conditional_response(request, etag=whole.etag, response=response) or response
    age = made.age
    answer.headers[HEADER] = str(round(age * 1_000))
    answer.headers[STANDS] = str(max(0, round((made.stands - age) * 1_000)))
    return answer


def answer_rows(request: HttpRequest, site: Site) -> HttpResponse:
    """The rows of `?rows=CNC-04,CNC-05`."""
    asked = list(dict.fromkeys(request.GET["rows"].split(",")))[:MOST_ASKED]

    def make(codes: frozenset[str]) -> dict[str, str]:
        template = get_template("analytics/overview/_row.html")
        shown = some_rows(site, codes, clock.now())
        return {row.machine.code: template.render({"row": row, "first": False}) for row in shown}

    found = _rows.get((site.pk, get_language()), asked, age_allowed(request), make)
    return HttpResponse(f"<table><tbody>{''.join(found)}</tbody></table>")


def some_rows(site: Site, codes: frozenset[str], now: datetime) -> list[ShiftRow]:
    """The rows of these machines. Two statements for the machines, and now and then those of calendars and targets."""

    def make() -> Frame:
        return Frame(shift_now.plans_of(site, now), site_targets(site, now))

    frame = _frames.get(site.pk, FRAME_AGE, make)
    window = shift_now.window_of(frame.plans.site, now)
    machines = live_machines(site, now, only=codes)
    if window.is_running or not window.code:
        totals: Mapping[int, MachineTotals] = {machine.equipment_id: machine.totals for machine in machines}
    else:
        totals = shift_now.result_by_machine(site, window, [machine.equipment_id for machine in machines])
    return drawn_rows(site, window, frame.plans, judged_rows(machines, window, totals, frame.targets.get("oee_index")))


def judged_rows(
    machines: Sequence[LiveMachine], window: ShiftWindow, totals: Mapping[int, MachineTotals], target: Decimal | None
) -> list[ShiftRow]:
    """How each machine stands, in the order of the plant."""
    nothing = MachineTotals()
    return [row_of(machine, window, totals.get(machine.equipment_id, nothing), target) for machine in machines]


def drawn_rows(site: Site, window: ShiftWindow, plans: shift_now.Plans, rows: Sequence[ShiftRow]) -> list[ShiftRow]:
    """The same rows with what each machine did in the shift. One statement."""
    keys = [row.machine.equipment_id for row in rows]
    spans = shift_now.stretches(site, keys, window.start, window.until)
    breaks: dict[int, list[Any]] = {}
    drawn = []
    for row in rows:
        plan = plans.by_equipment.get(row.machine.equipment_id)
        if id(plan) not in breaks:  # machines of one calendar share one plan
            breaks[id(plan)] = shift_now.breaks_of(plan, window.start, window.until)
        shown = shift_now.with_breaks(spans[row.machine.equipment_id], breaks[id(plan)], _("Break"))
        drawn.append(replace(row, ribbon=ribbon_of(row.machine.code, window, shown)))
    return drawn


def site_targets(site: Site, now: datetime) -> dict[str, Decimal]:
    """The site's targets, by figure. Two statements at most."""
    found = targets_at(site, now, TARGETED)
    lines = {kpi: found.of(kpi, period=TargetPeriod.SHIFT) for kpi in TARGETED}
    return {kpi: line.value for kpi, line in lines.items() if line is not None}
