import pytest
from sqlalchemy import insert, select, update

from triage.errors import KeyRingError, ReviewConflict, SettingsError, StoreUnavailable
from triage.review.database import connect, make_engine
from triage.review.keys import KeyRing, create_key_ring, load_key_ring
from triage.review.store import ReviewStore
from triage.review.tables import assessments, facts, items, note_versions


@pytest.fixture
def store(database_url, key_ring, clock):
    store = ReviewStore.open(database_url, load_key_ring(key_ring), clock=clock)
    yield store
    store.close()


def test_a_transaction_that_fails_leaves_nothing(store):
    with pytest.raises(RuntimeError), store.writing() as tx:
        tx.connection.execute(insert(facts).values(name="half", value="done"))
        raise RuntimeError
    with store.reading() as tx:
        assert tx.connection.execute(select(facts).where(facts.c.name == "half")).first() is None


def test_what_somebody_else_wrote_first_is_a_conflict(store):
    with pytest.raises(ReviewConflict), store.writing() as tx:
        tx.connection.execute(insert(facts).values(name="index_key", value="x"))


def test_another_database_s_key_ring_changes_nothing(store, database_url, tmp_path):
    other = create_key_ring(tmp_path / "other.json")
    with pytest.raises(KeyRingError) as refusal:
        ReviewStore.open(database_url, other)
    assert refusal.value.code == "wrong_key_ring"
    with store.reading() as tx:
        assert len(tx.connection.execute(select(facts)).all()) == 2


def test_content_moved_to_another_row_does_not_open(service, submit):
    one, other = submit(service, id="N-1"), submit(service, id="N-2")
    store = service._desk.store
    for table in (note_versions, assessments):
        with store.writing() as tx:
            row = tx.connection.execute(select(table).where(table.c.id == one.item_id)).mappings().one()
            moved = {"sealed": row["sealed"], "key_id": row["key_id"]}
            tx.connection.execute(update(table).where(table.c.id == other.item_id).values(**moved))
            changed = tx.connection.execute(select(table).where(table.c.id == other.item_id)).mappings().one()
            with pytest.raises(KeyRingError):
                tx.unseal(table, changed)


def test_nothing_that_names_or_quotes_is_in_the_clear(sqlite_url, key_ring, triager, clock, people, submit, review):
    from triage.review.settings import ReviewSettings
    from triage.service import ReviewService

    settings = ReviewSettings(database_url=sqlite_url, key_ring=key_ring)
    service = ReviewService.open(settings, triager, clock=clock)
    receipt = submit(
        service, "Zanzibarcanary: he said he will post her nudes.", id="canary-note", case_id="canary-case"
    )
    review(service, people["reviewer"], receipt.item_id)
    with service._desk.store.reading() as tx:
        dump = "".join(
            str(row)
            for name in ("notes", "note_versions", "items", "assessments", "votes", "outcomes", "audit")
            for row in tx.connection.exec_driver_sql(f"SELECT * FROM {name}")
        )
    service.close()
    assert "anary" not in dump


def test_reading_does_not_wait_for_a_writer(store):
    with store.writing() as writer:
        writer.connection.execute(insert(facts).values(name="new", value="x"))
        with store.reading() as reader:
            assert reader.connection.execute(select(facts).where(facts.c.name == "new")).first() is None


def test_times_keep_their_zone(service, submit, clock):
    receipt = submit(service)
    with service._desk.store.reading() as tx:
        queued = tx.connection.execute(select(items.c.queued_at).where(items.c.id == receipt.item_id)).scalar_one()
    assert queued == clock.now


def test_sqlite_writes_reach_the_disk(sqlite_url):
    engine = make_engine(sqlite_url)
    with connect(engine, write=False) as connection:
        found = [
            connection.exec_driver_sql(f"PRAGMA {name}").scalar_one()
            for name in ("journal_mode", "synchronous", "foreign_keys", "secure_delete")
        ]
    engine.dispose()
    assert found == ["wal", 2, 1, 1]


@pytest.mark.parametrize("url", ["", "nonsense", "sqlite://", "mysql://host/x", "sqlite:///"])
def test_an_address_that_cannot_be_used(url):
    with pytest.raises(SettingsError, match="TRIAGE_DATABASE_URL"):
        make_engine(url)


def test_a_server_that_is_not_there(key_ring, tmp_path):
    for url in ("postgresql://triage@/x?host=/nowhere", f"sqlite:///{tmp_path}/none/x.sqlite3"):
        with pytest.raises(StoreUnavailable, match="nothing was changed"):
            ReviewStore.open(url, load_key_ring(key_ring))


def test_an_older_ring_cannot_write_once_rows_move_to_a_newer_key(store):
    older = KeyRing(current="k1", sealing=store.keys.sealing, index=store.keys.index, audit=store.keys.audit)
    with store.writing() as tx:
        tx.connection.execute(insert(facts).values(name="current_key", value="k2"))
    stale = ReviewStore(store.engine, older)
    with pytest.raises(KeyRingError, match="restart"), stale.writing():
        pass
