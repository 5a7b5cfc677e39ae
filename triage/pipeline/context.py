"""ConText for social-care notes: modifiers, their scope and termination give every target a status.

Scope first, termination second, edges last. The words are data; this module holds none.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from triage.extraction import Context, Modifier, Span
from triage.flag import Status
from triage.knowledge.schemas import LEAVING_SENTENCE, ContextFile, ContextRule, Inside
from triage.pipeline.compiler import Compiler, Program
from triage.pipeline.hits import Hits
from triage.pipeline.programs import ProgramIndex, run
from triage.pipeline.reading import Reading
from triage.pipeline.scopes import overlaps, reaches, stands

_EDGE = 1
"""Words of a stretch that may lie between its edge and a modifier at that edge."""


@dataclass(frozen=True, slots=True)
class Target:
    """A span whose status is asked: tokens `[start, end)` of the reading.

    Attributes:
        sentence: Its sentence.
        indicator: What it is a mention of, for rules that leave some indicators alone.
        loose: A stretch of text rather than the words of a cue: modifiers among its own words count too.
    """

    sentence: int
    start: int
    end: int
    indicator: str | None = None
    loose: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class CompiledRule:
    """A context rule whose patterns are compiled."""

    rule: ContextRule
    when: tuple[Program, ...]
    unless: tuple[Program, ...]

    def holds(self, hits: Hits) -> bool:
        """Whether the conditions on the target's sentence hold."""
        if self.when and not any(run(program, hits) for program in self.when):
            return False
        return not any(run(program, hits) for program in self.unless)


@dataclass(frozen=True, slots=True)
class _Termination:
    group: str


@dataclass(frozen=True, slots=True)
class _Pseudo:
    """Words that look like a modifier and are none."""


_Payload = CompiledRule | _Termination | _Pseudo


@dataclass(frozen=True, slots=True)
class _Found:
    """A modifier in the text, with the token ranges it reaches."""

    compiled: CompiledRule
    span: Span
    reach: tuple[Span, ...]


@dataclass(slots=True)
class _Pieces:
    """What the index finds in one sentence."""

    modifiers: list[tuple[CompiledRule, Span]] = field(default_factory=list)
    pseudo: list[Span] = field(default_factory=list)
    terminators: dict[str, list[Span]] = field(default_factory=lambda: defaultdict(list))


class ContextEngine:
    """Applies the context rules.

    Args:
        rules: The context file.
        compiler: Collects the phrases that the rules need; call `finish` once all patterns are compiled.

    Attributes:
        far: Programs of the rules whose modifiers reach other sentences; what they find is handed to `apply`.
    """

    def __init__(self, rules: ContextFile, compiler: Compiler) -> None:
        self._programs: list[tuple[Program, _Payload]] = []
        self.far: list[tuple[Program, CompiledRule]] = []
        for group, patterns in rules.terminations.items():
            self._programs += [(program, _Termination(group)) for program in _programs(patterns, compiler)]
        self._programs += [(program, _Pseudo()) for program in _programs(rules.pseudo, compiler)]
        for rule in rules.rules:
            compiled = CompiledRule(rule, _programs(rule.when, compiler), _programs(rule.unless, compiler))
            programs = [(program, compiled) for program in _programs(rule.patterns, compiler)]
            if rule.direction in LEAVING_SENTENCE:
                self.far += programs
            else:
                self._programs += programs

    def finish(self, common: Mapping[int, float]) -> None:
        """Index the compiled rules."""
        self._near = ProgramIndex(self._programs, common)

    def apply(
        self, reading: Reading, targets: Sequence[Target], far: Iterable[tuple[int, CompiledRule, Span]]
    ) -> list[Context]:
        """Return the status and deciding modifiers of each target.

        Args:
            reading: The text.
            targets: What is asked.
            far: Sentence, rule and tokens of everything that the programs of `far` find in the text.
        """
        if not targets:
            return []
        arriving = _by_sentence(reading, far)
        pieces = {
            sentence: _sort(self._near.find(reading.hits[sentence]))
            for sentence in {target.sentence for target in targets}
        }
        near = {sentence: self._within(reading, sentence, found) for sentence, found in pieces.items()}
        return [
            _decide(
                reading,
                target,
                [*near[target.sentence], *_arriving(arriving[target.sentence], target, pieces[target.sentence])],
            )
            for target in targets
        ]

    def _within(self, reading: Reading, sentence: int, pieces: _Pieces) -> list[_Found]:
        """Find the modifiers that work inside one sentence."""
        hits = reading.hits[sentence]
        return [
            _Found(compiled, span, _reach(compiled.rule, reading, sentence, span, pieces))
            for compiled, span in pieces.modifiers
            if not any(_strictly_inside(span, pseudo) for pseudo in pieces.pseudo)
            and stands(compiled.rule, reading, sentence, span)
            and compiled.holds(hits)
        ]


