from dataclasses import replace

import pytest

from triage.flag import Band
from triage.review.rules import SecondReview
from triage.review.vocabulary import Verdict

A, D, U, ADDED = Verdict.AGREE, Verdict.DISAGREE, Verdict.UNSURE, Verdict.ADDED
RULES = SecondReview(bands=frozenset({Band.SAME_DAY}), dismissals=0.1, unsure=True)


@pytest.mark.parametrize(
    ("band", "flagged", "verdicts", "fraction", "reason"),
    [
        (Band.SAME_DAY, True, [A], 0.9, "band"),
        (Band.SAME_DAY, False, [], 0.0, None),
        (Band.NOTE, True, [A, U], 0.9, "unsure"),
        (Band.NOTE, True, [D, D], 0.05, "dismissal_sample"),
        (Band.NOTE, True, [D, D], 0.1, None),
        (Band.NOTE, True, [D, A], 0.0, None),
        (Band.NOTE, False, [], 0.0, None),
        (Band.NOTE, False, [ADDED], 0.0, None),
    ],
)
def test_who_is_read_twice(band, flagged, verdicts, fraction, reason):
    assert RULES.reason(band=band, flagged=flagged, verdicts=verdicts, fraction=fraction) == reason


def test_each_rule_can_be_switched_off():
    off = replace(RULES, bands=frozenset(), dismissals=0.0, unsure=False)
    for verdicts in ([A], [U], [D]):
        assert off.reason(band=Band.SAME_DAY, flagged=True, verdicts=verdicts, fraction=0.0) is None
