"""What needs somebody, by lost output: alerts, machines that stand or fall behind, late orders, held jobs, imports."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from django.urls import reverse
from django.utils.text import slugify
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from analytics.selectors import overview
from analytics.selectors.live import LiveMachine
from analytics.selectors.shift_now import StopCount
from analytics.views.shift_rows import NEEDS_REASON, pace_of
from mom.core.web import printing
from mom.core.web.views import Action
from mom.work.engine.alert import AlertImpact
from mom.work.models.alert_labels import ALERT_IMPACT
from production.selectors.order import OrderFigures

MOST = 8
MOST_BEHIND = 3
MOST_NAMED = 6
WORST_FIRST = {"down": 0, "warn": 1, "idle": 1, "off": 2}
PATIENCE = timedelta(minutes=2)  # a wait that is shorter than this is nobody's business yet
MILLION = 1_000_000


@dataclass(frozen=True)
class AttentionItem:
    """One thing that needs somebody: what, since when, the effect, who has it, and what to do.

    `since` counts by itself where it is an instant; `lost` is good output not made so far, what the list is ranked by.
    """

    key: str
    state: str
    title: str
    since: datetime | None = None
    note: str = ""
    text: str = ""
    actions: Sequence[Action] = ()
    lost: Decimal = Decimal(0)

    @property
    def id(self) -> str:
        """Its place on the page, the same at every refresh."""
        return f"needs-{slugify(self.key)}"


def ranked(items: Iterable[AttentionItem]) -> list[AttentionItem]:
    """The worst first: most lost output, then severity."""
    return sorted(items, key=lambda item: (-item.lost, WORST_FIRST.get(item.state, 1), item.key))


def of_alerts(alerts: Sequence[Any], machines: Sequence[LiveMachine], now: datetime) -> list[AttentionItem]:
    """Open alerts and help calls; of a machine that stands, with what it has lost since."""
    by_key = {machine.equipment_id: machine for machine in machines}
    found = []
    for alert in alerts:
        machine = by_key.get(alert.equipment_id)
        lost = Decimal(0)
        if machine is not None and alert.impact == AlertImpact.STOPPED:
            lost = _lost(machine, now - alert.raised_at)
        elif machine is not None and alert.impact == AlertImpact.SLOWED:
            lost = max(Decimal(0), -(machine.ahead or Decimal(0)))
        sentences = [alert.detail] if alert.detail else []
        if getattr(alert, "times_today", 1) > 1:
            sentences.append(_("%(count)s times today") % {"count": alert.times_today})
        if lost >= 1 and machine is not None:
            sentences.append(_("About %(quantity)s not made") % {"quantity": _pieces(lost, machine)})
        sentences.append(_("%(name)s is on it") % {"name": alert.holder} if alert.holder else _("Nobody has it yet"))
        where = [Action(_("Open"), _url(machine))] if machine is not None else []
        accept = [] if alert.holder else [Action(_("Accept"), _alert_url(alert))]
        text = ". ".join(each.rstrip(".") for each in sentences) + "."
        state = ALERT_IMPACT.state(alert.impact) if alert.impact != AlertImpact.NONE else "warn"
        title = alert.title
        if machine is not None and machine.code not in title:
            title = _("%(machine)s: %(title)s") % {"machine": machine.code, "title": title}
        found.append(
            AttentionItem(f"alert {alert.pk}", state, title, alert.raised_at, "", text, [*accept, *where], lost)
        )
    return found


def of_machines(
    machines: Sequence[LiveMachine],
    stops: Sequence[StopCount],
    now: datetime,
    known: frozenset[int],
    *,
    may_give_reason: bool,
) -> list[AttentionItem]:
    """Machines that stand, send nothing or fall behind; `known` are those that an open alert speaks of already."""
    repeats = {(each.equipment_id, each.reason_id): each.count for each in stops}
    found: list[AttentionItem] = []
    behind: list[LiveMachine] = []
    for machine in machines:
        if machine.equipment_id in known or machine.state_since is None or not machine.shift:
            continue
        if machine.state == "off":
            found.append(_silent(machine))
        elif machine.time_class in {"down", "delay"} and now - machine.state_since >= PATIENCE:
            count = repeats.get((machine.equipment_id, machine.reason_id), 0)
            found.append(_standing(machine, count, now, may_give_reason=may_give_reason))
        elif machine.state == "run" and pace_of(machine) == "bad":
            behind.append(machine)
    behind.sort(key=lambda machine: machine.ahead or 0)
    found += [_behind(machine) for machine in behind[:MOST_BEHIND]]
    return found + _also_behind(behind[MOST_BEHIND:])


def _standing(machine: LiveMachine, count: int, now: datetime, *, may_give_reason: bool) -> AttentionItem:
    is_down = machine.state == "down"
    words = {"machine": machine.code, "reason": machine.reason}
    title = _("%(machine)s is down") % words if is_down else _("%(machine)s waits") % words
    sentences = [machine.reason or _("No reason given yet")]
    if machine.reason and count > 1:
        sentences = [_("%(reason)s, %(count)s times this shift") % {"reason": machine.reason, "count": count}]
    lost = _lost(machine, now - (machine.state_since or now))
    if lost >= 1:
        sentences.append(_("About %(quantity)s not made") % {"quantity": _pieces(lost, machine)})
    if machine.job:
        sentences.append(_("Job %(job)s") % {"job": machine.job})
    reason = Action(_("Set stop reason"), _url(machine))
    actions = [Action(_("Open"), _url(machine))]
    if may_give_reason and not machine.reason and machine.state in NEEDS_REASON:
        actions.insert(0, reason)
    return AttentionItem(
        f"machine {machine.code}",
        "down" if is_down else "idle",
        title,
        machine.state_since,
        "",
        ". ".join(sentences) + ".",
        actions,
        lost,
    )


def _silent(machine: LiveMachine) -> AttentionItem:
    text = _("What it does is unknown. It counts as neither running nor down.")
    if machine.last_sign_at is not None:
        text = _("Last sign of life %(time)s. Until it sends again, its time counts as unknown.") % {
            "time": printing.short_moment(machine.last_sign_at)
        }
    title = _("%(machine)s sends no signal") % {"machine": machine.code}
    actions = [Action(_("Open"), _url(machine))]
    return AttentionItem(f"machine {machine.code}", "off", title, machine.state_since, "", text, actions)


def _behind(machine: LiveMachine) -> AttentionItem:
    behind = -(machine.ahead or Decimal(0))
    numbers = {"good": printing.number(machine.good, 0), "expected": printing.number(machine.expected, 0)}
    return AttentionItem(
        f"machine {machine.code}",
        "warn",
        _("%(machine)s is behind") % {"machine": machine.code},
        None,
        printing.signed(-behind, 0),
        _("%(good)s good, %(expected)s expected by now.") % numbers + (f" {machine.job}" if machine.job else ""),
        [Action(_("Open"), _url(machine))],
        behind,
    )


def _also_behind(machines: Sequence[LiveMachine]) -> list[AttentionItem]:
    """Those that are less far behind, together."""
    if not machines:
        return []
    count, behind = len(machines), sum((machine.ahead or Decimal(0) for machine in machines), Decimal(0))
    title = ngettext("%(count)s more machine is behind", "%(count)s more machines are behind", count)
    names = ", ".join(machine.code for machine in machines[:MOST_NAMED]) + (" …" if count > MOST_NAMED else "")
    note = printing.signed(behind, 0)
    return [AttentionItem("also behind", "warn", title % {"count": count}, None, note, names)]


def uncoded(stops: Sequence[StopCount], machines: Sequence[LiveMachine]) -> list[AttentionItem]:
    """Stops of the shift that nobody gave a reason, together: they make figures worthless first."""
    without = [each for each in stops if each.reason_id is None]
    if not without:
        return []
    count, seconds = sum(each.count for each in without), sum(each.seconds for each in without)
    codes = {machine.equipment_id: machine.code for machine in machines}
    worst = sorted(without, key=lambda each: -each.seconds)[:3]
    names = ", ".join(codes[each.equipment_id] for each in worst if each.equipment_id in codes)
    title = ngettext("%(count)s stop without a reason", "%(count)s stops without a reason", count) % {"count": count}
    text = _("Most of it at %(machines)s.") % {"machines": names} if names else ""
    first = next((codes[each.equipment_id] for each in worst if each.equipment_id in codes), None)
    actions = [Action(_("Open %(machine)s") % {"machine": first}, _machine_url(first))] if first else []
    return [AttentionItem("uncoded", "warn", title, None, printing.duration(seconds), text, actions)]


def of_work(found: overview.Attention, now: datetime) -> list[AttentionItem]:
    """Held jobs, late orders and imports that went wrong."""
    items = [*(_held(job) for job in found.held_jobs), *(_late(order, now) for order in found.late_orders)]
    return items + [_import(run) for run in found.imports]


def _held(job: Any) -> AttentionItem:
    place = job.equipment.code if job.equipment else _("no machine")
    text = _("%(operation)s, order %(order)s. It stands until somebody resumes it.")
    return AttentionItem(
        f"job {job.code}",
        "down",
        _("Job %(job)s is held") % {"job": job.code},
        note=place,
        text=text % {"operation": job.operation, "order": job.work_request.code},
        actions=[Action(_("Open job"), reverse("work:job_detail", args=[job.code]))],
    )


def _late(order: Any, now: datetime) -> AttentionItem:
    figures = OrderFigures(order, now)
    words = {"good": printing.number(figures.good), "quantity": printing.quantity(figures.quantity, figures.unit)}
    return AttentionItem(
        f"order {order.code}",
        "warn",
        _("Order %(order)s is late") % {"order": order.code},
        note=printing.duration(now - order.due_at),
        text=_("%(good)s of %(quantity)s good.") % words if figures.quantity is not None else figures.material,
        actions=[Action(_("Open order"), reverse("production:order_detail", args=[order.code]))],
    )


def _import(run: Any) -> AttentionItem:
    if run.refused:
        text = ngettext("%(rows)d row was refused.", "%(rows)d rows were refused.", run.refused) % {"rows": run.refused}
    else:
        text = run.error or _("Nothing of it is in.")
    return AttentionItem(
        f"import {run.pk}",
        "warn",
        run.title,
        note=printing.moment(run.finished_at),
        text=text,
        actions=[Action(_("See the rows"), reverse("erp:import_list"))],
    )


def _lost(machine: LiveMachine, stood: timedelta) -> Decimal:
    """Good output not made in a stretch, at the ideal pace of what the machine made in this shift."""
    totals = machine.totals
    if not totals.ideal or not totals.produced:
        return Decimal(0)
    per_piece = Decimal(totals.ideal) / totals.produced
    return Decimal(stood // timedelta(microseconds=1)) / per_piece


def _pieces(quantity: Decimal, machine: LiveMachine) -> str:
    return printing.quantity(quantity.quantize(Decimal(1)), machine.unit)


def _alert_url(alert: Any) -> str:
    return reverse("work:alert_detail", args=[alert.pk])


def _url(machine: LiveMachine) -> str:
    return _machine_url(machine.code)


def _machine_url(code: str) -> str:
    return reverse("plant:machine_detail", args=[code])
