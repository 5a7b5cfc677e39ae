"""Which notes systems learn from and which they are tried on: a part of the corpus, or authors held out in turn.

Authors whose notes were read while cues were written can be learnt from, but are no test: cues look better on them.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from triage.errors import DatasetError, Issue
from triage.training.corpus import Corpus
from triage.training.records import Record
from triage.training.splits import Part, leave_one_source_out, part_of


@dataclass(frozen=True, slots=True)
class Fold:
    """One fit and what it is tried on.

    Attributes:
        name: The part, or the authors held out.
        train: Records to learn from.
        test: Whole notes.
    """

    name: str
    train: tuple[Record, ...]
    test: tuple[Record, ...]


def part_fold(corpus: Corpus, part: Part, *, not_tried: Collection[str] = ()) -> Fold:
    """Return the whole notes of a part, with the training part to learn from.

    Args:
        corpus: Labelled notes.
        part: Such as the test part.
        not_tried: Authors whose notes are no test.

    Raises:
        DatasetError: The part holds no whole note that could be a test.
    """
    test = tuple(
        record for record in corpus.whole_notes() if part_of(record) is part and record.source not in not_tried
    )
    if not test:
        message = f"no whole note that could be a test falls into the part '{part}'; use --leave-one-source-out"
        issue = Issue(".", 0, "D033", message)
        raise DatasetError("There is nothing to evaluate on.", code="empty_part", issues=[issue])
    return Fold(part, tuple(record for record in corpus.records if part_of(record) is Part.TRAIN), test)


def source_folds(corpus: Corpus, *, count: int | None = None, not_tried: Collection[str] = ()) -> list[Fold]:
    """Hold out every author's whole notes once.

    Args:
        corpus: Labelled notes.
        count: Number of fits, each holding out several authors; one fit an author by default.
        not_tried: Authors whose notes are no test.

    Raises:
        DatasetError: Fewer than two authors wrote whole notes, or none of them could be a test.
    """
    splits = [split for split in leave_one_source_out(corpus) if split[0] not in not_tried]
    if not splits:
        issue = Issue(".", 0, "D034", "every author's notes were read while cues were written; use --include-read")
        raise DatasetError("There is nothing to evaluate on.", code="no_test_source", issues=[issue])
    number = min(count or len(splits), len(splits))
    return [_joined(corpus, splits[index::number]) for index in range(number)]


def _joined(corpus: Corpus, splits: Sequence[tuple[str, tuple[Record, ...], tuple[Record, ...]]]) -> Fold:
    """Return one fold that holds out the authors of several."""
    allowed = frozenset.intersection(*(frozenset(record.id for record in train) for _, train, _ in splits))
    return Fold(
        name=", ".join(source for source, _, _ in splits),
        train=tuple(record for record in corpus.records if record.id in allowed),
        test=tuple(record for _, _, test in splits for record in test),
    )
