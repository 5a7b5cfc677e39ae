"""Combines a note's sentence scores with its cue hits into one calibrated probability an indicator.

A logistic regression over (note, indicator) pairs: most weights are shared by all indicators, and each indicator may
deviate a little, so that an indicator with few examples borrows from the others. It is fitted on out-of-fold sentence
scores of authors whose notes no cue author had read: elsewhere cues look better than they are.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from triage.extraction import CueMention, Extraction
from triage.flag import CURRENT, Level, Status

SHARED = (
    "best_sentence",
    "second_sentence",
    "length",
    "cue_current",
    "cues_current",
    "cue_harm",
    "cue_possible_or_denied",
    "cue_not_current",
    "cue_sentence",
    "best_is_not_current",
    "rival",
)
OWN = ("one", "best_sentence", "cue_current", "cue_sentence")
"""Features in which an indicator may deviate."""
_OWN_COLUMNS = tuple(SHARED.index(name) for name in OWN[1:])
_CUES = slice(SHARED.index("cue_current"), SHARED.index("cue_sentence") + 1)
"""Features of the cue mentions of one indicator."""
_CLIP = 6.0


@dataclass(frozen=True)
class Combination:
    """Fitted weights.

    Attributes:
        shared: Weight of each of `SHARED`.
        own: Weight of each of `OWN` for each indicator, shape `(indicators, len(OWN))`.
        bias: Intercept.
    """

    shared: NDArray[np.float64]
    own: NDArray[np.float64]
    bias: float

    def log_odds(self, features: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return log-odds of each indicator for features of shape `(indicators, len(SHARED))`."""
        own = self.own[:, 0] + np.einsum("ij,ij->i", self.own[:, 1:], features[:, _OWN_COLUMNS])
        result: NDArray[np.float64] = features @ self.shared + own + self.bias
        return result


def note_features(note: Extraction, scores: NDArray[np.float64], indicators: Sequence[str]) -> NDArray[np.float64]:
    """Return the features of one note, shape `(indicators, len(SHARED))`.

    Args:
        note: What was found.
        scores: Log-odds of each sentence, shape `(sentences, indicators)`.
        indicators: Order of the columns of `scores`.
    """
    clipped = np.minimum(np.maximum(scores, -_CLIP), _CLIP)
    best = clipped.argmax(axis=0)
    each = np.arange(len(indicators))
    features = np.zeros((len(indicators), len(SHARED)))
    features[:, 0] = clipped[best, each]
    features[:, 1] = _second(clipped, best)
    features[:, 2] = np.log1p(len(clipped))
    for indicator, mentions in _by_indicator(note).items():
        column = indicators.index(indicator)
        features[column, _CUES] = _cue_features(mentions, clipped[:, column])
    not_current = {mention.sentence for mention in note.mentions if mention.context.status not in CURRENT}
    features[:, 9] = [sentence in not_current for sentence in best.tolist()]
    features[:, 10] = _rivals(clipped, best)
    return features


def _second(scores: NDArray[np.float64], best: NDArray[np.intp]) -> NDArray[np.float64]:
    """Return, for each indicator, the score of its second best sentence."""
    others = scores.copy()
    others[best, np.arange(len(best))] = -_CLIP
    result: NDArray[np.float64] = others.max(axis=0)
    return result


def _by_indicator(note: Extraction) -> dict[str, list[CueMention]]:
    found: dict[str, list[CueMention]] = {}
    for mention in note.mentions:
        found.setdefault(mention.indicator, []).append(mention)
    return found


def _cue_features(mentions: Sequence[CueMention], scores: NDArray[np.float64]) -> tuple[float, ...]:
    """Return the features `_CUES` of the mentions of one indicator."""
    current = [mention for mention in mentions if mention.context.status in CURRENT]
    return (
        bool(current),
        math.log1p(len(current)),
        any(mention.level is Level.HARM_DESCRIBED for mention in current),
        any(mention.context.status is not Status.AFFIRMED for mention in current),
        len(current) < len(mentions),
        max((float(scores[mention.sentence]) + _CLIP for mention in current), default=0.0),
    )


def _rivals(scores: NDArray[np.float64], best: NDArray[np.intp]) -> NDArray[np.float64]:
    """Return, for each indicator, the best other indicator's score in its best sentence."""
    rows = scores[best]
    np.fill_diagonal(rows, -_CLIP)
    result: NDArray[np.float64] = rows.max(axis=1)
    return result


def design(features: NDArray[np.float64], *, deviation: float) -> NDArray[np.float64]:
    """Return the design matrix of notes, shape `(notes * indicators, len(SHARED) + indicators * len(OWN))`.

    Args:
        features: Shape `(notes, indicators, len(SHARED))`.
        deviation: Scale of the indicators' own columns; smaller means less deviation from the shared weights.
    """
    notes, indicators, _ = features.shape
    own = np.zeros((notes, indicators, indicators, len(OWN)))
    each = np.arange(indicators)
    own[:, each, each, 0] = deviation
    own[:, each, each, 1:] = features[:, :, _OWN_COLUMNS] * deviation
    flat = own.reshape(notes * indicators, -1)
    return np.hstack([features.reshape(notes * indicators, -1), flat])


def from_coefficients(
    coefficients: NDArray[np.float64], bias: float, *, indicators: int, deviation: float
) -> Combination:
    """Unpack the coefficients of a regression on `design`."""
    shared, own = coefficients[: len(SHARED)], coefficients[len(SHARED) :]
    return Combination(shared, own.reshape(indicators, len(OWN)) * deviation, bias)
