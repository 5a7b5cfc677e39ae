"""The shipped context rules: every example holds, every rule earns its place, faults are named."""

import re
from dataclasses import replace
from functools import cache
from pathlib import Path

import pytest

from triage.extraction import Context
from triage.knowledge.checks import _check_context, _PatternChecker
from triage.knowledge.files import KnowledgeFile
from triage.knowledge.inflection import Inflector
from triage.knowledge.loading import SHIPPED
from triage.knowledge.schemas import (
    Concept,
    ConceptFile,
    ContextExample,
    ContextFile,
    ContextRule,
    Indicator,
    InflectionFile,
    Knowledge,
)
from triage.pipeline.compiler import Compiler
from triage.pipeline.context import ContextEngine
from triage.pipeline.extractor import locate
from triage.pipeline.lexicon import Lexicon
from triage.pipeline.programs import ProgramIndex, how_common
from triage.pipeline.reading import read
from triage.pipeline.tokens import Tokens


def parse(name, model, root=SHIPPED):
    file = KnowledgeFile(root / name, root)
    parsed = file.parse(model)
    assert parsed is not None, file.issues
    return parsed


RULES: ContextFile = parse("context.yaml", ContextFile)
CONCEPTS: dict[str, Concept] = parse("concepts/context.yaml", ConceptFile).concepts
INFLECTOR = Inflector(parse("inflections.yaml", InflectionFile).irregular)
EXAMPLES = [
    pytest.param(rule, example, id=f"{rule.id}-{number}")
    for rule in RULES.rules
    for number, example in enumerate(rule.examples, start=1)
]


@cache
def tools():
    compiler = Compiler(CONCEPTS, INFLECTOR)
    engine = ContextEngine(RULES, compiler)
    phrases = compiler.phrases()
    tokens = Tokens(compiler.words())
    common = how_common(phrases)
    engine.finish(common)
    return engine, ProgramIndex(engine.far, common), tokens, Lexicon(phrases, compiler.choices(), tokens)


def context_of(example: ContextExample) -> Context:
    engine, far, tokens, lexicon = tools()
    start, end = example.text.index("[["), example.text.index("]]") - 2
    reading = read(example.text.replace("[[", "").replace("]]", ""), tokens, lexicon)
    target = replace(locate(reading, start, end), indicator=example.indicator, loose=example.loose)
    found = [(number, *match) for number, hits in enumerate(reading.hits) for match in far.find(hits)]
    return engine.apply(reading, [target], found)[0]


@pytest.mark.parametrize(("rule", "example"), EXAMPLES)
def test_every_example_has_the_status_it_states(rule: ContextRule, example: ContextExample) -> None:
    assert context_of(example).status is example.status


@pytest.mark.parametrize("rule", RULES.rules, ids=lambda rule: rule.id)
def test_every_rule_shows_where_it_applies_and_where_it_does_not(rule: ContextRule) -> None:
    decided = [rule.id in {modifier.rule for modifier in context_of(example).modifiers} for example in rule.examples]
    assert any(decided)
    assert not all(decided) or any(example.status is rule.status for example in rule.examples)


@pytest.mark.parametrize("rule", RULES.rules, ids=lambda rule: rule.id)
def test_a_rule_is_named_after_its_family(rule: ContextRule) -> None:
    family = rule.id.split(".")[0]
    assert family == rule.status.value or (family, rule.status.value) == ("other", "other_person")


def test_every_termination_group_is_used() -> None:
    used = {group for rule in RULES.rules for group in rule.terminated_by}
    assert used == set(RULES.terminations)


def test_every_concept_of_the_rules_is_described() -> None:
    used = {
        name
        for rule in RULES.rules
        for pattern in (*rule.patterns, *rule.when, *rule.unless)
        for names in re.findall(r"\{([a-z0-9_|]+)\}", pattern)
        for name in names.split("|")
    }
    assert used <= CONCEPTS.keys()
    assert all(len(CONCEPTS[name].description) > 20 for name in used)


FAULTY = """
terminations:
  contrast: [but]
pseudo: ["no & longer"]
rules:
  - id: negated.no
    status: negated
    direction: forward
    patterns: ["no & phone", "{missing} phone"]
    terminated_by: [nowhere]
    not_for: [unheard_of]
    examples:
      - text: "No [[phone]]."
        status: negated
      - text: "No marks here."
        status: affirmed
  - id: negated.no
    status: negated
    direction: line
    scope: 4
    patterns: ["no"]
    examples:
      - text: "No [[phone]]."
        status: negated
      - text: "[[A phone]]."
        status: affirmed
"""


def test_names_every_fault_of_a_context_file_with_its_line(tmp_path: Path) -> None:
    (tmp_path / "context.yaml").write_text(FAULTY, encoding="utf-8")
    file = KnowledgeFile(tmp_path / "context.yaml", tmp_path)
    rules = file.parse(ContextFile)
    assert rules is not None
    knowledge = Knowledge.model_construct(
        digest="", indicators=(Indicator.model_construct(id="new_phones"),), concepts=CONCEPTS, context=rules
    )
    _check_context(knowledge, file, _PatternChecker(knowledge, INFLECTOR))
    found = {(issue.code, issue.line) for issue in file.issues}
    assert {code for code, _ in found} == {"K021", "K032", "K040", "K041", "K042", "K043", "K050"}
    assert ("K040", 10) in found


def test_a_rule_needs_two_examples(tmp_path: Path) -> None:
    text = FAULTY.replace('      - text: "No marks here."\n        status: affirmed\n', "")
    (tmp_path / "context.yaml").write_text(text, encoding="utf-8")
    file = KnowledgeFile(tmp_path / "context.yaml", tmp_path)
    assert file.parse(ContextFile) is None
    assert [issue.message for issue in file.issues] == ["'rules.0.examples' has too few entries"]
