import pytest

from triage.training.evaluation.mistakes import mistakes
from triage.training.evaluation.predictions import Prediction
from triage.training.evaluation.results import MistakeKind, MistakeReason

TEXT = "A second phone was seen at home today."
PHONE = ("phone", 9, 14)


@pytest.mark.parametrize(
    ("mentions", "reason"),
    [
        ([], MistakeReason.NOT_FOUND),
        ([("p", 9, 14, "affirmed", False)], MistakeReason.OUTVOTED),
        ([("p", 9, 14, "negated", False)], MistakeReason.STATUS),
        ([("g", 9, 14, "affirmed", True)], MistakeReason.NEIGHBOUR),
        ([("g", 9, 14, "affirmed", False)], MistakeReason.NOT_FOUND),
        ([("p", 20, 24, "affirmed", False)], MistakeReason.NOT_FOUND),
    ],
)
def test_why_a_label_was_missed(record, said, mentions, reason: MistakeReason) -> None:
    note = record("1", TEXT, ("phone", "p", "affirmed"), ("home", "g", "affirmed"))
    (missed,) = mistakes([note], [said(["g"], *mentions)])
    assert (missed.kind, missed.indicator, missed.reason) == (MistakeKind.MISS, "p", reason)
    assert missed.spans == ((9, 14),)


@pytest.mark.parametrize(
    ("marks", "reason"),
    [
        ([], MistakeReason.NOT_MARKED),
        ([("phone", "p", "negated")], MistakeReason.STATUS),
        ([("phone", "g", "other_person")], MistakeReason.NEIGHBOUR),
        ([("home", "g", "negated")], MistakeReason.NOT_MARKED),
    ],
)
def test_why_a_flag_was_false(record, said, marks, reason: MistakeReason) -> None:
    (alarm,) = mistakes([record("1", TEXT, *marks)], [said(["p"], ("p", 9, 14, "affirmed", True))])
    assert (alarm.kind, alarm.reason, alarm.spans) == (MistakeKind.FALSE_ALARM, reason, ((9, 14),))


def test_system_that_names_no_words_is_not_explained(record) -> None:
    note = record("1", TEXT, ("phone", "p", "affirmed"))
    found = mistakes([note], [Prediction({}, frozenset({"g"}), mentions=None)])
    assert [mistake.reason for mistake in found] == [MistakeReason.UNEXPLAINED] * 2
