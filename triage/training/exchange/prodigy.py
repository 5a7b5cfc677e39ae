"""Prodigy: JSON lines of answered tasks."""

import json
from collections.abc import Iterable, Iterator
from typing import Any

from triage.training.exchange.drafts import CARRIED, Draft, Drafts, DraftSpan, Refusal, carried_by, carry, simple_meta
from triage.training.exchange.labels import spell
from triage.training.exchange.offsets import Unit
from triage.training.exchange.rows import Row, id_of, json_lines, read_rows, span_of, strings_of, text_of
from triage.training.records import Record

UNIT = Unit.CODE_POINTS
"""Prodigy counts in Python; `end` is exclusive, although its `token_end` is not."""


def read_prodigy(raw: bytes, name: str) -> Drafts:
    """Read what `db-out` writes.

    Raises:
        DatasetError: The file as a whole is unreadable.
    """
    return read_rows(json_lines(raw, name), name, _read_task)


def write_prodigy(records: Iterable[Record]) -> bytes:
    """Write records as accepted `spans.manual` tasks."""
    return "".join(json.dumps(_task(record), ensure_ascii=False) + "\n" for record in records).encode()


def _task(record: Record) -> dict[str, Any]:
    spans = [{"start": mark.start, "end": mark.end, "label": spell(mark)} for mark in record.spans]
    return {
        "text": record.text,
        "spans": spans,
        "meta": {"note": record.id},
        CARRIED: carry(record, UNIT),
        "_view_id": "spans_manual",
        "answer": "accept",
    }


def _read_task(task: Row, where: str, fallback: str) -> Iterator[Draft]:
    _check_is_whole_answer(task)
    meta = task.get("meta")
    yield Draft(
        where=where,
        id=id_of(task.get("_input_hash"), fallback),
        text=text_of(task),
        spans=tuple(_spans(task)),
        note_labels=strings_of(task.get("accept")),
        annotator=_annotator(task),
        meta=simple_meta(meta, without=[]) if isinstance(meta, dict) else {},
        carried=carried_by(task),
    )


def _check_is_whole_answer(task: Row) -> None:
    """Refuse tasks whose answer does not tell of every indicator."""
    if task.get("answer") == "ignore":
        raise Refusal("ignored by its annotator")
    if "label" in task and "options" not in task:
        raise Refusal("a yes-or-no task tells of one label only, and a note needs an answer for all")
    if task.get("answer") != "accept":
        raise Refusal("rejected: that says the marks are wrong, not that there is nothing to mark")


def _spans(task: Row) -> Iterator[DraftSpan]:
    spans = task.get("spans") or []
    if not isinstance(spans, list) or not all(isinstance(span, dict) for span in spans):
        raise Refusal("field 'spans' is not a list of objects")
    for span in spans:
        yield span_of(span.get("start"), span.get("end"), span.get("label"), span.get("text"))


def _annotator(task: Row) -> str | None:
    name = task.get("_annotator_id") or task.get("_session_id")
    return str(name) if name else None
