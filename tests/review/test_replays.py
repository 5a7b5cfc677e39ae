from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import func, select

from triage.errors import ReviewConflict
from triage.note import Note
from triage.review.records import Submission
from triage.review.replays import KEPT_FOR, RequestKey
from triage.review.tables import replays
from triage.review.vocabulary import EraseReason, ItemState


@pytest.fixture
def send(service, people, texts):
    """Send a note with a key: `send("k-1", text)`."""

    def sending(key, text=texts["flagged"], *, id="N-1", by="system"):
        note = Note(text, id=id, case_id="C-1")
        return service.submit(people[by], Submission("cms", note), named=RequestKey(key, f"{id}:{text}"))

    return sending


def kept(service):
    with service._desk.store.reading() as tx:
        return tx.connection.execute(select(func.count()).select_from(replays)).scalar_one()


def test_the_first_answer_comes_again_whatever_happened_since(service, people, send, texts):
    first = send("k-1")
    service.claim(people["reviewer"], first.item_id)
    assert send("k-2", texts["flagged"] + " Police told.").note_version == 2
    again = send("k-1")
    assert (again.replayed, again.created, again.state, again.note_version) == (True, True, ItemState.WAITING, 1)
    assert (again.item_id, again.assessment) == (first.item_id, first.assessment)
    assert service.queue(people["reviewer"]).total == 1


def test_another_request_with_the_key_is_refused_and_changes_nothing(service, people, send, texts):
    send("k-1")
    for change in ({"text": texts["ordinary"]}, {"id": "N-2"}):
        with pytest.raises(ReviewConflict) as refusal:
            send("k-1", **change)
        assert refusal.value.code == "key_reused" and texts["ordinary"] not in str(refusal.value)
    assert service.queue(people["reviewer"]).total == kept(service) == 1


def test_a_key_is_remembered_for_a_day(service, people, send, texts, clock):
    send("k-1")
    clock.now += KEPT_FOR
    assert send("k-1").replayed
    clock.advance(seconds=1)
    later = send("k-1", texts["flagged"] + " Police told.")
    assert (later.replayed, later.note_version, kept(service)) == (False, 2, 1)
    clock.now += KEPT_FOR
    clock.advance(seconds=1)
    service.upkeep.purge(people["system"])
    assert kept(service) == 0


def test_a_key_at_the_same_moment_stores_once(service, people, send):
    with ThreadPoolExecutor(8) as pool:
        receipts = list(pool.map(lambda _: send("k-1"), range(8)))
    assert len({receipt.item_id for receipt in receipts}) == 1
    assert sorted(receipt.replayed for receipt in receipts) == [False] + [True] * 7


def test_one_key_for_two_notes_at_the_same_moment_stores_one(service, people, send):
    def attempt(number):
        try:
            return send("k-1", id=f"N-{number}").created
        except ReviewConflict as refusal:
            return refusal.code

    with ThreadPoolExecutor(8) as pool:
        assert sorted(map(str, pool.map(attempt, range(8)))) == ["True"] + ["key_reused"] * 7
    assert kept(service) == 1


def test_erasing_a_case_forgets_its_keys(service, people, send):
    send("k-1")
    service.upkeep.erase_case(people["lead"], "C-1", reason=EraseReason.GRANTED_REQUEST)
    assert kept(service) == 0
