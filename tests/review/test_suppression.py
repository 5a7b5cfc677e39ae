from hypothesis import given
from hypothesis import strategies as st

from triage.review.suppression import SMALL, cells


@given(st.dictionaries(st.text(max_size=3), st.integers(0, 30), max_size=8))
def test_no_small_count_is_shown_or_follows_from_the_total(counts):
    shown = {cell.label: cell.count for cell in cells(counts)}
    assert list(shown) == list(counts)
    assert all(count is None or count == counts[label] for label, count in shown.items())
    assert not any(count is not None and 0 < count < SMALL for count in shown.values())
    hidden = [label for label, count in shown.items() if count is None]
    positive = [label for label, count in counts.items() if count]
    assert len(hidden) != 1 or positive == hidden


def test_large_counts_and_zero_are_shown():
    assert [cell.count for cell in cells({"a": 5, "b": 0})] == [5, 0]
