"""`triage data export-decisions`: settled reviews as labelled notes."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from triage.review.labels import LabelledNote
    from triage.training.records import Record


def export_decisions(
    output: Annotated[Path, typer.Argument(help="JSON lines file of the corpus format.")] = Path(
        "training_data/private/decisions.jsonl"
    ),
) -> None:
    """Write what people settled in review, for notes with consent and within their time to be kept.

    The file holds real case notes: it belongs in `training_data/private/`, which is never committed, and only its
    owner can read it.
    """
    from triage.cli.store import open_desk, operator
    from triage.files import opened_whole
    from triage.review.reports import Reports
    from triage.review.settings import ReviewSettings

    notes = Reports(open_desk(), ReviewSettings().retention()).labelled(operator())
    output.parent.mkdir(parents=True, exist_ok=True)
    count = 0
    with opened_whole(output, private=True) as stream:
        for note in notes:
            stream.write(_record(note).to_json_line() + "\n")
            count += 1
    typer.echo(f"{count} settled notes are in {output}.")


def _record(note: "LabelledNote") -> "Record":
    from triage.flag import Level
    from triage.training.records import Mark, make_record

    return make_record(
        id=f"R{note.id}",
        source=f"review_{note.source}",
        case_id=note.case,
        text=note.text,
        meta=note.meta,
        marks=[
            Mark(
                start=mark.start,
                end=mark.end,
                indicator=mark.indicator,
                status=mark.status,
                harm=mark.level is Level.HARM_DESCRIBED,
            )
            for mark in note.marks
        ],
    )
