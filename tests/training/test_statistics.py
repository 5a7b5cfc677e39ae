"""Counts of a corpus."""

from triage.flag import Status
from triage.training.corpus import load_corpus
from triage.training.splits import Part
from triage.training.statistics import count_corpus


def test_everything_is_counted(write, note):
    write("notes/a.jsonl", note("1", "A second phone.", ("second phone", "new_phones"), source="notes_7"))
    write(
        "notes/b.jsonl",
        note(
            "2",
            "A second phone, no third one.",
            ("second phone", "new_phones", "denied"),
            ("third one", "new_phones", "negated"),
        ),
        note("3", "Nothing.", source="ben", case_id="notes_7"),
        note("4", "Nothing here.", source="ben", case_id="notes_1"),
    )
    corpus = load_corpus(
        write("snippets/c.jsonl", note("5", "Had one then.", ("one", "new_phones", "historical"), source="notes_2")),
        indicators=["new_phones"],
    )

    counted = count_corpus(corpus, indicators=["sextortion", "new_phones"])

    assert counted.digest == corpus.digest
    assert (counted.total.records, counted.total.words, counted.total.marks) == (5, 15, 4)
    assert (counted.whole_notes.records, counted.without_marks) == (4, 2)
    assert {part: counts.records for part, counts in counted.by_part.items()} == {
        Part.TRAIN: counted.by_source["amina"].records * (Part.TRAIN in counted.by_source["amina"].parts) + 1,
        Part.VALIDATION: 1 + (Part.VALIDATION in counted.by_source["amina"].parts),
        Part.TEST: 2 + (Part.TEST in counted.by_source["amina"].parts),
    }
    assert counted.by_source["ben"].parts == (Part.TRAIN, Part.TEST)
    phones = counted.by_indicator["new_phones"]
    assert (phones.positives, sum(phones.positives_by_part.values()), phones.harm) == (2, 2, 0)
    assert phones.marks[Status.AFFIRMED] == phones.marks[Status.DENIED] == phones.marks[Status.HISTORICAL] == 1
    assert list(counted.by_indicator) == ["new_phones", "sextortion"]
    assert counted.by_indicator["sextortion"].positives == 0
