"""How reviewing works here: leases, blind reading, the sample of unflagged notes, and who is read twice."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta

from triage.flag import Band
from triage.review.vocabulary import Verdict


@dataclass(frozen=True, slots=True)
class SecondReview:
    """When a second person reads a note, blind to the first.

    Attributes:
        bands: Every flagged note of these bands.
        dismissals: Share of the notes on which every flag was dismissed.
        unsure: Notes with an unsure verdict.
    """

    bands: frozenset[Band] = frozenset({Band.SAME_DAY})
    dismissals: float = 0.1
    unsure: bool = True

    def reason(self, *, band: Band, flagged: bool, verdicts: Iterable[Verdict], fraction: float) -> str | None:
        """Return why a second person must read the note; None where one is enough.

        Args:
            band: Where the note stands in the queue.
            flagged: Whether the note carries flags.
            verdicts: The first reader's, one an indicator.
            fraction: The note's fixed place in [0, 1), so that the draw cannot be repeated.
        """
        given = tuple(verdicts)
        if flagged and band in self.bands:
            return "band"
        if self.unsure and Verdict.UNSURE in given:
            return "unsure"
        dismissed = bool(given) and all(verdict is Verdict.DISAGREE for verdict in given)
        return "dismissal_sample" if dismissed and fraction < self.dismissals else None


@dataclass(frozen=True, slots=True)
class ReviewRules:
    """How reviewing works.

    Attributes:
        lease: How long a claim lasts without a sign of work.
        blind_share: Share of notes whose flags are hidden until the reader's first judgement.
        sample_rate: Share of unflagged notes mixed into the queue.
    """

    lease: timedelta = timedelta(minutes=30)
    blind_share: float = 0.2
    sample_rate: float = 0.02
    second: SecondReview = SecondReview()
