import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import inspect, select

from triage.errors import StoreUnavailable
from triage.review.database import connect, make_engine
from triage.review.keys import load_key_ring
from triage.review.migrating import current, downgrade, revisions, upgrade
from triage.review.settings import ReviewSettings
from triage.review.setup import init_store, open_store, upgrade_store
from triage.review.store import ReviewStore
from triage.review.tables import metadata


@pytest.fixture
def engine(database_url):
    engine = make_engine(database_url)
    yield engine
    engine.dispose()


def names(engine):
    with connect(engine, write=False) as connection:
        return set(inspect(connection).get_table_names())


def test_the_migrations_make_the_tables_that_the_code_uses(engine):
    with connect(engine, write=False) as connection:
        assert compare_metadata(MigrationContext.configure(connection), metadata) == []
        assert names(engine) == {*metadata.tables, "alembic_version"}


def test_down_to_nothing_and_up_again(engine):
    assert downgrade(engine, "base") == "base"
    assert names(engine) == {"alembic_version"}
    assert upgrade(engine) == revisions()[-1]


@pytest.mark.parametrize("start", revisions()[:-1])
def test_up_from_every_earlier_version_and_back(engine, start):
    assert downgrade(engine, start) == start
    assert upgrade(engine) == revisions()[-1]
    assert downgrade(engine, start) == start
    assert upgrade(engine) == revisions()[-1]
    with connect(engine, write=False) as connection:
        assert compare_metadata(MigrationContext.configure(connection), metadata) == []


def test_an_upgrade_fills_in_what_earlier_versions_did_not_keep(engine, service, people, submit, review, texts):
    review(service, people["reviewer"], submit(service, id="N-1", team="east").item_id)
    submit(service, texts["flagged"] + " Police told.", id="N-2", case_id="C-2", restricted=True)
    submit(service, texts["ordinary"], id="N-3")
    names = ("item_flags", "tallies", "item_tallies")
    with connect(engine, write=False) as connection:
        before = {name: sorted(map(str, connection.execute(select(metadata.tables[name])))) for name in names}
    assert before["item_flags"] and before["tallies"]
    service.close()
    downgrade(engine, "0003_audit")
    upgrade_store(ReviewSettings(database_url=engine.url.render_as_string(hide_password=False)))
    with connect(engine, write=False) as connection:
        after = {name: sorted(map(str, connection.execute(select(metadata.tables[name])))) for name in names}
    assert after == {**before, "tallies": [line for line in before["tallies"] if not line.endswith(" 0)")]}


def test_a_failed_migration_leaves_the_tables_as_they_were(engine):
    downgrade(engine, revisions()[0])
    with connect(engine, write=True) as connection:
        connection.exec_driver_sql("CREATE TABLE votes (id INTEGER)")
    before = names(engine)
    with pytest.raises(StoreUnavailable):
        upgrade(engine)
    with connect(engine, write=False) as connection:
        assert current(connection) == revisions()[0]
    assert names(engine) == before


def test_tables_of_another_version_are_not_opened(engine, database_url, key_ring):
    downgrade(engine, revisions()[0])
    with pytest.raises(StoreUnavailable, match="triage store upgrade"):
        ReviewStore.open(database_url, load_key_ring(key_ring))


def test_an_empty_database_says_what_to_do(tmp_path, key_ring):
    settings = ReviewSettings(database_url=f"sqlite:///{tmp_path}/new.sqlite3", key_ring=key_ring)
    with pytest.raises(StoreUnavailable, match="triage store init"):
        open_store(settings)
    init_store(settings)
    assert (tmp_path / "new.sqlite3").stat().st_mode & 0o077 == 0
    open_store(settings).close()
