"""Addresses of API resources: `/api/v1/<app>/<nouns>/{id}/`, with or without the final slash.

An app writes `api/urls.py`, and the API finds it there:

    router = Router("work")
    router.register("job-orders", JobOrderViewSet)
    urlpatterns = router.urls

Collections that span apps (imports, kpis) take `Router("")`.
"""

from collections.abc import Mapping
from typing import Any

from django.urls import include, path, re_path
from rest_framework.routers import SimpleRouter

_collections: set[str] = set()


def collections() -> list[str]:
    """Every collection by its path below `/api/v1/`, sorted."""
    return sorted(_collections)


class Router(SimpleRouter):
    """The resources of one app. URL names are `api:<app>-<nouns>-list` and `-detail`."""

    def __init__(self, app: str) -> None:
        self.app = app
        super().__init__()
        self.trailing_slash = "/?"

    def register(self, prefix: str, viewset: Any, basename: str | None = None) -> None:
        """Put a resource at `<app>/<prefix>/`."""
        path = f"{self.app}/{prefix}" if self.app else prefix
        _collections.add(path)
        super().register(path, viewset, basename or path.replace("/", "-"))

    def get_urls(self) -> list[Any]:
        """The addresses of the app below its own prefix, so that another app's are not tried one by one."""
        found: list[Any] = super().get_urls()
        if not self.app:
            return found
        prefix = f"{self.app}/"
        below = [
            re_path(each.pattern._regex.replace(prefix, "", 1), each.callback, name=each.name, kwargs=each.default_args)
            for each in found
        ]
        return [path(prefix, include(below))]

    def get_method_map(self, viewset: Any, method_map: Mapping[str, str]) -> dict[str, str]:
        """Only the methods that the viewset takes (`http_method_names`): a resource without PUT has no route for it."""
        bound: dict[str, str] = super().get_method_map(viewset, method_map)
        return {method: action for method, action in bound.items() if method in viewset.http_method_names}
