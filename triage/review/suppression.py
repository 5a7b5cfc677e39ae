"""Hides small counts in tables, so that a cell cannot point at one family."""

from collections.abc import Mapping

from triage.review.figures import Cell

SMALL = 5
"""Counts from 1 up to, but not including, this are hidden."""


def cells(counts: Mapping[str, int]) -> tuple[Cell, ...]:
    """Return a table's cells with the small ones hidden.

    Where one cell alone is hidden and a total is known, the total would give it away: the next smallest is hidden too.
    """
    hidden = {label for label, count in counts.items() if 0 < count < SMALL}
    if len(hidden) == 1:
        others = [label for label, count in counts.items() if label not in hidden and count > 0]
        hidden |= {min(others, key=lambda label: (counts[label], label))} if others else set()
    return tuple(Cell(label, None if label in hidden else count) for label, count in counts.items())
