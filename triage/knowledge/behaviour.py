"""Checks the knowledge by using it: every example must behave, and no phrase or cue may be dead."""

from collections.abc import Collection, Iterable, Mapping
from datetime import date
from typing import Protocol

from triage.errors import Issue
from triage.extraction import Context, CueMention, Extraction
from triage.flag import Level
from triage.knowledge.files import KnowledgeFile
from triage.knowledge.inflection import Inflector
from triage.knowledge.patterns import Words, expand_term, parse_pattern
from triage.knowledge.schemas import Cue, Indicator, Knowledge, PositiveExample

Files = Mapping[str, KnowledgeFile]


class Detector(Protocol):
    """What the checks need of the pipeline."""

    def extract(self, text: str) -> Extraction:
        """Read one text."""

    def status_of(self, text: str, start: int, end: int, indicator: str | None = None) -> Context:
        """Return the status of a span."""

    def unreachable_phrases(self) -> Collection[str]:
        """Return phrases of the lexicon that no text can ever match."""


def check_behaviour(knowledge: Knowledge, files: Files, detector: Detector, *, today: date) -> list[Issue]:
    """Return every fault that shows only in use, in file order."""
    for indicator in knowledge.indicators:
        file = files[f"indicators/{indicator.id}.yaml"]
        _check_examples(indicator, file, detector)
        _check_shadowed(indicator, file, Inflector(knowledge.inflections.irregular))
    _check_context_examples(knowledge, files["context.yaml"], detector)
    _check_wording_examples(knowledge, files["wording.yaml"], detector)
    _check_glossary_dates(knowledge, files["glossary.yaml"], today)
    _check_reachable(knowledge, files, frozenset(detector.unreachable_phrases()))
    return sorted(issue for file in files.values() for issue in file.issues)


def _check_examples(indicator: Indicator, file: KnowledgeFile, detector: Detector) -> None:
    examples = indicator.examples
    for index, positive in enumerate(examples.positive):
        mentions = _mentions(indicator, detector, positive.text)
        if (fault := _positive_fault(positive, mentions)) is not None:
            file.fault(("examples", "positive", index), "K060", fault)
    for index, other in enumerate(examples.other_status):
        statuses = {mention.context.status for mention in _mentions(indicator, detector, other.text)}
        if not statuses:
            file.fault(("examples", "other_status", index), "K061", "no cue matches this example")
        elif statuses != {other.status}:
            found = ", ".join(sorted(statuses))
            file.fault(("examples", "other_status", index), "K062", f"should be {other.status}, found {found}")
    for index, negative in enumerate(examples.negative):
        for mention in _mentions(indicator, detector, negative.text)[:1]:
            file.fault(("examples", "negative", index), "K063", f"cue '{mention.cue}' matches this negative example")


def _mentions(indicator: Indicator, detector: Detector, text: str) -> list[CueMention]:
    return [mention for mention in detector.extract(text).mentions if mention.indicator == indicator.id]


def _positive_fault(example: PositiveExample, mentions: list[CueMention]) -> str | None:
    if not mentions:
        return "no cue matches this example"
    fitting = [mention for mention in mentions if mention.context.status is example.status]
    if not fitting:
        found = ", ".join(sorted({mention.context.status for mention in mentions}))
        return f"should be {example.status}, found {found}"
    harm = any(mention.level is Level.HARM_DESCRIBED for mention in fitting)
    if example.level is not None and harm != (example.level is Level.HARM_DESCRIBED):
        return f"should be of level {example.level}"
    if example.words is not None:
        start = example.text.find(example.words)
        end = start + len(example.words)
        if start < 0 or not any(mention.start < end and start < mention.end for mention in fitting):
            return "the words named are not highlighted"
    return None


