import pytest

from triage.flag import FLAGGED, Status
from triage.words import OUTVOTED, STATUSES, why_not_flagged


@pytest.mark.parametrize("status", Status)
def test_a_mention_whose_status_would_flag_was_outvoted_by_the_model(status):
    words = why_not_flagged(status)
    assert words.startswith(STATUSES[status])
    assert (OUTVOTED in words) == (status in FLAGGED)
