import pytest

from triage.errors import InvalidTransition, ReviewConflict
from triage.flag import Band
from triage.review.queue import PAGE
from triage.review.records import QueueFilter
from triage.review.vocabulary import ItemState, SkipReason

HISTORY = "Two years ago, before placement, she had a second phone that nobody knew of."


@pytest.fixture
def filled(service, submit, clock, texts):
    """Three days of notes: an old weak one, then two urgent ones."""
    submit(service, HISTORY, id="old", case_id="C-1", team="west")
    clock.advance(days=1)
    submit(service, texts["flagged"], id="first", team="east")
    clock.advance(days=1)
    submit(service, texts["flagged"] + " Police informed.", id="second", team="west")
    return service


def ids(service, person, **filters):
    return [row.note_id for row in service.queue(person, filters=QueueFilter(**filters)).rows]


def test_the_queue_is_ordered_by_band_then_age(filled, people):
    assert ids(filled, people["reviewer"]) == ["first", "second", "old"]
    assert filled.claim_next(people["reviewer"]).band is Band.SAME_DAY


@pytest.mark.parametrize(
    ("filters", "found"),
    [
        ({"band": Band.SAME_DAY}, ["first", "second"]),
        ({"team": "west"}, ["second", "old"]),
        ({"team": "'; DROP TABLE items; --"}, []),
        ({"indicator": "new_phones"}, ["old"]),
        ({"older_than_days": 2}, ["old"]),
        ({"state": ItemState.AGREED}, []),
        ({"team": "west", "band": Band.SAME_DAY}, ["second"]),
    ],
)
def test_filters(filled, people, filters, found):
    assert ids(filled, people["reviewer"], **filters) == found


def test_a_filter_chooses_what_is_claimed(filled, people):
    item = filled.claim_next(people["reviewer"], filters=QueueFilter(team="west"))
    assert filled.note_page(people["reviewer"], item.id).note.id == "second"
    with pytest.raises(InvalidTransition):
        filled.claim_next(people["reviewer"], filters=QueueFilter(state=ItemState.AGREED))


def test_a_case_is_found_by_its_exact_id_only(filled, people):
    assert [row.note_id for row in filled.find_case(people["reviewer"], "C-1")] == ["old"]
    for other in ("C-", "c-1", "C%", ""):
        assert filled.find_case(people["reviewer"], other) == ()


def test_pages(service, people, submit, texts):
    for number in range(PAGE + 2):
        submit(service, f"{texts['flagged']} Ref {number}.", id=f"N-{number}")
    first, second = (service.queue(people["reviewer"], page=page) for page in (1, 2))
    assert (first.total, len(first.rows), len(second.rows)) == (PAGE + 2, PAGE, 2)
    assert not {row.item.id for row in first.rows} & {row.item.id for row in second.rows}


def test_what_somebody_reads_is_shown_as_taken(filled, people):
    item = filled.claim_next(people["reviewer"])
    rows = {row.note_id: row for row in filled.queue(people["second"]).rows}
    assert (rows["first"].item.lease_owner, rows["first"].claimable) == ("reviewer", False)
    assert rows["second"].claimable
    filled.release(people["reviewer"], item.id)
    with pytest.raises(ReviewConflict) as refusal:
        filled.release(people["reviewer"], item.id)
    assert refusal.value.code == "not_claimed"


def test_skipping_twice_counts_twice(filled, people):
    item = filled.claim_next(people["reviewer"])
    filled.skip(people["reviewer"], item.id, reason=SkipReason.NOT_NOW)
    filled.claim(people["reviewer"], item.id)
    filled.skip(people["reviewer"], item.id, reason=SkipReason.DISTRESSING)
    assert {row.note_id: row.skips for row in filled.queue(people["second"]).rows}["first"] == 2
