"""A corpus is loaded as a whole, or every fault is named."""

import pytest

from triage.errors import DatasetError
from triage.training.corpus import corpus_digest, load_corpus, load_records, read_entries

INDICATORS = ["new_phones", "sextortion"]


def issues(directory):
    with pytest.raises(DatasetError) as caught:
        load_corpus(directory, indicators=INDICATORS)
    return [(issue.file, issue.line, issue.code) for issue in caught.value.issues]


def test_files_of_all_folders_are_read_but_samples_and_regression(write, note):
    write("notes/a.jsonl", note("1", "One."), note("2", "Two."))
    write("private/team/b.jsonl", note("3", "Three.", source="ben"))
    write("snippets/c.jsonl", note("4", "Four.", source="cara"))
    write("samples/d.jsonl", "not a record")
    write("notes/readme.txt", "not a record")
    directory = write("regression/e.jsonl", "not a record")

    corpus = load_corpus(directory, indicators=INDICATORS)

    assert [record.id for record in corpus.records] == ["1", "2", "3", "4"]
    assert [record.id for record in corpus.whole_notes()] == ["1", "2", "3"]
    assert {source: len(records) for source, records in corpus.by_source().items()} == {"amina": 2, "ben": 1, "cara": 1}
    assert (corpus.entries[1].file, corpus.entries[1].line) == ("notes/a.jsonl", 2)


def test_a_file_named_snippets_is_not_a_folder_of_them(write, note):
    corpus = load_corpus(write("notes/snippets.jsonl", note("1", "One.")), indicators=INDICATORS)
    assert len(corpus.whole_notes()) == 1


def test_the_regression_folder_can_be_loaded_by_itself(write, note):
    directory = write("regression/e.jsonl", note("1", "One."))
    assert len(load_corpus(directory / "regression", indicators=INDICATORS).records) == 1


def test_all_faults_of_all_files_are_named(write, note):
    good = note("1", "A second phone.", ("second phone", "new_phones"))
    faulty = good.to_json_line().replace('"start":2', '"start":200').replace('"id":"1"', '"id":"2"')
    write("a.jsonl", good, "", faulty, "{")
    unknown = note("4", "A tablet.", ("tablet", "tablets"))
    directory = write("b.jsonl", note("1", "Another."), unknown)
    assert issues(directory) == [
        ("a.jsonl", 3, "D010"),
        ("a.jsonl", 4, "D002"),
        ("b.jsonl", 1, "D020"),
        ("b.jsonl", 2, "D005"),
    ]
    entries, _ = read_entries(directory, indicators=INDICATORS)
    assert [entry.record.id for entry in entries] == ["1"]


def test_no_message_holds_note_text(write, note):
    secret = note("1", "Canary 😀.", ("Canary", "new_phones")).to_json_line()
    lines = [
        secret.replace("new_phones", "Canary"),
        secret.replace('"meta":{}', '"meta":{"Canary":1}'),
        secret.replace('"meta"', '"Canary note"'),
        secret[:-3],
        secret.replace("affirmed", "Canary"),
    ]
    with pytest.raises(DatasetError) as caught:
        load_corpus(write("a.jsonl", *lines), indicators=INDICATORS)
    assert len(caught.value.issues) >= 5
    assert "Canary" not in str(caught.value)


def test_bytes_that_are_not_utf8_are_named_by_line(write, note):
    directory = write("a.jsonl", note("1", "One."))
    path = directory / "a.jsonl"
    path.write_bytes(path.read_bytes() + b'{"id": "\xff"}\n')
    assert issues(directory) == [("a.jsonl", 2, "D001")]


def test_a_byte_order_mark_and_windows_line_ends_change_nothing(write, note):
    directory = write("a.jsonl", note("1", "One.\r\n"), note("2", "Two."))
    path = directory / "a.jsonl"
    before = load_corpus(directory, indicators=INDICATORS)
    path.write_bytes(path.read_bytes().replace(b"\n", b"\r\n"))
    assert load_corpus(directory, indicators=INDICATORS) == before
    path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes())
    assert load_corpus(directory, indicators=INDICATORS).records == before.records


def test_the_digest_depends_on_names_and_content(write, note):
    directory = write("a.jsonl", note("1", "One."))
    first = corpus_digest(directory)
    assert first.startswith("sha256:")
    (directory / "a.jsonl").rename(directory / "b.jsonl")
    second = corpus_digest(directory)
    write("b.jsonl", note("1", "One!"))
    assert len({first, second, corpus_digest(directory)}) == 3
    write("samples/x.jsonl", "anything")
    assert corpus_digest(directory) == load_corpus(directory, indicators=INDICATORS).digest


def test_nothing_to_load_is_a_fault(tmp_path):
    assert issues(tmp_path)[0][2] == "D000"
    assert issues(tmp_path / "nowhere")[0][2] == "D000"


def test_one_file_is_loaded_alone(write, note):
    directory = write("a.jsonl", note("1", "One."))
    assert [record.id for record in load_records(directory / "a.jsonl", indicators=INDICATORS)] == ["1"]
    for name in ("a.jsonl", "none.jsonl"):
        write("a.jsonl", "{")
        with pytest.raises(DatasetError, match=name):
            load_records(directory / name, indicators=INDICATORS)
