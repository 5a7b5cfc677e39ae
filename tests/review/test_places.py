from collections import Counter

import pytest
from sqlalchemy import select

from triage.flag import Band
from triage.review.items import BANDS
from triage.review.places import rank_of
from triage.review.tables import items

NAMES = [f"note {number}" for number in range(400)]


@pytest.fixture
def urgent_and_not(open_service, submit, texts):
    """Eight flagged notes: six for the same day, two of history."""
    service = open_service(second_review_bands=frozenset())
    for number in range(6):
        submit(service, f"{texts['flagged']} Ref {number}.", id=f"F-{number}")
    for number in range(2):
        text = f"Two years ago, before placement, she had a second phone that nobody knew of. Ref {number}."
        submit(service, text, id=f"H-{number}")
    return service


def places(service, *, band, sample, blind):
    with service._desk.store.reading() as tx:
        return Counter(rank_of(tx, name, band, sample=sample, blind=blind) for name in NAMES)


def flagged_bands(service):
    with service._desk.store.reading() as tx:
        return Counter(tx.connection.execute(select(items.c.band)).scalars())


def test_a_note_whose_flags_are_shown_stands_in_its_band(urgent_and_not):
    for band in Band:
        assert places(urgent_and_not, band=band, sample=False, blind=False) == {BANDS.index(band): len(NAMES)}


def test_a_hidden_note_never_stands_later_than_its_band_and_is_not_told_by_it(urgent_and_not):
    for rank, band in enumerate(BANDS):
        found = places(urgent_and_not, band=band, sample=False, blind=True)
        assert set(found) == ({0} if rank == 0 else {rank, rank - 1})
        assert min(found.values()) > len(NAMES) / 3


def test_sampled_notes_stand_where_hidden_flagged_ones_stand(urgent_and_not):
    bands = flagged_bands(urgent_and_not)
    assert bands[Band.SAME_DAY] == 6 and sum(bands.values()) == 8
    sampled = places(urgent_and_not, band=Band.NOTE, sample=True, blind=True)
    flagged = Counter()
    for band, count in bands.items():
        for rank, number in places(urgent_and_not, band=Band(band), sample=False, blind=True).items():
            flagged[rank] += number * count / sum(bands.values())
    assert set(sampled) == set(flagged)
    for rank, number in flagged.items():
        assert sampled[rank] == pytest.approx(number, abs=len(NAMES) / 10)


def test_a_place_is_the_same_for_ever_for_one_note(urgent_and_not):
    with urgent_and_not._desk.store.reading() as tx:
        ranks = {rank_of(tx, "one", Band.NEXT_SUPERVISION, sample=False, blind=True) for _ in range(5)}
    assert len(ranks) == 1


def test_a_moved_note_keeps_its_own_band(open_service, people, submit, review):
    service = open_service(blind_share=1.0)
    history = "Two years ago, before placement, she had a second phone that nobody knew of."
    for number in range(12):
        submit(service, f"{history} Ref {number}: {number * 'long ago '}", id=f"H-{number}", case_id=f"C-{number}")
    with service._desk.store.reading() as tx:
        rows = tx.connection.execute(select(items.c.id, items.c.band, items.c.rank)).all()
    moved = next(row for row in rows if row.rank < BANDS.index(row.band))
    assert {row.rank for row in rows} == {BANDS.index(moved.band), moved.rank}
    item = service.claim(people["reviewer"], moved.id)
    service.judge_first(people["reviewer"], moved.id, version=item.version, marks=[])
    page = service.note_page(people["reviewer"], moved.id)
    assert page.item.band == page.order.band == moved.band
