from datetime import timedelta

import pytest

from mom.demo.services import signals


@pytest.fixture(autouse=True)
def _short_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    """A day of machine messages is as good as two weeks for what these tests ask."""
    monkeypatch.setattr(signals, "HEARD_FOR", timedelta(days=1))
