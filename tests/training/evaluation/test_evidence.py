import numpy as np

from triage.training.evaluation.evidence import evidence_on_marks, marks_overlapped
from triage.training.evaluation.predictions import Prediction

TEXT = "A second phone was seen. He denies any gifts. No chat was found."


def test_marks_of_flags_overlapped_by_shown_evidence(record, said) -> None:
    note = record(
        "1", TEXT, ("second phone", "p", "affirmed"), ("denies any gifts", "g", "denied"), ("No chat", "c", "negated")
    )
    start = TEXT.index("phone")
    predicted = said(["p"], ("p", start, start + 5, "affirmed", True), ("g", 28, 34, "denied", False))
    # Two marks raise a flag; that of g was found but not shown.
    assert marks_overlapped([note], [predicted]).tolist() == [[1], [2]]


def test_evidence_must_overlap_a_mark_of_its_own_indicator(record, said) -> None:
    note = record("1", TEXT, ("second phone", "p", "historical"))
    predicted = said(
        ["p", "g"], ("p", 0, 8, "affirmed", True), ("g", 2, 8, "affirmed", True), ("p", 30, 34, "affirmed", True)
    )
    assert evidence_on_marks([note], [predicted]).tolist() == [[1], [3]]


def test_touching_is_no_overlap(record, said) -> None:
    note = record("1", TEXT, ("second", "p", "affirmed"))
    assert evidence_on_marks([note], [said(["p"], ("p", 8, 14, "affirmed", True))]).tolist() == [[0], [1]]


def test_system_without_words_counts_nothing(record) -> None:
    note = record("1", TEXT, ("second", "p", "affirmed"))
    nothing = Prediction({}, frozenset({"p"}), mentions=None)
    assert np.array_equal(marks_overlapped([note], [nothing]), [[0], [0]])
