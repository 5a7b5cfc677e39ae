"""Renders assessed notes as accessible HTML: a fragment to embed, or one self-contained page."""

from collections.abc import Iterable, Sequence
from functools import cache
from typing import TextIO

from jinja2 import Environment, PackageLoader, StrictUndefined

from triage.flag import Assessment, Band, Level
from triage.highlight import Piece, pieces
from triage.note import Note
from triage.words import BANDS, LEVELS, NOT_ASSESSED, NOTHING_FOUND, STATUSES, why_not_flagged

Mark = tuple[int, Level]
"""Number of a flag in the assessment, from 1, and the level of the evidence."""


def render_fragment(note: Note, assessment: Assessment) -> str:
    """Return the note with its evidence marked and its flags listed, for a case system to embed."""
    return _environment().get_template("fragment.html").render(_context(note, assessment))


def write_page(stream: TextIO, answers: Iterable[tuple[Note, Assessment]]) -> None:
    """Write one self-contained page, notes in the order given."""
    template = _environment().get_template("page.html")
    notes = (_context(note, assessment) for note, assessment in answers)
    stream.writelines(template.generate(notes=notes))


def evidence_pieces(text: str, assessment: Assessment) -> list[Piece[Mark]]:
    """Cut the text into flat pieces labelled with the flags whose evidence covers them."""
    spans: Sequence[tuple[int, int, Mark]] = [
        (evidence.start, evidence.end, (number, evidence.level))
        for number, flag in enumerate(assessment.flags, start=1)
        for evidence in flag.evidence
    ]
    return pieces(text, spans)


def _context(note: Note, assessment: Assessment) -> dict[str, object]:
    return {"note": note, "assessment": assessment, "pieces": evidence_pieces(note.text, assessment)}


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=PackageLoader("triage"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.globals.update(
        {"BANDS": BANDS, "LEVELS": LEVELS, "STATUSES": STATUSES, "Level": Level, "Band": Band}
        | {"NOTHING_FOUND": NOTHING_FOUND, "NOT_ASSESSED": NOT_ASSESSED, "why_not_flagged": why_not_flagged}
    )
    return environment
