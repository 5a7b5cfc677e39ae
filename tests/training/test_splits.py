"""A record's part depends on its group alone, and nothing of a held-out author is trained on."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from triage.errors import DatasetError
from triage.training.corpus import load_corpus
from triage.training.records import make_record
from triage.training.splits import Part, group_of, leave_one_source_out, part_of

names = st.text(min_size=1, max_size=12)
records = st.builds(
    make_record, id=names, source=names, text=st.just("A note."), case_id=st.none() | names, meta=st.just({})
)


@given(st.lists(records), st.lists(records))
def test_adding_records_never_moves_others(before, added):
    parts = [part_of(record) for record in before]
    assert [part_of(record) for record in [*added, *before]][len(added) :] == parts


@given(records, records)
def test_a_group_is_never_divided(one, other):
    if group_of(one) == group_of(other):
        assert part_of(one) is part_of(other)
    if one.case_id is not None:
        assert part_of(one) is part_of(one.model_copy(update={"source": other.source, "id": other.id}))


def source(name):
    return make_record(id="1", source=name, text="A note.")


@pytest.mark.parametrize(
    ("name", "part"),
    [
        *(
            (name, Part.TEST)
            for name in ("notes_7", "notes_9", "notes_10", "snippets_03", "snippets_06", "snippets_08")
        ),
        *((name, Part.VALIDATION) for name in ("notes_2", "notes_17", "contexts_01", "snippets_13")),
        *((name, Part.TRAIN) for name in ("notes_1", "notes_3", "snippets_01")),
    ],
)
def test_the_shipped_authors_stay_where_they_are(name, part):
    assert part_of(source(name)) is part


def test_parts_have_about_their_share():
    parts = [part_of(source(f"author {number}")) for number in range(4000)]
    assert 0.13 < parts.count(Part.TEST) / 4000 < 0.17
    assert 0.13 < parts.count(Part.VALIDATION) / 4000 < 0.17


def test_leave_one_source_out_holds_out_authors_and_cases(write, note):
    write("notes/a.jsonl", note("1", "One.", source="amina"), note("2", "Two.", source="amina", case_id="C-1"))
    write("notes/b.jsonl", note("3", "Three.", source="ben", case_id="C-1"), note("4", "Four.", source="ben"))
    write("snippets/c.jsonl", note("5", "Five.", source="amina"), note("6", "Six.", source="cara"))
    corpus = load_corpus(write("notes/d.jsonl", note("7", "Seven.", source="dan")), indicators=[])

    folds = {held: ([r.id for r in train], [r.id for r in test]) for held, train, test in leave_one_source_out(corpus)}

    assert folds == {
        "amina": (["4", "7", "6"], ["1", "2"]),
        "ben": (["1", "7", "5", "6"], ["3", "4"]),
        "dan": (["1", "2", "3", "4", "5", "6"], ["7"]),
    }


def test_one_source_cannot_be_held_out(write, note):
    write("snippets/b.jsonl", note("2", "Two.", source="ben"))
    corpus = load_corpus(write("notes/a.jsonl", note("1", "One.")), indicators=[])
    with pytest.raises(DatasetError, match="two or more sources"):
        next(leave_one_source_out(corpus))
