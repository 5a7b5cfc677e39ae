"""Checks over the whole collection that need no detector: names that must exist, patterns, duplicates."""

from collections.abc import Collection, Iterable, Mapping
from typing import TYPE_CHECKING

from triage.knowledge.inflection import Inflector
from triage.knowledge.patterns import PatternError, expand_term, parse_pattern
from triage.knowledge.schemas import LEAVING_SENTENCE, Condition, ContextRule, Indicator, Knowledge

if TYPE_CHECKING:
    from triage.knowledge.files import KnowledgeFile

Location = tuple[str | int, ...]


def check_structure(knowledge: Knowledge, files: Mapping[str, "KnowledgeFile"]) -> None:
    """Record every structural fault in the file that holds it."""
    inflector = Inflector(knowledge.inflections.irregular)
    _check_concepts(knowledge, files, inflector)
    checker = _PatternChecker(knowledge, inflector)
    for name, file in files.items():
        if name.startswith("indicators/"):
            _check_indicator(knowledge, name, file, checker)
    _check_context(knowledge, files["context.yaml"], checker)
    for index, rule in enumerate(knowledge.wording.rules):
        checker.check(files["wording.yaml"], ("rules", index, "patterns"), rule.patterns)
    _check_reading_order(knowledge, files["reading_order.yaml"])
    _check_unique(files["glossary.yaml"], "entries", (entry.id for entry in knowledge.glossary.entries))
    _check_unique(files["wording.yaml"], "rules", (rule.id for rule in knowledge.wording.rules))
    _check_identity(knowledge, files["identity.yaml"])


class _PatternChecker:
    """Parses patterns and sees that their concepts exist."""

    def __init__(self, knowledge: Knowledge, inflector: Inflector) -> None:
        self._concepts = knowledge.concepts
        self._inflector = inflector

    def check(self, file: "KnowledgeFile", location: Location, patterns: Iterable[str]) -> None:
        for index, source in enumerate(patterns):
            try:
                parsed = parse_pattern(source, self._inflector)
            except PatternError as error:
                file.fault((*location, index), "K020", str(error))
                continue
            for name in sorted(set().union(*(pattern.concept_names() for pattern in parsed))):
                if name not in self._concepts:
                    file.fault((*location, index), "K021", f"unknown concept '{name}'")


def _check_concepts(knowledge: Knowledge, files: Mapping[str, "KnowledgeFile"], inflector: Inflector) -> None:
    for name, file in files.items():
        if not name.startswith("concepts/"):
            continue
        for concept_id in file.content["concepts"]:
            concept = knowledge.concepts[concept_id]
            location: Location = ("concepts", concept_id)
            if not concept.terms and not concept.includes:
                file.fault(location, "K022", f"concept '{concept_id}' has neither terms nor includes")
            for included in concept.includes:
                if included not in knowledge.concepts:
                    file.fault((*location, "includes"), "K021", f"unknown concept '{included}'")
                elif knowledge.concepts[included].includes:
                    file.fault((*location, "includes"), "K023", f"'{included}' itself includes others; list those")
            seen: dict[str, int] = {}
            for index, term in enumerate(concept.terms):
                try:
                    phrases = expand_term(term, inflector)
                except PatternError as error:
                    file.fault((*location, "terms", index), "K020", str(error))
                    continue
                if all(phrase in seen for phrase in phrases):
                    file.fault((*location, "terms", index), "K024", f"'{term}' repeats earlier terms")
                seen.update(dict.fromkeys(phrases, index))


def _check_indicator(knowledge: Knowledge, name: str, file: "KnowledgeFile", checker: _PatternChecker) -> None:
    indicator: Indicator = next(
        (item for item in knowledge.indicators if item.id == file.content["id"]), knowledge.indicators[0]
    )
    if name != f"indicators/{indicator.id}.yaml":
        file.fault(("id",), "K030", f"the file should be named {indicator.id}.yaml")
    _check_unique(file, "cues", (cue.id for cue in indicator.cues))
    seen: dict[str, str] = {}
    for index, cue in enumerate(indicator.cues):
        checker.check(file, ("cues", index, "patterns"), cue.patterns)
        checker.check(file, ("cues", index, "without"), cue.without)
        for position, pattern in enumerate(cue.patterns):
            if pattern in seen:
                file.fault(("cues", index, "patterns", position), "K031", f"same pattern as in cue '{seen[pattern]}'")
            seen[pattern] = cue.id


