"""Recall from a blind sample of unflagged notes: exact intervals, weighted by the sampling rate, or a refusal."""

from collections.abc import Sequence
from dataclasses import dataclass

from scipy.stats import beta

from triage.review.figures import Misses
from triage.review.suppression import SMALL

CONFIDENCE = 0.95
ENOUGH = 50
"""Below so many notes found altogether an indicator's recall is not known to a useful margin."""


@dataclass(frozen=True, slots=True)
class Stratum:
    """Unflagged notes that were sampled at one rate.

    Attributes:
        population: All of them.
        read: Those of the sample that were read to the end.
        missed: Those of the read in which the reader found the indicator.
    """

    population: int
    read: int
    missed: int


def exact_interval(hits: int, trials: int, *, confidence: float = CONFIDENCE) -> tuple[float, float]:
    """Return the Clopper-Pearson interval of a proportion.

    Source: Clopper and Pearson, Biometrika 26 (1934): the beta quantiles that invert the binomial test.

    Args:
        hits: Successes.
        trials: At least 1.
        confidence: Two-sided.
    """
    tail = (1 - confidence) / 2
    low = 0.0 if hits == 0 else float(beta.ppf(tail, hits, trials - hits + 1))
    high = 1.0 if hits == trials else float(beta.ppf(1 - tail, hits + 1, trials - hits))
    return low, high


def measure(indicator: str | None, *, confirmed: int, seen: int, strata: Sequence[Stratum]) -> Misses:
    """Return recall of one indicator with its interval, or why there is none.

    Only what people read counts: a backlog of flagged notes makes the figure lower, never higher. With several
    sampling rates each stratum's interval is widened (Bonferroni), so that the sum still holds.

    Args:
        indicator: None for any indicator.
        confirmed: Flagged notes in which a reader kept the flag.
        seen: Notes with other flags in which a reader added the indicator; all of those are read, so they count once.
        strata: The unflagged notes.
    """
    strata = [stratum for stratum in strata if stratum.population]
    read, missed = sum(s.read for s in strata), sum(s.missed for s in strata)
    if indicator is not None and confirmed + seen + missed < SMALL:
        return _refused(indicator, None, None, None, f"found in fewer than {SMALL} notes")
    if not strata or any(stratum.read == 0 for stratum in strata):
        return _refused(indicator, confirmed, read, missed, "no blind sample of the unflagged notes has been read yet")
    if confirmed + seen + missed == 0:
        return _refused(indicator, confirmed, read, missed, "nobody has found anything in a note yet")
    confidence = 1 - (1 - CONFIDENCE) / len(strata)
    ends = [exact_interval(s.missed, s.read, confidence=confidence) for s in strata]
    estimated = seen + sum(s.population * s.missed / s.read for s in strata)
    fewest = seen + sum(s.population * low for s, (low, _) in zip(strata, ends, strict=True))
    most = seen + sum(s.population * high for s, (_, high) in zip(strata, ends, strict=True))
    return Misses(
        indicator=indicator,
        confirmed=confirmed,
        sampled=read,
        missed=missed,
        estimated=estimated,
        recall=confirmed / (confirmed + estimated),
        low=confirmed / (confirmed + most),
        high=confirmed / (confirmed + fewest) if confirmed else 0.0,
        unknown=confirmed + seen + missed < ENOUGH,
        refusal=None,
    )


def _refused(indicator: str | None, confirmed: int | None, read: int | None, missed: int | None, why: str) -> Misses:
    return Misses(indicator, confirmed, read, missed, None, None, None, None, unknown=True, refusal=why)
