"""Shows assessed notes on a terminal: coloured, underlined and numbered evidence, then a table of flags."""

from collections.abc import Iterable
from typing import TextIO

from rich.console import Console, Group
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from triage.flag import Assessment, Band, Flag, Level
from triage.highlight import pieces
from triage.note import Note
from triage.words import BANDS, LEVELS, NOT_ASSESSED, NOTHING_FOUND, STATUSES, why_not_flagged

_BAND_STYLES = {
    Band.SAME_DAY: "bold white on red",
    Band.NEXT_WORKING_DAY: "bold black on yellow",
    Band.NEXT_SUPERVISION: "bold black on cyan",
    Band.NOTE: "bold black on white",
}
_LEVEL_STYLES = {Level.HARM_DESCRIBED: "bold underline red", Level.WARNING_SIGN: "underline dark_orange"}


def show(stream: TextIO, answers: Iterable[tuple[Note, Assessment]]) -> None:
    """Print notes with their flags."""
    console = Console(file=stream, highlight=False)
    for note, assessment in answers:
        console.print(_panel(note, assessment))


def _panel(note: Note, assessment: Assessment) -> Panel:
    band = assessment.reading_order.band
    title = Text.assemble(f" {note.id or 'note'} ", (f" {BANDS[band]} ", _BAND_STYLES[band]))
    if assessment.outcome == "not_assessed":
        body = Text(f"{NOT_ASSESSED} ({assessment.cause})")
        return Panel(body, title=title, title_align="left")
    parts: list[Text | Table] = [_marked(note, assessment), Text()]
    parts.append(_flags(assessment) if assessment.flags else Text(NOTHING_FOUND, style="italic"))
    parts += [_line("Why this order: ", reason.text) for reason in assessment.reading_order.reasons[:2]]
    if assessment.not_flagged:
        parts.append(_not_flagged(assessment))
    return Panel(Group(*parts), title=title, title_align="left")


def _marked(note: Note, assessment: Assessment) -> Text:
    """Return the note's text with `[n]` before the evidence of flag n."""
    spans = [
        (evidence.start, evidence.end, (number, evidence.level))
        for number, flag in enumerate(assessment.flags, start=1)
        for evidence in flag.evidence
    ]
    text = Text()
    for piece in pieces(note.text, spans):
        for number, _ in piece.first:
            text.append(f"[{number}]", style="bold")
        levels = {level for _, level in piece.labels}
        harm = Level.HARM_DESCRIBED in levels
        style = _LEVEL_STYLES[Level.HARM_DESCRIBED if harm else Level.WARNING_SIGN] if levels else ""
        text.append(_printable(piece.text), style=style)
    return text


def _flags(assessment: Assessment) -> Table:
    table = Table(expand=True, show_edge=False, pad_edge=False)
    for heading, ratio in (("", 1), ("Flag", 8), ("Said as", 6), ("Why", 14), ("Ask next", 14)):
        table.add_column(heading, ratio=ratio, overflow="fold")
    for number, flag in enumerate(assessment.flags, start=1):
        table.add_row(str(number), _name(flag), STATUSES[flag.status], flag.reason, flag.follow_up[0])
    return table


def _name(flag: Flag) -> Text:
    style = "bold red" if flag.level is Level.HARM_DESCRIBED else "dark_orange"
    return Text.assemble((flag.name, style), f"\n{LEVELS[flag.level]}")


def _not_flagged(assessment: Assessment) -> Text:
    text = Text("Found but not flagged: ", style="bold")
    shown = [
        f"{mention.indicator.replace('_', ' ')} - {why_not_flagged(mention.status)} (“{_printable(mention.quote)}”)"
        for mention in assessment.not_flagged
    ]
    return text.append("; ".join(shown), style="not bold")


def _line(label: str, content: str) -> Text:
    return Text.assemble((label, "bold"), content)


def _printable(text: str) -> str:
    """Replace control characters, which a terminal would obey."""
    return "".join(c if c.isprintable() or c in "\n\t" else "\N{REPLACEMENT CHARACTER}" for c in text)
