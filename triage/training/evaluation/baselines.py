"""What the product must beat in the same run: a keyword search, and plain TF-IDF with logistic regression."""

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from typing import Self

import numpy as np
from joblib import parallel_config
from numpy.typing import NDArray
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.multiclass import OneVsRestClassifier
from sklearn.pipeline import Pipeline, make_pipeline, make_union

from triage.flag import CURRENT, Status
from triage.knowledge.inflection import Inflector
from triage.knowledge.patterns import Words, parse_pattern
from triage.knowledge.schemas import Indicator, Knowledge
from triage.pipeline.sentences import split_sentences
from triage.pipeline.text import normalise
from triage.training.evaluation.predictions import PredictedMention, Prediction
from triage.training.records import Record

FIXED_THRESHOLD = 0.5
_MANY = 1000
"""From so many sentences on, words and letters seen in one alone are left out."""

_WORD = re.compile(r"\w+(?:'\w+)*")


class KeywordSearch:
    """The list of words and phrases that a team would search its notes for.

    Those of an indicator are its name, up to a bracket, and every cue that is plain words: no concept, no gap and no
    second side. Any of them, anywhere, raises a flag, whatever the sentence says.

    Args:
        knowledge: Where the words come from.
    """

    name = "keywords"
    description = "Search for the indicators' names and the plain words and phrases among the cues."

    def __init__(self, knowledge: Knowledge) -> None:
        inflector = Inflector(knowledge.inflections.irregular)
        self._phrases: dict[tuple[str, ...], set[str]] = defaultdict(set)
        for indicator in knowledge.indicators:
            for phrase in keywords(indicator, inflector):
                self._phrases[tuple(_WORD.findall(phrase))].add(indicator.id)
        self._longest = max(map(len, self._phrases))

    def fit(self, records: Sequence[Record]) -> Self:  # noqa: ARG002
        """Return itself: nothing is learned."""
        return self

    def predict(self, records: Sequence[Record]) -> list[Prediction]:
        """Return one prediction a record."""
        return [self._predict(normalise(record.text)) for record in records]

    def _predict(self, text: str) -> Prediction:
        mentions = tuple(self._mentions(text))
        flagged = frozenset(mention.indicator for mention in mentions)
        return Prediction(dict.fromkeys(flagged, 1.0), flagged, mentions=mentions)

    def _mentions(self, text: str) -> Iterator[PredictedMention]:
        words = [(found.group().lower(), *found.span()) for found in _WORD.finditer(text)]
        for first, (_, start, _) in enumerate(words):
            for length in range(1, min(self._longest, len(words) - first) + 1):
                phrase = words[first : first + length]
                for indicator in sorted(self._phrases.get(tuple(word for word, _, _ in phrase), ())):
                    yield PredictedMention(indicator, start, phrase[-1][2], Status.AFFIRMED, shown=True)


class PlainTfidf:
    """Word and character TF-IDF with one-vs-rest logistic regression on sentences, a note scoring as its best one.

    Args:
        indicators: Ids, one column each.
    """

    name = "tfidf"
    description = "Word and character TF-IDF with logistic regression on sentences, at a fixed threshold of 0.5."

    def __init__(self, indicators: Sequence[str]) -> None:
        self._indicators = tuple(indicators)
        self._columns: tuple[str, ...] = ()
        self._model: Pipeline | None = None

    def fit(self, records: Sequence[Record]) -> Self:
        """Return a fitted copy; an indicator without a marked sentence is never flagged."""
        fitted = type(self)(self._indicators)
        texts, truth = labelled_sentences(records, self._indicators)
        # An indicator that no sentence, or every one, is marked with cannot be learned.
        learnable = np.flatnonzero(truth.any(axis=0) & ~truth.all(axis=0))
        fitted._columns = tuple(self._indicators[column] for column in learnable)
        if fitted._columns:
            model = _plain_model(rare_from=2, jobs=2) if len(texts) >= _MANY else _plain_model(rare_from=1, jobs=1)
            # Processes share large arrays as read-only files otherwise, which the solver refuses.
            with parallel_config(max_nbytes=None):
                fitted._model = model.fit(texts, truth[:, learnable].astype(np.int8))
        return fitted

    def predict(self, records: Sequence[Record]) -> list[Prediction]:
        """Return one prediction a record, without mentions: the scores say nothing of single words."""
        sentences = [_sentences(record.text) for record in records]
        scores = self._score([text for found in sentences for _, _, text in found])
        ends = np.cumsum([len(found) for found in sentences], dtype=np.intp)
        return [self._predict(rows) for rows in np.split(scores, ends)[:-1]]

    def _score(self, texts: Sequence[str]) -> NDArray[np.float64]:
        if self._model is None or not texts:
            return np.zeros((len(texts), len(self._columns)))
        scores = np.asarray(self._model.predict_proba(texts), dtype=np.float64)
        return scores[:, -len(self._columns) :]

    def _predict(self, sentences: NDArray[np.float64]) -> Prediction:
        best = sentences.max(axis=0, initial=0.0).tolist()
        probabilities = dict(zip(self._columns, best, strict=True))
        flagged = frozenset(name for name, value in probabilities.items() if value >= FIXED_THRESHOLD)
        return Prediction(probabilities, flagged, mentions=None)


def keywords(indicator: Indicator, inflector: Inflector) -> frozenset[str]:
    """Return the words and phrases that a search for an indicator would use, lower case."""
    name = normalise(indicator.name.split("(")[0]).strip().lower()
    return frozenset({name, *_plain_phrases(indicator, inflector)})


def labelled_sentences(records: Sequence[Record], indicators: Sequence[str]) -> tuple[list[str], NDArray[np.bool_]]:
    """Cut records into sentences.

    Returns:
        The normalised sentences, and a matrix (sentences, indicators) of what is marked in each as current.
    """
    column = {indicator: index for index, indicator in enumerate(indicators)}
    texts: list[str] = []
    rows: list[tuple[int, int]] = []
    for record in records:
        for start, end, text in _sentences(record.text):
            rows += [
                (len(texts), column[mark.indicator])
                for mark in record.spans
                if mark.status in CURRENT and mark.start < end and start < mark.end
            ]
            texts.append(text)
    truth = np.zeros((len(texts), len(column)), dtype=np.bool_)
    for row, index in rows:
        truth[row, index] = True
    return texts, truth


def _plain_phrases(indicator: Indicator, inflector: Inflector) -> Iterator[str]:
    for source in (pattern for cue in indicator.cues for pattern in cue.patterns):
        for pattern in parse_pattern(source, inflector):
            elements = [element for part in pattern.parts for element in part.elements]
            if len(elements) == 1 and isinstance(elements[0], Words):
                yield from elements[0].phrases


def _sentences(text: str) -> list[tuple[int, int, str]]:
    plain = normalise(text)
    return [(start, end, plain[start:end]) for start, end in split_sentences(plain)]


def _plain_model(*, rare_from: int, jobs: int) -> Pipeline:
    return make_pipeline(
        make_union(
            TfidfVectorizer(ngram_range=(1, 2), min_df=rare_from, sublinear_tf=True),
            TfidfVectorizer(analyzer="char_wb", ngram_range=(3, 5), min_df=rare_from, sublinear_tf=True),
        ),
        # The dual problem has the same solution and is six times quicker with more features than sentences. Its solver
        # draws from one random state of the process, so that threads would not give the same model twice.
        OneVsRestClassifier(
            LogisticRegression(
                C=10, class_weight="balanced", solver="liblinear", dual=True, tol=1e-2, max_iter=1000, random_state=0
            ),
            n_jobs=jobs,
        ),
    )
