"""The loaded sentence model: plain arrays in, scores of notes out."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix

from triage.extraction import Context, Extraction, Sentence, Span
from triage.flag import CURRENT, Level
from triage.scoring.combination import Combination, note_features
from triage.scoring.encoding import BLOCKS, Encoder
from triage.scoring.evidence import telling_stretch, token_contributions
from triage.scoring.scorer import ModelMention, NoteScore
from triage.scoring.status import StatusModel, StatusSpan

_CONCEPTS = BLOCKS.index("concepts")


@dataclass(frozen=True)
class SentenceModel:
    """A linear model over sentences, combined with cue hits to one probability an indicator.

    Attributes:
        version: Version that every answer names.
        indicators: Order of all columns.
        weights: Sentence weights, shape `(columns, indicators)`.
        bias: Sentence intercepts.
        harm: Weights and intercept of the sentence level: positive means harm described.
        thresholds: Probability from which an indicator is raised.
        evidence_from: Sentence log-odds from which a sentence is shown as evidence.
        status: The learned part of context.
    """

    version: str
    indicators: tuple[str, ...]
    encoder: Encoder
    weights: NDArray[np.float32]
    bias: NDArray[np.float32]
    harm: NDArray[np.float32]
    harm_bias: float
    combination: Combination
    thresholds: NDArray[np.float64]
    evidence_from: float
    status: StatusModel

    def refine(self, extraction: Extraction, spans: Sequence[StatusSpan]) -> list[Context]:
        """Return the status of spans of one note, where the model knows better than the rules."""
        return self.status.refine(extraction, spans)

    def sentence_scores(self, notes: Sequence[Extraction]) -> tuple[csr_matrix, NDArray[np.float64]]:
        """Return the encoded sentences of all notes and their log-odds, shape `(sentences, indicators)`."""
        encoded = self.encoder.transform(notes)
        return encoded, np.asarray(encoded @ self.weights + self.bias, dtype=np.float64)

    def score(self, extractions: Sequence[Extraction]) -> list[NoteScore]:
        """Score notes; the same note scores the same whatever stands beside it."""
        if not extractions:
            return []
        encoded, scores = self.sentence_scores(extractions)
        results = []
        first = 0
        for note in extractions:
            last = first + len(note.sentences)
            results.append(self._score_note(note, encoded[first:last], scores[first:last]))
            first = last
        return results

    def _score_note(self, note: Extraction, encoded: csr_matrix, scores: NDArray[np.float64]) -> NoteScore:
        log_odds = self.combination.log_odds(note_features(note, scores, self.indicators))
        probabilities = np.round(1 / (1 + np.exp(-log_odds)), 4)
        raised = [column for column in range(len(self.indicators)) if probabilities[column] >= self.thresholds[column]]
        cued = {(mention.indicator, mention.sentence) for mention in note.mentions}
        return NoteScore(
            probabilities={name: float(p) for name, p in zip(self.indicators, probabilities, strict=True)},
            raised=frozenset(self.indicators[column] for column in raised),
            mentions=tuple(self._mentions(note, encoded, scores, raised)),
            contributions={
                (name, sentence): round(float(scores[sentence, self.indicators.index(name)]), 3)
                for name, sentence in cued
            },
        )

    def _mentions(
        self, note: Extraction, encoded: csr_matrix, scores: NDArray[np.float64], raised: Sequence[int]
    ) -> Iterator[ModelMention]:
        if not raised:
            return
        groups = list(self.encoder.columns(note))
        for column in raised:
            for index in self._telling_sentences(note, scores[:, column], self.indicators[column]):
                yield self._mention(note.sentences[index], index, groups[index], encoded[index], column)

    def _telling_sentences(self, note: Extraction, scores: NDArray[np.float64], indicator: str) -> list[int]:
        """Return the sentences to show: those over the bar, and the best one where neither they nor a cue shows any."""
        readable = [index for index, sentence in enumerate(note.sentences) if sentence.words]
        chosen = [index for index in readable if scores[index] >= self.evidence_from]
        cued = any(m.indicator == indicator and m.context.status in CURRENT for m in note.mentions)
        if not chosen and not cued and readable:
            chosen = [max(readable, key=lambda index: scores[index])]
        return chosen

    def _mention(
        self, sentence: Sentence, index: int, groups: list[list[int]], row: csr_matrix, column: int
    ) -> ModelMention:
        values = dict(zip(row.indices.tolist(), row.data.tolist(), strict=True))
        weights = self.weights[:, column]
        contributions = token_contributions(sentence, groups, values, weights, self._concept_spans(sentence))
        first, last = telling_stretch(contributions)
        harm = float((row @ self.harm)[0]) + self.harm_bias > 0
        return ModelMention(
            indicator=self.indicators[column],
            level=Level.HARM_DESCRIBED if harm else Level.WARNING_SIGN,
            start=sentence.offsets[first][0],
            end=sentence.offsets[last - 1][1],
            sentence=index,
            contribution=round(float(contributions[first:last].sum()), 3),
        )

    def _concept_spans(self, sentence: Sentence) -> dict[int, list[Span]]:
        spans: dict[int, list[Span]] = {}
        for name, first, last in sentence.concepts:
            column = self.encoder.vocabulary.get((_CONCEPTS, name))
            if column is not None:
                spans.setdefault(column, []).append((first, last))
        return spans
