import pytest
from hypothesis import given
from hypothesis import strategies as st

from triage.errors import InvalidTransition
from triage.flag import FLAGGED, Status
from triage.review.decisions import check_decision, check_mark, effect, standings
from triage.review.records import Decision, Mark
from triage.review.vocabulary import Reason, Standing, Verdict

FLAGS = {"sextortion": Status.AFFIRMED, "new_phones": Status.POSSIBLE}
KNOWN = frozenset({"sextortion", "new_phones", "online_gifts", "offline_meeting"})
A, D, U, ADDED, W = Verdict.AGREE, Verdict.DISAGREE, Verdict.UNSURE, Verdict.ADDED, Verdict.WITHDRAWN


def check(decision, *, ruling=False):
    check_decision(decision, flags=FLAGS, known=KNOWN, length=100, ruling=ruling)


@pytest.mark.parametrize(
    "decision",
    [
        Decision("sextortion", A),
        Decision("sextortion", U, comment="x" * 2000),
        Decision("sextortion", D, Reason.NEGATED),
        Decision("sextortion", D, Reason.WRONG_WORDS, start=0, end=100),
        Decision("sextortion", D, Reason.WRONG_INDICATOR, corrected_indicator="online_gifts"),
        Decision("sextortion", D, Reason.WRONG_STATUS, corrected_status=Status.DENIED),
        Decision("online_gifts", ADDED, corrected_status=Status.POSSIBLE, start=3, end=9),
    ],
)
def test_decisions_that_hold(decision):
    check(decision)


@pytest.mark.parametrize(
    ("decision", "field"),
    [
        (Decision("sextortion", W), "verdict"),
        (Decision("nothing", A), "indicator"),
        (Decision("online_gifts", A), "indicator"),
        (Decision("sextortion", ADDED, start=1, end=2), "indicator"),
        (Decision("online_gifts", ADDED), "start"),
        (Decision("online_gifts", ADDED, start=1), "start"),
        (Decision("online_gifts", ADDED, corrected_status=Status.GENERAL, start=1, end=2), "corrected_status"),
        (Decision("sextortion", D), "reason"),
        (Decision("sextortion", A, Reason.NEGATED), "reason"),
        (Decision("sextortion", D, Reason.WRONG_INDICATOR), "corrected_indicator"),
        (Decision("sextortion", D, Reason.WRONG_INDICATOR, corrected_indicator="sextortion"), "corrected_indicator"),
        (Decision("sextortion", D, Reason.WRONG_INDICATOR, corrected_indicator="none"), "corrected_indicator"),
        (Decision("sextortion", A, corrected_indicator="online_gifts"), "corrected_indicator"),
        (Decision("sextortion", D, Reason.WRONG_STATUS), "corrected_status"),
        (Decision("sextortion", D, Reason.WRONG_STATUS, corrected_status=Status.AFFIRMED), "corrected_status"),
        (Decision("sextortion", D, Reason.WRONG_WORDS), "start"),
        (Decision("sextortion", D, Reason.WRONG_WORDS, start=90, end=101), "start"),
        (Decision("sextortion", D, Reason.WRONG_WORDS, start=-1, end=5), "start"),
        (Decision("sextortion", D, Reason.WRONG_WORDS, start=5, end=5), "start"),
        (Decision("sextortion", A, comment="x" * 2001), "comment"),
    ],
)
def test_a_tampered_form_is_refused_and_its_field_named(decision, field):
    with pytest.raises(InvalidTransition) as refusal:
        check(decision)
    assert (refusal.value.code, refusal.value.where) == ("bad_decision", field)


def test_a_ruling_decides_on_what_one_reader_added_and_is_never_unsure():
    check(Decision("online_gifts", D, Reason.NOT_SAID), ruling=True)
    check(Decision("online_gifts", ADDED, start=1, end=2), ruling=True)
    for decision in (Decision("sextortion", U), Decision("online_gifts", A)):
        with pytest.raises(InvalidTransition):
            check(decision, ruling=True)


@pytest.mark.parametrize(
    "mark",
    [
        Mark("nothing", 0, 1),
        Mark("sextortion", 5, 5),
        Mark("sextortion", 0, 101),
        Mark("sextortion", 0, 1, Status.NEGATED),
    ],
)
def test_a_mark_that_is_none(mark):
    with pytest.raises(InvalidTransition):
        check_mark(mark, known=KNOWN, length=100)


