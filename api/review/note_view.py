"""What the note page shows: the text in flat pieces, each flag with this person's decision, the case before it."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from triage.flag import Flag, Level
from triage.highlight import Piece, pieces
from triage.knowledge.schemas import Indicator
from triage.pipeline.sentences import split_sentences
from triage.review.people import Person
from triage.review.records import NotePage, Vote
from triage.review.vocabulary import Verdict


@dataclass(frozen=True, slots=True)
class Shade:
    """Why a piece of text is marked.

    Attributes:
        kind: A flag's evidence, words a reader added, or a glossary word.
        number: Of the flag, the addition or the word, each counted from 1.
        name: Of the indicator; empty for a word.
    """

    kind: Literal["flag", "added", "term"]
    number: int
    name: str = ""
    level: Level = Level.WARNING_SIGN


@dataclass(frozen=True, slots=True)
class TextPiece:
    """A stretch of the note.

    Attributes:
        shades: Why it is marked, each flag once, however many pieces of evidence cover it.
        first: Those whose flag does not mark the stretch before.
        term: Number of the glossary word that begins here.
    """

    text: str
    shades: tuple[Shade, ...]
    first: tuple[Shade, ...]
    term: int | None

    @property
    def is_harm(self) -> bool:
        """Whether any of its evidence describes harm."""
        return any(shade.level is Level.HARM_DESCRIBED for shade in self.shades)

    @property
    def is_added(self) -> bool:
        """Whether a reader added it."""
        return any(shade.kind == "added" for shade in self.shades)


@dataclass(frozen=True, slots=True)
class FlagView:
    """One flag.

    Attributes:
        vote: This person's decision; None while there is none.
        next: Id of the part of the page to go to after deciding.
    """

    number: int
    flag: Flag
    indicator: Indicator | None
    vote: Vote | None
    next: str

    @property
    def is_open(self) -> bool:
        """Whether this person has yet to decide."""
        return self.vote is None


@dataclass(frozen=True, slots=True)
class Sentence:
    """One sentence to choose instead of selecting words."""

    start: int
    end: int
    text: str


@dataclass(frozen=True, slots=True)
class NoteView:
    """Everything of one note page that has to be worked out.

    Attributes:
        terms: Meanings of the glossary words, in the order of their numbers.
        added: This person's own additions.
        seen: Marks of this person's first judgement, by indicator.
    """

    pieces: tuple[TextPiece, ...]
    flags: tuple[FlagView, ...]
    added: tuple[Vote, ...]
    terms: tuple[tuple[str, str], ...]
    sentences: tuple[Sentence, ...]
    seen: frozenset[str]


def view_note(page: NotePage, person: Person, indicators: Mapping[str, Indicator]) -> NoteView:
    """Return what the page shows this person."""
    own = {vote.decision.indicator: vote for vote in page.votes if vote.current and vote.reviewer == person.id}
    flags = page.assessment.flags if page.assessment else ()
    added = tuple(vote for vote in own.values() if vote.decision.verdict is Verdict.ADDED)
    terms = _terms(page)
    return NoteView(
        pieces=tuple(_text_pieces(pieces(page.note.text, _shades(page, added, terms, indicators)))),
        flags=tuple(
            FlagView(number, flag, indicators.get(flag.indicator), own.get(flag.indicator), _next(page, number))
            for number, flag in enumerate(flags, start=1)
        ),
        added=added,
        terms=tuple((quote, meaning) for quote, meaning, _ in terms),
        sentences=tuple(Sentence(a, b, page.note.text[a:b]) for a, b in split_sentences(page.note.text)),
        seen=frozenset(mark.indicator for mark in page.marks or ()),
    )


def _text_pieces(cut: Sequence[Piece[Shade]]) -> Iterator[TextPiece]:
    before: set[tuple[str, int]] = set()
    for piece in cut:
        # Of one flag's evidence the one that describes harm decides how the words look.
        marking = sorted((s for s in piece.labels if s.kind != "term"), key=lambda s: s.level is Level.HARM_DESCRIBED)
        shades = {(shade.kind, shade.number): shade for shade in marking}
        first = tuple(shade for key, shade in sorted(shades.items()) if key not in before)
        term = next((shade.number for shade in piece.first if shade.kind == "term"), None)
        yield TextPiece(piece.text, tuple(shades.values()), first, term)
        before = set(shades)


def _next(page: NotePage, number: int) -> str:
    """Return where to go after deciding on a flag: the next open one, or the outcome."""
    flags = page.assessment.flags if page.assessment else ()
    order = [*range(number + 1, len(flags) + 1), *range(1, number)]
    still = (f"flag-{other}" for other in order if flags[other - 1].indicator in page.open_indicators)
    return next(still, "outcome")


def _terms(page: NotePage) -> list[tuple[str, str, tuple[int, int]]]:
    """Return each glossary word once, where it comes first."""
    found: dict[str, tuple[str, str, tuple[int, int]]] = {}
    for hit in page.assessment.glossary if page.assessment else ():
        found.setdefault(hit.quote.casefold(), (hit.quote, hit.meaning, (hit.start, hit.end)))
    return list(found.values())


def _shades(
    page: NotePage,
    added: tuple[Vote, ...],
    terms: list[tuple[str, str, tuple[int, int]]],
    indicators: Mapping[str, Indicator],
) -> list[tuple[int, int, Shade]]:
    shades = [
        (evidence.start, evidence.end, Shade("flag", number, flag.name, evidence.level))
        for number, flag in enumerate(page.assessment.flags if page.assessment else (), start=1)
        for evidence in flag.evidence
    ]
    for number, vote in enumerate(added, start=1):
        decision = vote.decision
        if decision.start is not None and decision.end is not None:
            name = indicators[decision.indicator].name if decision.indicator in indicators else decision.indicator
            level = decision.corrected_level or Level.WARNING_SIGN
            shades.append((decision.start, decision.end, Shade("added", number, name, level)))
    shades += [(start, end, Shade("term", number)) for number, (_, _, (start, end)) in enumerate(terms, start=1)]
    return shades
