"""Every fault that shows only when the knowledge is used is found, with its file and line."""

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from triage.knowledge.behaviour import check_behaviour
from triage.knowledge.loading import read_knowledge
from triage.pipeline.extractor import Extractor

INDICATOR = "indicators/new_phones.yaml"

# Code, file, words to replace, what to write instead, line of the fault, part of the message.
FAULTS = [
    ("K060", INDICATOR, "A spare handset was in the bag.", "A spare shirt was in the bag.", 32, "no cue matches"),
    ("K060", INDICATOR, "Staff saw a hidden mobile.", "No hidden mobile.", 33, "should be affirmed, found negated"),
    (
        "K060",
        INDICATOR,
        '      level: harm_described\n    - text: "He',
        '      level: warning_sign\n    - text: "He',
        34,
        "level",
    ),
    ("K060", INDICATOR, 'words: "second phone"', 'words: "YP has"', 29, "not highlighted"),
    ("K061", INDICATOR, "No second phone seen.", "No phone seen.", 39, "no cue matches"),
    ("K062", INDICATOR, "No second phone seen.", "A second phone seen.", 39, "should be negated, found affirmed"),
    ("K063", INDICATOR, "Second visit this week.", "Second phone this week.", 48, "'second-handset' matches"),
    (
        "K070",
        "context.yaml",
        "No [[second phone]] seen.",
        "The [[second phone]] seen.",
        11,
        "'negated.no': should be negated",
    ),
    ("K071", "wording.yaml", "This is attention seeking.", "This is attention.", 7, "does not find this"),
    ("K072", "wording.yaml", "Medical attention was sought.", "It was attention seeking.", 8, "finds this"),
    ("K080", "glossary.yaml", "last_checked: 2026-01-01", "last_checked: 2025-05-31", 8, "'burner' is due for review"),
]


@pytest.mark.parametrize(("code", "file", "old", "new", "line", "message"), FAULTS)
def test_a_planted_fault_is_found(plant, code: str, file: str, old: str, new: str, line: int, message: str) -> None:
    (issue,) = plant(file, old, new)
    assert (issue.code, issue.file, issue.line) == (code, file, line)
    assert message in issue.message


def test_a_cue_that_adds_nothing_is_found(plant) -> None:
    cues = '  - id: plain\n    level: warning_sign\n    patterns: ["burner"]\n'
    cues += '  - id: shadowed\n    level: warning_sign\n    patterns: ["his burner", "a burner today"]\n'
    (issue,) = plant(INDICATOR, "  - id: given-by-adult", f"{cues}  - id: given-by-adult")
    assert (issue.code, issue.line) == ("K064", 24)
    assert issue.message == "cue 'shadowed' is shadowed: plain already matches all of it"


@pytest.mark.parametrize(
    "difference",
    ['patterns: ["his burner", "a cheap one"]', 'patterns: ["his burner"]\n    level: harm_described'],
    ids=["another phrase", "another level"],
)
def test_a_cue_that_adds_something_is_left_alone(plant, difference: str) -> None:
    level = "" if "level" in difference else "\n    level: warning_sign"
    cues = '  - id: plain\n    level: warning_sign\n    patterns: ["burner"]\n'
    cues += f"  - id: beside\n    {difference}{level}\n"
    assert plant(INDICATOR, "  - id: given-by-adult", f"{cues}  - id: given-by-adult") == []


@pytest.mark.parametrize(
    ("file", "old", "new", "line"),
    [
        ("concepts/devices.yaml", '"mobile"', '"mobile", "gave. blower"', 5),
        (
            INDICATOR,
            '"<give> (her|him) ...2 {handset}"',
            '"<give> (her|him) ...2 {handset}"\n      - "gave. phone"',
            25,
        ),
    ],
)
def test_a_phrase_that_no_text_can_match_is_found(plant, file: str, old: str, new: str, line: int) -> None:
    (issue,) = plant(file, old, new)
    assert (issue.code, issue.file, issue.line) == ("K065", file, line)
    assert "no text can match" in issue.message


def test_a_glossary_entry_is_due_after_the_months_given(directory: Path) -> None:
    knowledge, _ = read_knowledge(directory)
    detector = Extractor(knowledge)

    def codes(today: date) -> list[str]:
        again, files = read_knowledge(directory)
        return [issue.code for issue in check_behaviour(again, files, detector, today=today)]

    assert codes(date(2027, 1, 31)) == []
    assert codes(date(2027, 2, 1)) == ["K080"]


def test_faults_come_in_the_order_of_the_files(plant, directory: Path) -> None:
    path = directory / "wording.yaml"
    path.write_text(path.read_text().replace("Medical attention was sought.", "It was attention seeking."))
    issues = plant(INDICATOR, "No second phone seen.", "No phone seen.")
    assert [issue.file for issue in issues] == [INDICATOR, "wording.yaml"]
    assert issues == sorted(issues)
    assert replace(issues[0], line=1) < issues[0]