@pytest.mark.parametrize(
    ("decision", "left"),
    [
        (Decision("i", A), ("i", Status.POSSIBLE)),
        (Decision("i", D, Reason.NEGATED), None),
        (Decision("i", D, Reason.OTHER_PERSON), None),
        (Decision("i", D, Reason.GENERAL), None),
        (Decision("i", D, Reason.NOT_SAID), None),
        (Decision("i", D, Reason.BENIGN_EXPLANATION), None),
        (Decision("i", D, Reason.HISTORICAL), ("i", Status.HISTORICAL)),
        (Decision("i", D, Reason.WRONG_WORDS, start=1, end=2), ("i", Status.POSSIBLE)),
        (Decision("i", D, Reason.WRONG_STATUS, corrected_status=Status.DENIED), ("i", Status.DENIED)),
        (Decision("i", D, Reason.WRONG_STATUS, corrected_status=Status.NEGATED), None),
        (Decision("i", D, Reason.WRONG_INDICATOR, corrected_indicator="j"), ("j", Status.POSSIBLE)),
        (Decision("i", ADDED, corrected_status=Status.AFFIRMED, start=1, end=2), ("i", Status.AFFIRMED)),
    ],
)
def test_what_a_decision_leaves(decision, left):
    assert effect(decision, Status.POSSIBLE) == left


def one(reviews, *, rulings=(), complete=True):
    given = [{d.indicator: d for d in review} for review in reviews]
    found = standings({"i": Status.AFFIRMED}, given, {d.indicator: d for d in rulings}, complete=complete)
    return {s.indicator: s.standing for s in found}


def test_one_reader_is_enough_where_no_second_was_asked():
    assert one([[Decision("i", U)]]) == {"i": Standing.AGREED}
    assert one([[Decision("i", A)]], complete=False) == {"i": Standing.INCOMPLETE}


@pytest.mark.parametrize(
    ("first", "second", "standing"),
    [
        (Decision("i", A), Decision("i", A), Standing.AGREED),
        (Decision("i", A), Decision("i", D, Reason.WRONG_WORDS, start=1, end=2), Standing.AGREED),
        (Decision("i", D, Reason.NEGATED), Decision("i", D, Reason.NOT_SAID), Standing.AGREED),
        (Decision("i", A), Decision("i", D, Reason.NEGATED), Standing.CONFLICTED),
        (Decision("i", A), Decision("i", D, Reason.HISTORICAL), Standing.CONFLICTED),
        (Decision("i", A), Decision("i", U), Standing.CONFLICTED),
        (Decision("i", U), Decision("i", U), Standing.CONFLICTED),
    ],
)
def test_two_readers(first, second, standing):
    assert one([[first], [second]]) == {"i": standing} == one([[second], [first]])


def test_an_indicator_that_one_of_two_added_is_in_conflict_until_ruled():
    added = Decision("j", ADDED, start=1, end=2)
    assert one([[Decision("i", A), added], [Decision("i", A)]])["j"] is Standing.CONFLICTED
    ruled = one([[Decision("i", A), added], [Decision("i", A)]], rulings=[Decision("j", D, Reason.NOT_SAID)])
    assert set(ruled.values()) == {Standing.AGREED}


def test_corrected_words_are_the_final_ones():
    corrected = Decision("i", D, Reason.WRONG_WORDS, start=1, end=2)
    found = standings({"i": Status.AFFIRMED}, [{"i": Decision("i", A)}, {"i": corrected}], {}, complete=True)
    assert found[0].decision == corrected


DECISIONS = st.one_of(
    st.sampled_from([Decision("i", A), Decision("i", U)]),
    st.sampled_from([r for r in Reason if r not in (Reason.WRONG_INDICATOR, Reason.WRONG_STATUS)]).map(
        lambda reason: Decision("i", D, reason, start=1, end=2)
    ),
    st.sampled_from(FLAGGED[1:]).map(lambda s: Decision("i", D, Reason.WRONG_STATUS, corrected_status=s)),
)


@given(DECISIONS, DECISIONS)
def test_the_order_of_readers_does_not_matter_and_agreement_means_one_effect(first, second):
    assert one([[first], [second]]) == one([[second], [first]])
    if one([[first], [second]])["i"] is Standing.AGREED:
        assert effect(first, Status.AFFIRMED) == effect(second, Status.AFFIRMED)
