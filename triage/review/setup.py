"""Makes, upgrades and opens the store that the settings name."""

from sqlalchemy import insert, select

from triage.review.audit import start
from triage.review.database import make_engine
from triage.review.keys import KeyRing, create_key_ring, load_key_ring
from triage.review.migrating import upgrade
from triage.review.settings import ReviewSettings
from triage.review.store import Clock, ReviewStore, key_check, utc_now
from triage.review.tables import facts
from triage.review.tallies import recount


def init_store(settings: ReviewSettings) -> str:
    """Create the tables and bind them to the key ring; what is there already stays. Return the revision.

    Raises:
        KeyRingError: There is no key ring, or it belongs to another database.
        StoreUnavailable: The database cannot be reached or written.
    """
    keys = load_key_ring(settings.key_ring)
    revision = upgrade_store(settings)
    store = ReviewStore(make_engine(settings.database_url), keys)
    try:
        _bind(store, keys)
    finally:
        store.close()
    open_store(settings).close()
    return revision


def upgrade_store(settings: ReviewSettings) -> str:
    """Bring the tables to this version's revision, and the counts to what they say; return the revision."""
    engine = make_engine(settings.database_url)
    try:
        return upgrade(engine, then=recount)
    finally:
        engine.dispose()


def open_store(settings: ReviewSettings, *, clock: Clock = utc_now) -> ReviewStore:
    """Open the store.

    Raises:
        KeyRingError: There is no key ring, or another database's; says what to do.
        StoreUnavailable: The database does not answer, or `triage store init` or `upgrade` has to run.
    """
    return ReviewStore.open(settings.database_url, load_key_ring(settings.key_ring), clock=clock)


def prepare_store(settings: ReviewSettings) -> None:
    """Make a key ring and a store where there are none: for trying out and for tests."""
    if not settings.key_ring.exists():
        create_key_ring(settings.key_ring)
    init_store(settings)


def _bind(store: ReviewStore, keys: KeyRing) -> None:
    with store.writing() as tx:
        if tx.connection.execute(select(facts.c.name)).first() is None:
            rows = [{"name": name, "value": value} for name, value in key_check(keys).items()]
            tx.connection.execute(insert(facts), rows)
            start(tx)
