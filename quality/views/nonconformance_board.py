"""The board of nonconformances: columns by state, figures above them, and the defects of the last 30 days below."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from mom.core import charts
from mom.core.web import printing
from mom.core.web.tables import Tag
from mom.core.web.views import Action, Layout, Page
from quality import permissions
from quality.engine.defects import Ranked
from quality.engine.terms import NonconformanceOrigin, NonconformanceStatus
from quality.models import Nonconformance
from quality.models.labels import NONCONFORMANCE_ORIGIN, SEVERITY
from quality.selectors import nonconformance_board as selectors
from quality.selectors.defects import By, defects
from quality.selectors.nonconformance_board import WINDOW, InDoubt, Lane
from quality.subjects import nonconformance_url

Text = str | Promise
LIVE = "live"
MOST_BARS = 12
TITLE_LENGTH = 90
LANES: dict[Lane, tuple[Text, str]] = {
    Lane.NEW: (_("New"), "open"),
    Lane.CONTAINED: (_("Contained"), "open"),
    Lane.REWORK: (_("In rework"), "rework"),
    Lane.TO_CLOSE: (_("To close"), "to_close"),
    Lane.CLOSED: (_("Closed, 30 days"), "closed"),
}
"""What a column is called, and the saved filter of the list that has all of it."""
BY: dict[By, tuple[Text, Text, Text]] = {
    By.TYPE: (_("Defects, last 30 days"), _("Type"), _("Not coded")),
    By.MACHINE: (_("Defects by machine"), _("Machine"), _("No machine known")),
    By.PRODUCT: (_("Defects by product"), _("Product"), _("No product known")),
}
"""What a ranking is called, what its bars are, and the bar of what nobody named."""


def layouts(current: str) -> Sequence[Layout]:
    """Nonconformances as a board and as a list."""
    return (
        Layout(_("Board"), reverse("quality:nonconformance_board"), current == "board"),
        Layout(_("List"), reverse("quality:nonconformance_list"), current == "list"),
    )


def new_actions(page: Any) -> Sequence[Action]:
    """The button that opens one, for who may."""
    if not page.may(permissions.RECORD_NONCONFORMANCE):
        return ()
    return (Action(_("New NCR"), reverse("quality:nonconformance_add"), "plus", "primary"),)


@dataclass(frozen=True)
class Card:
    """A card. `since`: what its `age` counts from; `who` is empty where no person found it, `origin` says what did."""

    url: str
    code: str
    title: str
    about: str
    waits_for: str
    who: str
    origin: Text
    since: datetime
    age: str
    severity: Tag
    edge: str


@dataclass(frozen=True)
class Column:
    """A column; `more` says how many cards only the list has, at `url`."""

    key: str
    title: Text
    count: int
    cards: Sequence[Card]
    more: str
    url: str


def amounts(found: Sequence[InDoubt]) -> str:
    """ "lot L-1, 40 pcs", "2 lots, 60 pcs"; of several units one after the other, of parts nobody counted nothing."""
    parts = []
    for each in found:
        if each.lots:
            one = _t("lot %(lot)s") % {"lot": each.lot}
            more = ngettext("%(count)s lot", "%(count)s lots", each.lots) % {"count": each.lots}
            parts.append(one if each.lots == 1 else more)
        if each.quantity:
            parts.append(printing.quantity(each.quantity, each.unit))
    return ", ".join(parts)


def card_of(ncr: Nonconformance, found: Sequence[InDoubt], now: datetime, rework: str) -> Card:
    """The card of one that the board has read."""
    is_closed = ncr.status == NonconformanceStatus.CLOSED
    since = ncr.closed_at or ncr.found_at
    about = ncr.material.code
    if ncr.equipment is not None:
        about = _t("%(product)s at %(machine)s") % {"product": about, "machine": ncr.equipment.code}
    words = SEVERITY.label(ncr.severity), SEVERITY.state(ncr.severity)
    title = ncr.title if len(ncr.title) <= TITLE_LENGTH else f"{ncr.title[: TITLE_LENGTH - 1].rstrip()}…"
    is_person = ncr.origin == NonconformanceOrigin.PERSON
    return Card(
        nonconformance_url(ncr), ncr.code, title, ", ".join(filter(None, (about, amounts(found)))),
        _t("waits for %(job)s") % {"job": rework} if rework else "",
        ncr.found_by if is_person else "", "" if is_person else NONCONFORMANCE_ORIGIN.label(ncr.origin),
        since, printing.age(now - since), Tag(words[0], "" if is_closed else words[1]),
        "" if is_closed else words[1],
    )  # fmt: skip


class NonconformanceBoard(Page):
    """All nonconformances at one look. The live part asks for columns and figures alone, not for the defects."""

    permission = permissions.VIEW
    title = _("Nonconformances")
    intro = _("Parts that are not right, or in doubt. What is in doubt is held until somebody decides.")
    template_name = "quality/nonconformance/board.html"
    live_template_name = "quality/nonconformance/_board.html"
    is_live = True

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if request.headers.get("X-Requested-With") == LIVE:
            return TemplateResponse(request, self.live_template_name, self.columns_and_figures())
        return self.render()

    def get_actions(self) -> Sequence[Action]:
        return new_actions(self)

    def get_layouts(self) -> Sequence[Layout]:
        return layouts("board")

    def get_context(self) -> dict[str, Any]:
        asked = self.request.GET.get("by", "")
        where = By(asked) if asked in {By.MACHINE, By.PRODUCT} else By.MACHINE
        window = self.now - WINDOW, self.now
        by_type = defects(self.site, *window)
        return {
            **self.columns_and_figures(),
            "by_type": drawn(by_type, By.TYPE),
            "by_place": drawn(defects(self.site, *window, where), where),
            "unit": by_type.unit,
            "others": [printing.quantity(each.quantity, each.unit) for each in by_type.others],
            "places": [(each.value, BY[each][1], each == where) for each in (By.MACHINE, By.PRODUCT)],
        }

    def columns_and_figures(self) -> dict[str, Any]:
        """What changes with each decision. Six statements."""
        board = selectors.board(self.actor, self.site, self.now)
        columns = [self.column(lane, board) for lane in Lane if lane != Lane.NEW or board.counts[lane]]
        again = selectors.found_again(self.actor, self.site, self.now)
        return {
            "columns": columns,
            "is_empty": not any(board.counts.values()),
            "open_count": board.open_then[-1],
            "open_then": board.open_then,
            "in_doubt": selectors.still_in_doubt(self.actor, self.site),
            "decided": decided_words(selectors.times(self.actor, self.site, self.now)),
            "again": again[0],
            "again_before": again[1],
        }

    def column(self, lane: Lane, board: selectors.Board) -> Column:
        """One of the columns."""
        title, view = LANES[lane]
        cards = [
            card_of(ncr, board.in_doubt.get(ncr.pk, ()), self.now, ncr.rework if lane == Lane.REWORK else "")  # type: ignore[attr-defined]
            for ncr in board.cards[lane]
        ]
        left = board.counts[lane] - len(cards)
        more = ngettext("%(count)s more", "%(count)s more", left) % {"count": printing.number(left)} if left else ""
        url = f"{reverse('quality:nonconformance_list')}?view={view}"
        return Column(lane.value, title, board.counts[lane], cards, more, url)


def decided_words(times: selectors.Times) -> dict[str, Any]:
    """The median until a decision: hours below two days, else days."""
    return {
        "value": _span(times.median)[0], "unit": _span(times.median)[1], "count": times.decided,
        "before": " ".join(_span(times.before)) if times.before is not None else "",
    }  # fmt: skip


def _span(length: timedelta | None) -> tuple[Any, str]:
    if length is None:
        return None, ""
    if length < timedelta(days=2):
        return printing.number(Decimal(length // timedelta(minutes=6)) / 10, 1), _t("h")
    return printing.number(Decimal(length // timedelta(minutes=144)) / 10, 1), _t("d")


def drawn(found: Ranked, by: By) -> charts.Chart:
    """The ranking as a Pareto in pieces, with how many events stand behind each bar."""
    title, noun, unnamed = BY[by]
    named = [bar for bar in found.bars if bar.key]
    bars = [
        charts.Bar(bar.key, float(bar.quantity), "" if index else "bad", f"{bar.events}×", url=_url(by, bar.key))
        for index, bar in enumerate(named[:MOST_BARS])
    ]
    rest = named[MOST_BARS:]
    if rest:
        pieces, events = sum(bar.quantity for bar in rest), sum(bar.events for bar in rest)
        bars.append(charts.Bar(_t("All others"), float(pieces), "2", f"{events}×", is_rest=True))
    bars += [
        charts.Bar(str(unnamed), float(bar.quantity), "3", f"{bar.events}×", is_rest=True)
        for bar in found.bars
        if not bar.key
    ]
    return charts.pareto(
        bars,
        title=str(title),
        head=(str(noun), printing.unit(found.unit), _t("Events"), _t("Cumulative share")),
        printed=lambda value: printing.number(Decimal(str(value))),
        cumulative=_t("cumulative"),
        empty=_t("No piece was reported as scrap or rework, or decided to be."),
    )


def _url(by: By, key: str) -> str:
    if by == By.MACHINE:
        return reverse("plant:machine_detail", args=[key])
    return reverse("plant:material_detail", args=[key]) if by == By.PRODUCT else ""
