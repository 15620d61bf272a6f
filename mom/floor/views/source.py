"""Sources: the gateways, adapters and integrations that send messages, and what of theirs never came."""

from typing import Any
from urllib.parse import urlencode

from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy

from mom.core.web.lists import Empty, ListPage
from mom.core.web.tables import Column, SavedFilter
from mom.floor.permissions import VIEW
from mom.floor.selectors.source import gaps_of_site, source_list


def _waits_at(row: Any) -> str | None:
    """Where what waits of it is settled."""
    asked = urlencode({"view": "waiting", "q": row.code})
    return f"{reverse('floor:quarantine_list')}?{asked}" if row.waiting else None


class SourceList(ListPage):
    """Who sends messages, heard last first."""

    permission = VIEW
    template_name = "floor/source/list.html"
    title = _("Sources")
    intro = _("Gateways and systems that send machine messages. Numbers that never came are shown, none is made up.")
    counted = ngettext_lazy("%(count)s source", "%(count)s sources", "count")
    columns = (
        Column("code", _("Source"), kind="code"),
        Column("heard", _("Last message"), "last_seen_at", kind="moment"),
        Column("first", _("First message"), "first_seen_at", kind="moment", hidden=True),
        Column("session", _("Session"), "session", kind="code", minor=True, help=_("The newest one.")),
        Column("missing", _("Missing"), "missing", kind="number", help=_("Numbers that never came.")),
        Column("waiting", _("In quarantine"), "waiting", kind="number", link=_waits_at),
        Column("late", _("Late"), "late", kind="number", help=_("For days that only the archive has."), hidden=True),
    )
    default_sort = "-heard"
    search_fields = ("code",)
    search_label = _("Find a source")
    saved_filters = (
        SavedFilter("all", _("All")),
        SavedFilter("missing", _("With missing numbers"), Q(missing__gt=0), tone="bad"),
        SavedFilter("waiting", _("With messages in quarantine"), Q(waiting__gt=0), tone="bad"),
    )
    empty = Empty(
        _("No machine speaks yet"),
        _("A source is here with its first batch: POST /api/v1/floor/messages, or past messages from a file."),
        icon="connect",
    )

    def get_rows(self) -> Any:
        return source_list(self.actor, self.site.code)

    def get_row_class(self, row: Any) -> str:
        return "row-bad" if row.missing else ""

    def get_context(self) -> dict[str, Any]:
        return {"gaps": gaps_of_site(self.actor, self.site.code)}