def _check_context(knowledge: Knowledge, file: "KnowledgeFile", checker: _PatternChecker) -> None:
    context = knowledge.context
    _check_unique(file, "rules", (rule.id for rule in context.rules))
    for group, patterns in context.terminations.items():
        checker.check(file, ("terminations", group), patterns)
        _check_no_pairs(file, ("terminations", group), patterns)
    checker.check(file, ("pseudo",), context.pseudo)
    _check_no_pairs(file, ("pseudo",), context.pseudo)
    known = {indicator.id for indicator in knowledge.indicators}
    for index, rule in enumerate(context.rules):
        _check_context_rule(rule, file, ("rules", index), checker, known)
        for group in rule.terminated_by:
            if group not in context.terminations:
                file.fault(("rules", index, "terminated_by"), "K040", f"unknown termination group '{group}'")


def _check_context_rule(
    rule: ContextRule, file: "KnowledgeFile", location: Location, checker: _PatternChecker, known: Collection[str]
) -> None:
    checker.check(file, (*location, "patterns"), rule.patterns)
    _check_no_pairs(file, (*location, "patterns"), rule.patterns)
    checker.check(file, (*location, "when"), rule.when)
    checker.check(file, (*location, "unless"), rule.unless)
    _check_neighbouring(rule, file, location)
    for field, indicators in (("not_for", rule.not_for), ("only_for", rule.only_for)):
        for position, indicator in enumerate(indicators):
            if indicator not in known:
                file.fault((*location, field, position), "K050", f"unknown indicator '{indicator}'")
    for position, example in enumerate(rule.examples):
        if example.text.count("[[") != 1 or example.text.count("]]") != 1:
            file.fault((*location, "examples", position), "K041", "mark one target as [[words]]")
        if example.indicator is not None and example.indicator not in known:
            file.fault((*location, "examples", position), "K050", f"unknown indicator '{example.indicator}'")


def _check_neighbouring(rule: ContextRule, file: "KnowledgeFile", location: Location) -> None:
    """A scope is counted within the modifier's own sentence."""
    if rule.direction in LEAVING_SENTENCE and rule.scope is not None:
        file.fault((*location, "scope"), "K043", f"a rule with direction '{rule.direction}' takes no scope")


def _check_no_pairs(file: "KnowledgeFile", location: Location, patterns: Iterable[str]) -> None:
    """A modifier is one stretch of words: with `&` it would stretch over the target it should modify."""
    for position, pattern in enumerate(patterns):
        if " & " in pattern:
            file.fault((*location, position), "K042", "a context pattern may not use '&'; write one side under 'when'")


def _check_reading_order(knowledge: Knowledge, file: "KnowledgeFile") -> None:
    _check_unique(file, "rules", (rule.id for rule in knowledge.reading_order.rules))
    known = {indicator.id for indicator in knowledge.indicators}
    for index, rule in enumerate(knowledge.reading_order.rules):
        groups: dict[str, tuple[Condition, ...]] = {
            "when": rule.when,
            "unless": rule.unless,
            "raise_when": rule.raise_when,
        }
        for field, conditions in groups.items():
            for position, condition in enumerate(conditions):
                location = ("rules", index, field, position)
                for indicator in condition.indicators:
                    if indicator not in known:
                        file.fault(location, "K050", f"unknown indicator '{indicator}'")
                for concept in condition.concepts:
                    if concept not in knowledge.concepts:
                        file.fault(location, "K021", f"unknown concept '{concept}'")


def _check_identity(knowledge: Knowledge, file: "KnowledgeFile") -> None:
    """A word of two groups would be read as that of the last one."""
    lists: list[tuple[Location, Iterable[str]]] = [
        *((("alike", group), words) for group, words in knowledge.identity.alike.items()),
        (("never_read",), knowledge.identity.never_read),
    ]
    seen: set[str] = set()
    for location, words in lists:
        for index, word in enumerate(words):
            if word in seen:
                file.fault((*location, index), "K033", f"'{word}' is listed twice")
            seen.add(word)


def _check_unique(file: "KnowledgeFile", field: str, ids: Iterable[str]) -> None:
    seen: set[str] = set()
    for index, identifier in enumerate(ids):
        if identifier in seen:
            file.fault((field, index, "id"), "K032", f"id '{identifier}' is used twice")
        seen.add(identifier)
