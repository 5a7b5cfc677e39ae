from pathlib import Path

import pytest
from sqlalchemy import func, select

from triage.errors import NotFound
from triage.review.tables import audit_payloads, items, readings
from triage.review.vocabulary import EraseReason, ItemState

CANARY = "Zanzibarcanary"


def texts_left(service):
    with service._desk.store.reading() as tx:
        return tx.connection.exec_driver_sql("SELECT count(*) FROM note_versions WHERE sealed IS NOT NULL").scalar_one()


@pytest.fixture
def mixed(open_service, people, submit, review, texts):
    """One unflagged, one settled, one waiting."""
    service = open_service(second_review_bands=frozenset())
    submit(service, texts["ordinary"], id="unflagged", case_id="C-1")
    review(service, people["reviewer"], submit(service, id="settled", case_id="C-2").item_id)
    submit(service, texts["flagged"] + " Police informed.", id="waiting", case_id="C-3")
    return service


def test_each_class_is_erased_in_its_time_and_what_waits_never(mixed, people, clock):
    system = people["system"]
    assert mixed.upkeep.due(system) == {"notes": 0, "readings": 0, "audit_payloads": 0}
    clock.advance(days=91)
    assert mixed.upkeep.due(system)["notes"] == 1 and mixed.upkeep.due(system)["readings"] == 1
    assert mixed.upkeep.purge(system) == 1
    clock.advance(days=275)
    assert mixed.upkeep.purge(system) == 1
    clock.advance(days=3650)
    assert mixed.upkeep.purge(system) == 0
    assert texts_left(mixed) == 1
    assert mixed.queue(people["reviewer"]).total == 1
    with mixed._desk.store.reading() as tx:
        assert tx.connection.execute(select(func.count()).select_from(readings)).scalar_one() == 0
        oldest = tx.connection.execute(select(func.min(audit_payloads.c.at))).scalar_one()
    assert oldest >= clock.now
    assert mixed.reports.verify_audit(people["auditor"]).broken is None


def test_erasing_a_case_leaves_counts_and_a_whole_audit_log(mixed, people):
    before = mixed.reports.overview(people["lead"])
    assert mixed.upkeep.erase_case(people["lead"], "C-2", reason=EraseReason.GRANTED_REQUEST) == 1
    after = mixed.reports.overview(people["lead"])
    assert (after.by_indicator, after.agreement, after.misses) == (before.by_indicator, before.agreement, before.misses)
    assert mixed.find_case(people["reviewer"], "C-2") == ()
    assert mixed.reports.verify_audit(people["auditor"]).broken is None
    with mixed._desk.store.reading() as tx:
        states = tx.connection.execute(select(items.c.state)).scalars().all()
    assert sorted(states) == [ItemState.ERASED, ItemState.NOT_QUEUED, ItemState.WAITING]


def test_a_case_that_is_erased_while_it_is_read(service, people, submit):
    item = service.claim(people["reviewer"], submit(service, case_id="C-1").item_id)
    service.upkeep.erase_case(people["lead"], "C-1", reason=EraseReason.GRANTED_REQUEST)
    with pytest.raises(NotFound):
        service.note_page(people["reviewer"], item.id)
    assert service.queue(people["reviewer"]).total == 0
    assert service.claim_next(people["reviewer"]) is None


def test_an_erased_note_can_be_submitted_anew(service, people, submit):
    first = submit(service, case_id="C-1")
    service.upkeep.erase_case(people["lead"], "C-1", reason=EraseReason.GRANTED_REQUEST)
    again = submit(service, case_id="C-1")
    assert (again.created, again.note_version) == (True, 1) and again.item_id != first.item_id


def test_what_folded_into_an_erased_note_is_read(service, people, submit, texts, clock, review):
    long = texts["flagged"] + " Also discussed: " + " ".join(f"item{number}" for number in range(150)) + "."
    submit(service, long, id="N-1", case_id="C-1")
    folded = submit(service, long.replace("item140", "copy"), id="N-2", case_id="C-1")
    with service._desk.store.writing() as tx:
        from triage.review.retention import erase_items

        first = tx.connection.execute(select(items.c.id).where(items.c.state == "waiting")).scalar_one()
        erase_items(tx, [first])
    assert service.glance(people["reviewer"], folded.item_id).state is ItemState.WAITING


def test_nothing_of_an_erased_note_is_left_in_the_file(sqlite_url, key_ring, triager, people, submit):
    from triage.review.settings import ReviewSettings
    from triage.service import ReviewService

    service = ReviewService.open(ReviewSettings(database_url=sqlite_url, key_ring=key_ring), triager)
    receipt = submit(service, case_id="C-1")
    with service._desk.store.reading() as tx:
        sealed = tx.connection.exec_driver_sql("SELECT sealed FROM note_versions").scalar_one()
    file = Path(sqlite_url.removeprefix("sqlite:///"))
    service._desk.store.shred()
    assert sealed[:40] in file.read_bytes()
    service.upkeep.erase_case(people["lead"], "C-1", reason=EraseReason.GRANTED_REQUEST)
    left = b"".join(path.read_bytes() for path in file.parent.glob(f"{file.name}*"))
    service.close()
    assert sealed[:40] not in left
    assert receipt.item_id.encode() in left
