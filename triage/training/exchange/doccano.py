"""doccano: JSON lines of sequence labelling, of entities with relations, and of text classification."""

import io
import json
import zipfile
from collections.abc import Iterable, Iterator
from pathlib import PurePath
from typing import Any

from triage.errors import DatasetError, Issue
from triage.offsets import Quoter
from triage.training.exchange.drafts import CARRIED, Draft, Drafts, DraftSpan, Refusal, carried_by, carry, simple_meta
from triage.training.exchange.labels import spell
from triage.training.exchange.offsets import Unit
from triage.training.exchange.rows import Row, id_of, json_lines, read_rows, span_of, strings_of, text_of
from triage.training.records import Record

UNIT = Unit.UTF16
"""doccano counts in the browser, whose strings are UTF-16."""

_OWN_FIELDS = ("id", "text", "label", "labels", "entities", "relations", "cats", "Comments")
_SHARED = "all"


def read_doccano(raw: bytes, name: str) -> Drafts:
    """Read an export: the zip that doccano offers, or a file out of it.

    An annotator's name stands only in the name of the file in the zip.

    Raises:
        DatasetError: The file as a whole is unreadable.
    """
    found = [_read_file(content, member) for member, content in _members(raw, name)]
    drafts = tuple(draft for file in found for draft in file.drafts)
    bare = sum(not draft.spans and not draft.note_labels for draft in drafts)
    notice = (
        f"{bare} note(s) bear no label. doccano exports unconfirmed notes too, and those are not known to be without "
        "a sign: unless only confirmed ones were exported, take these out"
    )
    return Drafts(drafts, tuple(remark for file in found for remark in file.refused), (notice,) if bare else ())


def write_doccano(records: Iterable[Record]) -> bytes:
    """Write records for a sequence-labelling project; allow overlapping spans in its settings."""
    return _lines(
        {"text": r.text, "label": [list(span) for span in _spans(r)], CARRIED: carry(r, UNIT)} for r in records
    )


def write_doccano_entities(records: Iterable[Record]) -> bytes:
    """Write records for a project with relations."""
    return _lines(
        {
            "text": record.text,
            "entities": [
                {"id": number, "label": label, "start_offset": start, "end_offset": end}
                for number, (start, end, label) in enumerate(_spans(record), start=1)
            ],
            "relations": [],
            CARRIED: carry(record, UNIT),
        }
        for record in records
    )


def write_doccano_classes(records: Iterable[Record]) -> bytes:
    """Write records for a text-classification project, which has no place for the marked words."""
    return _lines(
        {
            "text": record.text,
            "label": sorted({spell(mark) for mark in record.spans}),
            CARRIED: carry(record, UNIT),
        }
        for record in records
    )


def _members(raw: bytes, name: str) -> Iterator[tuple[str, bytes]]:
    if not raw.startswith(b"PK\x03\x04"):
        yield name, raw
        return
    try:
        with zipfile.ZipFile(io.BytesIO(raw)) as archive:
            for member in sorted(archive.namelist()):
                if member.endswith(".jsonl"):
                    yield member, archive.read(member)
    except (zipfile.BadZipFile, OSError, EOFError):
        issue = Issue(name, 0, "D002", "not a whole zip file; download the export again")
        raise DatasetError("Nothing was imported.", code="dataset_faulty", issues=[issue]) from None


def _read_file(raw: bytes, name: str) -> Drafts:
    annotator = None if (stem := PurePath(name).stem) == _SHARED else stem

    def read_row(row: Row, where: str, fallback: str) -> Iterator[Draft]:
        spans, note_labels = _labels(row)
        yield Draft(
            where=where,
            id=id_of(row.get("id"), fallback),
            text=text_of(row),
            spans=spans,
            note_labels=note_labels,
            annotator=annotator,
            meta=simple_meta(row, without=_OWN_FIELDS),
            carried=carried_by(row),
        )

    return read_rows(json_lines(raw, name), name, read_row)


def _labels(row: Row) -> tuple[tuple[DraftSpan, ...], tuple[str, ...]]:
    labels = row.get("label", row.get("labels")) or []
    entities = row.get("entities") or []
    if not isinstance(entities, list):
        raise Refusal("field 'entities' is not a list")
    spans = [_span(entity) for entity in entities]
    if isinstance(labels, list) and labels and all(isinstance(label, list | dict) for label in labels):
        return (*spans, *(_span(label) for label in labels)), strings_of(row.get("cats"))
    return tuple(spans), (*strings_of(labels), *strings_of(row.get("cats")))


def _span(entity: Any) -> DraftSpan:
    if isinstance(entity, list) and len(entity) == 3:
        return span_of(*entity)
    if isinstance(entity, dict):
        return span_of(entity.get("start_offset"), entity.get("end_offset"), entity.get("label"))
    raise Refusal("a span that is neither [start, end, label] nor an entity")


def _spans(record: Record) -> Iterator[tuple[int, int, str]]:
    quoter = Quoter(record.text)
    for mark in record.spans:
        quote = quoter.quote(mark.start, mark.end)
        yield quote.start_utf16, quote.end_utf16, spell(mark)


def _lines(rows: Iterable[dict[str, Any]]) -> bytes:
    return "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows).encode()
