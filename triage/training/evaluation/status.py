"""Whether found mentions have the status a person gave them, beside the naive rule that any "no" negates."""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from srsly.ruamel_yaml import YAML

from triage.flag import Frozen, Status
from triage.pipeline.sentences import split_sentences
from triage.pipeline.text import normalise
from triage.training.evaluation.predictions import Prediction
from triage.training.records import Mark, Record

_WORDS = Path(__file__).parent / "data" / "baselines.yaml"


@dataclass(frozen=True, slots=True)
class FoundMark:
    """A mark that a mention of its indicator overlaps.

    Attributes:
        note: Index of its note.
        given: Status of the mention that overlaps it most.
        baseline: Status by the naive rule.
    """

    note: int
    marked: Status
    given: Status
    baseline: Status


class _NaiveWords(Frozen):
    negated: tuple[str, ...]
    denied: tuple[str, ...]


def found_marks(records: Sequence[Record], predictions: Sequence[Prediction]) -> list[FoundMark]:
    """Return the marks that each system's mentions found; where none was named, there is none."""
    return [
        found
        for note, (record, said) in enumerate(zip(records, predictions, strict=True))
        for found in _found(note, record, said)
    ]


def confusion(found: Sequence[FoundMark]) -> dict[Status, dict[Status, int]]:
    """Return marked status to given status to number, every status listed."""
    pairs = Counter((mark.marked, mark.given) for mark in found)
    return {marked: {given: pairs[marked, given] for given in Status} for marked in Status}


def naive_status(sentence: str) -> Status:
    """Return the status that the words of a sentence give every mention in it, without any scope.

    Args:
        sentence: Normalised.
    """
    negated, denied = _naive_patterns()
    if denied.search(sentence):
        return Status.DENIED
    return Status.NEGATED if negated.search(sentence) else Status.AFFIRMED


def _found(note: int, record: Record, said: Prediction) -> Iterator[FoundMark]:
    plain = normalise(record.text)
    sentences = split_sentences(plain)
    for mark in record.spans:
        best = max(
            (mention for mention in said.mentions or () if mention.indicator == mark.indicator),
            key=lambda mention: mention.overlap(mark.start, mark.end),
            default=None,
        )
        if best is not None and best.overlap(mark.start, mark.end):
            baseline = naive_status(" ".join(plain[start:end] for start, end in sentences if _inside(mark, start, end)))
            yield FoundMark(note, mark.status, best.status, baseline)


def _inside(mark: Mark, start: int, end: int) -> bool:
    return mark.start < end and start < mark.end


@cache
def _naive_patterns() -> tuple[re.Pattern[str], re.Pattern[str]]:
    words = _NaiveWords.model_validate(YAML(typ="safe").load(_WORDS))
    negated, denied = (
        re.compile(rf"(?<!\w)(?:{'|'.join(map(re.escape, some))})(?!\w)", re.IGNORECASE)
        for some in (words.negated, words.denied)
    )
    return negated, denied
