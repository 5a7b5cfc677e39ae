"""Agreement of two annotators, and where they differ."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from triage.errors import DatasetError
from triage.flag import Status
from triage.training.agreement import compare, pair_marks
from triage.training.records import Mark

TEXT = "A second phone was found. He was told to pay."
PHONE, PAY = ("second phone", "new_phones"), ("told to pay", "sextortion")


def test_the_same_labels_agree_in_everything(note):
    records = [note("1", TEXT, PHONE, PAY), note("2", "Nothing.")]
    found = compare(records, reversed(records))
    assert (found.notes, found.flag_f1, found.span_f1, found.span_f1_any_overlap) == (2, 1.0, 1.0, 1.0)
    assert (found.status, found.harm, found.disagreements) == (1.0, 1.0, ())
    assert found.by_indicator["new_phones"].kappa == 1.0
    assert found.status_kappa is None


def test_kappa_is_that_of_the_textbook(note):
    # 20 and 15 in agreement of 50, 5 and 10 not: observed 0.70, by chance 0.50, kappa 0.40.
    answers = [(True, True)] * 20 + [(True, False)] * 5 + [(False, True)] * 10 + [(False, False)] * 15
    first = [note(str(n), TEXT, *[PHONE] * a) for n, (a, _) in enumerate(answers)]
    second = [note(str(n), TEXT, *[PHONE] * b) for n, (_, b) in enumerate(answers)]
    item = compare(first, second).by_indicator["new_phones"]
    assert (item.both, item.only_a, item.only_b) == (20, 5, 10)
    assert item.kappa == pytest.approx(0.4)
    assert item.f1 == pytest.approx(40 / 55)


def test_half_an_overlap_is_half_right(note):
    # "second phone" has 12 characters, "phone" 5: Dice 10/17.
    found = compare([note("1", TEXT, PHONE)], [note("1", TEXT, ("phone", "new_phones"))])
    assert found.span_f1 == pytest.approx(10 / 17)
    assert found.span_f1_any_overlap == 1.0
    assert found.disagreements == ()


def test_differences_are_listed_by_offsets_without_text(note):
    found = compare(
        [note("1", TEXT, PHONE, PAY), note("2", "A tablet.")],
        [note("1", TEXT, (*PHONE, "denied")), note("2", "A tablet.", ("tablet", "new_phones"))],
    )
    assert [(item.note, item.kind, item.indicator, item.a, item.b) for item in found.disagreements] == [
        ("1", "status", "new_phones", (2, 14), (2, 14)),
        ("1", "only_a", "sextortion", (33, 44), None),
        ("2", "only_b", "new_phones", None, (2, 8)),
    ]
    assert (found.status, found.harm, found.status_kappa) == (0.0, 1.0, 0.0)
    assert "phone was" not in found.model_dump_json()


def test_a_different_harm_flag_is_listed(note):
    one = note("1", TEXT, PHONE)
    other = one.model_copy(update={"spans": (one.spans[0].model_copy(update={"harm": True}),)})
    found = compare([one], [other])
    assert ([item.kind for item in found.disagreements], found.harm) == (["harm"], 0.0)


def test_notes_of_one_file_only_and_changed_texts_are_named(note):
    found = compare(
        [note("1", TEXT), note("2", "Two."), note("3", "Three.")],
        [note("1", TEXT), note("3", "3."), note("4", "Four.")],
    )
    assert (found.notes, found.only_in_a, found.only_in_b, found.other_text) == (1, ("2",), ("4",), ("3",))
    assert (found.flag_f1, found.span_f1, found.status, found.by_indicator) == (None, None, None, {})


def test_nothing_in_common_is_an_error(note):
    with pytest.raises(DatasetError, match="no note is in both"):
        compare([note("1", "One.")], [note("2", "One.")])


marks = st.lists(
    st.builds(
        lambda start, length, indicator: Mark(
            start=start, end=start + length, indicator=indicator, status=Status.AFFIRMED, harm=False
        ),
        st.integers(0, 30),
        st.integers(1, 10),
        st.sampled_from(["a", "b"]),
    ),
    max_size=5,
)


@given(marks, marks)
def test_marks_are_paired_once_within_an_indicator_and_alike_both_ways(one, other):
    pairs = pair_marks(one, other)
    assert all(first.indicator == second.indicator and first.overlap(second) for first, second in pairs)
    assert len(pairs) <= min(len(one), len(other))
    assert len(pair_marks(one, one)) == len(one)
    credit = sum(a.overlap(b) * 2 / (a.end - a.start + b.end - b.start) for a, b in pairs)
    back = sum(a.overlap(b) * 2 / (a.end - a.start + b.end - b.start) for a, b in pair_marks(other, one))
    assert credit == pytest.approx(back)
