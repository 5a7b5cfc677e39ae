"""Fits the learned part of ConText on the marks of a corpus and on the cue mentions that they cover."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix
from sklearn.feature_extraction.text import ENGLISH_STOP_WORDS
from sklearn.linear_model import LogisticRegression

from triage.extraction import Context, Extraction
from triage.flag import Status
from triage.pipeline.extractor import Extractor
from triage.scoring.identity import IDENTITY, Folding
from triage.scoring.status import STATUSES, StatusModel
from triage.scoring.surroundings import Names, StatusSpan, Surroundings, sentence_at
from triage.training.records import Record

CONFIDENCE = 0.5
"""Below it the verdict of the rules stands; measured on authors left out."""
_MIN_COUNT = 5
_MIN_SOURCES = 2
_STRENGTH = 1.0
_SCALES = {"previous": 0.4, "next": 0.4, "indicator": 0.5, "heading": 0.7, "before ": 0.7, "after ": 0.7}
"""Weight of features that lie far from the mention, by the beginning of their name."""
_ITERATIONS = 200
_WITHOUT_WORDS = ("rule ", "by ", "indicator ", "beside ", "previous is ", "next is ")
"""Beginnings of the features that hold no word of a note."""


@dataclass(frozen=True, slots=True)
class StatusExample:
    """A marked mention.

    Attributes:
        features: Names, each once.
        status: Its position in `STATUSES`.
        source: Who wrote the note.
    """

    features: tuple[str, ...]
    status: int
    source: str


def rule_contexts(extractor: Extractor, records: Iterable[Record]) -> list[list[Context]]:
    """Return what the rules say of the marks of each record."""
    return [
        extractor.statuses_of(record.text, [(mark.start, mark.end, mark.indicator) for mark in record.spans])
        for record in records
    ]


def mark_spans(record: Record, extraction: Extraction, contexts: Sequence[Context]) -> list[StatusSpan]:
    """Return the marks of a record as the model takes them."""
    return [
        (mark.start, mark.end, mark.indicator, sentence_at(extraction, mark.start), context)
        for mark, context in zip(record.spans, contexts, strict=True)
    ]


def marked_mentions(record: Record, extraction: Extraction) -> list[tuple[StatusSpan, Status]]:
    """Return the cue mentions that overlap a mark of their indicator, each once, with the mark's status.

    A mark is a stretch of text and often holds its own modifier; a cue is short and the modifier stands beside it.
    """
    found: dict[tuple[int, int, str], tuple[StatusSpan, Status]] = {}
    for mention in extraction.mentions:
        key = (mention.start, mention.end, mention.indicator)
        for mark in record.marks_of(mention.indicator):
            if mention.start < mark.end and mark.start < mention.end:
                found.setdefault(key, ((*key, mention.sentence, mention.context), mark.status))
    return list(found.values())


def fit_status(
    records: Sequence[Record],
    extractions: Sequence[Extraction],
    contexts: Sequence[Sequence[Context]],
    folding: Folding,
) -> StatusModel:
    """Fit the model; the same input gives the same model.

    Args:
        records: Labelled notes; without marks of two statuses, the model leaves all to the rules.
        extractions: What was found in each.
        contexts: What the rules say of each mark, from `rule_contexts`.
        folding: How words are read.
    """
    examples = list(_examples(records, extractions, contexts, folding))
    if len({example.status for example in examples}) < 2:
        # Marks of one status teach nothing: the rules stand.
        nothing = np.zeros((1, len(STATUSES)), dtype=np.float32)
        return StatusModel((), nothing[:0], nothing[0], 1.0, folding)
    vocabulary = _vocabulary(examples, _permitted_words(records, extractions, contexts, folding))
    scales = np.array([_scale(name) for name in vocabulary])
    estimator = LogisticRegression(C=_STRENGTH, max_iter=_ITERATIONS, tol=1e-3)
    estimator.fit(_matrix(examples, vocabulary, scales), [example.status for example in examples])
    weights = np.zeros((len(vocabulary), len(STATUSES)), dtype=np.float32)
    # A status without an example is never chosen.
    bias = np.full(len(STATUSES), -np.inf, dtype=np.float32)
    coefficients, intercepts = _per_class(estimator)
    weights[:, estimator.classes_] = coefficients.T * scales[:, None]
    bias[estimator.classes_] = intercepts
    return StatusModel(tuple(vocabulary), weights, bias, CONFIDENCE, folding)


def _per_class(estimator: LogisticRegression) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return coefficients and intercepts of every class; scikit-learn keeps only one row for two classes."""
    coefficients, intercepts = estimator.coef_, estimator.intercept_
    if len(estimator.classes_) == 2:
        return np.vstack([-coefficients, coefficients]) / 2, np.concatenate([-intercepts, intercepts]) / 2
    return coefficients, intercepts


