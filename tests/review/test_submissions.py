from triage.flag import Band, NoteQuote, OrderReason, ReadingOrder
from triage.note import Note
from triage.review.records import Submission
from triage.review.submissions import store_note
from triage.review.vocabulary import ItemState


def copies(texts, *, count=2):
    long = texts["flagged"] + " Also discussed: " + " ".join(f"item{number}" for number in range(150)) + "."
    return [long.replace("item140", f"copy{number}") for number in range(count)]


def test_near_identical_notes_of_a_case_fold_into_the_first(service, people, submit, texts):
    first_text, second_text = copies(texts)
    first = submit(service, first_text, id="N-1", case_id="C-1")
    second = submit(service, second_text, id="N-2", case_id="C-1")
    assert second.state is ItemState.COLLAPSED
    rows = service.queue(people["reviewer"]).rows
    assert [(row.note_id, row.near_identical) for row in rows] == [("N-1", 1)]
    assert service.note_page(people["reviewer"], first.item_id).near_identical == (second.item_id,)
    assert service.note_page(people["reviewer"], second.item_id).note.text == second_text


def test_other_cases_other_sources_and_other_flags_do_not_fold(service, people, submit, texts):
    first, second = copies(texts)
    submit(service, first, id="N-1", case_id="C-1")
    assert submit(service, second, id="N-2", case_id="C-2").state is ItemState.WAITING
    other = Submission("police", Note(second, id="N-1", case_id="C-1"))
    assert service.submit(people["system"], other).state is ItemState.WAITING
    more = second.replace("item149", "a parcel from a man she met in a game")
    assert submit(service, more, id="N-4", case_id="C-1").state is ItemState.WAITING


def test_a_folded_note_comes_back_when_the_first_is_replaced(service, people, submit, texts):
    first, second = copies(texts)
    submit(service, first, id="N-1", case_id="C-1")
    folded = submit(service, second, id="N-2", case_id="C-1")
    submit(service, texts["ordinary"], id="N-1", case_id="C-1")
    assert service.glance(people["reviewer"], folded.item_id).state is ItemState.WAITING


def test_a_note_like_one_that_is_settled_is_read_again(open_service, submit, review, people, texts):
    service = open_service(second_review_bands=frozenset())
    first, second = copies(texts)
    review(service, people["reviewer"], submit(service, first, id="N-1", case_id="C-1").item_id)
    assert submit(service, second, id="N-2", case_id="C-1").state is ItemState.WAITING


def test_going_back_to_an_earlier_text_is_a_new_version(service, submit, texts):
    submit(service)
    submit(service, texts["ordinary"])
    again = submit(service)
    assert (again.created, again.note_version) == (True, 3)


def test_consent_and_restriction_follow_the_latest_submission(service, people, submit):
    submit(service, case_id="C-1", consent=True)
    again = submit(service, case_id="C-1", consent=False, restricted=True)
    assert not again.created
    assert service.queue(people["reviewer"]).total == 0


def test_a_case_moves_with_its_note(service, people, submit):
    submit(service, case_id="C-1")
    submit(service, case_id="C-2")
    assert [row.item.state for row in service.find_case(people["reviewer"], "C-1")] == [ItemState.SUPERSEDED]
    assert [row.case_id for row in service.find_case(people["reviewer"], "C-2")] == ["C-2"]


def test_a_note_that_completes_a_pattern_of_its_case_is_read(service, triager, people, texts):
    """Its own words raise no flag, but the case's reading order rests on them."""
    submission = Submission("cms", Note(texts["ordinary"], id="N-2", case_id="C-1"))
    assessment = triager.assess(submission.note)
    assert not assessment.flags
    quote = NoteQuote(start=0, end=4, start_utf16=0, end_utf16=4, quote="Home", note_id="N-2")
    reason = OrderReason(rule="E2", text="A pattern of the case.", band=Band.SAME_DAY, quotes=(quote,))
    order = ReadingOrder(band=Band.SAME_DAY, reasons=(reason,))
    with service._desk.store.writing() as tx:
        receipt = store_note(tx, submission, assessment, order, service.rules)
    assert receipt.state is ItemState.WAITING
    row = service.queue(people["reviewer"]).rows[0]
    assert (row.item.band, row.reasons) == (Band.SAME_DAY, ("A pattern of the case.",))
