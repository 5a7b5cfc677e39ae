"""Reads one text into sentences, concept hits and mentions with their status; no spaCy object leaves."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from threading import Lock

from triage.extraction import Context, CueMention, Extraction, Sentence, Span
from triage.knowledge.inflection import Inflector
from triage.knowledge.schemas import Cue, Knowledge
from triage.pipeline.annotations import Annotator
from triage.pipeline.compiler import Compiler, Program
from triage.pipeline.context import ContextEngine, Target
from triage.pipeline.hits import Hits, Labels
from triage.pipeline.language import make_language
from triage.pipeline.near_misses import Candidate, NearMiss, near_misses
from triage.pipeline.programs import ProgramIndex, TermMatcher, how_common, run
from triage.pipeline.reading import Reading, read
from triage.pipeline.spelling import is_english

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


class Extractor:
    """Finds concepts and cues, and gives every mention its status.

    Args:
        knowledge: What to look for.
    """

    def __init__(self, knowledge: Knowledge) -> None:
        compiler = Compiler(knowledge.concepts, Inflector(knowledge.inflections.irregular))
        programs = list(_compile_cues(knowledge, compiler))
        self._context = ContextEngine(knowledge.context, compiler)
        self._annotator = Annotator(knowledge.glossary, knowledge.wording, compiler)
        self._concept_of = {label: name for name, label in compiler.concept_labels.items()}
        self._concepts: dict[Labels, tuple[str, ...]] = {}
        self._names = compiler.names()
        self._candidates = [
            Candidate(f"{cue.indicator}.{cue.cue.id}", program, cue.without) for program, cue in programs
        ]
        self._phrases = phrases = compiler.phrases()
        common = how_common(phrases)
        self._lexicon = compiler.words()
        self._nlp = make_language(self._lexicon)
        # A memory zone belongs to the whole vocabulary: two threads must not open and close it at once.
        self._reading = Lock()
        self._terms = TermMatcher(self._nlp, phrases, compiler.factored(), common)
        self._cues = ProgramIndex(programs, common)
        self._context.finish(common)
        self._annotator.finish(common)

    def extract(self, text: str) -> Extraction:
        """Read one text."""
        return next(self.extract_many([text]))

    def extract_many(self, texts: Iterable[str]) -> Iterator[Extraction]:
        """Read texts in order; memory taken by unknown words is released after each batch."""
        waiting = iter(texts)
        while batch := list(islice(waiting, BATCH)):
            with self._reading, self._nlp.memory_zone():
                extractions = [self._extract(text) for text in batch]
            yield from extractions

    def near_misses(self, text: str) -> list[tuple[Span, list[NearMiss]]]:
        """Return, for each sentence of a text, the nearest cues that did not match and why.

        Returns:
            `(start, end)` of each sentence in code points with its near misses; sentences without any are left out.
        """
        with self._reading, self._nlp.memory_zone():
            reading = read(text, self._nlp, self._terms)
        explained = []
        for index, (span, hits) in enumerate(zip(reading.sentences, reading.hits, strict=True)):
            matches = self._match(index, hits)
            matched = frozenset(f"{match.cue.indicator}.{match.cue.cue.id}" for match in matches)
            if misses := near_misses(self._candidates, hits, self._names, matched=matched):
                explained.append((span, misses))
        return explained

    def unreachable_phrases(self) -> frozenset[str]:
        """Return phrases of the lexicon that the tokeniser or the sentence splitter parts, so that no text matches."""
        with self._reading, self._nlp.memory_zone():
            return frozenset(phrase for phrase, labels in self._phrases.items() if not self._reaches(phrase, labels))

    def _reaches(self, phrase: str, labels: Labels) -> bool:
        reading = read(f"said {phrase} again", self._nlp, self._terms)
        return any(found is labels for hits in reading.hits for found, _ in hits)

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
        with self._reading, self._nlp.memory_zone():
            reading = read(text, self._nlp, self._terms)
            targets = [
                replace(locate(reading, start, end), indicator=indicator, loose=True) for start, end, indicator in spans
            ]
            return self._context.apply(reading, targets)

    def _extract(self, text: str) -> Extraction:
        reading = read(text, self._nlp, self._terms)
        matches = [match for sentence, hits in enumerate(reading.hits) for match in self._match(sentence, hits)]
        contexts = self._context.apply(reading, [match.target for match in matches])
        mentions = _agreed(
            [_mention(reading, match, context) for match, context in zip(matches, contexts, strict=True)]
        )
        return Extraction(
            tuple(self._sentence(reading, index) for index in range(len(reading.sentences))),
            tuple(sorted(mentions, key=lambda mention: (mention.start, mention.end, mention.indicator, mention.cue))),
            self._annotator.glossary(reading),
            self._annotator.wording(reading),
        )

    def _match(self, sentence: int, hits: Hits) -> Iterator[_Match]:
        found = {
            (cue.indicator, cue.cue.id, span): cue
            for cue, span in self._cues.find(hits)
            if not any(run(program, hits) for program in cue.without)
        }
        for (_, _, span), cue in found.items():
            yield _Match(cue, Target(sentence, *span, indicator=cue.indicator))

    def _concepts_among(self, labels: Labels) -> tuple[str, ...]:
        names = self._concepts.get(labels)
        if names is None:
            found = (self._concept_of[label] for label in labels.members if label in self._concept_of)
            names = self._concepts[labels] = tuple(sorted(found))
        return names

    def _sentence(self, reading: Reading, index: int) -> Sentence:
        first, last = reading.tokens_of[index]
        concepts = sorted(
            {
                (name, start - first, end - first)
                for labels, (start, end) in reading.hits[index]
                for name in self._concepts_among(labels)
            }
        )
        start, end = reading.sentences[index]
        words = tuple(self._seen(reading, token, opens=token == first) for token in range(first, last))
        return Sentence(start, end, words, reading.offsets[first:last], tuple(concepts))

    def _seen(self, reading: Reading, token: int, *, opens: bool) -> str:
        """Return a token as the model sees it: a person's name is only a name, so that no flag rests on whose it is."""
        word = reading.words[token]
        start, end = reading.offsets[token]
        surface = reading.text[start:end]
        if not surface[:1].isupper() or not surface[1:].islower() or word in self._lexicon:
            return word
        return word if opens and is_english(word) else NAME


def _agreed(mentions: list[CueMention]) -> list[CueMention]:
    """Give overlapping mentions of one indicator one status.

    A long cue may swallow the very words that modify a shorter one ("no second handset was found"): where only the
    shorter one was modified, and by words within the longer, its status holds for both.
    """
    return [replace(mention, context=_context_beside(mention, mentions)) for mention in mentions]


def _context_beside(mention: CueMention, mentions: list[CueMention]) -> Context:
    if mention.context.modifiers:
        return mention.context
    for other in mentions:
        if (
            other.indicator == mention.indicator
            and other.start < mention.end
            and mention.start < other.end
            and other.context.modifiers
            and all(mention.start <= m.start and m.end <= mention.end for m in other.context.modifiers)
        ):
            return other.context
    return mention.context


def locate(reading: Reading, start: int, end: int) -> Target:
    """Return the tokens that a span of code points touches."""
    touched = [index for index, (a, b) in enumerate(reading.offsets) if a < end and start < b]
    first, last = (touched[0], touched[-1] + 1) if touched else (0, 0)
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
