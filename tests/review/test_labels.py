import pytest
from hypothesis import given
from hypothesis import strategies as st

from triage.flag import Level, Status
from triage.review.labels import _apart, _trimmed
from triage.review.records import Decision, Mark
from triage.review.vocabulary import Outcome, Reason, Verdict

# Nothing here depends on the database.
on_sqlite = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


@pytest.fixture
def single(open_service):
    return open_service(second_review_bands=frozenset(), second_review_unsure=False)


def settle(service, person, item_id, *decisions):
    """Decide as told, agree with the rest, complete."""
    item = service.claim(person, item_id)
    for decision in decisions:
        item = service.decide(person, item_id, version=item.version, decision=decision)
    for indicator in service.note_page(person, item_id).open_indicators:
        item = service.decide(person, item_id, version=item.version, decision=Decision(indicator, Verdict.AGREE))
    return service.complete(person, item_id, version=item.version, outcome=Outcome.ACT)


def labelled(service, people):
    return list(service.reports.labelled(people["analyst"]))


def statuses(note, indicator):
    return {mark.status for mark in note.marks if mark.indicator == indicator}


@on_sqlite
def test_agreed_flags_become_marks_with_the_words_shown(single, people, submit, texts):
    receipt = submit(single, case_id="C-1", consent=True)
    settle(single, people["reviewer"], receipt.item_id)
    (note,) = labelled(single, people)
    assert note.text == texts["flagged"] and "C-1" not in note.case and len(note.case) == 16
    assert {mark.indicator for mark in note.marks} == {flag.indicator for flag in receipt.assessment.flags}
    flag = receipt.assessment.flags[0]
    marked = {(mark.start, mark.end) for mark in note.marks if mark.indicator == flag.indicator}
    assert marked <= {(evidence.start, evidence.end) for evidence in flag.evidence}
    assert note.meta["settled"] == "agreed"


@on_sqlite
def test_what_people_corrected_is_what_is_learnt(single, people, submit, texts):
    receipt = submit(single, consent=True)
    start = texts["flagged"].index("threatened to send")
    added = texts["flagged"].index("shaking")
    flags = [flag.indicator for flag in receipt.assessment.flags]
    assert "sextortion" in flags
    settle(
        single,
        people["reviewer"],
        receipt.item_id,
        Decision("sextortion", Verdict.DISAGREE, Reason.WRONG_WORDS, start=start, end=start + 18),
        Decision(
            "secrecy_withdrawal",
            Verdict.ADDED,
            corrected_status=Status.POSSIBLE,
            corrected_level=Level.HARM_DESCRIBED,
            start=added,
            end=added + 8,
        ),
        *[Decision(name, Verdict.DISAGREE, Reason.NEGATED) for name in flags if name != "sextortion"],
    )
    (note,) = labelled(single, people)
    assert [(m.start, m.end) for m in note.marks if m.indicator == "sextortion"] == [(start, start + 18)]
    (mark,) = [m for m in note.marks if m.indicator == "secrecy_withdrawal"]
    assert (mark.end, mark.status, mark.level) == (added + 7, Status.POSSIBLE, Level.HARM_DESCRIBED)
    for name in flags:
        if name != "sextortion":
            assert statuses(note, name) == {Status.NEGATED}


@pytest.mark.parametrize(
    ("decision", "left"),
    [
        (Decision("sextortion", Verdict.DISAGREE, Reason.NOT_SAID), set()),
        (Decision("sextortion", Verdict.DISAGREE, Reason.BENIGN_EXPLANATION), set()),
        (Decision("sextortion", Verdict.DISAGREE, Reason.OTHER_PERSON), {Status.OTHER_PERSON}),
        (Decision("sextortion", Verdict.DISAGREE, Reason.HISTORICAL), {Status.HISTORICAL}),
        (
            Decision("sextortion", Verdict.DISAGREE, Reason.WRONG_STATUS, corrected_status=Status.DENIED),
            {Status.DENIED},
        ),
    ],
)
@on_sqlite
def test_a_reason_gives_the_status(single, people, submit, decision, left):
    settle(single, people["reviewer"], submit(single, consent=True).item_id, decision)
    (note,) = labelled(single, people)
    assert statuses(note, "sextortion") == left


