"""What storeys above add to the plant's pages: cards on a detail page, columns in a list, facts in a head.

    from mom.plant import panels
    panels.register_panel("equipment", "load", order=10, permission="analytics.view", render=load_card)
    panels.register_column("equipment", Column("jobs", _("Jobs in work")), permission="work.view", annotate=with_jobs)

`render(request, subject)` gives a `Panel` (a template of the storey above and its context) or None for nothing to show.
Kinds: `equipment`, `person`, `material`, `lot`, `asset`;
`machines`, the list of them, without a subject; and `job`, whose page is the spine's. Called in `AppConfig.ready()`.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest
from django.template.loader import render_to_string
from django.utils.safestring import SafeString

from mom.core.web.tables import Column

KINDS = frozenset({"equipment", "person", "material", "lot", "asset", "machines", "job"})


@dataclass(frozen=True)
class Panel:
    """A card: the template that draws it and what the template needs; `is_wide` takes the whole width.

    One that leads stands before everything else and refreshes by itself: what the thing does now.
    """

    template: str
    context: Mapping[str, Any] = field(default_factory=dict)
    is_wide: bool = False
    leads: bool = False


Render = Callable[[HttpRequest, Any], "Panel | None"]
May = Callable[[str], bool]  # whether the asker holds a permission at the page's site
Annotate = Callable[[QuerySet[Any]], QuerySet[Any]]


@dataclass(frozen=True)
class _PanelSource:
    kind: str
    name: str
    order: int
    permission: str
    render: Render


@dataclass(frozen=True)
class _ColumnSource:
    kind: str
    column: Column
    permission: str
    annotate: Annotate
    order: int


@dataclass(frozen=True)
class Drawn:
    """A card as it stands on the page."""

    name: str
    html: SafeString
    is_wide: bool
    leads: bool


_panels: dict[tuple[str, str], _PanelSource] = {}
_columns: dict[tuple[str, str], _ColumnSource] = {}


def register_panel(kind: str, name: str, *, order: int, permission: str, render: Render) -> None:
    """Add a card to the detail page of a kind; registering the same name again replaces it. Raises: ValueError."""
    _known(kind)
    _panels[kind, name] = _PanelSource(kind, name, order, permission, render)


def register_column(kind: str, column: Column, *, permission: str, annotate: Annotate, order: int = 50) -> None:
    """Add a column to the list of a kind; `annotate` adds to the rows what the column reads. Raises: ValueError."""
    _known(kind)
    _columns[kind, column.key] = _ColumnSource(kind, column, permission, annotate, order)


def panels_for(kind: str, request: HttpRequest, subject: Any) -> list[Drawn]:
    """The cards of a thing that this actor may see at this site, drawn, in their order."""
    actor: Any = request.actor  # type: ignore[attr-defined]
    site: Any = request.site
    drawn = []
    for source in sorted(_panels.values(), key=lambda each: (each.order, each.name)):
        if source.kind != kind or not actor.may(source.permission, site.code):
            continue
        panel = source.render(request, subject)
        if panel is not None:
            html = render_to_string(panel.template, {"subject": subject, **panel.context}, request=request)
            drawn.append(Drawn(source.name, SafeString(html), panel.is_wide, panel.leads))
    return drawn


def columns_for(kind: str, may: May) -> list[Column]:
    """The columns that storeys above add to the list of a kind for who `may` see them, in their order."""
    return [source.column for source in _of(kind, may)]


def annotated(kind: str, rows: QuerySet[Any], may: May) -> QuerySet[Any]:
    """The rows of a list with what the added columns read."""
    for source in _of(kind, may):
        rows = source.annotate(rows)
    return rows


def _of(kind: str, may: May) -> list[_ColumnSource]:
    found = [source for source in _columns.values() if source.kind == kind and may(source.permission)]
    return sorted(found, key=lambda source: (source.order, source.column.key))


def _known(kind: str) -> None:
    if kind not in KINDS:
        raise ValueError(f"The plant has no pages of {kind!r}; it has {', '.join(sorted(KINDS))}.")
