"""The page of a thing as paper: its facts, its tables and who changed what, as they stand on the screen."""

import html
import re
from typing import Any

from django.utils.translation import gettext as _

from mom.core.errors import InvalidInput
from mom.core.labels.document import Code, Document, Head
from mom.core.web import printing
from mom.plant.selectors.history import Change, change_list

_TAG = re.compile(r"<[^>]*>")


def record(page: Any) -> bytes:
    """The PDF of a `PlantDetail` page."""
    site = page.site
    head = Head(
        page.get_title(), page.get_subtitle(), f"{site.code} {site.name}", site.zone, page.now, page.actor.label
    )
    paper = Document(head)
    paper.facts([(fact.label, plain(fact.value)) for fact in page.get_facts()], _code(page.subject.code))
    for section in page.get_sections():
        paper.heading(section.title)
        if section.rows:
            rows = [[plain(cell) for cell in row] for row in section.rows]
            paper.table(section.head, rows, widths=[1] * len(section.head))
        else:
            paper.paragraph(section.empty)
    paper.heading(_("Changes"))
    changes = [(printing.moment(each.at), each.by, _what(each)) for each in change_list(page.subject)]
    paper.table((_("Holds since"), _("By"), _("What")), changes, widths=(35, 35, 100))
    return paper.render()


def plain(value: Any) -> str:
    """What stands in a cell, without its markup."""
    if value is None:
        return ""
    return html.unescape(_TAG.sub("", str(value))).strip() if hasattr(value, "__html__") else str(value)


def _what(change: Change) -> str:
    if change.operation == "update":
        told = "; ".join(f"{each.label}: {each.old or '-'} → {each.new or '-'}" for each in change.differences)
    else:
        told = _("added") if change.operation == "insert" else _("removed")
    return f"{told} ({change.reason})" if change.reason else told


def _code(code: str) -> Code | None:
    try:
        return Code(code, side=22)
    except InvalidInput:
        return None
