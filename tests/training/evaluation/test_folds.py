import pytest

from triage.errors import DatasetError
from triage.training.corpus import Corpus, Entry
from triage.training.evaluation.folds import part_fold, source_folds
from triage.training.splits import Part, part_of


@pytest.fixture
def corpus(record) -> Corpus:
    """Whole notes of six authors, and one author's snippets."""
    whole = [
        Entry(record(f"{author}-{n}", f"Visit {n} of {author}.", source=author), f"notes/{author}.jsonl", n + 1)
        for author in ("ash", "birch", "cedar", "elm", "fir", "oak")
        for n in range(2)
    ]
    snippets = [Entry(record("s-1", "A snippet.", source="rowan"), "snippets/rowan.jsonl", 1)]
    return Corpus((*whole, *snippets), "sha256:" + "0" * 64)


@pytest.mark.parametrize(("count", "number"), [(None, 6), (2, 2), (4, 4), (99, 6)])
def test_every_whole_note_is_tried_once_and_never_learnt_from(corpus, count, number) -> None:
    folds = source_folds(corpus, count=count)
    assert len(folds) == number
    tried = [record.id for fold in folds for record in fold.test]
    assert sorted(tried) == sorted(record.id for record in corpus.whole_notes())
    for fold in folds:
        assert not {record.source for record in fold.test} & {record.source for record in fold.train}
        assert "s-1" in {record.id for record in fold.train}
        assert len(fold.train) + len(fold.test) == len(corpus.records)


def test_part_holds_its_whole_notes_and_learns_from_the_training_part(corpus) -> None:
    part = part_of(corpus.whole_notes()[0])
    fold = part_fold(corpus, part)
    assert fold.test == tuple(record for record in corpus.whole_notes() if part_of(record) is part)
    assert {part_of(record) for record in fold.train} == {Part.TRAIN}


def test_empty_part_is_refused(record) -> None:
    only = Corpus((Entry(record("1", "A snippet."), "snippets/a.jsonl", 1),), "sha256:" + "0" * 64)
    with pytest.raises(DatasetError, match="--leave-one-source-out"):
        part_fold(only, Part.TEST)


def test_authors_that_are_no_test_are_learnt_from_but_not_tried(corpus) -> None:
    folds = source_folds(corpus, not_tried={"ash", "oak"})
    assert {record.source for fold in folds for record in fold.test} == {"birch", "cedar", "elm", "fir"}
    assert all({"ash", "oak"} <= {record.source for record in fold.train} for fold in folds)


def test_no_author_left_to_try_is_refused(corpus) -> None:
    everybody = {record.source for record in corpus.records}
    with pytest.raises(DatasetError, match="--include-read"):
        source_folds(corpus, not_tried=everybody)
    with pytest.raises(DatasetError, match="could be a test"):
        part_fold(corpus, part_of(corpus.records[0]), not_tried=everybody)
