"""Reads JSON files that tools write, one object at a time, so that one bad row does not lose the others."""

import json
from collections.abc import Callable, Iterable, Iterator
from pathlib import PurePath
from typing import Any

from triage.errors import DatasetError, Issue
from triage.training.exchange.drafts import Draft, Drafts, DraftSpan, Refusal, Remark

Row = dict[str, Any]
ReadRow = Callable[[Row, str, str], Iterable[Draft]]
"""Turns a row, its place and a fallback id into drafts; a `Refusal` says why it cannot."""


def decode(raw: bytes, name: str) -> str:
    """Decode a file.

    Raises:
        DatasetError: It is not UTF-8.
    """
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        issue = Issue(name, line, "D001", f"not valid UTF-8 at byte {error.start}; export the file as UTF-8")
        raise DatasetError("Nothing was imported.", code="dataset_faulty", issues=[issue]) from None


def parse_json(text: str) -> Any:
    """Parse JSON.

    Raises:
        Refusal: It is not JSON.
    """
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        raise Refusal("not valid JSON") from None


def json_lines(raw: bytes, name: str) -> Iterator[tuple[str, str]]:
    """Yield the place and the text of every line that is not empty."""
    for number, line in enumerate(decode(raw, name).split("\n"), start=1):
        if line.strip():
            yield f"{name}:{number}", line


def read_rows(rows: Iterable[tuple[str, Any]], name: str, read_row: ReadRow) -> Drafts:
    """Read rows, each given as JSON text or as what was parsed from it."""
    drafts: list[Draft] = []
    refused: list[Remark] = []
    for number, (where, content) in enumerate(rows, start=1):
        fallback = f"{PurePath(name).stem}-{number}"
        try:
            row = parse_json(content) if isinstance(content, str) else content
            if not isinstance(row, dict):
                raise Refusal("not a JSON object")
            # A row that is refused half-way must leave nothing behind.
            drafts += list(read_row(row, where, fallback))
        except Refusal as refusal:
            refused.append(Remark(fallback, where, str(refusal)))
    return Drafts(tuple(drafts), tuple(refused))


def text_of(row: Row) -> str:
    """Return the text of a row.

    Raises:
        Refusal: There is none.
    """
    text = row.get("text")
    if not isinstance(text, str):
        raise Refusal("field 'text' is missing or not a string")
    return text


def id_of(value: Any, fallback: str) -> str:
    """Return a tool's identifier as a string."""
    return str(value) if isinstance(value, str | int) and str(value) else fallback


def span_of(start: Any, end: Any, label: Any, quote: Any = None) -> DraftSpan:
    """Return a span.

    Raises:
        Refusal: A field is of the wrong kind.
    """
    numbers = all(isinstance(offset, int) and not isinstance(offset, bool) for offset in (start, end))
    if not numbers or not isinstance(label, str):
        raise Refusal("a span without whole numbers as offsets or without a label")
    return DraftSpan(start, end, label, quote if isinstance(quote, str) else None)


def strings_of(value: Any) -> tuple[str, ...]:
    """Return a list of labels; one label alone counts as a list.

    Raises:
        Refusal: Something else than labels.
    """
    values = [value] if isinstance(value, str) else value or []
    if not isinstance(values, list) or not all(isinstance(item, str) for item in values):
        raise Refusal("labels that are no strings")
    return tuple(values)
