import shutil

import pytest

from triage.errors import KeyRingError
from triage.review.desk import Desk
from triage.review.keys import add_key, load_key_ring
from triage.review.people import Person
from triage.review.rekeying import rekey
from triage.review.setup import open_store
from triage.review.upkeep import Upkeep


@pytest.fixture
def ring(key_ring, tmp_path):
    return shutil.copy(key_ring, tmp_path / "ring.json")


def in_use(service, person: Person):
    return service.upkeep.keys_in_use(person)


def test_all_rows_move_to_the_new_key_and_open_with_it_alone(open_service, ring, people, submit, review):
    old = open_service(key_ring=ring)
    receipt = submit(old, case_id="C-1", restricted=True)
    old.grant(people["lead"], "C-1", "reviewer")
    review(old, people["reviewer"], receipt.item_id)
    add_key(ring)
    service = open_service(key_ring=ring)
    moved = sum(rekey(service._desk.store, batch=3))
    used = in_use(service, people["system"])
    assert moved > 8 and set(used) == {"k2"}
    assert service.note_page(people["reviewer"], receipt.item_id).note.case_id == "C-1"
    assert service.reports.verify_audit(people["auditor"]).broken is None
    with pytest.raises(KeyRingError, match="restart"):
        submit(old, id="N-2")


def test_a_stopped_run_goes_on_where_it_was(open_service, ring, people, submit, texts):
    for number in range(4):
        submit(open_service(key_ring=ring), f"{texts['flagged']} Ref {number}.", id=f"N-{number}")
    add_key(ring)
    service = open_service(key_ring=ring)
    run = rekey(service._desk.store, batch=1)
    first = [next(run) for _ in range(5)]
    run.close()
    assert set(in_use(service, people["system"])) == {"k1", "k2"}
    rest = sum(rekey(service._desk.store, batch=2))
    assert rest > 0 and sum(first) == 5
    assert set(in_use(service, people["system"])) == {"k2"}


def test_without_the_old_key_nothing_is_overwritten(open_service, ring, key_ring, people, submit):
    service = open_service(key_ring=ring)
    receipt = submit(service)
    keys = load_key_ring(ring)
    keys.sealing["k2"] = b"2" * 32
    only_new = type(keys)(current="k2", sealing={"k2": keys.sealing["k2"]}, index=keys.index, audit=keys.audit)
    store = type(service._desk.store)(service._desk.store.engine, only_new)
    with pytest.raises(KeyRingError, match="k1"):
        list(rekey(store))
    with service._desk.store.reading() as tx:
        assert tx.connection.exec_driver_sql("SELECT count(*) FROM notes WHERE key_id = 'k1'").scalar_one() == 1
    assert service.note_page(people["reviewer"], receipt.item_id).note.text


def test_the_operator_s_run_is_in_the_audit_log(review_settings, people):
    store = open_store(review_settings)
    assert list(Upkeep(Desk(store), review_settings.retention()).rekey(people["system"])) == []
    with store.reading() as tx:
        assert tx.connection.exec_driver_sql("SELECT action FROM audit").scalar_one() == "rekey"
    store.close()
