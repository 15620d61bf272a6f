"""The web server of `benchmarks/ingest.py`: the application over the scratch database, once without timeline."""

import os

import django
from django.conf import settings
from django.core.wsgi import get_wsgi_application

settings.DATABASES["default"]["NAME"] = os.environ["MOM_BENCH_DATABASE"]
settings.DATABASES["default"]["CONN_MAX_AGE"] = 60
settings.ALLOWED_HOSTS = ["127.0.0.1"]
django.setup()
if os.environ.get("MOM_BENCH_BARE"):
    from mom.floor.services import ingest

    ingest.apply = lambda *_given: None  # type: ignore[assignment]
application = get_wsgi_application()
