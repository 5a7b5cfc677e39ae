"""The knowledge that comes with the package: complete, without a fault, and never about who people are."""

import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from triage.knowledge.behaviour import check_behaviour
from triage.knowledge.files import KnowledgeFile
from triage.knowledge.inflection import Inflector
from triage.knowledge.loading import SHIPPED, load_knowledge, read_knowledge
from triage.knowledge.patterns import Concepts, Words, expand_term, parse_pattern
from triage.knowledge.schemas import Category, Family, Indicator, WordingRule
from triage.pipeline.extractor import Extractor

KNOWLEDGE = load_knowledge()
INFLECTOR = Inflector(KNOWLEDGE.inflections.irregular)
IDENTITY = frozenset(
    line
    for line in (Path(__file__).parent / "data" / "identity_words.txt").read_text(encoding="utf-8").splitlines()
    if line and not line.startswith("#")
)
# Not a sign of harm: it only brings the reading of a note forward for a child who may need more help to tell.
ABOUT_NEED = {"learning_need"}
# Colours of things and of a frightened face, names of ideologies, hatreds and games: no words for who people are.
NO_PERSON = re.compile(
    r"\b(black|white) (nokia|samsung|handset|android|huawei|mobile|iphone|phone|flip phone|brick phone)"
    r"|(in|into|out of) \w+ (black|white)$"
    r"|white (as a sheet|faced)|(goes|went|turned|turns|gone|going) white"
    r"|white (power|pride|supremac\w+|nationalis\w+|resistance|genocide|race)|black (sun|pill\w*|out)\b"
    r"|foreign (fighter|number|line)s?|foreign (prefix|code)|anti \w+"
)
PLACES_OF_WORSHIP = ("church", "mosque", "synagogue", "temple", "gurdwara")


@cache
def detector() -> Extractor:
    return Extractor(KNOWLEDGE)


def phrases_of(name: str) -> Iterator[str]:
    for term in KNOWLEDGE.concepts[name].terms:
        yield from expand_term(term, INFLECTOR)


def test_has_no_fault() -> None:
    knowledge, files = read_knowledge(SHIPPED)
    dates = [entry.last_checked for entry in knowledge.glossary.entries]
    assert check_behaviour(knowledge, files, detector(), today=max(dates)) == []


def test_is_complete() -> None:
    assert len(KNOWLEDGE.indicators) == 26
    assert {indicator.family for indicator in KNOWLEDGE.indicators} == set(Family)
    assert {category for indicator in KNOWLEDGE.indicators for category in indicator.categories} == set(Category)
    assert len(KNOWLEDGE.concepts) >= 70
    assert len(KNOWLEDGE.glossary.entries) >= 110
    assert len(KNOWLEDGE.wording.rules) >= 40
    assert len(KNOWLEDGE.context.rules) >= 60
    assert len(KNOWLEDGE.reading_order.rules) >= 25


@pytest.mark.parametrize("indicator", KNOWLEDGE.indicators, ids=lambda indicator: indicator.id)
def test_an_indicator_is_described_and_shown_by_example(indicator: Indicator) -> None:
    assert len(indicator.cues) >= 12
    assert len(indicator.examples.positive) >= 8
    assert len(indicator.examples.other_status) >= 4
    assert len(indicator.examples.negative) >= 6
    assert len({other.status for other in indicator.examples.other_status}) >= 2
    assert {positive.level for positive in indicator.examples.positive} >= {"harm_described", "warning_sign"}
    assert all(line.endswith((".", "?")) or ")" in line for line in indicator.follow_up)


@pytest.mark.parametrize("indicator", KNOWLEDGE.indicators, ids=lambda indicator: indicator.id)
def test_a_reason_says_what_is_described_and_never_at_risk(indicator: Indicator) -> None:
    reasons = [indicator.reasons.harm_described, indicator.reasons.warning_sign]
    reasons += [cue.reason for cue in indicator.cues if cue.reason]
    assert all("at risk" not in reason and reason.endswith(".") and "TODO" not in reason for reason in reasons)
    assert indicator.reasons.warning_sign.startswith("Possible sign: ")


def test_an_example_stands_in_one_place_only() -> None:
    texts = [
        example.text
        for indicator in KNOWLEDGE.indicators
        for example in (
            *indicator.examples.positive,
            *indicator.examples.other_status,
            *indicator.examples.negative,
        )
    ]
    assert sorted({text for text in texts if texts.count(text) > 1}) == []


