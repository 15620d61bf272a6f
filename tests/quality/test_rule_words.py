"""What was found of a sample, in one line and whole."""

import pytest

from quality.models import Sample
from quality.rule_words import headline_words, sample_words


@pytest.mark.parametrize(
    ("sample", "headline", "whole"),
    [
        (Sample(rules=[], out_of_limits=0, size=3), "", ""),
        (
            Sample(rules=[3], out_of_limits=0, size=3),
            "Rule 3: six points rising or falling",
            "Rule 3: six points rising or falling",
        ),
        (
            Sample(rules=[1, 3], out_of_limits=0, size=3, is_range_beyond=True),
            "Rule 1: a point beyond a control limit, and 2 more",
            "Rule 1: a point beyond a control limit, Rule 3: six points rising or falling, Range beyond its limits",
        ),
        (
            Sample(rules=[1], out_of_limits=2, size=3),
            "2 of 3 out of tolerance, and 1 more",
            "2 of 3 out of tolerance, Rule 1: a point beyond a control limit",
        ),
    ],
)
def test_headline_says_the_first_and_how_many_more(sample: Sample, headline: str, whole: str) -> None:
    assert (headline_words(sample), sample_words(sample)) == (headline, whole)
