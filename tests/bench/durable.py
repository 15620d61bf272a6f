"""Servers for tests that kill: fsync and synchronous_commit on, as in `manage.py run`, in a directory of their own.

The servers that `manage.py test` starts trade durability for speed: a kill there may lose what was acknowledged. What
is kept in memory outlives every kill of a process.
"""

import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from mom.runtime import stack
from mom.runtime.places import Places, memory
from mom.runtime.stack import Stack

OWN = ("DATABASE_URL", "DATABASE_OWNER_URL", "REDIS_URL", "CACHE_URL")


@pytest.fixture
def durable_servers() -> Iterator[Stack]:
    """A running database and broker; `.environment` is what a process of ours needs to stand on them."""
    directory = Path(tempfile.mkdtemp(prefix="mom-durable-", dir=memory()))
    environ = {name: value for name, value in os.environ.items() if name not in OWN}
    try:
        with stack.running(Places(directory).make(), durable=True, environ=environ) as started:
            yield started
    finally:
        shutil.rmtree(directory, ignore_errors=True)
