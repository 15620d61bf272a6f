"""The WSGI entry: every page and API call. The live stream is in `mom.asgi`."""

import os

from django.core.wsgi import get_wsgi_application

import mom.celery  # noqa: F401 - binds the Celery app before a task is published

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "mom.settings.prod")
pages = get_wsgi_application()

from mom.core import collector  # noqa: E402 - only after the apps are ready
from mom.core.web.uploads import whole_bodies  # noqa: E402

application = whole_bodies(pages)
collector.settle()
