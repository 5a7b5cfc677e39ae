"""A small knowledge directory without a fault, for tests that plant one."""

from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path

import pytest

from triage.errors import Issue, KnowledgeError
from triage.knowledge.behaviour import check_behaviour
from triage.knowledge.loading import read_knowledge
from triage.pipeline.extractor import Extractor

INDICATOR = """\
id: new_phones
name: "New phones"
family: devices_behaviour
categories: [contact]
strength: weak
definition: "The child has a phone that nobody can explain."
harm_described: "An adult supplied the phone."
warning_sign: "An unexplained phone is seen."
reasons:
  harm_described: "An adult gave the child a phone."
  warning_sign: "Possible sign: the child has a phone that nobody can explain."
follow_up:
  - "Who gave you the phone?"
sources:
  - "Practice guide"
cues:
  - id: second-handset
    level: warning_sign
    patterns:
      - "{extra} {handset}"
  - id: given-by-adult
    level: harm_described
    patterns:
      - "<give> (her|him) ...2 {handset}"
    without:
      - "mum <give>"
examples:
  positive:
    - text: "YP has a second phone."
      level: warning_sign
      words: "second phone"
    - text: "A spare handset was in the bag."
    - text: "Staff saw a hidden mobile."
    - text: "An older man gave her a phone."
      level: harm_described
    - text: "He was given him a handset by the driver."
    - text: "The driver gives him a mobile each week."
  other_status:
    - text: "No second phone seen."
      status: negated
    - text: "No hidden mobile or spare handset in the room."
      status: negated
  negative:
    - text: "Mum gave her a phone for her birthday."
      why: "explained"
    - text: "Phone call with school."
      why: "a call"
    - text: "Second visit this week."
      why: "no phone"
    - text: "He gave her a lift."
      why: "no phone"
"""
CONCEPTS = """\
last_checked: 2026-01-01
concepts:
  handset:
    description: "A phone."
    terms: ["phone", "mobile", "<handset>"]
  extra:
    description: "More than the usual."
    terms: ["second", "spare", "hidden"]
"""
CONTEXT = """\
terminations:
  contrast: ["but"]
pseudo: ["no longer"]
rules:
  - id: negated.no
    status: negated
    direction: forward
    patterns: ["no"]
    terminated_by: [contrast]
    examples:
      - text: "No [[second phone]] seen."
        status: negated
      - text: "No reply, but [[second phone]] seen."
        status: affirmed
"""
GLOSSARY = """\
review_months: 12
entries:
  - id: burner
    terms: ["burner phone"]
    meaning: "Cheap phone that is thrown away."
    source: "Common usage"
    group: "Phones"
    last_checked: 2026-01-01
"""
WORDING = """\
rules:
  - id: attention-seeking
    patterns: ["attention seeking"]
    problem: "It dismisses a need."
    advice: "Describe the need."
    source: "Practice guide"
    examples: ["This is attention seeking."]
    exempt: ["Medical attention was sought."]
"""
READING_ORDER = """\
rules:
  - id: L2
    band: note
    text: "A weak sign alone."
    basis: "Practice guide"
    when:
      - indicators: [new_phones]
"""
FILES = {
    "indicators/new_phones.yaml": INDICATOR,
    "concepts/devices.yaml": CONCEPTS,
    "context.yaml": CONTEXT,
    "glossary.yaml": GLOSSARY,
    "wording.yaml": WORDING,
    "reading_order.yaml": READING_ORDER,
    "inflections.yaml": 'irregular:\n  "give": ["gives", "gave", "given", "giving"]\n',
    "identity.yaml": "alike:\n  parent: [mum, dad]\nnever_read: [welsh]\n",
}
TODAY = date(2026, 6, 1)


@pytest.fixture(autouse=True)
def own_cache(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    """Keep what these tests load out of the user's cache."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path_factory.mktemp("cache")))


@pytest.fixture
def directory(tmp_path: Path) -> Path:
    """The small knowledge directory."""
    root = tmp_path / "knowledge"
    for name, content in FILES.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content, encoding="utf-8")
    return root


Plant = Callable[..., list[Issue]]


@pytest.fixture
def plant(directory: Path) -> Iterator[Plant]:
    """Change one file and return every fault found: `plant("context.yaml", "old words", "new words")`."""

    def planting(name: str | None = None, old: str = "", new: str = "") -> list[Issue]:
        if name is not None:
            path = directory / name
            content = path.read_text(encoding="utf-8")
            assert old in content
            path.write_text(content.replace(old, new, 1), encoding="utf-8")
        try:
            knowledge, files = read_knowledge(directory)
        except KnowledgeError as error:
            return list(error.issues)
        return check_behaviour(knowledge, files, Extractor(knowledge), today=TODAY)

    yield planting
