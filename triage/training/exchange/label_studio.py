"""Label Studio: the JSON of tasks with annotations."""

import json
from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Any

from triage.errors import DatasetError, Issue
from triage.offsets import Quoter
from triage.training.exchange.drafts import CARRIED, Draft, Drafts, DraftSpan, Refusal, carried_by, carry, simple_meta
from triage.training.exchange.labels import spell
from triage.training.exchange.offsets import Unit
from triage.training.exchange.rows import Row, decode, id_of, parse_json, read_rows, span_of, strings_of, text_of
from triage.training.records import Record

UNIT = Unit.UTF16
"""Label Studio counts in the browser, whose strings are UTF-16; it also gives the words of each span."""

_SPANS, _CHOICES = "labels", "choices"


def read_label_studio(raw: bytes, name: str) -> Drafts:
    """Read an export: every annotation that was not cancelled, or only the ground truth where a task has one.

    Raises:
        DatasetError: The file is not a JSON list of tasks.
    """
    try:
        tasks = parse_json(decode(raw, name))
    except Refusal:
        tasks = None
    if not isinstance(tasks, list):
        issue = Issue(name, 1, "D002", "not a JSON list of tasks; export as JSON, not as JSON-MIN or CSV")
        raise DatasetError("Nothing was imported.", code="dataset_faulty", issues=[issue])
    left_out: Counter[str] = Counter()

    def read_task(task: Row, where: str, fallback: str) -> Iterator[Draft]:
        data = task.get("data")
        if not isinstance(data, dict):
            raise Refusal("field 'data' is missing or not an object")
        for annotation in _annotations(task):
            results = annotation.get("result") or []
            left_out.update(_kinds(results))
            yield Draft(
                where=where,
                id=id_of(task.get("id"), fallback),
                text=text_of(data),
                spans=tuple(_spans(results)),
                note_labels=tuple(_note_labels(results)),
                annotator=_annotator(annotation.get("completed_by")),
                meta=simple_meta(data, without=["text"]),
                carried=carried_by(data),
            )

    found = read_rows(((f"{name}: task {number}", task) for number, task in enumerate(tasks, start=1)), name, read_task)
    notices = [
        f"{count} result(s) of kind '{kind}' say nothing of labels and were left out"
        for kind, count in left_out.items()
    ]
    return Drafts(found.drafts, found.refused, tuple(notices))


def write_label_studio(records: Iterable[Record]) -> bytes:
    """Write records as tasks for a configuration with `<Labels name="label" toName="text">`."""
    return _json([_task(record) | {"annotations": [{"result": _results(record)}]} for record in records])


def write_label_studio_tasks(records: Iterable[Record]) -> bytes:
    """Write records as tasks that nobody has annotated: an annotation without a result would count as done."""
    return _json([_task(record) for record in records])


def _task(record: Record) -> dict[str, Any]:
    return {"data": {"text": record.text, CARRIED: carry(record, UNIT)}}


def _json(tasks: list[dict[str, Any]]) -> bytes:
    return (json.dumps(tasks, ensure_ascii=False, indent=1) + "\n").encode()


def _results(record: Record) -> list[dict[str, Any]]:
    quoter = Quoter(record.text)
    results = []
    for number, mark in enumerate(record.spans, start=1):
        quote = quoter.quote(mark.start, mark.end)
        value = {"start": quote.start_utf16, "end": quote.end_utf16, "text": quote.quote, "labels": [spell(mark)]}
        results.append({"id": str(number), "from_name": "label", "to_name": "text", "type": _SPANS, "value": value})
    return results


def _annotations(task: Row) -> list[Row]:
    annotations = task.get("annotations")
    given = [item for item in annotations if isinstance(item, dict)] if isinstance(annotations, list) else []
    done = [item for item in given if not item.get("was_cancelled")]
    if not done:
        raise Refusal("skipped by its annotator" if given else "not annotated; a prediction is no label")
    return [item for item in done if item.get("ground_truth")] or done


def _annotator(value: Any) -> str | None:
    if isinstance(value, dict):
        value = value.get("email") or value.get("id")
    return None if value is None else str(value)


def _results_of(results: Any, kind: str) -> Iterator[Row]:
    if not isinstance(results, list):
        raise Refusal("field 'result' is not a list")
    for result in results:
        if isinstance(result, dict) and result.get("type") == kind:
            value = result.get("value")
            if not isinstance(value, dict):
                raise Refusal("a result without a value")
            yield value


def _spans(results: Any) -> Iterator[DraftSpan]:
    for value in _results_of(results, _SPANS):
        for label in strings_of(value.get("labels")):
            yield span_of(value.get("start"), value.get("end"), label, value.get("text"))


def _note_labels(results: Any) -> Iterator[str]:
    for value in _results_of(results, _CHOICES):
        yield from strings_of(value.get("choices"))


def _kinds(results: Any) -> Iterator[str]:
    """Yield the kinds of results that hold no label of ours.

    Raises:
        Refusal: Labels whose offsets count something else than the text.
    """
    for result in results if isinstance(results, list) else []:
        kind = str(result.get("type")) if isinstance(result, dict) else "unknown"
        if kind not in (_SPANS, _CHOICES):
            if kind.endswith("labels"):
                raise Refusal(f"labels of kind '{kind}', whose offsets do not count the text; use a Text with Labels")
            yield kind