def test_every_concept_that_patterns_use_exists_and_no_other_is_kept_for_nothing() -> None:
    sources = [p for indicator in KNOWLEDGE.indicators for cue in indicator.cues for p in (*cue.patterns, *cue.without)]
    sources += [p for rule in KNOWLEDGE.context.rules for p in (*rule.patterns, *rule.when, *rule.unless)]
    sources += [p for rule in KNOWLEDGE.wording.rules for p in rule.patterns]
    used = {name for p in sources for group in re.findall(r"\{([a-z0-9_|]+)\}", p) for name in group.split("|")}
    for rule in KNOWLEDGE.reading_order.rules:
        used |= {name for each in (*rule.when, *rule.unless, *rule.raise_when) for name in each.concepts}
    used |= {name for concept in KNOWLEDGE.concepts.values() for name in concept.includes}
    idle = {name for name, concept in KNOWLEDGE.concepts.items() if name not in used and not concept.feature}
    assert used <= KNOWLEDGE.concepts.keys()
    assert idle == set()


@pytest.mark.parametrize("name", sorted(KNOWLEDGE.concepts.keys() - ABOUT_NEED))
def test_no_term_says_who_people_are(name: str) -> None:
    found = [
        phrase
        for phrase in phrases_of(name)
        if any(f" {word} " in f" {NO_PERSON.sub('', phrase)} " for word in IDENTITY)
    ]
    assert found == []


@pytest.mark.parametrize("indicator", KNOWLEDGE.indicators, ids=lambda indicator: indicator.id)
def test_no_cue_matches_on_who_people_are_alone(indicator: Indicator) -> None:
    for cue in indicator.cues:
        for source in cue.patterns:
            for pattern in parse_pattern(source, INFLECTOR):
                elements = [element for part in pattern.parts for element in part.elements]
                if len(elements) == 1 and isinstance(elements[0], Words):
                    assert IDENTITY.isdisjoint(elements[0].phrases), cue.id
                assert not any(
                    isinstance(element, Concepts) and ABOUT_NEED & set(element.names) for element in elements
                )


@pytest.mark.parametrize("name", sorted(KNOWLEDGE.concepts))
def test_a_concept_that_names_one_place_of_worship_names_all(name: str) -> None:
    phrases = set(phrases_of(name))
    for phrase in list(phrases):
        words = phrase.split()
        for place in set(words) & set(PLACES_OF_WORSHIP):
            others = {" ".join(other if word == place else word for word in words) for other in PLACES_OF_WORSHIP}
            assert others <= phrases


def test_every_glossary_word_is_found_where_it_stands() -> None:
    for entry in KNOWLEDGE.glossary.entries:
        for term in entry.terms:
            text = f"She wrote {term} again."
            hits = [hit for hit in detector().extract(text).glossary if hit.entry == entry.id]
            assert [text[hit.start : hit.end] for hit in hits] == [term]


@pytest.mark.parametrize(
    "text",
    [
        "Home visit. The line was busy, link worker to ring again. Skin dry, GP seen. Lives with nan and plays live music.",
        "She put her paw print on the card. Mos Def on the radio. Pir cushion on the sofa. He pulled the plug out.",
        "The menu was pasta. Best spot in the park. Exposed pipe in the hall. He ran 5 kms. She kept her coins in a jar.",
    ],
)
def test_ordinary_words_are_not_explained(text: str) -> None:
    assert [text[hit.start : hit.end] for hit in detector().extract(text).glossary] == []


def test_glossary_entries_are_sorted_into_groups_and_explained() -> None:
    groups = [entry.group for entry in KNOWLEDGE.glossary.entries]
    assert groups == sorted(groups, key=groups.index)
    assert len(set(groups)) == 10
    terms = [term for entry in KNOWLEDGE.glossary.entries for term in entry.terms]
    assert len(terms) == len(set(terms))
    assert not any(re.search(r"[()/]$|^emoji|\(", term) for term in terms)
    assert all(re.search(r"[.?!'\")]$", entry.meaning) for entry in KNOWLEDGE.glossary.entries)


@pytest.mark.parametrize("rule", KNOWLEDGE.wording.rules, ids=lambda rule: rule.id)
def test_a_wording_rule_says_what_to_write_instead(rule: WordingRule) -> None:
    assert rule.exempt
    assert rule.problem.endswith(".")
    assert rule.advice.endswith((".", "'."))
    assert not re.search(r"[\[\]*]|\(B\)", rule.problem + rule.advice + rule.source)


@pytest.mark.parametrize(
    "text",
    [
        'YP said "I put myself at risk, he\'s my older boyfriend".',
        "She told me 'it was just banter'.",
    ],
)
def test_words_in_quotation_marks_are_left_alone(text: str) -> None:
    assert detector().extract(text).wording == ()


@pytest.mark.parametrize("path", sorted(SHIPPED.rglob("*.yaml")), ids=lambda path: path.name)
def test_no_file_is_left_over(path: Path) -> None:
    name = path.relative_to(SHIPPED).as_posix()
    single = {"context", "glossary", "wording", "reading_order", "inflections", "identity"}
    assert re.fullmatch(rf"(indicators|concepts)/[a-z_]+\.yaml|({'|'.join(single)})\.yaml", name)
    assert KnowledgeFile(path, SHIPPED).issues == []
