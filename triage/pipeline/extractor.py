"""Reads one text into sentences, concept hits and mentions with their status; no spaCy object leaves."""

from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from operator import itemgetter
from threading import Lock

from triage.extraction import Context, CueMention, Extraction, Sentence, Span
from triage.knowledge.inflection import Inflector
from triage.knowledge.schemas import Cue, Knowledge
from triage.pipeline.annotations import Annotator, Term, Wording
from triage.pipeline.compiler import Compiler, Program
from triage.pipeline.context import CompiledRule, ContextEngine, Target
from triage.pipeline.hits import Labels
from triage.pipeline.lexicon import Lexicon
from triage.pipeline.near_misses import Candidate, NearMiss, near_misses
from triage.pipeline.programs import ProgramIndex, how_common, run
from triage.pipeline.reading import Reading, read
from triage.pipeline.spelling import is_english
from triage.pipeline.tokens import Tokens

NAME = "<name>"
"""Stands for a person's name among the words of a sentence."""
BATCH = 64
"""Texts read before memory is released."""


@dataclass(frozen=True, slots=True)
class _CompiledCue:
    indicator: str
    cue: Cue
    without: tuple[Program, ...]


@dataclass(frozen=True, slots=True)
class _Match:
    cue: _CompiledCue
    target: Target


@dataclass(frozen=True, slots=True)
class Findings:
    """What the programs of cues, far context rules, glossary and wording find in a text."""

    matches: list[_Match]
    far: list[tuple[int, CompiledRule, Span]]
    terms: list[tuple[Term, Span]]
    wording: list[tuple[Wording, Span]]


@dataclass(frozen=True, slots=True)
class ReadText:
    """A text that was read, kept for as long as more may be asked of it."""

    extraction: Extraction
    reading: Reading
    findings: Findings


class Extractor:
    """Finds concepts and cues, and gives every mention its status.

    Args:
        knowledge: What to look for.
    """

    def __init__(self, knowledge: Knowledge) -> None:
        compiler = Compiler(knowledge.concepts, Inflector(knowledge.inflections.irregular))
        cues = list(_compile_cues(knowledge, compiler))
        self._context = ContextEngine(knowledge.context, compiler)
        self._annotator = Annotator(knowledge.glossary, knowledge.wording, compiler)
        self._names = compiler.names()
        self._candidates = [Candidate(f"{cue.indicator}.{cue.cue.id}", program, cue.without) for program, cue in cues]
        self._phrases = phrases = compiler.phrases()
        self._known_words = compiler.words()
        self._tokens = Tokens(self._known_words)
        # A memory zone belongs to the whole vocabulary: two threads must not open and close it at once.
        self._reading = Lock()
        self._lexicon = Lexicon(phrases, compiler.choices(), self._tokens)
        common = how_common(phrases)
        self._index = ProgramIndex[_CompiledCue | CompiledRule | Term | Wording](
            [*cues, *self._context.far, *self._annotator.programs], common
        )
        self._context.finish(common)

    def extract(self, text: str) -> Extraction:
        """Read one text."""
        return next(self.extract_many([text]))

    def extract_many(self, texts: Iterable[str]) -> Iterator[Extraction]:
        """Read texts in order."""
        for read_text in self.read_many(texts):
            if isinstance(read_text, Exception):
                raise read_text
            yield read_text.extraction

    def read_many(self, texts: Iterable[str]) -> Iterator[ReadText | Exception]:
        """Read texts in order; memory taken by unknown words is released after each batch.

        Yields:
            For each text, what was read, or what kept it from being read.
        """
        waiting = iter(texts)
        while batch := list(islice(waiting, BATCH)):
            with self._reading, self._tokens.memory_zone():
                results = [self._attempt(text) for text in batch]
            yield from results

    def near_misses(self, text: str) -> list[tuple[Span, list[NearMiss]]]:
        """Return, for each sentence of a text, the nearest cues that did not match and why.

        Returns:
            `(start, end)` of each sentence in code points with its near misses; sentences without any are left out.
        """
        with self._reading, self._tokens.memory_zone():
            reading = read(text, self._tokens, self._lexicon)
        matched: dict[int, set[str]] = defaultdict(set)
        for match in self._find(reading).matches:
            matched[match.target.sentence].add(f"{match.cue.indicator}.{match.cue.cue.id}")
        explained = []
        for index, (span, hits) in enumerate(zip(reading.sentences, reading.hits, strict=True)):
            if misses := near_misses(self._candidates, hits, self._names, matched=frozenset(matched[index])):
                explained.append((span, misses))
        return explained

    def unreachable_phrases(self) -> frozenset[str]:
        """Return phrases of the lexicon that the tokeniser or the sentence splitter parts, so that no text matches."""
        with self._reading, self._tokens.memory_zone():
            return frozenset(phrase for phrase, labels in self._phrases.items() if not self._reaches(phrase, labels))

    def _reaches(self, phrase: str, labels: Labels) -> bool:
        reading = read(f"said {phrase} again", self._tokens, self._lexicon)
        return any(found.members >= labels.members for hits in reading.hits for found, _ in hits)

    def status_of(self, text: str, start: int, end: int, indicator: str | None = None) -> Context:
        """Return the status of any span of any text, from the context rules alone; words of the span count too.

        Args:
            text: The whole text.
            start: First character of the span, in code points.
            end: Behind its last character.
            indicator: What the span is a mention of, for rules that depend on it.

        Raises:
            ValueError: The span is empty or off the text.
        """
        if not 0 <= start < end <= len(text):
            raise ValueError(f"span {start}-{end} is empty or off a text of {len(text)} characters")
        return self.statuses_of(text, [(start, end, indicator)])[0]

    def statuses_of(self, text: str, spans: Sequence[tuple[int, int, str | None]]) -> list[Context]:
        """Return the status of several spans `(start, end, indicator)` of one text, read once."""
        if not spans:
            return []
        with self._reading, self._tokens.memory_zone():
            reading = read(text, self._tokens, self._lexicon)
        return self._statuses(reading, self._find(reading), spans)

    def statuses_in(self, read_text: ReadText, spans: Sequence[tuple[int, int, str | None]]) -> list[Context]:
        """Return the status of several spans of a text that was read before."""
        return self._statuses(read_text.reading, read_text.findings, spans)

    def _statuses(
        self, reading: Reading, findings: Findings, spans: Sequence[tuple[int, int, str | None]]
    ) -> list[Context]:
        targets = [
            replace(locate(reading, start, end), indicator=indicator, loose=True) for start, end, indicator in spans
        ]
        return self._context.apply(reading, targets, findings.far)

    def _attempt(self, text: str) -> ReadText | Exception:
        try:
            reading = read(text, self._tokens, self._lexicon)
            findings = self._find(reading)
            return ReadText(self._extraction(reading, findings), reading, findings)
        except Exception as error:
            return error

    def _find(self, reading: Reading) -> Findings:
        findings = Findings([], [], [], [])
        for sentence, hits in enumerate(reading.hits):
            cues: dict[tuple[str, str, Span], _CompiledCue] = {}
            for payload, span in self._index.find(hits):
                match payload:
                    case _CompiledCue():
                        cues[payload.indicator, payload.cue.id, span] = payload
                    case CompiledRule():
                        findings.far.append((sentence, payload, span))
                    case Term():
                        findings.terms.append((payload, span))
                    case Wording():
                        findings.wording.append((payload, span))
            findings.matches.extend(
                _Match(cue, Target(sentence, *span, indicator=cue.indicator))
                for (_, _, span), cue in cues.items()
                if not any(run(program, hits) for program in cue.without)
            )
        return findings

    def _extraction(self, reading: Reading, findings: Findings) -> Extraction:
        contexts = self._context.apply(reading, [match.target for match in findings.matches], findings.far)
        mentions = _agreed(
            [_mention(reading, match, context) for match, context in zip(findings.matches, contexts, strict=True)]
        )
        return Extraction(
            tuple(self._sentences(reading)),
            tuple(sorted(mentions, key=lambda mention: (mention.start, mention.end, mention.indicator, mention.cue))),
            self._annotator.glossary(reading, findings.terms),
            self._annotator.wording(reading, findings.wording),
        )

    def _sentences(self, reading: Reading) -> Iterator[Sentence]:
        words = self._words(reading)
        for (start, end), (first, last), hits in zip(reading.sentences, reading.tokens_of, reading.hits, strict=True):
            concepts = [
                (name, start_token - first, end_token - first)
                for labels, (start_token, end_token) in hits
                for name in labels.concepts
            ]
            yield Sentence(start, end, tuple(words[first:last]), reading.offsets[first:last], tuple(concepts))

    def _words(self, reading: Reading) -> list[str]:
        """Return the tokens as the model sees them: a name is only a name, so that no flag rests on whose it is."""
        words = list(reading.words)
        opening = {first for first, _ in reading.tokens_of}
        for token, (start, end) in enumerate(reading.offsets):
            if reading.text[start].isupper() and reading.text[start + 1 : end].islower():
                word = words[token]
                if word not in self._known_words and not (token in opening and is_english(word)):
                    words[token] = NAME
        return words


