"""Speed of the whole assessment in one process, beside what could be used instead: ratios first.

Run it with `make bench`, or `python -m bench.speed --json` for JSON. Times are medians of processor time, so that
ratios hold on a busy machine; notes a second are those of this machine.
"""

import json
import re
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from statistics import median
from typing import Annotated

import spacy
import typer
from rich.console import Console
from rich.table import Table

from triage.extraction import Extraction
from triage.knowledge.inflection import Inflector
from triage.knowledge.loading import load_knowledge
from triage.knowledge.patterns import expand_term
from triage.knowledge.schemas import Knowledge
from triage.pipeline.extractor import Extractor
from triage.scoring.artefact import load_promoted
from triage.scoring.scorer import Scorer
from triage.settings import Settings
from triage.training.corpus import load_corpus
from triage.triager import BATCH, Triager

WORDS = 200
NOTES = 300
NAIVE_NOTES = 3
"""The naive search takes seconds a note."""
REPEATS = 5
LONGEST = 100_000
SYMBOLS = 50_000
_HELP = "from typer.testing import CliRunner; from triage.cli import app; CliRunner().invoke(app, ['--help'])"
_START = "import time; start = time.process_time(); {}; print(time.process_time() - start)"
_LOAD = (
    "from triage.settings import Settings; from triage.triager import Triager; settings = Settings(); "
    "Triager.load(knowledge_dir=settings.knowledge_dir, models_dir=settings.models_dir)"
)


@dataclass(frozen=True)
class Growth:
    """Time of one text.

    Attributes:
        ratio: Time a character, as a multiple of that of an ordinary note.
    """

    characters: int
    seconds: float
    ratio: float


@dataclass(frozen=True)
class Speed:
    """All figures of one run; times in seconds of one processor.

    Attributes:
        model: Version of the promoted model; None where cues alone raise flags.
        notes_per_second: By what reads them.
        times_as_quick: The same as multiples of the whole assessment.
        growth: Time by length of the text.
        symbols_against_note: Time of symbols without a space, as a multiple of that of an ordinary note as long.
        load_seconds: Knowledge and model in a fresh interpreter, imports included.
        help_seconds: `triage --help` in a fresh interpreter.
    """

    model: str | None
    words: int
    notes: int
    notes_per_second: dict[str, float]
    times_as_quick: dict[str, float]
    growth: list[Growth]
    symbols_against_note: float
    load_seconds: float
    help_seconds: float
    versions: dict[str, str] = field(default_factory=dict)


def main(
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
    corpus: Annotated[Path, typer.Option(help="Directory of labelled notes, for the text.")] = Path("training_data"),
) -> None:
    """Measure and print."""
    settings = Settings()
    knowledge = load_knowledge(settings.knowledge_dir)
    text = " ".join(
        record.text
        for record in load_corpus(corpus, indicators=[item.id for item in knowledge.indicators]).whole_notes()
    )
    scorer = load_promoted(settings.models_dir, knowledge, encoder_dir=settings.encoder_dir)
    speed = measure(knowledge, scorer, text)
    if as_json:
        typer.echo(json.dumps(asdict(speed), indent=1))
    else:
        show(speed)


def measure(knowledge: Knowledge, scorer: Scorer | None, text: str) -> Speed:
    """Measure everything.

    Args:
        knowledge: What to look for.
        scorer: The promoted model; None where cues alone raise flags.
        text: Enough text to cut notes from.
    """
    triager = Triager(knowledge, scorer=scorer)
    notes = list(cut_notes(text, words=WORDS, count=NOTES))
    tokenizer = spacy.blank("en").tokenizer
    phrases = naive_pattern(knowledge)
    few = notes[:NAIVE_NOTES]
    seconds = {
        "triage": seconds_of(lambda: list(triager.assess_many(notes))) / len(notes),
        "spaCy tokenizer alone": seconds_of(lambda: [tokenizer(note) for note in notes]) / len(notes),
        "one re of all phrases": seconds_of(lambda: [phrases.findall(note) for note in few], repeats=1) / len(few),
    }
    if scorer is not None:
        alone, found = Triager(knowledge), list(Extractor(knowledge).extract_many(notes))
        seconds["knowledge alone"] = seconds_of(lambda: list(alone.assess_many(notes))) / len(notes)
        seconds["model alone"] = seconds_of(lambda: score_alone(scorer, found)) / len(notes)
    growth = list(measure_growth(triager, text))
    symbols = seconds_of(lambda: triager.assess("(" * SYMBOLS))
    note = seconds_of(lambda: triager.assess(text[:SYMBOLS]))
    return Speed(
        model=triager.versions.model,
        words=WORDS,
        notes=len(notes),
        notes_per_second={name: 1 / taken for name, taken in seconds.items()},
        times_as_quick={name: seconds["triage"] / taken for name, taken in seconds.items()},
        growth=growth,
        symbols_against_note=symbols / note,
        load_seconds=start_seconds(_LOAD),
        help_seconds=start_seconds(_HELP),
        versions={"python": sys.version.split()[0], "knowledge": triager.versions.knowledge},
    )


