"""A small learned ConText: doubts the status that the rules give a mention, from the words around it.

A multinomial logistic regression over words, concepts and the rules' own verdict, in plain numpy. It changes a verdict
only where it is confident; all else keeps the status and the modifiers of the rules.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import accumulate, chain
from typing import Self

import numpy as np
from numpy.typing import NDArray

from triage.extraction import Context, Extraction, Modifier, Sentence
from triage.flag import Status
from triage.scoring.identity import Folding
from triage.scoring.surroundings import StatusSpan, Surroundings, Table, split_name

STATUSES = tuple(Status)
"""Order of the columns of the weights."""
MODEL_RULE = "status.model"
"""Rule id of a modifier that the model, rather than a context rule, chose."""


@dataclass(frozen=True)
class StatusModel:
    """A fitted model.

    Attributes:
        vocabulary: Name of each feature.
        weights: Shape `(features, statuses)`.
        bias: Intercepts, shape `(statuses,)`.
        confidence: Probability from which the model's status replaces that of the rules.
        folding: How words are read.
    """

    vocabulary: tuple[str, ...]
    weights: NDArray[np.float32]
    bias: NDArray[np.float32]
    confidence: float
    folding: Folding
    _tables: Mapping[str, Table[int]] = field(init=False, repr=False)
    _padded: NDArray[np.float32] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        tables: defaultdict[str, dict[str, int]] = defaultdict(dict)
        for row, name in enumerate(self.vocabulary):
            kind, word = split_name(name)
            tables[kind][word] = row
        object.__setattr__(self, "_tables", tables)
        object.__setattr__(self, "_padded", np.vstack([self.weights, np.zeros_like(self.bias)]))

    def refine(self, extraction: Extraction, spans: Sequence[StatusSpan]) -> list[Context]:
        """Return the context of each span: that of the rules unless the model is confident of another status."""
        surroundings = Surroundings(extraction, self.folding, self._tables)
        chances = self._chances(surroundings, spans)
        best = chances.argmax(axis=1).tolist()
        confident = (chances.max(axis=1) >= self.confidence).tolist()
        return [
            self._changed(extraction.sentences[span[3]], surroundings.features(span), STATUSES[column], span[4])
            if sure and STATUSES[column] is not span[4].status
            else span[4]
            for span, column, sure in zip(spans, best, confident, strict=True)
        ]

    def probabilities(self, extraction: Extraction, spans: Sequence[StatusSpan]) -> NDArray[np.float64]:
        """Return the probability of each status, shape `(spans, statuses)`."""
        return self._chances(Surroundings(extraction, self.folding, self._tables), spans)

    def to_arrays(self) -> dict[str, NDArray[np.float32]]:
        """Return what `from_arrays` needs besides the vocabulary."""
        return {"weights": self.weights, "bias": self.bias, "confidence": np.array(self.confidence, dtype=np.float32)}

    @classmethod
    def from_arrays(
        cls, arrays: Mapping[str, NDArray[np.float32]], vocabulary: Sequence[str], folding: Folding
    ) -> Self:
        """Rebuild a model.

        Raises:
            ValueError: The arrays do not fit the vocabulary or the statuses.
        """
        weights, bias = arrays["weights"], arrays["bias"]
        if weights.shape != (len(vocabulary), len(STATUSES)) or bias.shape != (len(STATUSES),):
            raise ValueError(f"weights of shape {weights.shape} do not fit {len(vocabulary)} features")
        return cls(tuple(vocabulary), weights, bias, float(arrays["confidence"]), folding)

    def _chances(self, surroundings: Surroundings[int], spans: Sequence[StatusSpan]) -> NDArray[np.float64]:
        sentences = {index: number for number, index in enumerate(dict.fromkeys(span[3] for span in spans))}
        own = self._sums([surroundings.of_mention(span) for span in spans])
        shared = self._sums([surroundings.of_sentence(index) for index in sentences])
        scores = own + shared[[sentences[span[3]] for span in spans]] + self.bias
        powers = np.exp(scores - scores.max(axis=1, keepdims=True))
        chances: NDArray[np.float64] = powers / powers.sum(axis=1, keepdims=True)
        return chances

    def _sums(self, found: Sequence[Mapping[int, int]]) -> NDArray[np.float64]:
        """Return the sums of the weights of some features, shape `(len(found), statuses)`."""
        if not found:
            return np.zeros((0, len(STATUSES)))
        # A row of zeros opens each, so that none is empty.
        rows = np.fromiter(chain.from_iterable((len(self.vocabulary), *features) for features in found), dtype=np.intp)
        starts = [0, *accumulate(len(features) + 1 for features in found[:-1])]
        sums: NDArray[np.float64] = np.add.reduceat(self._padded[rows], starts, axis=0, dtype=np.float64)
        return sums

    def _changed(self, sentence: Sentence, features: Mapping[int, int], status: Status, rule: Context) -> Context:
        columns = self.weights[list(features)]
        gain = columns[:, STATUSES.index(status)] - columns[:, STATUSES.index(rule.status)]
        return Context(status, _modifiers(sentence, status, list(features.values()), gain))


def _modifiers(
    sentence: Sentence, status: Status, tokens: Sequence[int], gain: NDArray[np.float32]
) -> tuple[Modifier, ...]:
    """Return the word that spoke most for the new status; none for a plain statement, which needs no modifier."""
    resting = np.array(tokens) + 1
    totals = np.bincount(resting, weights=gain, minlength=1)[1:]
    if status is Status.AFFIRMED or not totals.size or totals.max() <= 0:
        return ()
    start, end = sentence.offsets[int(totals.argmax())]
    return (Modifier(start, end, MODEL_RULE, status),)
