import pytest

from triage.flag import Status
from triage.training.evaluation.status import confusion, found_marks, naive_status

TEXT = "He denies any gifts. No second phone was seen. Mum is not worried, but a new friend came up."


def test_found_marks_pair_the_marked_and_given_status(record, said) -> None:
    note = record(
        "1",
        TEXT,
        ("denies any gifts", "g", "denied"),
        ("No second phone", "p", "negated"),
        ("a new friend", "f", "affirmed"),
    )
    phone, friend = TEXT.index("second phone"), TEXT.index("new friend")
    predicted = said(
        ["p", "f"], ("p", phone, phone + 12, "affirmed", True), ("f", friend, friend + 10, "affirmed", True)
    )
    found = found_marks([note], [predicted])
    assert [(mark.marked, mark.given, mark.baseline) for mark in found] == [
        (Status.NEGATED, Status.AFFIRMED, Status.NEGATED),
        (Status.AFFIRMED, Status.AFFIRMED, Status.NEGATED),
    ]
    table = confusion(found)
    assert table[Status.NEGATED][Status.AFFIRMED] == 1
    assert sum(number for row in table.values() for number in row.values()) == 2


def test_the_mention_that_overlaps_most_decides(record, said) -> None:
    note = record("1", TEXT, ("No second phone", "p", "negated"))
    start = TEXT.index("No second phone")
    predicted = said(["p"], ("p", start, start + 2, "affirmed", True), ("p", start + 3, start + 15, "negated", False))
    assert [mark.given for mark in found_marks([note], [predicted])] == [Status.NEGATED]


@pytest.mark.parametrize(
    ("sentence", "status"),
    [
        ("No phone seen.", Status.NEGATED),
        ("She isn't online.", Status.NEGATED),
        ("He denies having no phone.", Status.DENIED),
        ("Nobody knows him; note the date.", Status.AFFIRMED),
    ],
)
def test_naive_rule_knows_no_scope(sentence: str, status: Status) -> None:
    assert naive_status(sentence) is status
