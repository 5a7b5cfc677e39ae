"""Answers to requests that carry an idempotency key: the same request again gets the same answer for a day."""

from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import delete, insert, select

from triage.errors import ReviewConflict
from triage.review.contents import read_assessments
from triage.review.keys import KeyRing
from triage.review.records import Receipt
from triage.review.store import Transaction
from triage.review.tables import replays
from triage.review.vocabulary import ItemState

KEPT_FOR = timedelta(hours=24)
"""How long a key is remembered; after that it is a new one."""


@dataclass(frozen=True, slots=True)
class RequestKey:
    """What names a request.

    Attributes:
        key: As the sender chose it; it is the sender's own, per source.
        request: Everything that was sent, in one canonical form.
    """

    key: str
    request: str


def find_replay(tx: Transaction, sender: str, source: str, named: RequestKey) -> Receipt | None:
    """Return what was answered to this request before.

    Raises:
        ReviewConflict: The key came with another request (`key_reused`).
    """
    query = select(replays).where(replays.c.id == _digest(tx.keys, sender, source, named))
    row = tx.connection.execute(query).mappings().one_or_none()
    if row is None or row["at"] < tx.now - KEPT_FOR:
        return None
    if row["request"] != tx.keys.digest("request", named.request):
        raise ReviewConflict("this idempotency key was used for another request; choose a new one", code="key_reused")
    said = read_assessments(tx, [row["item"]]).get(row["item"])
    if said is None:
        return None
    return Receipt(
        item_id=row["item"],
        note_version=row["note_version"],
        created=row["created"],
        state=ItemState(row["state"]),
        assessment=said.assessment,
        replayed=True,
    )


def keep_replay(tx: Transaction, sender: str, source: str, named: RequestKey, receipt: Receipt) -> None:
    """Remember what was answered; of two requests with one key at the same moment only one is stored."""
    key = _digest(tx.keys, sender, source, named)
    tx.connection.execute(delete(replays).where(replays.c.id == key, replays.c.at < tx.now - KEPT_FOR))
    tx.connection.execute(
        insert(replays).values(
            id=key,
            request=tx.keys.digest("request", named.request),
            item=receipt.item_id,
            note_version=receipt.note_version,
            created=receipt.created,
            state=receipt.state.value,
            at=tx.now,
        )
    )


def forget_replays(tx: Transaction) -> None:
    """Delete the keys whose time has ended."""
    tx.connection.execute(delete(replays).where(replays.c.at < tx.now - KEPT_FOR))


def _digest(keys: KeyRing, sender: str, source: str, named: RequestKey) -> str:
    return keys.digest("replay", sender, source, named.key)
