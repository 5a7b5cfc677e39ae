"""What is mended, what is refused with its reason, and that nothing disappears."""

import pytest

from triage.flag import Status
from triage.training.exchange.drafts import Draft, Drafts, DraftSpan
from triage.training.exchange.offsets import Unit
from triage.training.exchange.settle import Options, settle
from triage.training.records import Mark, make_record

INDICATORS = frozenset({"new_phones", "sextortion"})
TEXT = "Seen at home. A second phone was found."
PHONE = (TEXT.index("second"), TEXT.index(" was"))


def run(*drafts, refused=(), unit=Unit.UTF16, **options):
    found = settle(
        Drafts(tuple(drafts), tuple(refused)),
        unit=unit,
        options=Options(indicators=INDICATORS, source="file", **options),
    )
    assert {draft.note_id for draft in drafts} == {record.id for record in found.records} | {
        remark.id for remark in found.refused
    } or options.get("annotator")
    return found


def draft(*spans, text=TEXT, id="1", **fields):
    return Draft(where=f"f:{id}", id=id, text=text, spans=tuple(DraftSpan(*span) for span in spans), **fields)


def marked(found):
    return [found.records[0].text[mark.start : mark.end] for mark in found.records[0].spans]


def test_a_good_note_keeps_its_tool_fields_and_takes_the_source_of_the_file():
    found = run(draft((*PHONE, "new_phones"), meta={"age": "14"}))
    record = found.records[0]
    assert (record.id, record.source, record.meta) == ("1", "file", {"age": "14"})
    assert record.labels == ("new_phones",)
    assert record.spans[0].status is Status.AFFIRMED
    assert found.repaired == ()


def test_white_space_at_the_ends_is_left_out():
    found = run(draft((PHONE[0] - 1, PHONE[1] + 1, "new_phones")))
    assert marked(found) == ["second phone"]
    assert "white space" in found.repaired[0].reason


def test_wrong_offsets_are_mended_by_the_words():
    found = run(draft((0, 4, "new_phones", "second phone")))
    assert marked(found) == ["second phone"]
    assert "found by its words" in found.repaired[0].reason


def test_the_words_may_stand_across_a_line_end():
    found = run(draft((0, 4, "new_phones", "second\nphone"), text="A second\r\nphone was found."))
    assert marked(found) == ["second\r\nphone"]


@pytest.mark.parametrize(
    ("span", "reason"),
    [
        ((0, 4, "new_phones", "tablet"), "stand in the text 0 times"),
        ((0, 4, "new_phones", "o"), "times"),
        ((0, 400, "new_phones"), "lies off the text"),
        ((4, 4, "new_phones"), "is empty"),
        ((-3, 4, "new_phones"), "lies off the text"),
        ((13, 14, "new_phones"), "white space"),
        ((*PHONE, "tablets"), "unknown indicator"),
        ((*PHONE, "new_phones|afirmed"), "indicator|status"),
        ((0, 4, "new_phones", " "), "stand in the text 0 times"),
    ],
)
def test_what_cannot_be_mended_is_refused_with_the_whole_note(span, reason):
    found = run(draft((*PHONE, "sextortion"), span))
    assert found.records == ()
    assert reason in found.refused[0].reason
    assert found.refused[0].where == "f:1"


def test_marks_of_one_indicator_that_overlap_are_refused():
    found = run(draft((*PHONE, "new_phones"), (PHONE[0], PHONE[1] + 4, "new_phones|denied")))
    assert "overlap" in found.refused[0].reason


def test_offsets_in_graphemes_are_refused_rather_than_believed():
    # "firetrucks" is 16-26 in graphemes, which no unit of code puts on a word.
    found = run(draft((16, 26, "new_phones"), text="👨🏻‍🚒 firemen drive firetrucks at work"))
    assert "within a word" in found.refused[0].reason


def test_utf16_offsets_are_repaired_for_the_whole_file():
    found = run(draft((22, 32, "new_phones"), text="👨🏻‍🚒 firemen drive firetrucks at work"), unit=Unit.CODE_POINTS)
    assert marked(found) == ["firetrucks"]
    assert found.offsets.unit is Unit.UTF16


