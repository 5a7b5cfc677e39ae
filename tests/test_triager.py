import random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from triage import Note
from triage.flag import CURRENT, Band, Cause, Level, Status
from triage.knowledge.loading import load_knowledge
from triage.triager import Triager

PHONE = "YP has a second phone and will not say who bought it."
THREAT = "He is threatening to send her pictures to everyone she follows unless she pays."


@pytest.fixture(scope="module")
def triager():
    return Triager(load_knowledge())


def indicators(assessment):
    return [flag.indicator for flag in assessment.flags]


def test_a_flag_carries_the_words_a_reason_and_questions(triager):
    assessment = triager.assess(Note(THREAT, id="N-1", case_id="C-1"))
    flag = assessment.flags[0]
    assert (assessment.note_id, assessment.case_id, assessment.outcome) == ("N-1", "C-1", "assessed")
    assert (flag.indicator, flag.status, flag.level) == ("sextortion", Status.AFFIRMED, Level.HARM_DESCRIBED)
    assert flag.evidence
    assert all(THREAT[words.start : words.end] == words.quote for words in flag.evidence)
    assert flag.reason.endswith(".")
    assert flag.follow_up
    assert assessment.reading_order.band is Band.SAME_DAY
    assert "E1" in {reason.rule for reason in assessment.reading_order.reasons}


def test_a_denial_keeps_the_flag(triager):
    flag = triager.assess("He denies having a second phone.").flags[0]
    assert (flag.indicator, flag.status) == ("new_phones", Status.DENIED)


@pytest.mark.parametrize(
    ("text", "status"),
    [
        ("No second phone was seen on the visit.", Status.NEGATED),
        ("Online-safety lesson covered sextortion; pupils engaged well.", Status.GENERAL),
    ],
)
def test_other_mentions_are_shown_with_what_decided_them(triager, text, status):
    assessment = triager.assess(text)
    assert not assessment.flags
    mention = assessment.not_flagged[0]
    assert mention.status is status
    assert all(text[words.start : words.end] == words.quote for words in mention.modifiers)


@pytest.mark.parametrize(
    ("text", "cause"),
    [
        ("", Cause.EMPTY),
        (" \n\u200b ", Cause.EMPTY),
        ("x" * 100_001, Cause.TOO_LONG),
        ("\ud800 seen", Cause.LONE_SURROGATE),
        ("seen \x00 at home", Cause.BINARY),
        ("Χθες μιλήσαμε με τη μητέρα για το σχολείο και για το νέο τηλέφωνο.", Cause.NOT_ENGLISH),
    ],
)
def test_what_cannot_be_assessed_reaches_a_person(triager, text, cause):
    assessment = triager.assess(text)
    assert (assessment.outcome, assessment.cause, assessment.flags) == ("not_assessed", cause, ())
    assert assessment.reading_order.band is Band.NEXT_WORKING_DAY


def test_a_failing_detector_does_not_look_like_a_clean_note(triager, monkeypatch):
    def fail(text, *_):
        raise RuntimeError(text)

    monkeypatch.setattr("triage.pipeline.extractor.read", fail)
    assessment = triager.assess(PHONE)
    assert (assessment.outcome, assessment.cause) == ("not_assessed", Cause.INTERNAL_ERROR)
    assert PHONE not in assessment.model_dump_json()


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(text=st.text(st.characters(exclude_categories=["Cs"])), words=st.sampled_from([PHONE, THREAT, "👩🏽‍🦰\r\n"]))
def test_quotes_agree_with_offsets_for_any_text(triager, text, words):
    whole = f"{text}\n{words}{text}"
    assessment = triager.assess(whole)
    found = [*(e for flag in assessment.flags for e in flag.evidence), *assessment.not_flagged, *assessment.glossary]
    for quote in found:
        assert whole[quote.start : quote.end] == quote.quote
        units = whole.encode("utf-16-le")
        assert units[2 * quote.start_utf16 : 2 * quote.end_utf16].decode("utf-16-le") == quote.quote


def test_the_same_alone_and_in_a_batch(triager):
    texts = [PHONE, THREAT, "School visit, all well.", f"{PHONE} {THREAT}"] * 40
    random.Random(1).shuffle(texts)
    alone = {text: triager.assess(text) for text in set(texts)}
    assert list(triager.assess_many(texts)) == [alone[text] for text in texts]


@pytest.mark.parametrize("name", ["Aisha", "Callum", "Wei", "Blessing", "Zofia", "Tariq"])
@pytest.mark.parametrize(("subject", "owner"), [("She", "her"), ("He", "his"), ("They", "their")])
def test_who_the_child_is_changes_nothing(triager, name, subject, owner):
    template = "{n} was seen at home. {s} said a man met on an app is threatening to share {o} pictures."
    expected = indicators(triager.assess(template.format(n="Sam", s="She", o="her")))
    assert "sextortion" in expected
    assert indicators(triager.assess(template.format(n=name, s=subject, o=owner))) == expected


def test_a_case_is_ordered_by_its_recent_notes(triager):
    from datetime import date

    notes = [
        Note("A second phone was found in his bag.", id="a", recorded_at=date(2026, 3, 1)),
        Note("Parcels keep arriving from someone he has only spoken to online.", id="b", recorded_at=date(2026, 3, 9)),
        Note(
            "He is secretive about who he is talking to online and deletes his chats.",
            id="c",
            recorded_at=date(2026, 3, 20),
        ),
    ]
    assessments, order = triager.assess_case(notes)
    _, reverse = triager.assess_case(notes[::-1])
    assert len(assessments) == 3
    assert order == reverse
    single = {assessment.reading_order.band for assessment in assessments}
    assert list(Band).index(order.band) <= min(list(Band).index(band) for band in single)


def test_every_flag_has_evidence_and_a_strongest_status(triager):
    assessment = triager.assess("He denied having a second phone. A second phone was found the same evening.")
    flag = next(flag for flag in assessment.flags if flag.indicator == "new_phones")
    assert flag.status is Status.AFFIRMED
    assert {words.status for words in flag.evidence} == {Status.AFFIRMED, Status.DENIED}
    assert set(CURRENT) >= {words.status for words in flag.evidence}
