import pytest

from api.review.forms import read_decision, read_marks, read_outcome
from triage.errors import InvalidTransition
from triage.flag import Level, Status
from triage.review.records import Decision, Mark
from triage.review.vocabulary import Outcome, Reason, Verdict

TEXT = "She has two phones. A man bought her trainers."


def text() -> str:
    return TEXT


def unread() -> str:
    raise AssertionError("the note was read for a decision that needs no words")


def test_agreeing_needs_nothing_else_and_leftovers_are_dropped() -> None:
    form = {"indicator": "new_phones", "verdict": "agree", "reason": "negated", "words": "gone", "comment": " yes "}
    assert read_decision(form, unread) == Decision("new_phones", Verdict.AGREE, comment="yes")


def test_disagreeing_keeps_only_what_its_reason_needs() -> None:
    form = {
        "indicator": "new_phones",
        "verdict": "disagree",
        "reason": "wrong_status",
        "corrected_status": "historical",
        "corrected_indicator": "online_gifts",
    }
    expected = Decision("new_phones", Verdict.DISAGREE, Reason.WRONG_STATUS, corrected_status=Status.HISTORICAL)
    assert read_decision(form, unread) == expected


@pytest.mark.parametrize(
    "place",
    [
        {"words": "two phones"},
        {"words": "two phones", "start": "8", "end": "18"},
        {"words": "two phones", "start": "0", "end": "3"},
    ],
)
def test_words_are_typed_or_selected_and_a_wrong_selection_gives_way_to_the_words(place: dict[str, str]) -> None:
    decision = read_decision({"indicator": "new_phones", "verdict": "added", **place}, text)
    assert (decision.start, decision.end) == (8, 18)


def test_a_sentence_can_be_chosen_instead_of_words() -> None:
    form = {"indicator": "online_gifts", "verdict": "added", "sentence": "20-46", "corrected_level": "harm_described"}
    decision = read_decision(form, text)
    assert TEXT[decision.start : decision.end] == "A man bought her trainers."
    assert decision.corrected_level is Level.HARM_DESCRIBED


@pytest.mark.parametrize(
    ("form", "where"),
    [
        ({}, "verdict"),
        ({"verdict": "maybe"}, "verdict"),
        ({"verdict": "disagree"}, "reason"),
        ({"verdict": "agree"}, "indicator"),
        ({"verdict": "disagree", "reason": "wrong_indicator", "indicator": "x"}, "corrected_indicator"),
        ({"verdict": "disagree", "reason": "wrong_status", "indicator": "x"}, "corrected_status"),
        ({"verdict": "disagree", "reason": "wrong_words", "indicator": "x"}, "words"),
        ({"verdict": "added", "indicator": "x", "sentence": "all"}, "sentence"),
        ({"verdict": "added", "indicator": "x", "words": "two", "start": "\u00b2"}, "sentence"),
    ],
)
@pytest.mark.parametrize("prefix", ["", "r1-"])
def test_a_faulty_field_is_named_as_in_the_form(form: dict[str, str], where: str, prefix: str) -> None:
    with pytest.raises(InvalidTransition) as refusal:
        read_decision({prefix + name: value for name, value in form.items()}, text, prefix=prefix)
    assert (refusal.value.code, refusal.value.where) == ("bad_decision", prefix + where)


def test_empty_rows_of_a_first_judgement_are_left_out() -> None:
    form = {"m0-indicator": "", "m0-words": " ", "m2-indicator": "new_phones", "m2-words": "two phones", "m2-start": ""}
    form["m0-corrected_status"] = "possible"
    assert read_marks(form, text) == (Mark("new_phones", 8, 18),)


def test_a_half_filled_row_is_refused() -> None:
    with pytest.raises(InvalidTransition) as refusal:
        read_marks({"m1-indicator": "new_phones", "m1-words": ""}, text)
    assert refusal.value.where == "m1-words"


def test_an_outcome_is_needed() -> None:
    assert read_outcome({"outcome": "act"}) is Outcome.ACT
    with pytest.raises(InvalidTransition):
        read_outcome({})