@on_sqlite
def test_another_indicator_takes_the_words(single, people, submit):
    wrong = Decision(
        "sextortion", Verdict.DISAGREE, Reason.WRONG_INDICATOR, corrected_indicator="cyberbullying_harassment"
    )
    settle(single, people["reviewer"], submit(single, consent=True).item_id, wrong)
    (note,) = labelled(single, people)
    assert statuses(note, "cyberbullying_harassment") and not statuses(note, "sextortion")


@on_sqlite
def test_flags_alone_and_unsure_or_withheld_notes_never_become_labels(single, people, submit, review, texts, clock):
    submit(single, id="unread", consent=True)
    review(single, people["reviewer"], submit(single, texts["flagged"] + " 1", id="no-consent").item_id)
    restricted = submit(single, texts["flagged"] + " 2", id="restricted", case_id="C-9", consent=True)
    review(single, people["reviewer"], restricted.item_id)
    single.restrict_case(people["lead"], "C-9", people=[])
    unsure = submit(single, texts["flagged"] + " 3", id="unsure", consent=True)
    review(single, people["reviewer"], unsure.item_id, verdict=Verdict.UNSURE)
    withdrawn = submit(single, texts["flagged"] + " 4", id="withdrawn", consent=True)
    review(single, people["reviewer"], withdrawn.item_id)
    submit(single, texts["flagged"] + " 4", id="withdrawn", consent=False)
    failed = submit(single, "  ", id="not-assessed", consent=True)
    review(single, people["reviewer"], failed.item_id)
    assert labelled(single, people) == []
    kept = submit(single, texts["flagged"] + " 5", id="kept", consent=True)
    review(single, people["reviewer"], kept.item_id)
    assert len(labelled(single, people)) == 1
    clock.advance(days=366)
    assert labelled(single, people) == []


@on_sqlite
def test_an_adjudication_is_what_is_learnt(service, people, submit, review):
    receipt = submit(service, consent=True)
    review(service, people["reviewer"], receipt.item_id)
    item = review(service, people["second"], receipt.item_id, disagree=("sextortion",))
    assert labelled(service, people) == []
    ruling = Decision("sextortion", Verdict.DISAGREE, Reason.GENERAL)
    service.adjudicate(people["lead"], item.id, version=item.version, rulings=[ruling], outcome=Outcome.ACT)
    (note,) = labelled(service, people)
    assert statuses(note, "sextortion") == {Status.GENERAL} and note.meta["readers"] == "2"


@on_sqlite
def test_a_sampled_note_without_a_finding_is_a_note_without_labels(open_service, people, submit, review, texts):
    service = open_service(sample_rate=1.0)
    review(service, people["reviewer"], submit(service, texts["ordinary"], consent=True).item_id)
    (note,) = labelled(service, people)
    assert note.marks == ()


SPANS = st.tuples(st.sampled_from("ab"), st.integers(0, 20), st.integers(1, 8))


@given(st.lists(SPANS, max_size=8))
def test_marks_of_one_indicator_never_overlap(spans):
    kept = _apart(Mark(name, start, start + length) for name, start, length in spans)
    assert all(
        one is other or one.indicator != other.indicator or one.end <= other.start or other.end <= one.start
        for one in kept
        for other in kept
    )
    assert {mark.indicator for mark in kept} == {name for name, _, _ in spans}


@given(st.text(" a\n\u00a0", min_size=1, max_size=10))
def test_marks_begin_and_end_with_words(text):
    mark = _trimmed(Mark("a", 0, len(text)), text)
    assert (text[mark.start : mark.end] if mark else "") == text.strip()
