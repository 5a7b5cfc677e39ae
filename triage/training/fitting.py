"""Fits the sentence model and the note model from labelled notes, with out-of-fold scores of unseen authors."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import Pipeline

from triage.extraction import Extraction
from triage.flag import CURRENT, Status
from triage.scoring.combination import note_features
from triage.scoring.estimator import Parameters, SentenceClassifier, SentenceEncoding, encoder_of, fit_combination
from triage.scoring.model import SentenceModel
from triage.scoring.status import StatusModel
from triage.training.records import Record
from triage.training.thresholds import choose_thresholds

COMBINATION_FOLDS = 5
"""Groups of authors for cross-fitted probabilities."""
EVIDENCE_FROM = 0.0
"""Sentence log-odds from which a sentence is shown: even odds under balanced classes."""


@dataclass(frozen=True)
class Examples:
    """Labelled notes, read by the pipeline.

    Attributes:
        unread: Whether each note counts for the note model: a whole note of an author that no cue author had read.
    """

    records: tuple[Record, ...]
    extractions: tuple[Extraction, ...]
    unread: NDArray[np.bool_]
    indicators: tuple[str, ...]

    def subset(self, chosen: NDArray[np.bool_]) -> "Examples":
        """Return the chosen notes."""
        picked = np.flatnonzero(chosen)
        return Examples(
            tuple(self.records[i] for i in picked),
            tuple(self.extractions[i] for i in picked),
            self.unread[picked],
            self.indicators,
        )

    def sources(self) -> NDArray[np.str_]:
        """Return the author of each note."""
        return np.array([record.source for record in self.records])

    def note_labels(self) -> NDArray[np.int8]:
        """Return which indicators are flagged now, shape `(notes, indicators)`."""
        return np.array([[name in record.labels for name in self.indicators] for record in self.records], dtype=np.int8)

    def sentence_labels(self) -> tuple[NDArray[np.int8], NDArray[np.int8]]:
        """Return the indicators of each sentence's current marks, and whether one describes harm (-1: no mark)."""
        column = {name: index for index, name in enumerate(self.indicators)}
        labels, harm = [], []
        for record, note in zip(self.records, self.extractions, strict=True):
            marks = [mark for mark in record.spans if Status(mark.status) in CURRENT]
            for sentence in note.sentences:
                row = np.zeros(len(column), dtype=np.int8)
                inside = [mark for mark in marks if mark.start < sentence.end and sentence.start < mark.end]
                for mark in inside:
                    row[column[mark.indicator]] = 1
                labels.append(row)
                harm.append(max((int(mark.harm) for mark in inside), default=-1))
        return np.array(labels), np.array(harm, dtype=np.int8)


def fit_pipeline(examples: Examples, concepts: frozenset[str], parameters: Parameters) -> Pipeline:
    """Fit the sentence model of all notes."""
    encoding = SentenceEncoding(
        concepts=concepts, block_weights=parameters.block_weights, min_count=parameters.min_count
    )
    pipeline = Pipeline([("encoding", encoding), ("classifier", SentenceClassifier(C=parameters.sentence_c))])
    labels, _ = examples.sentence_labels()
    return pipeline.fit(examples.extractions, labels)


def out_of_fold_features(
    examples: Examples, folds: Sequence[NDArray[np.bool_]], concepts: frozenset[str], parameters: Parameters
) -> Iterator[tuple[NDArray[np.bool_], NDArray[np.float64]]]:
    """Yield each fold with the note features of its notes, scored by a model that saw none of their authors."""
    for held_out in folds:
        pipeline = fit_pipeline(examples.subset(~held_out), concepts, parameters)
        held = examples.subset(held_out)
        yield held_out, features_of(held, pipeline)


def features_of(examples: Examples, pipeline: Pipeline) -> NDArray[np.float64]:
    """Return the note features of notes, shape `(notes, indicators, features)`."""
    scores = pipeline.decision_function(examples.extractions)
    ends = np.cumsum([len(note.sentences) for note in examples.extractions])
    parts = np.split(scores, ends[:-1])
    return np.array(
        [note_features(note, part, examples.indicators) for note, part in zip(examples.extractions, parts, strict=True)]
    )


