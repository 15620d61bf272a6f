"""`manage.py run`: embedded servers over loopback HTTP, so no TLS and plain cookie names; all else as in production."""

from mom.settings.base import *  # noqa: F403 - settings modules extend each other by name

STATIC_ROOT = None
WHITENOISE_USE_FINDERS = True