def score_alone(scorer: Scorer, found: Sequence[Extraction]) -> None:
    """Score notes that were read before, in batches as the triager does, and doubt the statuses of their cues."""
    for first in range(0, len(found), BATCH):
        scorer.score(found[first : first + BATCH])
    for note in found:
        scorer.refine(note, [(m.start, m.end, m.indicator, m.sentence, m.context) for m in note.mentions])


def cut_notes(text: str, *, words: int, count: int) -> Iterator[str]:
    """Cut `count` notes of exactly so many words, one after the other, beginning again at the end of the text."""
    places = [found.span() for found in re.finditer(r"\S+", text)]
    whole = len(places) // words
    for index in range(count):
        first = (index % whole) * words
        yield text[places[first][0] : places[first + words - 1][1]]


def naive_pattern(knowledge: Knowledge) -> re.Pattern[str]:
    """Return one alternation of every concept's phrases: the search that could be written in a line."""
    inflector = Inflector(knowledge.inflections.irregular)
    phrases = {
        phrase
        for concept in knowledge.concepts.values()
        for term in concept.terms
        for phrase in expand_term(term, inflector)
    }
    longest_first = sorted(phrases, key=lambda phrase: (-len(phrase), phrase))
    return re.compile(rf"\b(?:{'|'.join(map(re.escape, longest_first))})\b", re.IGNORECASE)


def measure_growth(triager: Triager, text: str) -> Iterator[Growth]:
    """Measure one text of an ordinary note's length, twice it, four times it, up to the longest allowed."""
    characters = first = len(next(cut_notes(text, words=WORDS, count=1)))
    base = 0.0
    while True:
        piece = text[:characters]
        taken = seconds_of(lambda piece=piece: triager.assess(piece))  # type: ignore[misc]
        base = base or taken / first
        yield Growth(characters, taken, taken / characters / base)
        if characters == LONGEST:
            return
        characters = min(2 * characters, LONGEST)


def seconds_of(work: Callable[[], object], *, repeats: int = REPEATS) -> float:
    """Return the median processor time of some runs, after one that is not counted where there are several."""
    if repeats > 1:
        work()
    times = []
    for _ in range(repeats):
        start = time.process_time()
        work()
        times.append(time.process_time() - start)
    return median(times)


def start_seconds(code: str) -> float:
    """Return the median processor time that code takes in a fresh interpreter, imports included."""
    command = [sys.executable, "-c", _START.format(code)]
    return median(
        float(subprocess.run(command, check=True, capture_output=True, text=True).stdout)  # noqa: S603
        for _ in range(REPEATS)
    )


def show(speed: Speed) -> None:
    """Print tables, ratios first."""
    console = Console(highlight=False)
    title = f"{speed.notes} notes of {speed.words} words, one process, model: {speed.model or 'none'}"
    rows: Sequence[tuple[str, str, str]] = [
        (name, _number(speed.times_as_quick[name]), _number(per_second))
        for name, per_second in speed.notes_per_second.items()
    ]
    _print(console, title, ("", "times as quick", "notes a second"), rows)
    growth = [(f"{row.characters:,}", f"{row.ratio:.2f}", f"{row.seconds * 1000:.1f}") for row in speed.growth]
    _print(console, "Growth with length", ("characters", "time a character, ratio", "milliseconds"), growth)
    console.print(f"{SYMBOLS:,} symbols without a space: {speed.symbols_against_note:.2f} of an ordinary note as long")
    console.print(f"Loading, imports included: {speed.load_seconds:.2f} s; triage --help: {speed.help_seconds:.2f} s")


def _number(value: float) -> str:
    return f"{value:,.0f}" if value >= 10 else f"{value:.2g}"


def _print(console: Console, title: str, headings: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    table = Table(title=title, title_justify="left", show_edge=False, pad_edge=False)
    for heading in headings:
        table.add_column(heading, justify="left" if not heading else "right")
    for row in rows:
        table.add_row(*row)
    console.print(table)
    console.print()


if __name__ == "__main__":
    typer.run(main)
