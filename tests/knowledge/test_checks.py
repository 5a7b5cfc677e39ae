"""Every structural fault is found, with its file and line."""

from pathlib import Path

import pytest

from triage.errors import Issue

INDICATOR = "indicators/new_phones.yaml"


def test_the_small_directory_has_no_fault(plant) -> None:
    assert plant() == []


# Code, file, words to replace, what to write instead, line of the fault, part of the message.
FAULTS = [
    ("K002", "context.yaml", "rules:", "rules: [", 5, "not valid YAML"),
    ("K003", INDICATOR, "strength: weak", "strength: huge", 5, "'strength' is not one of the allowed values"),
    ("K003", INDICATOR, "sources:", "source:", 14, "is not a field of this kind of file"),
    ("K003", INDICATOR, 'follow_up:\n  - "Who gave you the phone?"\n', "follow_up: []\n", 12, "has too few entries"),
    ("K003", INDICATOR, 'follow_up:\n  - "Who gave you the phone?"\n', "", 1, "'follow_up' is missing"),
    ("K003", INDICATOR, '    - text: "A spare handset was in the bag."\n', "", 28, "has too few entries"),
    ("K003", "glossary.yaml", 'meaning: "Cheap phone that is thrown away."', 'meaning: ""', 5, "is empty"),
    ("K020", INDICATOR, '"{extra} {handset}"', '"{extra} {handset"', 20, "cannot read"),
    ("K020", INDICATOR, '"mum <give>"', '"mum <give"', 26, "enclose a whole word"),
    ("K020", "concepts/devices.yaml", '"mobile"', '"{extra} mobile"', 5, "may not use a concept"),
    ("K021", INDICATOR, '"{extra} {handset}"', '"{exta} {handset}"', 20, "unknown concept 'exta'"),
    ("K021", "wording.yaml", '["attention seeking"]', '["{need}"]', 3, "unknown concept 'need'"),
    (
        "K022",
        "concepts/devices.yaml",
        '    terms: ["second", "spare", "hidden"]\n',
        "",
        6,
        "neither terms nor includes",
    ),
    ("K024", "concepts/devices.yaml", '"<handset>"', '"<handset>", "handsets"', 5, "'handsets' repeats earlier terms"),
    ("K030", INDICATOR, "id: new_phones", "id: old_phones", 1, "should be named old_phones.yaml"),
    ("K031", INDICATOR, '"<give> (her|him) ...2 {handset}"', '"{extra} {handset}"', 24, "same pattern as in cue"),
    ("K032", INDICATOR, "id: given-by-adult", "id: second-handset", 21, "'second-handset' is used twice"),
    ("K040", "context.yaml", "terminated_by: [contrast]", "terminated_by: [nowhere]", 9, "group 'nowhere'"),
    ("K041", "context.yaml", "[[second phone]] seen.", "second phone seen.", 11, "[[words]]"),
    ("K042", "context.yaml", 'patterns: ["no"]', 'patterns: ["no & phone"]', 8, "may not use '&'"),
    ("K043", "context.yaml", "direction: forward", "direction: line\n    scope: 4", 8, "takes no scope"),
    ("K050", "reading_order.yaml", "[new_phones]", "[unheard_of]", 7, "unknown indicator 'unheard_of'"),
    ("K003", "identity.yaml", "welsh", "Welsh", 3, "'never_read.0'"),
    ("K033", "identity.yaml", "welsh", "mum", 3, "'mum' is listed twice"),
    ("K021", "reading_order.yaml", "[new_phones]", "[new_phones]\n        concepts: [nothing]", 7, "'nothing'"),
]


@pytest.mark.parametrize(("code", "file", "old", "new", "line", "message"), FAULTS)
def test_a_planted_fault_is_found(plant, code: str, file: str, old: str, new: str, line: int, message: str) -> None:
    found = [issue for issue in plant(file, old, new) if message in issue.message]
    assert [(issue.file, issue.line, issue.code) for issue in found] == [(file, line, code)]


def test_a_key_written_twice_is_found(plant) -> None:
    (issue,) = plant(INDICATOR, "strength: weak\n", "strength: weak\nstrength: strong\n")
    assert (issue.code, issue.file, issue.line) == ("K002", INDICATOR, 6)


def test_a_concept_may_not_include_one_that_includes_others(plant) -> None:
    chain = '    terms: ["second", "spare", "hidden"]\n  any:\n    description: "All."\n    includes: [some]\n'
    chain += '  some:\n    description: "Some."\n    includes: [extra]\n'
    issues = plant("concepts/devices.yaml", '    terms: ["second", "spare", "hidden"]\n', chain)
    assert [(issue.code, issue.line) for issue in issues] == [("K023", 11)]


def test_a_concept_of_two_files_is_named(plant, directory: Path) -> None:
    (directory / "concepts" / "more.yaml").write_text(
        'last_checked: 2026-01-01\nconcepts:\n  handset:\n    description: "Again."\n    terms: ["blower"]\n'
    )
    assert plant() == [Issue("concepts/more.yaml", 3, "K010", "concept 'handset' is in another file too")]


def test_ids_of_glossary_and_wording_are_unique(plant, directory: Path) -> None:
    for name, field in (("glossary.yaml", "entries"), ("wording.yaml", "rules")):
        path = directory / name
        content = path.read_text()
        path.write_text(content + content[content.index("  - id") :])
        assert field in content
    assert {(issue.file, issue.code) for issue in plant()} == {("glossary.yaml", "K032"), ("wording.yaml", "K032")}


def test_a_fault_reads_as_file_line_code_and_message(plant) -> None:
    (issue,) = plant(INDICATOR, "{extra} {handset}", "{exta} {handset}")
    assert str(issue) == "indicators/new_phones.yaml:20: [K021] unknown concept 'exta'"
