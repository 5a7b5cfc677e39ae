"""The corpus check finds each planted fault, and the shipped corpus has none."""

from pathlib import Path

import pytest

from triage.knowledge.loading import SHIPPED
from triage.training.checks import check_corpus

SHIPPED_INDICATORS = sorted(path.stem for path in (SHIPPED / "indicators").glob("*.yaml"))
INDICATORS = ["new_phones", "sextortion"]
PHONE = ("second phone", "new_phones")
LONG = "Mum rang at ten past four to say that a second phone had been found under the mattress."


def codes(found):
    return [(issue.file, issue.line, issue.code) for issue in found]


@pytest.fixture
def check(write, note):
    """Plant records beside two clean authors, and check."""

    def run(*lines, name="notes/c.jsonl"):
        write("notes/a.jsonl", note("a", "Home visit, all seen.", source="amina"))
        write("notes/b.jsonl", note("b", "Phone call from the school.", source="ben"))
        return check_corpus(write(name, *lines), indicators=INDICATORS)

    return run


def test_each_line_that_is_no_record_is_a_fault(check, note):
    found = check("{", note("1", LONG, PHONE).to_json_line().replace('"labels":["new_phones"]', '"labels":[]'))
    assert codes(found.faults) == [("notes/c.jsonl", 1, "D002"), ("notes/c.jsonl", 2, "D014")]
    assert found.records == 2


def test_the_same_id_twice_is_a_fault(check, note):
    assert codes(check(note("a", "Other text.")).faults) == [("notes/c.jsonl", 1, "D020")]


def test_the_same_text_twice_is_a_fault(check, note):
    found = check(
        note("1", LONG, PHONE),
        note("2", LONG.upper().replace(" ", "\n"), (PHONE[0].upper().replace(" ", "\n"), PHONE[1])),
    )
    assert codes(found.faults) == [("notes/c.jsonl", 2, "D021")]
    assert "notes/c.jsonl:1" in found.faults[0].message


def test_the_same_text_with_other_labels_is_a_fault(check, note):
    found = check(note("1", LONG, PHONE), note("2", LONG, (*PHONE, "denied")))
    assert codes(found.faults) == [("notes/c.jsonl", 2, "D022")]


def test_nearly_the_same_text_is_a_warning_by_its_labels(check, note):
    found = check(
        note("1", LONG, PHONE), note("2", LONG.replace("four", "five"), PHONE), note("3", LONG.replace("ten", "six"))
    )
    assert found.faults == ()
    alike = [issue for issue in found.warnings if issue.code in ("D023", "D024")]
    assert codes(alike) == [
        ("notes/c.jsonl", 2, "D023"),
        ("notes/c.jsonl", 3, "D024"),
        ("notes/c.jsonl", 3, "D024"),
    ]


def test_nearly_the_same_text_in_two_parts_is_a_warning(check, note):
    found = check(
        note("1", LONG, PHONE, source="notes_7"), note("2", LONG.replace("four", "five"), PHONE, source="notes_1")
    )
    leaks = [issue for issue in found.warnings if issue.code == "D025"]
    assert codes(leaks) == [("notes/c.jsonl", 2, "D025")]
    assert "test" in leaks[0].message and "train" in leaks[0].message


def test_a_source_on_both_sides_of_a_split_is_a_warning(check, note):
    found = check(
        note("1", "First of the two notes.", source="dan", case_id="notes_7"),
        note("2", "Second, of another child.", source="dan", case_id="notes_1"),
    )
    divided = [issue for issue in found.warnings if issue.code == "D030"]
    assert codes(divided) == [("notes/c.jsonl", 1, "D030")]


def test_one_source_only_is_a_warning(write, note):
    write("snippets/b.jsonl", note("2", "A snippet.", source="ben"))
    found = check_corpus(write("notes/a.jsonl", note("1", "A note.")), indicators=INDICATORS)
    assert "D031" in [issue.code for issue in found.warnings]


def test_scarce_and_empty_classes_are_warnings(check, note):
    enough = [note(str(number), f"A second phone, entry {number}.", PHONE) for number in range(20)]
    scarce = [issue for issue in check(*enough).warnings if issue.code == "D032"]
    assert ["'sextortion' is flagged in 0 record(s)" in issue.message for issue in scarce] == [True]
    assert "rules only, not validated" in scarce[0].message
    assert "D031" not in [issue.code for issue in scarce]


def test_an_unreadable_directory_is_a_fault(tmp_path):
    found = check_corpus(tmp_path / "nowhere", indicators=INDICATORS)
    assert [issue.code for issue in found.faults] == ["D000"]


def test_no_finding_holds_note_text(check, note):
    secret = "Canary " + LONG
    found = check(note("1", secret, PHONE), note("2", secret), note("3", secret + " Yes", PHONE))
    assert len(found.faults) == 1
    assert "Canary" not in str([*map(str, found.faults), *map(str, found.warnings)])


def test_the_shipped_corpus_has_no_fault():
    found = check_corpus(Path("training_data"), indicators=SHIPPED_INDICATORS)
    assert found.faults == ()
    assert [issue for issue in found.warnings if issue.code != "D023"] == []
    assert found.records >= 7970