def source_folds(examples: Examples, count: int) -> list[NDArray[np.bool_]]:
    """Deal the authors of unread whole notes into folds, in order of name."""
    sources = examples.sources()
    unread = sorted(set(sources[examples.unread]))
    return [np.isin(sources, unread[start::count]) for start in range(min(count, len(unread)))]


@dataclass(frozen=True)
class Fitted:
    """A fitted model and what is known of its quality on authors it had not seen.

    Attributes:
        labels: Of the unread whole notes, shape `(notes, indicators)`.
        probabilities: Cross-fitted, same shape: neither sentence nor note model saw the note's author.
    """

    model: SentenceModel
    pipeline: Pipeline
    labels: NDArray[np.int8]
    probabilities: NDArray[np.float64]


def fit_model(
    examples: Examples,
    *,
    concepts: frozenset[str],
    urgent: frozenset[str],
    parameters: Parameters,
    version: str,
    status: StatusModel,
) -> Fitted:
    """Fit everything.

    Args:
        examples: Labelled notes; at least two authors of unread whole notes.
        concepts: Names of the concepts to use.
        urgent: Indicators of critical and strong base strength.
        parameters: What shapes the model.
        version: Name of the model.
        status: The learned part of context, fitted before.
    """
    folds = source_folds(examples, parameters.folds)
    scored = list(out_of_fold_features(examples, folds, concepts, parameters))
    features = np.concatenate([part for _, part in scored])
    labels = np.concatenate([examples.subset(held_out).note_labels() for held_out, _ in scored])
    groups = np.concatenate([examples.subset(held_out).sources() for held_out, _ in scored])
    probabilities = _cross_fitted(features, labels, groups, parameters)
    pipeline = fit_pipeline(examples, concepts, parameters)
    classifier = pipeline["classifier"]
    harm, harm_bias = _fit_harm(examples, pipeline)
    thresholds = choose_thresholds(
        labels, probabilities, indicators=examples.indicators, urgent=urgent, parameters=parameters
    )
    model = SentenceModel(
        version=version,
        indicators=examples.indicators,
        encoder=encoder_of(pipeline["encoding"]),
        # The arrays are stored in half precision; what is measured is what is served.
        weights=classifier.coef_.T.astype(np.float16).astype(np.float32),
        bias=classifier.intercept_,
        harm=harm,
        harm_bias=harm_bias,
        combination=fit_combination(features, labels, parameters),
        thresholds=thresholds,
        evidence_from=EVIDENCE_FROM,
        status=status,
    )
    return Fitted(model, pipeline, labels, probabilities)


def _cross_fitted(
    features: NDArray[np.float64], labels: NDArray[np.int8], groups: NDArray[np.str_], parameters: Parameters
) -> NDArray[np.float64]:
    """Return the probabilities of notes from note models that saw none of their authors."""
    probabilities = np.zeros(labels.shape)
    for held_out_sources in np.array_split(np.unique(groups), min(COMBINATION_FOLDS, len(np.unique(groups)))):
        held_out = np.isin(groups, held_out_sources)
        combination = fit_combination(features[~held_out], labels[~held_out], parameters)
        for note in np.flatnonzero(held_out):
            probabilities[note] = 1 / (1 + np.exp(-combination.log_odds(features[note])))
    return probabilities


def _fit_harm(examples: Examples, pipeline: Pipeline) -> tuple[NDArray[np.float32], float]:
    """Fit what tells a described harm from a warning sign, on sentences with a current mark."""
    _, harm = examples.sentence_labels()
    marked = harm >= 0
    rows = pipeline["encoding"].transform(examples.extractions)[marked].astype(np.float64)
    model = LogisticRegression(C=1.0, solver="liblinear", tol=0.1, random_state=0).fit(rows, harm[marked])
    return model.coef_[0].astype(np.float16).astype(np.float32), float(model.intercept_[0])
