"""Small corpora on disk."""

from pathlib import Path

import pytest

from triage.flag import Status
from triage.training.records import Mark, make_record


@pytest.fixture
def note():
    """Make a record whose marks are named by their words: `note("1", "A phone.", ("phone", "new_phones"))`."""

    def make(id, text, *marks, source="amina", case_id=None):
        spans = [
            Mark(
                start=text.index(words),
                end=text.index(words) + len(words),
                indicator=indicator,
                status=Status(status[0] if status else "affirmed"),
                harm=False,
            )
            for words, indicator, *status in marks
        ]
        return make_record(id=id, source=source, text=text, marks=spans, case_id=case_id)

    return make


@pytest.fixture
def write(tmp_path):
    """Write records, or lines as they are, to a file of a corpus and return the corpus."""

    def write_file(name, *lines) -> Path:
        path = tmp_path / "corpus" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        text = "".join(f"{item if isinstance(item, str) else item.to_json_line()}\n" for item in lines)
        path.write_text(text, encoding="utf-8")
        return tmp_path / "corpus"

    return write_file