def _check_shadowed(indicator: Indicator, file: KnowledgeFile, inflector: Inflector) -> None:
    """Find cues that can never add anything: each of their phrases holds a phrase of another cue of that level."""
    literal = {cue.id: _literal_phrases(cue, inflector) for cue in indicator.cues}
    for index, cue in enumerate(indicator.cues):
        own = literal[cue.id]
        if own is None:
            continue
        others = {
            phrase: other.id
            for other in indicator.cues
            if other.id != cue.id and other.level is cue.level and not other.without
            for phrase in literal[other.id] or ()
        }
        shadows = {next((name for phrase, name in others.items() if _holds(text, phrase)), None) for text in own}
        if None not in shadows:
            names = ", ".join(sorted(filter(None, shadows)))
            file.fault(("cues", index), "K064", f"cue '{cue.id}' is shadowed: {names} already matches all of it")


def _literal_phrases(cue: Cue, inflector: Inflector) -> list[str] | None:
    """Return all phrases of a cue that is made of words only; None for any other."""
    phrases: list[str] = []
    for source in cue.patterns:
        for pattern in parse_pattern(source, inflector):
            elements = [element for part in pattern.parts for element in part.elements]
            if len(elements) != 1 or not isinstance(elements[0], Words):
                return None
            phrases += elements[0].phrases
    return phrases


def _holds(text: str, phrase: str) -> bool:
    return f" {phrase} " in f" {text} "


def _check_context_examples(knowledge: Knowledge, file: KnowledgeFile, detector: Detector) -> None:
    for index, rule in enumerate(knowledge.context.rules):
        for position, example in enumerate(rule.examples):
            start = example.text.index("[[")
            text = example.text.replace("[[", "").replace("]]", "")
            end = example.text.index("]]") - 2
            found = detector.status_of(text, start, end, example.indicator).status
            if found is not example.status:
                location = ("rules", index, "examples", position)
                file.fault(location, "K070", f"rule '{rule.id}': should be {example.status}, found {found}")


def _check_wording_examples(knowledge: Knowledge, file: KnowledgeFile, detector: Detector) -> None:
    for index, rule in enumerate(knowledge.wording.rules):
        for position, text in enumerate(rule.examples):
            if rule.id not in _prompts(detector, text):
                file.fault(("rules", index, "examples", position), "K071", f"rule '{rule.id}' does not find this")
        for position, text in enumerate(rule.exempt):
            if rule.id in _prompts(detector, text):
                file.fault(("rules", index, "exempt", position), "K072", f"rule '{rule.id}' finds this")


def _prompts(detector: Detector, text: str) -> set[str]:
    return {annotation.entry for annotation in detector.extract(text).wording}


def _check_glossary_dates(knowledge: Knowledge, file: KnowledgeFile, today: date) -> None:
    months = knowledge.glossary.review_months
    for index, entry in enumerate(knowledge.glossary.entries):
        age = (today.year - entry.last_checked.year) * 12 + today.month - entry.last_checked.month
        if age > months:
            file.fault(("entries", index, "last_checked"), "K080", f"entry '{entry.id}' is due for review")


def _check_reachable(knowledge: Knowledge, files: Files, dead: frozenset[str]) -> None:
    if not dead:
        return
    inflector = Inflector(knowledge.inflections.irregular)
    for name, file in files.items():
        if name.startswith("concepts/"):
            for concept_id in file.content["concepts"]:
                for index, term in enumerate(knowledge.concepts[concept_id].terms):
                    _fault_dead(file, ("concepts", concept_id, "terms", index), expand_term(term, inflector), dead)
    for indicator in knowledge.indicators:
        for index, cue in enumerate(indicator.cues):
            for position, source in enumerate(cue.patterns):
                phrases = [
                    phrase
                    for pattern in parse_pattern(source, inflector)
                    for part in pattern.parts
                    for element in part.elements
                    if isinstance(element, Words)
                    for phrase in element.phrases
                ]
                file = files[f"indicators/{indicator.id}.yaml"]
                _fault_dead(file, ("cues", index, "patterns", position), phrases, dead)


def _fault_dead(
    file: KnowledgeFile, location: tuple[str | int, ...], phrases: Iterable[str], dead: frozenset[str]
) -> None:
    for phrase in phrases:
        if phrase in dead:
            file.fault(location, "K065", f"no text can match '{phrase}': the tokeniser or a sentence end parts it")
