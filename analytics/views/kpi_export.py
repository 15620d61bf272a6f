"""A figure as a file: the table that its page shows, with everything that stands beside the values."""

from typing import Any

from django.http import HttpRequest, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.utils.translation import gettext as _

from analytics import permissions
from analytics.engine.book import BOOK
from analytics.engine.kpi import Basis
from analytics.selectors.series import POSSIBLE, By, Scope
from analytics.selectors.series_export import Asked, csv_lines, figures, parquet_chunks
from analytics.views.window import chosen_window
from mom.core.errors import NotFound
from mom.core.web.exports import file_name
from mom.core.web.views import PageMixin
from mom.plant.engine.calendar import local_day


class KpiExport(PageMixin):
    """`as` csv or parquet; slice and days as on the page."""

    permission = permissions.VIEW

    def get(self, request: HttpRequest, id: str, **_kwargs: Any) -> HttpResponseBase:  # noqa: A002 - the address names it so
        """The file. Raises: NotFound."""
        kpi = BOOK.get(id)
        if kpi is None or kpi.basis == Basis.NONE:
            raise NotFound(_("The KPI book has no such figure."))
        query = request.GET
        by = next((each for each in POSSIBLE[kpi.basis] if each.value == query.get("by")), None)
        by = by or (By.DAY if By.DAY in POSSIBLE[kpi.basis] else By.SITE)
        variant = query.get("variant", "")
        chosen = chosen_window(self.site, query, local_day(self.now, self.site.zone))
        asked = Asked(kpi, self.site, chosen.window, by, Scope(), variant if variant in kpi.variant_names else "")
        found = figures(asked, self.now)
        kind = "parquet" if query.get("as") == "parquet" else "csv"
        download = {"Content-Disposition": f'attachment; filename="{file_name(kind, kpi.id)}"'}
        if kind == "parquet":
            return StreamingHttpResponse(
                parquet_chunks(found), content_type="application/vnd.apache.parquet", headers=download
            )
        return StreamingHttpResponse(csv_lines(found), content_type="text/csv; charset=utf-8", headers=download)
