from mom.accounts.api.site import MeViewSet, SiteViewSet
from mom.core.api.router import Router

_accounts = Router("accounts")
_accounts.register("sites", SiteViewSet)
_top = Router("")
_top.register("me", MeViewSet)
urlpatterns = [*_accounts.urls, *_top.urls]
