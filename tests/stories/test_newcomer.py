"""The first hour, timed as a new user would: from an empty installation to the own company's first true number."""

import sys
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from django.conf import settings

from analytics.tasks import rebuild_dirty_days
from mom.accounts.models import Site, User
from mom.core import relay
from mom.start.engine.code import start_code
from mom.work.models import OutputTotal
from tests.stories.newcomer import PASSWORD, Hand, first_number, found_company, log_first_pieces, told

pytestmark = pytest.mark.slow


def test_newcomer_gets_to_the_first_true_number(
    open_page: Callable[..., Any], capsys: pytest.CaptureFixture[str]
) -> None:
    hand = Hand(open_page(width=1180, height=820))

    found_company(hand, f"/start/code/?code={start_code(settings.SECRET_KEY)}")
    log_first_pieces(hand, 12)
    relay.drain(10)
    rebuild_dirty_days()
    number = first_number(hand)

    assert number.split()[0].removesuffix("pcs") == "12"
    assert OutputTotal.objects.get().good == Decimal(12)
    anna, site = User.objects.get(), Site.objects.get()
    assert (anna.username, anna.check_password(PASSWORD), site.time_zone) == ("anna", True, "Europe/Berlin")
    with capsys.disabled():
        sys.stdout.write(f"\n{told(hand, number)}\n")
