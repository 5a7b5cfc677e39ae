"""Fits the sentence model and the note model from labelled notes, with out-of-fold scores of unseen authors."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial

import numpy as np
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import FeatureUnion, Pipeline

from triage.errors import DatasetError, Issue
from triage.scoring.combination import SHARED, note_features
from triage.scoring.encoding import Encoder
from triage.scoring.estimator import (
    Parameters,
    SentenceClassifier,
    SentenceEncoding,
    SentenceVectors,
    fit_combination,
)
from triage.scoring.model import SentenceModel
from triage.scoring.status import StatusModel
from triage.training.examples import Examples, Subject
from triage.training.thresholds import choose_thresholds

COMBINATION_FOLDS = 5
"""Groups of authors for cross-fitted probabilities."""
EVIDENCE_FROM = 0.0
"""Sentence log-odds from which a sentence is shown: even odds under balanced classes."""


def fit_pipeline(examples: Examples, subject: Subject, parameters: Parameters) -> Pipeline:
    """Fit the sentence model of all notes."""
    features = SentenceEncoding(
        folding=subject.folding,
        concepts=subject.concepts,
        block_weights=parameters.block_weights,
        min_count=parameters.min_count,
    )
    block = subject.block()
    # What the vectors of an encoder are is known before: only the other blocks are fitted.
    encoding = FeatureUnion([("features", features), ("vectors", SentenceVectors(block=block))]) if block else features
    classifier = SentenceClassifier(C=parameters.sentence_c, balanced=parameters.balanced)
    labels, _ = examples.sentence_labels(any_status=parameters.any_status)
    return Pipeline([("encoding", encoding), ("classifier", classifier)]).fit(examples.extractions, labels)


def encoder_of(pipeline: Pipeline) -> Encoder:
    """Return the fitted encoder of the blocks that are no vectors."""
    encoding = pipeline["encoding"]
    fitted = encoding["features"] if isinstance(encoding, FeatureUnion) else encoding
    encoder: Encoder = fitted.encoder_
    return encoder


def out_of_fold_features(
    examples: Examples, folds: Sequence[NDArray[np.bool_]], subject: Subject, parameters: Parameters
) -> Iterator[tuple[NDArray[np.bool_], NDArray[np.float64]]]:
    """Yield each fold with the note features of its notes, scored by a model that saw none of their authors."""
    for held_out in folds:
        pipeline = fit_pipeline(examples.subset(~held_out), subject, parameters)
        yield held_out, features_of(examples.subset(held_out), pipeline, cues=parameters.cues)


def features_of(examples: Examples, pipeline: Pipeline, *, cues: bool) -> NDArray[np.float64]:
    """Return the note features of notes, shape `(notes, indicators, features)`.

    Args:
        examples: The notes.
        pipeline: A fitted sentence model.
        cues: Whether cue mentions count; without, their features are 0.
    """
    scores = pipeline.decision_function(examples.extractions)
    ends = np.cumsum([len(note.sentences) for note in examples.extractions])
    parts = np.split(scores, ends[:-1])
    notes = examples.extractions if cues else [replace(note, mentions=()) for note in examples.extractions]
    return np.array([note_features(note, part, examples.indicators) for note, part in zip(notes, parts, strict=True)])


def check_authors(sources: Iterable[str]) -> None:
    """See that there are authors to hold out.

    Args:
        sources: Of each unread whole note.

    Raises:
        DatasetError: They are fewer than two.
    """
    if len(set(sources)) < 2:
        issue = Issue(".", 0, "D090", "needs whole notes of at least two authors that no cue author has read")
        raise DatasetError("Too little to learn from.", code="too_few_sources", issues=[issue])


def source_folds(examples: Examples, count: int) -> list[NDArray[np.bool_]]:
    """Deal the authors of unread whole notes into folds, in order of name."""
    sources = examples.sources()
    unread = sorted(set(sources[examples.unread]))
    return [np.isin(sources, unread[start::count]) for start in range(min(count, len(unread)))]


@dataclass(frozen=True)
class CrossFitted:
    """What is known of a model's quality on authors that it had not seen: the unread whole notes.

    Attributes:
        features: Note features, shape `(notes, indicators, features)`.
        labels: Shape `(notes, indicators)`.
        probabilities: Same shape: neither sentence nor note model saw the note's author.
        flagged: Same shape, at thresholds chosen on other authors' notes.
        thresholds: Chosen on all of the notes, for the model that is fitted on all.
        rules_only: Whether each indicator has too few positives to learn from or to be measured: its cues alone work.
    """

    features: NDArray[np.float64]
    labels: NDArray[np.int8]
    probabilities: NDArray[np.float64]
    flagged: NDArray[np.bool_]
    thresholds: NDArray[np.float64]
    rules_only: NDArray[np.bool_]


@dataclass(frozen=True)
class Fitted:
    """A fitted model, and the figures of models like it."""

    model: SentenceModel
    pipeline: Pipeline
    unseen: CrossFitted


def cross_fit(examples: Examples, subject: Subject, parameters: Parameters) -> CrossFitted:
    """Score every unread whole note by models that saw none of its author.

    Args:
        examples: Labelled notes; at least two authors of unread whole notes.
        subject: What the model takes from the knowledge.
        parameters: What shapes the model.

    Raises:
        DatasetError: There are fewer authors.
    """
    check_authors(examples.sources()[examples.unread].tolist())
    folds = source_folds(examples, parameters.folds)
    scored = list(out_of_fold_features(examples, folds, subject, parameters))
    features = np.concatenate([part for _, part in scored])
    labels = np.concatenate([examples.subset(held_out).note_labels() for held_out, _ in scored])
    groups = np.concatenate([examples.subset(held_out).sources() for held_out, _ in scored])
    parts = [np.isin(groups, part) for part in np.array_split(np.unique(groups), COMBINATION_FOLDS) if len(part)]
    probabilities = _cross_fitted(features, labels, parts, parameters)
    choose = partial(choose_thresholds, indicators=examples.indicators, urgent=subject.urgent, parameters=parameters)
    rules_only = labels.sum(axis=0) < parameters.min_positives
    flagged = features[:, :, SHARED.index("cue_current")] > 0
    for part in parts:
        over = probabilities[part] >= choose(labels[~part], probabilities[~part])
        flagged[part] = np.where(rules_only, flagged[part], over)
    return CrossFitted(features, labels, probabilities, flagged, choose(labels, probabilities), rules_only)


def fit_model(
    examples: Examples, *, subject: Subject, parameters: Parameters, version: str, status: StatusModel
) -> Fitted:
    """Fit everything.

    Args:
        examples: Labelled notes; at least two authors of unread whole notes.
        subject: What the model takes from the knowledge.
        parameters: What shapes the model.
        version: Name of the model.
        status: The learned part of context, fitted before.

    Raises:
        DatasetError: There are fewer authors.
    """
    unseen = cross_fit(examples, subject, parameters)
    pipeline = fit_pipeline(examples, subject, parameters)
    classifier = pipeline["classifier"]
    harm, harm_bias = _fit_harm(examples, pipeline)
    model = SentenceModel(
        version=version,
        indicators=examples.indicators,
        encoder=encoder_of(pipeline),
        vectors=subject.block(),
        # The arrays are stored in half precision; what is measured is what is served.
        weights=classifier.coef_.T.astype(np.float16).astype(np.float32),
        bias=classifier.intercept_,
        harm=harm,
        harm_bias=harm_bias,
        combination=fit_combination(unseen.features, unseen.labels, parameters),
        thresholds=unseen.thresholds,
        rules_only=frozenset(np.array(examples.indicators)[unseen.rules_only].tolist()),
        evidence_from=EVIDENCE_FROM,
        status=status,
    )
    return Fitted(model, pipeline, unseen)


def _cross_fitted(
    features: NDArray[np.float64],
    labels: NDArray[np.int8],
    parts: Sequence[NDArray[np.bool_]],
    parameters: Parameters,
) -> NDArray[np.float64]:
    """Return the probabilities of notes from note models that saw none of the authors of their part."""
    probabilities = np.zeros(labels.shape)
    for part in parts:
        combination = fit_combination(features[~part], labels[~part], parameters)
        log_odds = np.array([combination.log_odds(note) for note in features[part]])
        probabilities[part] = 1 / (1 + np.exp(-log_odds))
    return probabilities


def _fit_harm(examples: Examples, pipeline: Pipeline) -> tuple[NDArray[np.float32], float]:
    """Fit what tells a described harm from a warning sign, on sentences with a current mark."""
    _, harm = examples.sentence_labels()
    marked = harm >= 0
    if len(set(harm[marked].tolist())) < 2:
        # Marks that are all alike teach nothing: every sentence is what they are.
        constant = 1.0 if (harm == 1).any() else -1.0
        return np.zeros(pipeline["classifier"].coef_.shape[1], dtype=np.float32), constant
    rows = pipeline["encoding"].transform(examples.extractions)[marked].astype(np.float64)
    model = LogisticRegression(C=1.0, solver="liblinear", tol=0.1, random_state=0).fit(rows, harm[marked])
    return model.coef_[0].astype(np.float16).astype(np.float32), float(model.intercept_[0])