def _by_sentence(reading: Reading, far: Iterable[tuple[int, CompiledRule, Span]]) -> dict[int, list[_Found]]:
    """Return the modifiers of other sentences (headings, answers, afterthoughts) by the sentences they reach."""
    arriving: dict[int, list[_Found]] = defaultdict(list)
    for sentence, compiled, span in far:
        if not stands(compiled.rule, reading, sentence, span):
            continue
        found = _Found(compiled, span, reaches(compiled.rule, reading, sentence, span, ()))
        # A cue may hold the modifier itself, so its own sentence counts as reached.
        reached = {sentence, *(reading.sentence_of[token] for start, end in found.reach for token in (start, end - 1))}
        for number in range(min(reached), max(reached) + 1):
            arriving[number].append(found)
    return arriving


def _programs(patterns: Iterable[str], compiler: Compiler) -> tuple[Program, ...]:
    return tuple(program for source in patterns for program in compiler.compile(source))


def _sort(found: Iterable[tuple[_Payload, Span]]) -> _Pieces:
    """Part modifiers, terminators and pseudo-modifiers."""
    pieces = _Pieces()
    for payload, span in found:
        if isinstance(payload, CompiledRule):
            pieces.modifiers.append((payload, span))
        elif isinstance(payload, _Termination):
            pieces.terminators[payload.group].append(span)
        else:
            pieces.pseudo.append(span)
    return pieces


def _reach(rule: ContextRule, reading: Reading, sentence: int, span: Span, pieces: _Pieces) -> tuple[Span, ...]:
    terminators = [
        terminator
        for group in rule.terminated_by
        for terminator in pieces.terminators.get(group, ())
        if not overlaps(terminator, span)
    ]
    return reaches(rule, reading, sentence, span, terminators)


def _arriving(far: Iterable[_Found], target: Target, pieces: _Pieces) -> Iterator[_Found]:
    """Drop what a terminator of the target's sentence keeps from the target; each sentence ends a scope for itself."""
    for found in far:
        between = (min(found.span[1], target.end), max(found.span[0], target.start))
        if not any(
            between[0] <= start and end <= between[1]
            for group in found.compiled.rule.terminated_by
            for start, end in pieces.terminators.get(group, ())
        ):
            yield found


def _strictly_inside(span: Span, other: Span) -> bool:
    return other[0] <= span[0] and span[1] <= other[1] and span != other


def _decide(reading: Reading, target: Target, found: Sequence[_Found]) -> Context:
    """Draw the edges to one target; the highest precedence gives the status, then the nearest modifier."""
    drawn = [modifier for modifier in found if _modifies(modifier, target, reading)]
    edges = [edge for edge in drawn if not any(_strictly_inside(edge.span, other.span) for other in drawn)]
    if not edges:
        return Context(Status.AFFIRMED, ())
    best = min(edges, key=lambda edge: (-edge.compiled.rule.precedence, _distance(edge.span, target), edge.span))
    status = best.compiled.rule.status
    deciding = {
        (*reading.characters(*edge.span), edge.compiled.rule.id)
        for edge in edges
        if edge.compiled.rule.status is status
    }
    return Context(status, tuple(Modifier(start, end, rule, status) for start, end, rule in sorted(deciding)))


def _modifies(modifier: _Found, target: Target, reading: Reading) -> bool:
    rule = modifier.compiled.rule
    if target.indicator in rule.not_for or (rule.only_for and target.indicator not in rule.only_for):
        return False
    if not _touches(modifier, target):
        return False
    return rule.direction not in LEAVING_SENTENCE or modifier.compiled.holds(reading.hits[target.sentence])


def _touches(modifier: _Found, target: Target) -> bool:
    """Whether the target lies in the modifier's reach; the words of a cue never modify the cue itself."""
    span = (target.start, target.end)
    if overlaps(modifier.span, span):
        return target.loose and _counts_inside(modifier, span)
    scope = modifier.compiled.rule.scope
    near = scope is None or _distance(modifier.span, target) < scope
    return near and any(overlaps(reach, span) for reach in modifier.reach)


def _counts_inside(modifier: _Found, span: Span) -> bool:
    """Whether a modifier among the words of a stretch of text speaks of the rest of it."""
    reached = sum(max(0, min(end, span[1]) - max(start, span[0])) for start, end in modifier.reach)
    own = min(modifier.span[1], span[1]) - max(modifier.span[0], span[0])
    unreached = span[1] - span[0] - own - reached
    match modifier.compiled.rule.inside:
        case Inside.NEVER:
            return False
        case Inside.EDGE:
            return reached > 0 and _at_edge(modifier, span)
        case Inside.ANY:
            return reached > 0
        case Inside.MOST:
            return reached > unreached


def _at_edge(modifier: _Found, span: Span) -> bool:
    """Whether a modifier stands at the edge of a stretch from which it reaches into it."""
    opens = modifier.span[0] - span[0] <= _EDGE and any(end > modifier.span[1] for _, end in modifier.reach)
    closes = span[1] - modifier.span[1] <= _EDGE and any(start < modifier.span[0] for start, _ in modifier.reach)
    return opens or closes


def _distance(span: Span, target: Target) -> int:
    return max(target.start - span[1], span[0] - target.end, 0)
