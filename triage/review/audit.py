"""The audit log: an append-only chain of keyed digests; erasing details, kept apart, leaves it valid."""

import hashlib
import json
import secrets
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import insert, select, update

from triage.errors import KeyRingError
from triage.review.people import Person
from triage.review.store import Row, Transaction
from triage.review.tables import audit, audit_head, audit_payloads
from triage.review.vocabulary import Action

_START = "0" * 64
_HEAD = 1
_PAGE = 1000


@dataclass(frozen=True, slots=True)
class AuditEntry:
    """One line of the log.

    Attributes:
        subject: Opaque id of the item, or keyed digest of the case; None where the entry is about neither.
        detail: What was asked, never words of a note; None once erased.
        digest: Of the detail, with a salt that is erased together with it.
        hash: Chains the entry to the one before.
    """

    seq: int
    at: str
    actor: str
    action: str
    subject: str | None
    detail: Mapping[str, Any] | None
    digest: str
    hash: str


@dataclass(frozen=True, slots=True)
class BrokenLink:
    """The first entry that is not what was written, and why."""

    seq: int
    why: str


@dataclass(frozen=True, slots=True)
class AuditVerdict:
    """What verifying the log found.

    Attributes:
        entries: Entries read, up to the broken one.
        head: Hash of the last entry; note it elsewhere to prove later that nothing was cut off.
        broken: None where the log is whole.
    """

    entries: int
    head: str
    broken: BrokenLink | None


def append(tx: Transaction, actor: Person, action: Action, subject: str | None = None, **detail: Any) -> None:
    """Add an entry as the last step of a transaction: writers wait for one another from here to the commit."""
    head = _locked_head(tx)
    seq = head["seq"] + 1
    salt = secrets.token_hex(16)
    digest = _digest(salt, detail)
    at = tx.now.isoformat()
    line = _line(seq, at, actor.id, action, subject, digest, head["hash"])
    link = tx.keys.chain(line)
    tx.connection.execute(
        insert(audit).values(
            seq=seq, at=at, actor=actor.id, action=action.value, subject=subject, digest=digest, hash=link
        )
    )
    payload = {"id": seq, "subject": subject, "at": tx.now}
    tx.connection.execute(
        insert(audit_payloads).values(tx.seal(audit_payloads, payload, {"salt": salt, "detail": detail}))
    )
    tx.connection.execute(
        update(audit_head).where(audit_head.c.id == _HEAD).values(seq=seq, hash=link, seal=_head_seal(tx, seq, link))
    )


def start(tx: Transaction) -> None:
    """Begin an empty log."""
    tx.connection.execute(insert(audit_head).values(id=_HEAD, seq=0, hash=_START, seal=_head_seal(tx, 0, _START)))


def head(tx: Transaction) -> str:
    """Return the hash of the last entry."""
    return str(tx.connection.execute(select(audit_head.c.hash).where(audit_head.c.id == _HEAD)).scalar_one())


def last_seq(tx: Transaction) -> int:
    """Return the number of the last entry; 0 for an empty log."""
    return int(tx.connection.execute(select(audit_head.c.seq).where(audit_head.c.id == _HEAD)).scalar_one())


def entries(tx: Transaction, *, after: int = 0, limit: int | None = None) -> Iterator[AuditEntry]:
    """Yield entries in order, with the details that are not erased."""
    for row in _rows(tx, after=after, limit=limit):
        content = _content(tx, row)
        yield AuditEntry(
            seq=row["seq"],
            at=row["at"],
            actor=row["actor"],
            action=row["action"],
            subject=row["subject"],
            detail=content["detail"] if content else None,
            digest=row["digest"],
            hash=row["hash"],
        )


def verify(tx: Transaction, *, expect: str | None = None) -> AuditVerdict:
    """Recompute every link and name the first that does not hold.

    Args:
        tx: The transaction.
        expect: A head noted earlier, which must still be in the log.
    """
    previous, count, found = _START, 0, expect in (None, _START)
    for row in _rows(tx, after=0, limit=None):
        why = _fault(tx, row, expected=count + 1, previous=previous)
        if why:
            return AuditVerdict(count, previous, BrokenLink(count + 1, why))
        previous, count, found = row["hash"], count + 1, found or row["hash"] == expect
    last = tx.connection.execute(select(audit_head).where(audit_head.c.id == _HEAD)).mappings().one_or_none()
    if last is None or last["seal"] != _head_seal(tx, last["seq"], last["hash"]):
        return AuditVerdict(count, previous, BrokenLink(count + 1, "the mark of the last entry was altered"))
    if (last["seq"], last["hash"]) != (count, previous):
        return AuditVerdict(count, previous, BrokenLink(count + 1, "entries at the end are missing"))
    if not found:
        return AuditVerdict(count, previous, BrokenLink(count + 1, "the head noted earlier is not in the log"))
    return AuditVerdict(count, previous, None)


def _fault(tx: Transaction, row: Row, *, expected: int, previous: str) -> str | None:
    if row["seq"] != expected:
        return "the entry is missing"
    line = _line(row["seq"], row["at"], row["actor"], row["action"], row["subject"], row["digest"], previous)
    if row["hash"] != tx.keys.chain(line):
        return "the entry, or the one before it, was altered"
    try:
        content = _content(tx, row)
    except KeyRingError:
        return "its detail was altered, or sealed with a key that is not in the ring"
    if content is not None and _digest(content["salt"], content["detail"]) != row["digest"]:
        return "its detail is another entry's"
    return None


def _content(tx: Transaction, row: Row) -> Any:
    return tx.unseal(audit_payloads, {"id": row["seq"], "sealed": row["sealed"], "key_id": row["key_id"]})


def _rows(tx: Transaction, *, after: int, limit: int | None) -> Iterator[Row]:
    """Yield entries with their sealed details, a page at a time."""
    left = limit
    while left is None or left > 0:
        size = _PAGE if left is None else min(_PAGE, left)
        query = (
            select(audit, audit_payloads.c.sealed, audit_payloads.c.key_id)
            .outerjoin(audit_payloads, audit_payloads.c.id == audit.c.seq)
            .where(audit.c.seq > after)
            .order_by(audit.c.seq)
            .limit(size)
        )
        page = tx.connection.execute(query).mappings().all()
        yield from page
        if len(page) < size:
            return
        after, left = page[-1]["seq"], None if left is None else left - size


def _locked_head(tx: Transaction) -> Row:
    query = select(audit_head).where(audit_head.c.id == _HEAD).with_for_update()
    return tx.connection.execute(query).mappings().one()


def _head_seal(tx: Transaction, seq: int, link: str) -> str:
    return tx.keys.chain(f"head/{seq}/{link}")


def _digest(salt: str, detail: Mapping[str, Any]) -> str:
    return hashlib.sha256(f"{salt}{json.dumps(detail, sort_keys=True)}".encode()).hexdigest()


def _line(seq: int, at: str, actor: str, action: str, subject: str | None, digest: str, previous: str) -> str:
    return json.dumps([seq, at, actor, action, subject, digest, previous])
