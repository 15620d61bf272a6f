"""Pieces scrapped after their rework were not right the first time already: they are not taken away twice."""

from fractions import Fraction

import pytest

from mom.accounts.models import Site
from mom.work.models import JobOrder
from production.services import job_change
from production.services.job_change import Rework
from tests.analytics.test_first_pass import MONDAY, WHO, D, Plant, clock_shows, whole
from tests.factories.work import give
from tests.quality.signing import decide, make_decider


@pytest.mark.parametrize("ordered_by", ["quality", "production"])
def test_scrap_after_rework_is_not_taken_away_twice(site: Site, ordered_by: str) -> None:
    """100 made, 10 of them to be made again: 90 of 100. 3 of the 10 are scrapped after it: still 90 of 100."""
    plant, eva = Plant(site), make_decider(site)
    with clock_shows(MONDAY, 8):
        job = plant.begun("A", "M1")
        if ordered_by == "quality":
            plant.reports(job, good=100)
            ordered = decide(eva, plant.finds(job, 10), "rework").rework_job
        else:
            plant.reports(job, good=90, rework=10)
            ordered = job_change.rework(WHO, job.pk, Rework(D(10)), reason="Bore again")
        assert ordered is not None
        again = give(JobOrder.objects.get(pk=ordered.pk), "start")
        plant.reports(again, good=10)
        assert whole("first_pass_yield", site) == Fraction(90, 100)
        decide(eva, plant.finds(again, 3), "scrap")
    assert whole("first_pass_yield", site) == Fraction(90, 100)
