from sqlalchemy import select

from triage.review.tables import item_tallies
from triage.review.tallies import Figure, count_touched, read_tallies, recount
from triage.review.vocabulary import EraseReason, ItemState


def figures(service, *, since=None):
    with service._desk.store.reading() as tx:
        return read_tallies(tx.connection, since=since)


def recounted(service):
    with service._desk.store.writing() as tx:
        recount(tx.connection)
    return figures(service)


def test_a_folded_note_counts_once_it_stands_alone(service, people, submit, texts):
    first = submit(service, id="N-1", case_id="C-1")
    folded = submit(service, texts["flagged"] + " Seen.", id="N-2", case_id="C-1")
    assert folded.state is ItemState.COLLAPSED
    assert figures(service)[0][Figure.KIND] == {"flagged": 1}
    submit(service, "Another text altogether: she has a second phone.", id="N-1", case_id="C-1")
    found = figures(service)
    assert found[0][Figure.KIND] == {"flagged": 2}
    assert found == recounted(service)
    assert first.item_id not in {item_id for item_id, lines in lines_of(service).items() if lines}


def lines_of(service):
    with service._desk.store.reading() as tx:
        return {row.item: row.lines for row in tx.connection.execute(select(item_tallies))}


def test_weeks_add_up_and_what_has_gone_to_nothing_is_left_out(service, people, submit, clock, texts):
    submit(service, id="N-1", case_id="C-1", team="east")
    clock.advance(weeks=2)
    submit(service, texts["flagged"] + " Police told.", id="N-1", case_id="C-1", team="west")
    counts, weeks = figures(service)
    assert (counts[Figure.TEAM], weeks) == ({"west": 1}, {"2026-03-16": 1})
    assert figures(service, since=clock.now.date()) == (counts, weeks)
    clock.advance(weeks=1)
    assert figures(service, since=clock.now.date())[1] == {}


def test_erasing_keeps_the_counts(service, people, submit):
    submit(service, case_id="C-1")
    before = figures(service)[0]
    service.upkeep.erase_case(people["lead"], "C-1", reason=EraseReason.WRONG_CASE)
    after = figures(service)[0]
    assert after[Figure.INDICATOR] == before[Figure.INDICATOR]
    assert after[Figure.STATE] == {"erased": 1}


def test_where_nothing_was_touched_nothing_is_counted(service, submit):
    submit(service)
    before = figures(service)
    with service._desk.store.writing() as tx:
        count_touched(tx)
    assert figures(service) == before
