"""Fills a review store with many notes, a third of the flagged ones settled, as submitting and reading would have."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

from sqlalchemy import Table, insert

from triage.flag import Assessment
from triage.note import Note, note_from_record
from triage.review.contents import case_digest
from triage.review.fingerprints import fingerprint
from triage.review.items import BANDS
from triage.review.store import ReviewStore, Transaction
from triage.review.tables import (
    assessments,
    findings,
    item_flags,
    items,
    note_versions,
    notes,
    outcomes,
    votes,
)
from triage.review.tallies import recount
from triage.review.vocabulary import ItemKind, ItemState, Outcome, Reason, Verdict
from triage.triager import Triager

SAMPLES = Path("training_data/samples/notes.jsonl")
BATCH = 2_000
NOTES_A_CASE = 5
TEAMS = 10
_TABLES = (notes, note_versions, assessments, items, item_flags, votes, outcomes, findings)
_REPEATED = ("open", "rank", "queued_at", "restricted", "blind", "team")
_BEGIN = datetime(2026, 1, 1, tzinfo=UTC)

Row = dict[str, Any]


def fill(store: ReviewStore, triager: Triager, count: int) -> None:
    """Write notes in batches; they are the sample notes with numbers added, so that no two are the same."""
    samples = [note_from_record(json.loads(line)) for line in SAMPLES.read_text(encoding="utf-8").splitlines()]
    answers = list(triager.assess_many(samples))
    for start in range(0, count, BATCH):
        with store.writing() as tx:
            rows: dict[str, list[Row]] = {table.name: [] for table in _TABLES}
            for number in range(start, min(start + BATCH, count)):
                filled = FilledNote(tx, number, samples[number % len(samples)], answers[number % len(samples)])
                for table, row in filled.rows():
                    rows[table.name].append(row)
            for table in _TABLES:
                tx.connection.execute(insert(table), rows[table.name])
    with store.writing() as tx:
        recount(tx.connection)
        tx.connection.exec_driver_sql("ANALYZE")


@dataclass(frozen=True)
class FilledNote:
    """The rows of one note."""

    tx: Transaction
    number: int
    note: Note
    answer: Assessment

    def rows(self) -> Iterator[tuple[Table, Row]]:
        """Yield each row with its table."""
        item_id, note_id = uuid4().hex, uuid4().hex
        yield from self._content(item_id, note_id)
        item = self._item(item_id, note_id)
        yield items, item
        for flag in self.answer.flags:
            said = {"indicator": flag.indicator, "status": flag.status, "level": flag.level}
            yield item_flags, {"item": item_id, **said, **{name: item[name] for name in _REPEATED}}
            if item["state"] is ItemState.AGREED:
                yield votes, self._vote(item_id, flag.indicator)
                yield findings, {"item": item_id, "indicator": flag.indicator, "flagged": True, "kept": self._agrees}
        if item["state"] is ItemState.AGREED:
            yield outcomes, self._outcome(item_id)

    @property
    def _when(self) -> datetime:
        return _BEGIN + timedelta(minutes=self.number)

    @property
    def _week(self) -> date:
        return (self._when - timedelta(days=self._when.weekday())).date()

    @property
    def _case(self) -> str:
        return f"C-{self.number // NOTES_A_CASE}"

    @property
    def _agrees(self) -> bool:
        return self.number % 7 != 0

    def _content(self, item_id: str, note_id: str) -> Iterator[tuple[Table, Row]]:
        tx, answer = self.tx, self.answer
        text = f"{self.note.text} Reference {self.number}."
        ids = {"note_id": f"N-{self.number}", "case_id": self._case}
        named = {"note_hash": tx.keys.digest("note", "bench", str(self.number)), "source": "bench", "latest": 1}
        version = {
            "id": item_id,
            "note": note_id,
            "version": 1,
            "digest": tx.keys.digest(text),
            "received_at": self._when,
            "consent": False,
            "fingerprint": fingerprint(tx.keys, self.note.text),
        }
        written = {"text": text, "case_id": self._case, "recorded_at": self._when.isoformat(), "author_role": None}
        said = {
            "assessment": answer.model_copy(update=ids).model_dump(mode="json"),
            "order": answer.reading_order.model_dump(mode="json"),
        }
        made = {"package": answer.versions.package, "model": None, "knowledge": answer.versions.knowledge}
        yield notes, tx.seal(notes, {"id": note_id, **named}, ids)
        yield note_versions, tx.seal(note_versions, version, written)
        yield assessments, tx.seal(assessments, {"id": item_id, **made}, said)

    def _item(self, item_id: str, note_id: str) -> Row:
        flagged, number = bool(self.answer.flags), self.number
        # In stretches, since the samples take turns: each sample has settled and waiting notes.
        settled = flagged and number // 100 % 3 == 0
        waiting = ItemState.WAITING if flagged else ItemState.NOT_QUEUED
        band = self.answer.reading_order.band
        return {
            "id": item_id,
            "note": note_id,
            "case_hash": case_digest(self.tx.keys, self._case),
            "source": "bench",
            "team": f"team-{number // 10 % TEAMS}",
            "restricted": number % 500 == 0,
            "kind": ItemKind.FLAGGED if flagged else ItemKind.UNFLAGGED,
            "state": ItemState.AGREED if settled else waiting,
            "open": flagged and not settled,
            "latest": True,
            "band": band,
            "rank": BANDS.index(band),
            "queued_at": self._when,
            "week": self._week,
            "blind": flagged and number // 10 % 10 == 0,
            "sampling_rate": None if flagged else 0.02,
            "first_reviewer": "lead" if settled else None,
            "skips": 0,
            "settled_at": self._when + timedelta(hours=3) if settled else None,
            "version": 3 if settled else 1,
        }

    def _vote(self, item_id: str, indicator: str) -> Row:
        row = {
            "id": uuid4().hex,
            "item": item_id,
            "reviewer": "lead",
            "ruling": False,
            "indicator": indicator,
            "sequence": 1,
            "verdict": Verdict.AGREE if self._agrees else Verdict.DISAGREE,
            "reason": None if self._agrees else Reason.NOT_SAID,
            "blind": False,
            "at": self._when + timedelta(hours=2),
        }
        return self.tx.seal(votes, row, {"comment": ""})

    def _outcome(self, item_id: str) -> Row:
        row = {
            "id": uuid4().hex,
            "item": item_id,
            "reviewer": "lead",
            "ruling": False,
            "sequence": 1,
            "withdrawn": False,
            "position": 1,
            "outcome": Outcome.SUPERVISION,
            "seconds": 90,
            "at": self._when + timedelta(hours=3),
        }
        return self.tx.seal(outcomes, row, {"comment": ""})
