import pickle

import pytest

from triage.knowledge.loading import load_knowledge
from triage.scoring.identity import IDENTITY, NUMBER, Folding

FOLDING = Folding.of(load_knowledge().identity)


@pytest.mark.parametrize("pair", [("he", "she"), ("his", "her"), ("mum", "dad"), ("brother", "sister")])
def test_words_that_tell_the_sex_look_the_same(pair):
    assert FOLDING[pair[0]] == FOLDING[pair[1]]


@pytest.mark.parametrize("word", ["polish", "somali", "muslim", "gay", "disabled"])
def test_words_of_origin_belief_disability_and_orientation_are_not_read(word):
    assert FOLDING[word] == IDENTITY


@pytest.mark.parametrize(("word", "read"), [("phone", "phone"), ("14", NUMBER), ("3g", NUMBER), ("", "")])
def test_other_words_are_read_as_they_are_and_figures_as_one(word, read):
    assert FOLDING[word] == read


def test_only_what_was_given_is_kept_on_disk():
    folding = Folding({"mum": "parent"})
    assert folding["phone"] == "phone"
    loaded = pickle.loads(pickle.dumps(folding))
    assert dict(loaded) == loaded.alike == {"mum": "parent"}


def test_memory_does_not_grow_for_ever(monkeypatch):
    monkeypatch.setattr("triage.scoring.identity._CACHED", 3)
    folding = Folding({"mum": "parent"})
    assert [folding[f"w{number}"] for number in range(9)] == [f"w{number}" for number in range(9)]
    assert len(folding) == 3
