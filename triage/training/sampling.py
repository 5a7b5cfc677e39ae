"""Picks the notes to label next: some at random, those a model is unsure of, and those unlike the others."""

import math
import random
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from itertools import zip_longest

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix
from sklearn.feature_extraction.text import TfidfVectorizer

from triage.note import Note
from triage.training.duplicates import near_duplicates, normalise
from triage.training.records import Record, make_record

THRESHOLD = 0.5
MARGIN = 0.25
"""A probability further than this from its threshold is not an unsure one."""


class Pile(StrEnum):
    """Why a note was picked. Recall may be estimated from the random pile alone, and its rate."""

    RANDOM = "random"
    UNCERTAIN = "uncertain"
    DIVERSE = "diverse"


@dataclass(frozen=True, slots=True)
class Candidate:
    """A note that nobody has labelled.

    Attributes:
        probabilities: What a model gave, by indicator, raised or not.
    """

    id: str
    text: str
    probabilities: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Picked:
    """A note to label.

    Attributes:
        index: Place among the candidates.
        rate: Share of all candidates drawn, for the random pile; None for others, whose chance is unknown.
        indicator: What the model is unsure of, for the uncertain pile.
    """

    index: int
    pile: Pile
    rate: float | None = None
    indicator: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """How many notes to pick, and how.

    Attributes:
        count: Notes in all.
        random_share: Part drawn from all notes alike, whatever a model says of them.
        uncertain_share: Part of the others that the model is unsure of; the rest are unlike those picked.
        seed: The same seed and notes give the same picks.
        thresholds: By indicator, where they differ from 0.5.
    """

    count: int
    random_share: float = 0.2
    uncertain_share: float = 0.6
    seed: int = 0
    thresholds: Mapping[str, float] = field(default_factory=dict)


def pick(candidates: Sequence[Candidate], plan: Plan) -> list[Picked]:
    """Pick notes to label, random ones first, each note once.

    The random pile is drawn before anything else, so that it stays a fair sample. No other pick is a near-duplicate
    of a note picked before. Where the model is unsure of too few notes, more diverse ones are picked.
    """
    if not candidates:
        return []
    total = len(candidates)
    count = min(plan.count, total)
    drawn = random.Random(plan.seed).sample(range(total), math.ceil(count * plan.random_share))  # noqa: S311
    picks = [Picked(index, Pile.RANDOM, rate=len(drawn) / total) for index in sorted(drawn)]
    taken = _Taken([candidate.text for candidate in candidates], drawn)
    wanted = round((count - len(picks)) * plan.uncertain_share)
    for index, indicator in _uncertain(candidates, plan.thresholds):
        if wanted and taken.take(index):
            picks.append(Picked(index, Pile.UNCERTAIN, indicator=indicator))
            wanted -= 1
    if len(picks) < count:
        picks += [Picked(index, Pile.DIVERSE) for index in _diverse(taken, count - len(picks))]
    return picks


def to_record(note: Note, picked: Picked, *, source: str) -> Record:
    """Return a picked note as a record without marks, whose `meta` keeps why it was picked through any tool."""
    meta = {"pile": str(picked.pile)}
    if picked.rate is not None:
        meta["sampling_rate"] = f"{picked.rate:.6g}"
    if picked.indicator is not None:
        meta["unsure_of"] = picked.indicator
    return make_record(id=note.id or "", source=source, case_id=note.case_id, text=note.text, meta=meta)


class _Taken:
    """The notes picked so far, which keep their near-duplicates from being picked."""

    def __init__(self, texts: Sequence[str], indices: Collection[int]) -> None:
        self.texts = texts
        self.indices: set[int] = set()
        self._alike: dict[int, set[int]] = {}
        for one, other in near_duplicates(texts):
            self._alike.setdefault(one, set()).add(other)
            self._alike.setdefault(other, set()).add(one)
        self._normalised = [normalise(text) for text in texts]
        self._seen: set[str] = set()
        for index in indices:
            self._add(index)

    def take(self, index: int) -> bool:
        """Take a note unless it, or nearly the same text, is taken already."""
        if index in self.indices or self._normalised[index] in self._seen:
            return False
        if self._alike.get(index, set()) & self.indices:
            return False
        self._add(index)
        return True

    def _add(self, index: int) -> None:
        self.indices.add(index)
        self._seen.add(self._normalised[index])


def _uncertain(candidates: Sequence[Candidate], thresholds: Mapping[str, float]) -> Iterator[tuple[int, str]]:
    """Yield notes near a threshold, nearest first, one of each indicator in turn."""
    queues: dict[str, list[tuple[float, int]]] = {}
    for index, candidate in enumerate(candidates):
        for indicator, probability in candidate.probabilities.items():
            distance = abs(probability - thresholds.get(indicator, THRESHOLD))
            if distance <= MARGIN:
                queues.setdefault(indicator, []).append((distance, index))
    indicators = sorted(queues)
    for turn in zip_longest(*(sorted(queues[indicator]) for indicator in indicators)):
        for indicator, entry in zip(indicators, turn, strict=True):
            if entry is not None:
                yield entry[1], indicator


def _diverse(taken: _Taken, wanted: int) -> list[int]:
    """Take notes that many others resemble and that resemble none taken so far.

    Without the first condition the oddest texts would come first: fragments, forms, other languages.
    """
    vectors: csr_matrix = TfidfVectorizer(tokenizer=str.split, token_pattern=None, sublinear_tf=True).fit_transform(
        taken.texts
    )
    typical = np.asarray(vectors @ np.asarray(vectors.mean(axis=0)).ravel())
    nearest: NDArray[np.float64] = np.zeros(len(taken.texts))
    for index in sorted(taken.indices):
        nearest = np.maximum(nearest, _similarity(vectors, index))
    open_to_choice = np.ones(len(taken.texts), dtype=bool)
    picks: list[int] = []
    while len(picks) < wanted and open_to_choice.any():
        index = int(np.argmax(np.where(open_to_choice, typical * (1 - nearest), -1)))
        open_to_choice[index] = False
        if taken.take(index):
            picks.append(index)
            nearest = np.maximum(nearest, _similarity(vectors, index))
    return picks


def _similarity(vectors: csr_matrix, index: int) -> NDArray[np.float64]:
    return np.asarray((vectors @ vectors[index].T).todense()).ravel()
