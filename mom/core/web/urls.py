"""The shell's own addresses, mounted at the root by `mom.urls`."""

from django.urls import path

from mom.core.web import pages
from mom.core.web.gallery import ComponentGallery

app_name = "web"
urlpatterns = [
    path("search/", pages.SearchPage.as_view(), name="search"),
    path("theme/", pages.ChooseTheme.as_view(), name="theme"),
    path("setup/components/", ComponentGallery.as_view(), name="components"),
]
