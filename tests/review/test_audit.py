import pytest
from sqlalchemy import text

from triage.errors import TriageError
from triage.review.audit import append, entries, verify
from triage.review.database import connect
from triage.review.vocabulary import Action


@pytest.fixture
def store(service, people):
    store = service._desk.store
    for number in range(5):
        with store.writing() as tx:
            append(tx, people["reviewer"], Action.READ, f"{number:032x}", number=number)
    return store


def tamper(store, *statements):
    """Change the log as somebody with the database's own rights could."""
    sqlite = store.engine.dialect.name == "sqlite"
    with connect(store.engine, write=True) as connection:
        if sqlite:
            for event in ("update", "delete"):
                connection.execute(text(f"DROP TRIGGER audit_no_{event}"))
        else:
            connection.execute(text("ALTER TABLE audit DISABLE TRIGGER USER"))
        for statement in statements:
            connection.execute(text(statement))


def broken(store):
    with store.reading() as tx:
        return verify(tx).broken


def test_a_whole_log(store):
    with store.reading() as tx:
        verdict = verify(tx)
        listed = list(entries(tx))
    assert (verdict.entries, verdict.broken) == (5, None)
    assert [(entry.seq, entry.detail) for entry in listed] == [(n + 1, {"number": n}) for n in range(5)]
    assert verdict.head == listed[-1].hash


@pytest.mark.parametrize(
    "statement",
    ["UPDATE audit SET actor = 'x'", "DELETE FROM audit", "DELETE FROM audit WHERE seq = 3", "TRUNCATE audit CASCADE"],
)
def test_the_database_refuses_changes(store, statement):
    with pytest.raises(TriageError), connect(store.engine, write=True) as connection:
        connection.execute(text(statement))
    assert broken(store) is None


@pytest.mark.parametrize(
    ("statements", "seq", "why"),
    [
        (["UPDATE audit SET actor = 'lead' WHERE seq = 3"], 3, "altered"),
        (["UPDATE audit SET at = '2026-01-01' WHERE seq = 1"], 1, "altered"),
        (["UPDATE audit SET digest = hash WHERE seq = 4"], 4, "altered"),
        (["DELETE FROM audit_payloads WHERE id = 3", "DELETE FROM audit WHERE seq = 3"], 3, "missing"),
        (["DELETE FROM audit_payloads WHERE id = 5", "DELETE FROM audit WHERE seq = 5"], 5, "at the end"),
        (
            ["UPDATE audit_payloads SET sealed = (SELECT sealed FROM audit_payloads WHERE id = 1) WHERE id = 2"],
            2,
            "detail",
        ),
        (["UPDATE audit_head SET seq = 4"], 6, "mark of the last entry"),
        (["DELETE FROM audit_head"], 6, "mark of the last entry"),
        (["INSERT INTO audit VALUES (6, '2026', 'x', 'read', NULL, 'd', 'h')"], 6, "altered"),
    ],
)
def test_tampering_is_found_at_the_first_broken_link(store, statements, seq, why):
    tamper(store, *statements)
    link = broken(store)
    assert link is not None and link.seq == seq and why in link.why


def test_a_log_cut_back_to_an_older_head_is_found_by_the_head_noted_elsewhere(store):
    with store.reading() as tx:
        noted = verify(tx).head
        assert verify(tx, expect=noted).broken is None
        link = verify(tx, expect="f" * 64).broken
    assert link is not None and "noted earlier" in link.why


def test_erased_details_leave_the_log_whole(store):
    with connect(store.engine, write=True) as connection:
        connection.execute(text("DELETE FROM audit_payloads WHERE id IN (2, 3)"))
    assert broken(store) is None
    with store.reading() as tx:
        assert [entry.detail is None for entry in entries(tx)] == [False, True, True, False, False]


def test_an_entry_shares_the_fate_of_its_transaction(store, people):
    with pytest.raises(RuntimeError), store.writing() as tx:
        append(tx, people["reviewer"], Action.READ)
        raise RuntimeError
    with store.reading() as tx:
        assert verify(tx).entries == 5
