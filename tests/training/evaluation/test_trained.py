import shutil

import pytest

from triage.errors import DatasetError
from triage.knowledge.loading import load_knowledge
from triage.scoring.estimator import Parameters
from triage.training.corpus import load_corpus, read_sources
from triage.training.evaluation.evaluate import Options, evaluate_held_out_sources
from triage.training.evaluation.trained import TrainedSystem


@pytest.fixture(scope="module")
def knowledge():
    return load_knowledge()


@pytest.fixture(scope="module")
def corpus(two_authors, tmp_path_factory, knowledge):
    """Two authors' notes dealt to four, of whom one was read while cues were written."""
    directory = tmp_path_factory.mktemp("four")
    for number, source in enumerate(("notes_11", "notes_12")):
        lines = (two_authors / f"{source}.jsonl").read_text(encoding="utf-8").splitlines(keepends=True)
        for half in (0, 1):
            name = ("ash", "elm", "oak", "yew")[2 * number + half]
            renamed = [line.replace(f'"source":"{source}"', f'"source":"{name}"') for line in lines[half::2]]
            renamed = [line.replace(f'"source": "{source}"', f'"source": "{name}"') for line in renamed]
            (directory / f"{name}.jsonl").write_text("".join(renamed), encoding="utf-8")
    (directory / "sources.yaml").write_text("read_by_cue_authors: [ash]\n", encoding="utf-8")
    loaded = load_corpus(directory, indicators=[indicator.id for indicator in knowledge.indicators])
    assert {record.source for record in loaded.records} == {"ash", "elm", "oak", "yew"}
    return directory, loaded


def test_the_system_is_fitted_without_the_authors_that_it_is_tried_on(corpus, knowledge):
    directory, labelled = corpus
    read = read_sources(directory)
    parameters = Parameters(folds=2, min_positives=5)
    system = TrainedSystem(knowledge, labelled, read_by_cue_authors=read, parameters=parameters)
    found = evaluate_held_out_sources([system], labelled, knowledge, Options(volume=100, not_tried=read))
    assert (found.notes, found.design.folds, found.design.not_tried) == (120, 3, ("ash",))
    assert set(found.sources) == {"elm", "oak", "yew"}
    (figures,) = found.systems
    assert figures.overall.mean_average_precision.value > 0.4
    assert figures.status is not None


def test_whole_notes_are_told_by_their_place_and_not_by_the_name_of_their_author(corpus, knowledge, tmp_path):
    directory, _ = corpus
    shutil.copytree(directory, tmp_path / "notes")
    (tmp_path / "snippets").mkdir()
    (tmp_path / "notes" / "elm.jsonl").rename(tmp_path / "snippets" / "elm.jsonl")
    for name in ("oak", "yew"):
        (tmp_path / "notes" / f"{name}.jsonl").unlink()
    labelled = load_corpus(tmp_path, indicators=[indicator.id for indicator in knowledge.indicators])
    system = TrainedSystem(knowledge, labelled, read_by_cue_authors=())
    assert system.unread == {record.id for record in labelled.records if record.source == "ash"}


def test_nothing_can_be_said_before_it_is_fitted(corpus, knowledge):
    with pytest.raises(RuntimeError, match="fit the system first"):
        TrainedSystem(knowledge, corpus[1], read_by_cue_authors=()).predict([])


def test_sources_that_are_not_a_list_are_refused(tmp_path):
    assert read_sources(tmp_path) == frozenset()
    for content in ("read_by_cue_authors: ash\n", "[", "other: []\n"):
        (tmp_path / "sources.yaml").write_text(content, encoding="utf-8")
        with pytest.raises(DatasetError, match=r"sources\.yaml"):
            read_sources(tmp_path)
