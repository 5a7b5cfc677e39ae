"""The loaded sentence model: plain arrays in, scores of notes out."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from triage.extraction import Context, Extraction, Sentence
from triage.flag import CURRENT, Level
from triage.scoring.combination import Combination, note_features
from triage.scoring.encoder import EncoderBlock
from triage.scoring.encoding import Encoder
from triage.scoring.evidence import Attribution, telling_stretch
from triage.scoring.scorer import ModelMention, NoteScore
from triage.scoring.status import StatusModel
from triage.scoring.surroundings import StatusSpan


@dataclass(frozen=True)
class SentenceModel:
    """A linear model over sentences, combined with cue hits to one probability an indicator.

    Attributes:
        version: Version that every answer names.
        indicators: Order of all columns.
        vectors: The block of an optional local encoder.
        weights: Sentence weights, shape `(columns, indicators)`; those of the vectors come last.
        bias: Sentence intercepts.
        harm: Weights and intercept of the sentence level: positive means harm described.
        thresholds: Probability from which an indicator is raised.
        rules_only: Indicators with too few examples to learn from: they have no probability, and cues alone raise them.
        evidence_from: Sentence log-odds from which a sentence is shown as evidence.
        status: The learned part of context.
    """

    version: str
    indicators: tuple[str, ...]
    encoder: Encoder
    vectors: EncoderBlock | None
    weights: NDArray[np.float32]
    bias: NDArray[np.float32]
    harm: NDArray[np.float32]
    harm_bias: float
    combination: Combination
    thresholds: NDArray[np.float64]
    rules_only: frozenset[str]
    evidence_from: float
    status: StatusModel

    _both: NDArray[np.float32] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        # One product gives the scores of all indicators and of the level.
        object.__setattr__(self, "_both", np.column_stack([self.weights, self.harm]))

    def refine(self, extraction: Extraction, spans: Sequence[StatusSpan]) -> list[Context]:
        """Return the status of spans of one note, where the model knows better than the rules."""
        return self.status.refine(extraction, spans)

    def score(self, extractions: Sequence[Extraction]) -> list[NoteScore]:
        """Score notes; the same note scores the same whatever stands beside it."""
        if not extractions:
            return []
        encoded = self.encoder.encode(extractions)
        product = encoded.times(self._both[: len(self.encoder.vocabulary)])
        if self.vectors is not None:
            product += self.vectors.encode(extractions) @ self._both[len(self.encoder.vocabulary) :]
        attribution = Attribution(self.encoder, encoded, self.weights, self.vectors)
        scores = np.asarray(product[:, :-1] + self.bias, dtype=np.float64)
        harm = product[:, -1] + self.harm_bias > 0
        results, first = [], 0
        for note in extractions:
            own = slice(first, first + len(note.sentences))
            read = _Read(note, first, scores[own], harm[own], attribution)
            results.append(self._score_note(read))
            first = own.stop
        return results

    def _score_note(self, read: "_Read") -> NoteScore:
        log_odds = self.combination.log_odds(note_features(read.note, read.scores, self.indicators))
        probabilities = np.round(1 / (1 + np.exp(-log_odds)), 4)
        raised = [
            column
            for column in np.flatnonzero(probabilities >= self.thresholds).tolist()
            if self.indicators[column] not in self.rules_only
        ]
        cued = {(mention.indicator, mention.sentence) for mention in read.note.mentions}
        return NoteScore(
            probabilities={
                name: probability
                for name, probability in zip(self.indicators, probabilities.tolist(), strict=True)
                if name not in self.rules_only
            },
            raised=self.rules_only.union(self.indicators[column] for column in raised),
            mentions=tuple(self._mentions(read, raised)),
            contributions={
                (name, sentence): round(float(read.scores[sentence, self.indicators.index(name)]), 3)
                for name, sentence in cued
                if name not in self.rules_only
            },
        )

    def _mentions(self, read: "_Read", raised: Sequence[int]) -> Iterator[ModelMention]:
        telling: dict[int, list[int]] = {}
        for column in raised:
            for index in self._telling_sentences(read, column):
                telling.setdefault(index, []).append(column)
        for index, columns in telling.items():
            sentence = read.note.sentences[index]
            shares = read.attribution.contributions(sentence, read.first + index, columns)
            level = Level.HARM_DESCRIBED if read.harm[index] else Level.WARNING_SIGN
            for column, contributions in zip(columns, shares, strict=True):
                yield self._mention(sentence, index, column, level, contributions)

    def _telling_sentences(self, read: "_Read", column: int) -> list[int]:
        """Return the sentences to show: those over the bar, and the best one where neither they nor a cue shows any."""
        note, scores = read.note, read.scores[:, column]
        chosen = [
            index for index in np.flatnonzero(scores >= self.evidence_from).tolist() if note.sentences[index].words
        ]
        if chosen or any(m.indicator == self.indicators[column] and m.context.status in CURRENT for m in note.mentions):
            return chosen
        readable = [index for index, sentence in enumerate(note.sentences) if sentence.words]
        return [max(readable, key=lambda index: float(scores[index]))] if readable else []

    def _mention(
        self, sentence: Sentence, index: int, column: int, level: Level, contributions: NDArray[np.float64]
    ) -> ModelMention:
        first, last = telling_stretch(contributions)
        return ModelMention(
            indicator=self.indicators[column],
            level=level,
            start=sentence.offsets[first][0],
            end=sentence.offsets[last - 1][1],
            sentence=index,
            contribution=round(float(contributions[first:last].sum()), 3),
        )


@dataclass(frozen=True, slots=True)
class _Read:
    """One note among those scored together.

    Attributes:
        first: Row of its first sentence.
        scores: Log-odds of its sentences, shape `(sentences, indicators)`.
        harm: Whether each sentence describes harm, should it be shown.
    """

    note: Extraction
    first: int
    scores: NDArray[np.float64]
    harm: NDArray[np.bool_]
    attribution: Attribution
