"""What leads, analysts and auditors ask for: overview, notices, a case's evidence, the audit log."""

from collections.abc import Iterator
from datetime import date

from sqlalchemy import exists, select

from triage.review.audit import AuditEntry, AuditVerdict, entries, head, last_seq, verify
from triage.review.contents import case_digest
from triage.review.desk import Desk
from triage.review.figures import Bundle, Notice, Overview
from triage.review.items import is_hidden, visible_to
from triage.review.labels import LabelledNote, labelled_notes, settled_ids
from triage.review.notices import read_notices
from triage.review.overview import overview_csv, read_overview
from triage.review.pages import read_page
from triage.review.people import Person
from triage.review.policies import (
    check_can_audit,
    check_can_export,
    check_can_lead,
    check_can_review,
    check_can_see_overview,
)
from triage.review.records import NotePage
from triage.review.retention import Retention
from triage.review.store import Transaction
from triage.review.tables import findings, items
from triage.review.vocabulary import Action, ItemKind, ItemState

_BATCH = 100
_AUDIT_BATCH = 1000
_LEFT_OUT = (ItemState.COLLAPSED.value, ItemState.ERASED.value)


class Reports:
    """Reading use cases, each in the audit log.

    Args:
        desk: The store with its audit log.
        retention: How long records are kept.
    """

    def __init__(self, desk: Desk, retention: Retention) -> None:
        self._desk = desk
        self._retention = retention

    def overview(self, actor: Person, *, since: date | None = None) -> Overview:
        """Return the supervisor's overview, of all notes or of those since a week began."""
        since_text = since.isoformat() if since else None
        with self._desk.reading(actor, Action.OVERVIEW, check=check_can_see_overview, since=since_text) as step:
            return read_overview(step.tx, since=since)

    def overview_csv(self, actor: Person, *, since: date | None = None) -> str:
        """Return the overview as CSV."""
        return overview_csv(self.overview(actor, since=since))

    def notices(self, actor: Person) -> tuple[Notice, ...]:
        """Return what a lead should look into."""
        with self._desk.reading(actor, Action.OVERVIEW, check=check_can_lead, notices=True) as step:
            return read_notices(step.tx)

    def bundle(self, actor: Person, case_id: str) -> Bundle:
        """Return one case's dated evidence with what was decided, for a referral."""
        case = case_digest(self._desk.store.keys, case_id)
        with self._desk.reading(actor, Action.BUNDLE, case, check=check_can_review) as step:
            pages = [read_page(step.tx, actor, item_id) for item_id in _bundle_items(step.tx, actor, case)]
            shown = sorted((page for page in pages if not page.hidden), key=_when)
            return Bundle(
                case_id=case_id,
                made_at=step.tx.now,
                made_by=actor.id,
                notes=tuple(shown),
                withheld=len(pages) - len(shown),
                audit_head=head(step.tx),
            )

    def labelled(self, actor: Person) -> Iterator[LabelledNote]:
        """Yield settled reviews as labelled text, for notes with consent and within their time to be kept."""
        with self._desk.reading(actor, Action.EXPORT, check=check_can_export) as step:
            ids = settled_ids(step.tx, self._retention)
            step.detail["notes"] = len(ids)
        for start in range(0, len(ids), _BATCH):
            with self._desk.store.reading() as tx:
                notes = list(labelled_notes(tx, ids[start : start + _BATCH]))
            yield from notes

    def audit_entries(self, actor: Person, *, after: int = 0, limit: int = 100) -> tuple[AuditEntry, ...]:
        """Return entries of the audit log in order."""
        with self._desk.reading(actor, Action.AUDIT, check=check_can_audit, after=after, limit=limit) as step:
            return tuple(entries(step.tx, after=after, limit=limit))

    def all_audit_entries(self, actor: Person) -> Iterator[AuditEntry]:
        """Yield every entry of the audit log in order."""
        with self._desk.reading(actor, Action.AUDIT, check=check_can_audit, all=True) as step:
            last = last_seq(step.tx)
        for after in range(0, last, _AUDIT_BATCH):
            with self._desk.store.reading() as tx:
                batch = list(entries(tx, after=after, limit=min(_AUDIT_BATCH, last - after)))
            yield from batch

    def verify_audit(self, actor: Person, *, expect: str | None = None) -> AuditVerdict:
        """Recompute the whole audit log and name the first broken link.

        Args:
            actor: Who asks.
            expect: A head noted earlier, which must still be in the log.
        """
        with self._desk.reading(actor, Action.AUDIT, check=check_can_audit, verify=True) as step:
            return verify(step.tx, expect=expect)


def _bundle_items(tx: Transaction, actor: Person, case: str) -> tuple[str, ...]:
    """Return the case's notes with flags, or in which a reader found something, and those that are still hidden.

    A hidden note is left out of the bundle and counted, whether it has flags or was sampled without any.
    """
    found = exists().where(findings.c.item == items.c.id, findings.c.kept.is_(True)).label("found")
    query = select(items, found).where(
        items.c.case_hash == case,
        items.c.latest.is_(True),
        items.c.state.not_in(_LEFT_OUT),
        items.c.kind != ItemKind.UNFLAGGED.value,
        visible_to(actor),
    )
    rows = tx.connection.execute(query).mappings().all()
    return tuple(
        row["id"] for row in rows if row["kind"] == ItemKind.FLAGGED or row["found"] or is_hidden(tx, actor, row)
    )


def _when(page: NotePage) -> tuple[str, str]:
    written = page.note.recorded_at or page.item.queued_at
    return written.isoformat(), page.note.id or ""