def _examples(
    records: Sequence[Record],
    extractions: Sequence[Extraction],
    contexts: Sequence[Sequence[Context]],
    folding: Folding,
) -> Iterator[StatusExample]:
    for record, extraction, given in zip(records, extractions, contexts, strict=True):
        surroundings = Surroundings(extraction, folding, Names())
        marked = zip(mark_spans(record, extraction, given), (mark.status for mark in record.spans), strict=True)
        for span, status in [*marked, *marked_mentions(record, extraction)]:
            yield StatusExample(tuple(surroundings.features(span)), STATUSES.index(status), record.source)


def _permitted_words(
    records: Sequence[Record],
    extractions: Sequence[Extraction],
    contexts: Sequence[Sequence[Context]],
    folding: Folding,
) -> frozenset[str]:
    """Return words of the lexicon and of grammar, as the model sees them, without names and words of identity."""
    lexicon = set(ENGLISH_STOP_WORDS)
    capitals: Counter[str] = Counter()
    for record, extraction, given in zip(records, extractions, contexts, strict=True):
        modifiers = [modifier for context in given for modifier in context.modifiers]
        for sentence in extraction.sentences:
            for _, first, last in sentence.concepts:
                lexicon.update(sentence.words[first:last])
            for position, (word, (start, end)) in enumerate(zip(sentence.words, sentence.offsets, strict=True)):
                if position:
                    capitals[word] += 1 if record.text[start].isupper() else -1
                if any(modifier.start < end and start < modifier.end for modifier in modifiers):
                    lexicon.add(word)
    marks = {word for word in capitals if not any(map(str.isalpha, word))}
    return frozenset(folding[word] for word in lexicon | marks if capitals[word] <= 0) - {IDENTITY}


def _vocabulary(examples: Iterable[StatusExample], words: frozenset[str]) -> list[str]:
    """Return, sorted, the features that several authors' mentions have and that hold only permitted words."""
    counts: Counter[str] = Counter()
    sources: dict[str, set[str]] = defaultdict(set)
    for example in examples:
        counts.update(example.features)
        for name in example.features:
            sources[name].add(example.source)
    # A corpus of one author has no second one to ask.
    authors = min(_MIN_SOURCES, len({source for found in sources.values() for source in found}))
    return sorted(
        name
        for name, count in counts.items()
        if count >= _MIN_COUNT and len(sources[name]) >= authors and _is_permitted(name, words)
    )


def _is_permitted(name: str, words: frozenset[str]) -> bool:
    if name.startswith(_WITHOUT_WORDS):
        return True
    return all(part in words or part.startswith("#") for part in name.split(" ")[1:])


def _scale(name: str) -> float:
    return next((scale for beginning, scale in _SCALES.items() if name.startswith(beginning)), 1.0)


def _matrix(examples: Sequence[StatusExample], vocabulary: Sequence[str], scales: NDArray[np.float64]) -> csr_matrix:
    """Return one row a mention; shape `(examples, features)`."""
    rows = {name: row for row, name in enumerate(vocabulary)}
    columns = [[rows[name] for name in example.features if name in rows] for example in examples]
    indices = np.fromiter((column for row in columns for column in row), dtype=np.int32)
    ends = np.cumsum([0, *map(len, columns)])
    return csr_matrix((scales[indices], indices, ends), shape=(len(columns), len(vocabulary)))
