import pytest

from triage.errors import DatasetError
from triage.flag import Cause, Status
from triage.knowledge.loading import load_knowledge
from triage.note import Note
from triage.training.evaluation.changes import ChangeKind, compare_assessments, load_assessments
from triage.triager import Triager

THREAT = "A man online has threatened to post a picture of her unless she pays him."
PLAIN = "Home visit. Dinner was eaten and the dog was walked."
NAMES = ("old", "new")


@pytest.fixture(scope="module")
def triager() -> Triager:
    return Triager(load_knowledge())


def test_gained_and_lost_flags_come_with_their_words(triager) -> None:
    flagged, plain = triager.assess(Note(THREAT, id="1")), triager.assess(Note(PLAIN, id="1"))
    gained = compare_assessments([plain], [flagged], names=NAMES)
    lost = compare_assessments([flagged], [plain], names=NAMES)
    assert gained.count(ChangeKind.GAINED) == lost.count(ChangeKind.LOST) == len(flagged.flags) > 0
    for comparison in (gained, lost):
        (change,) = comparison.changes
        for flag in change.flags:
            assert flag.words
            assert all(THREAT[words.start : words.end] == words.quote for words in flag.words)


def test_same_assessments_have_no_change(triager) -> None:
    answers = list(triager.assess_many([Note(THREAT, id="1"), Note(PLAIN, id="2")]))
    found = compare_assessments(answers, list(reversed(answers)), names=NAMES)
    assert (found.notes, found.changes) == (2, ())


def test_other_status_is_a_change(triager) -> None:
    before = triager.assess(Note(THREAT, id="1"))
    flags = tuple(flag.model_copy(update={"status": Status.HISTORICAL}) for flag in before.flags)
    found = compare_assessments([before], [before.model_copy(update={"flags": flags})], names=NAMES)
    assert found.count(ChangeKind.STATUS) == len(flags)
    assert {flag.after for flag in found.changes[0].flags} == {Status.HISTORICAL}


def test_lost_flag_says_how_its_words_are_taken_now(triager) -> None:
    before = triager.assess(Note("She has a second phone.", id="1"))
    after = triager.assess(Note("She has no second phone.", id="1"))
    quote = before.flags[0].evidence[0]
    mention = after.not_flagged[0].model_copy(update={"start": quote.start, "end": quote.end})
    found = compare_assessments([before], [after.model_copy(update={"not_flagged": (mention,)})], names=NAMES)
    (lost,) = [flag for flag in found.changes[0].flags if flag.indicator == mention.indicator]
    assert (lost.kind, lost.before, lost.after) == (ChangeKind.LOST, Status.AFFIRMED, mention.status)


def test_note_that_is_no_longer_assessed_is_a_change(triager) -> None:
    note = Note(PLAIN, id="1")
    found = compare_assessments([triager.assess(note)], [triager.not_assessed(note, Cause.TOO_LONG)], names=NAMES)
    assert found.changes[0].causes == (None, Cause.TOO_LONG)


def test_notes_without_ids_are_paired_in_order(triager) -> None:
    before = list(triager.assess_many([PLAIN, PLAIN]))
    after = list(triager.assess_many([PLAIN, THREAT]))
    assert [change.note_id for change in compare_assessments(before, after, names=NAMES).changes] == ["#2"]


@pytest.mark.parametrize("ids", [("1", "2"), (None, "1")])
def test_other_notes_are_refused(triager, ids) -> None:
    before, after = (triager.assess(Note(PLAIN, id=id)) for id in ids)
    with pytest.raises(DatasetError, match="cannot be compared"):
        compare_assessments([before], [after], names=NAMES)


def test_written_assessments_are_read_again(triager, tmp_path) -> None:
    answers = list(triager.assess_many([Note(THREAT, id="1"), Note(PLAIN, id="2")]))
    path = tmp_path / "answers.jsonl"
    path.write_text("".join(f"{answer.model_dump_json()}\n" for answer in answers), encoding="utf-8")
    assert load_assessments(path) == answers


def test_faulty_lines_are_named_without_their_content(triager, tmp_path) -> None:
    path = tmp_path / "answers.jsonl"
    path.write_text(f'{{"text": "secret words"}}\n{triager.assess(PLAIN).model_dump_json()}\nnot JSON\n')
    with pytest.raises(DatasetError) as error:
        load_assessments(path)
    assert [issue.line for issue in error.value.issues] == [1, 3]
    assert "secret" not in str(error.value)