def _agreed(mentions: list[CueMention]) -> list[CueMention]:
    """Give overlapping mentions of one indicator one status.

    A long cue may swallow the very words that modify a shorter one ("no second handset was found"): where only the
    shorter one was modified, and by words within the longer, its status holds for both.
    """
    modified: dict[tuple[str, int], list[CueMention]] = defaultdict(list)
    for mention in mentions:
        if mention.context.modifiers:
            modified[mention.indicator, mention.sentence].append(mention)
    return [
        mention
        if mention.context.modifiers
        else replace(mention, context=_context_beside(mention, modified[mention.indicator, mention.sentence]))
        for mention in mentions
    ]


def _context_beside(mention: CueMention, modified: list[CueMention]) -> Context:
    for other in modified:
        if (
            other.start < mention.end
            and mention.start < other.end
            and all(mention.start <= m.start and m.end <= mention.end for m in other.context.modifiers)
        ):
            return other.context
    return mention.context


def locate(reading: Reading, start: int, end: int) -> Target:
    """Return the tokens that a span of code points touches."""
    first = bisect_right(reading.offsets, start, key=itemgetter(1))
    last = bisect_left(reading.offsets, end, key=itemgetter(0))
    if first >= last:
        first = last = 0
    return Target(reading.sentence_of[first] if reading.offsets else 0, first, last)


def _compile_cues(knowledge: Knowledge, compiler: Compiler) -> Iterator[tuple[Program, _CompiledCue]]:
    for indicator in knowledge.indicators:
        for cue in indicator.cues:
            without = tuple(program for source in cue.without for program in compiler.compile(source))
            compiled = _CompiledCue(indicator.id, cue, without)
            for source in cue.patterns:
                for program in compiler.compile(source, within=cue.within):
                    yield program, compiled


def _mention(reading: Reading, match: _Match, context: Context) -> CueMention:
    start, end = reading.characters(match.target.start, match.target.end)
    compiled = match.cue
    return CueMention(
        indicator=compiled.indicator,
        cue=compiled.cue.id,
        level=compiled.cue.level,
        start=start,
        end=end,
        sentence=match.target.sentence,
        context=context,
        reason=compiled.cue.reason,
    )
