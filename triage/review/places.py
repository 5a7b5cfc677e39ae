"""Where a note stands in the queue, so that its place says nothing of what is hidden from its reader."""

from datetime import timedelta

from triage.flag import Band
from triage.review.fingerprints import fraction
from triage.review.items import BANDS
from triage.review.store import Transaction
from triage.review.tallies import Figure, read_tallies

_RECENT = timedelta(days=90)
_SOONER = 0.5
"""Share of the hidden notes that stand one band sooner than theirs; none stands later."""


def rank_of(tx: Transaction, name: str, band: Band, *, sample: bool, blind: bool) -> int:
    """Return the place of a note's band among the bands, 0 for the first.

    A sampled note without flags stands where a flagged one might: its band is drawn as flagged notes' bands have
    recently been. Of the notes whose flags are hidden, sampled or not, a keyed draw moves some one band up, so that
    standing among urgent notes does not tell that a note was found urgent.

    Args:
        tx: The transaction.
        name: The note's keyed digest.
        band: When the note should be read.
        sample: It has no flags, and was drawn to measure misses.
        blind: Its flags are hidden from each reader at first.
    """
    rank = _drawn_rank(tx, fraction(tx.keys, "place", name)) if sample else BANDS.index(band)
    sooner = blind and rank > 0 and fraction(tx.keys, "sooner", name) < _SOONER
    return rank - 1 if sooner else rank


def _drawn_rank(tx: Transaction, draw: float) -> int:
    """Return the rank at a place in [0, 1) of the recent flagged notes, in the order of their bands."""
    figures, _ = read_tallies(tx.connection, since=(tx.now - _RECENT).date())
    counts = [figures[Figure.FLAGGED_BAND].get(band.value, 0) for band in BANDS]
    left = draw * sum(counts)
    for rank, count in enumerate(counts):
        left -= count
        if left < 0:
            return rank
    return len(BANDS) - 1
