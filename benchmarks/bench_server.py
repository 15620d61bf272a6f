"""The web server of benchmarks: the application over a scratch database; of `ingest.py` once without timeline."""

import os

from django.conf import settings

settings.DATABASES["default"]["NAME"] = os.environ["MOM_BENCH_DATABASE"]
settings.DATABASES["default"]["CONN_MAX_AGE"] = 60
settings.ALLOWED_HOSTS = ["127.0.0.1"]
from mom.wsgi import application  # noqa: E402 - after the database is named

if os.environ.get("MOM_BENCH_BARE"):
    from mom.floor.services import ingest

    ingest.apply = lambda _act, _site, _new, store: store(iter(()))  # type: ignore[assignment, misc]

__all__ = ["application"]