def test_offsets_of_a_browser_in_a_text_with_crlf():
    text = "Seen.\r\nHome.\r\nA second phone was found."
    start = text.index("second") - 2
    assert marked(run(draft((start, start + 12, "new_phones"), text=text))) == ["second phone"]


def test_a_text_whose_line_ends_the_tool_changed_is_restored_from_the_original():
    original = make_record(
        id="1",
        source="author",
        case_id="C-7",
        text=" Seen.\r\nHome.\rA second phone 😀\r\nwas found.\r\n",
        meta={"age": "14"},
    )
    changed = original.text.replace("\r\n", "\n").replace("\r", "\n").strip()
    start = changed.index("second")
    found = run(draft((start, changed.index(" found"), "new_phones"), text=changed), originals={"1": original})
    record = found.records[0]
    assert record.text == original.text
    assert (record.source, record.case_id, record.meta) == ("author", "C-7", {"age": "14"})
    assert marked(found) == ["second phone 😀\r\nwas"]
    assert "original" in found.repaired[0].reason


def test_another_text_than_the_original_is_refused():
    original = make_record(id="1", source="author", text="Another note.")
    found = run(draft((*PHONE, "new_phones")), originals={"1": original})
    assert "not that of the original" in found.refused[0].reason


def test_what_an_earlier_export_carried_comes_back():
    carried = {"id": "N-1", "source": "author", "case_id": "C-7", "meta": {"age": "14"}, "offsets": "utf16"}
    record = run(draft((*PHONE, "new_phones"), carried=carried)).records[0]
    assert (record.id, record.source, record.case_id, record.meta) == ("N-1", "author", "C-7", {"age": "14"})


def test_carried_values_of_the_wrong_kind_are_refused():
    found = run(draft(carried={"source": ["x"], "meta": {"a": 1}, "offsets": ["utf16"]}))
    assert "'source'" in found.refused[0].reason


def test_a_lone_surrogate_is_refused():
    assert run(draft(text="A \ud83d phone")).records == ()


def test_labels_of_the_whole_text():
    with_words = draft((*PHONE, "new_phones"), note_labels=("new_phones",))
    assert len(run(with_words).records) == 1
    without_words = draft(note_labels=("sextortion|denied",))
    assert "no marked words" in run(without_words).refused[0].reason
    assert marked(run(without_words, mark_whole_text=True)) == [TEXT]
    assert "note label 1" in run(draft(note_labels=("to check|x",))).refused[0].reason


def test_answers_of_several_annotators():
    same = [draft((*PHONE, "new_phones"), annotator="a"), draft((*PHONE, "new_phones"), annotator="b")]
    assert len(run(*same).records) == 1
    other = [same[0], draft(annotator="b")]
    found = run(*other)
    assert found.records == ()
    assert ["differ" in remark.reason for remark in found.refused] == [True, True]
    chosen = run(*other, annotator="b")
    assert chosen.records[0].spans == ()
    assert chosen.notices == ("1 answer(s) of other annotators were left out",)


def test_no_message_holds_words_of_the_text():
    secret = "canary"
    text = f"{secret} 😀 {secret} {secret}"
    found = run(
        draft((0, 3, "new_phones"), text=text),
        draft((0, 3, "new_phones", secret), text=text, id="2"),
        draft((0, 900, "new_phones"), text=text, id="3"),
        draft((0, 6, f"{secret}|{secret}"), text=text, id="4"),
        draft(text=text, id="5", note_labels=(secret, f"{secret}|x")),
        draft(text=text, id="6"),
        originals={"6": make_record(id="6", source="s", text=f"{secret}!")},
    )
    assert len(found.refused) == 6
    assert not any(secret in str(remark) for remark in found.refused)


def test_marks_keep_their_place_in_the_record():
    mark = run(draft((*PHONE, "new_phones|possible|harm"))).records[0].spans
    assert mark == (Mark(start=16, end=28, indicator="new_phones", status=Status.POSSIBLE, harm=True),)
