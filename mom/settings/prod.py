"""Production behind a proxy that ends TLS."""

from mom.settings import env
from mom.settings.base import *  # noqa: F403 - settings modules extend each other by name
from mom.settings.base import STORAGES as _STORAGES

PIN_PEPPERS = [env.secret("PIN_PEPPER", least=40), *env.words("PIN_PEPPER_FALLBACKS")]

SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
SECURE_SSL_REDIRECT = True
SECURE_REDIRECT_EXEMPT = [r"^healthz$", r"^readyz$"]
SECURE_HSTS_SECONDS = 31_536_000
SECURE_HSTS_INCLUDE_SUBDOMAINS = True
SECURE_HSTS_PRELOAD = True
SESSION_COOKIE_NAME = "__Host-sessionid"
SESSION_COOKIE_SECURE = True
CSRF_COOKIE_NAME = "__Host-csrftoken"
CSRF_COOKIE_SECURE = True
DEVICE_COOKIE_NAME = "__Host-mom_device"
STORAGES = {**_STORAGES, "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"}}
