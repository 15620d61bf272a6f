"""A process fetches a hundredth of a rate's bucket at a time; small buckets are exact."""

from datetime import timedelta

import pytest

from mom.core import clock
from mom.core.api import throttles
from mom.core.api.throttles import TokenBucket


@pytest.fixture
def fetches(broker, settings, monkeypatch):
    """How many each visit to Redis fetched."""
    settings.CACHE_URL = broker
    throttles._client.cache_clear()
    monkeypatch.setattr(TokenBucket, "_silent_until", 0.0)
    monkeypatch.setattr(TokenBucket, "_fetched", throttles._Fetched())
    found = []
    put = throttles._Fetched.put
    monkeypatch.setattr(
        throttles._Fetched, "put", lambda self, key, many, now: found.append(many + 1) or put(self, key, many, now)
    )
    yield found
    throttles._client.cache_clear()


def test_burst_is_let_in_to_the_last_one_of_the_bucket(fetches):
    bucket = TokenBucket("300/h")
    assert [bucket.wait("a") for _ in range(300)] == [0.0] * 300
    assert fetches == [3] * 100
    assert bucket.wait("a") > 0.0


def test_fetched_ones_are_of_one_principal_and_end_after_a_second(fetches, monkeypatch):
    bucket = TokenBucket("300/h")
    start = clock.now()
    monkeypatch.setattr(throttles.clock, "now", lambda: start)
    assert [bucket.wait("a"), bucket.wait("b"), bucket.wait("a")] == [0.0] * 3
    assert fetches == [3, 3]

    monkeypatch.setattr(throttles.clock, "now", lambda: start + timedelta(seconds=1))
    assert bucket.wait("a") == 0.0
    assert fetches == [3, 3, 3], "what lay there for a second is lost"
    monkeypatch.setattr(throttles.clock, "now", lambda: start - timedelta(hours=1))
    assert bucket.wait("a") == 0.0
    assert len(fetches) == 4, "a clock that was set back makes nothing last longer"


def test_last_ones_of_a_bucket_are_given_one_by_one(fetches):
    bucket = TokenBucket("250/h")
    assert [bucket.wait("a") for _ in range(250)] == [0.0] * 250
    assert fetches == [2] * 125
    odd = TokenBucket("101/h")
    assert [odd.wait("c") for _ in range(101)] == [0.0] * 101
    assert odd.wait("c") > 0.0


def test_of_very_many_principals_nothing_is_kept_but_everybody_comes_in(fetches, monkeypatch):
    monkeypatch.setattr(throttles, "_MOST_KEPT", 3)
    bucket = TokenBucket("1000/h")
    assert [bucket.wait(str(number % 5)) for number in range(20)] == [0.0] * 20
    assert len(TokenBucket._fetched._held) <= 3
