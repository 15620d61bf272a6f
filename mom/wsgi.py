"""The WSGI entry: every page and API call. The live stream is in `mom.asgi`."""

import gc
import os

from django.core.wsgi import get_wsgi_application

import mom.celery  # noqa: F401 - binds the Celery app before a task is published

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "mom.settings.prod")
pages = get_wsgi_application()

from mom.core.web.uploads import whole_bodies  # noqa: E402 - only after the apps are ready

application = whole_bodies(pages)

# What was loaded stays for good: the collector need not look through all of it again in the middle of a request (it
# did, for 0.15 s, while a batch of messages held its rows).
gc.collect()
gc.freeze()
