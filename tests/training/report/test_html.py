import re
from html.parser import HTMLParser

import pytest

from triage.flag import Status
from triage.knowledge.loading import load_knowledge
from triage.training.corpus import Corpus, Entry
from triage.training.evaluation.evaluate import Options, evaluate_held_out_sources
from triage.training.evaluation.predictions import Prediction
from triage.training.evaluation.results import Estimate, Evaluation, StatusFigures
from triage.training.evaluation.systems import KnowledgeAlone
from triage.training.records import Mark, make_record
from triage.training.report.html import figure, render_report

TEXT = "Aunt <b>says</b> a man online wants to meet & pay for the train."
VOID = {"meta", "path", "use", "line", "rect"}


class Silent:
    """Names no words."""

    name = "silent"
    description = "Flags everything as sextortion & names no words."

    def fit(self, records):
        return self

    def predict(self, records):
        return [Prediction({"sextortion": 0.7}, frozenset({"sextortion"}), mentions=None) for _ in records]


class Balance(HTMLParser):
    """Notes each element that is closed without being open, and all ids."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.faults: list[str] = []
        self.ids: list[str] = []
        self.external: list[str] = []

    def handle_starttag(self, tag, attrs) -> None:
        if tag != "meta":
            self.open.append(tag)
        self._note(attrs)

    def handle_startendtag(self, tag, attrs) -> None:
        self._note(attrs)

    def handle_endtag(self, tag) -> None:
        if not self.open or self.open.pop() != tag:
            self.faults.append(tag)

    def _note(self, attrs) -> None:
        values = dict(attrs)
        if "id" in values:
            self.ids.append(values["id"])
        self.external += [
            value for name, value in attrs if name in ("src", "href", "xlink:href") and not value.startswith("#")
        ]


@pytest.fixture(scope="module")
def corpus() -> Corpus:
    start = TEXT.index("a man online")
    mark = Mark(start=start, end=start + 12, indicator="online_only_contact", status=Status.POSSIBLE, harm=False)
    shipped = [make_record(id=f"{author}-1", source=author, text=TEXT, marks=[mark]) for author in ("ash", "elm")]
    private = make_record(id="real-1", source="team", text="A real note about a confidential matter.")
    entries = [Entry(record, f"notes/{record.source}.jsonl", 1) for record in shipped]
    return Corpus((*entries, Entry(private, "private/team.jsonl", 1)), "sha256:" + "0" * 64)


@pytest.fixture(scope="module")
def evaluation(corpus) -> Evaluation:
    knowledge = load_knowledge()
    return evaluate_held_out_sources([KnowledgeAlone(knowledge), Silent()], corpus, knowledge, Options(volume=100))


@pytest.fixture(scope="module")
def page(evaluation) -> str:
    return render_report(evaluation)


def test_page_is_well_formed_self_contained_and_has_unique_ids(page) -> None:
    parsed = Balance()
    parsed.feed(page)
    assert (parsed.open, parsed.faults, parsed.external) == ([], [], [])
    assert len(parsed.ids) == len(set(parsed.ids)) > 0
    assert "http-equiv" not in page
    assert "<script" not in page


def test_every_plot_has_a_name_and_every_table_a_caption(page) -> None:
    plots = re.findall(r'<svg role="img" aria-labelledby="([\w-]+)"', page)
    assert {"precision-recall-title", "reliability-title", "indicators-title"} <= set(plots)
    assert len(plots) == page.count("<svg")
    for name in plots:
        assert f'<title id="{name}">' in page
    assert page.count("<table>") == page.count("<caption>")


def test_plots_have_their_data_tables(page) -> None:
    assert "Precision and recall of silent" in page
    assert "Reliability of knowledge" in page


def test_confusion_is_drawn_where_words_are_named(page, evaluation) -> None:
    assert 'aria-labelledby="confusion-title"' not in page
    confusion = {marked: dict.fromkeys(Status, 2) for marked in Status}
    share = Estimate(value=0.5, low=0.4, high=0.6, count=98)
    status = StatusFigures(accuracy=share, baseline_accuracy=share, confusion=confusion)
    leading = evaluation.systems[-1].model_copy(update={"status": status})
    named = evaluation.model_copy(update={"systems": (evaluation.systems[0], leading)})
    assert 'aria-labelledby="confusion-title"' in render_report(named)


def test_notes_without_labels_still_give_a_page(corpus) -> None:
    entries = [
        Entry(make_record(id=entry.record.id, source=entry.record.source, text=TEXT), entry.file, entry.line)
        for entry in corpus.entries
    ]
    plain = Corpus(tuple(entries), corpus.digest)
    assert "not defined" in render_report(
        evaluate_held_out_sources([Silent()], plain, load_knowledge(), Options(volume=100))
    )


def test_text_is_shown_only_when_asked_for_and_never_of_private_notes(page, evaluation, corpus) -> None:
    assert "wants to meet" not in page
    shown = render_report(evaluation, corpus)
    assert "real-1" in shown
    assert "confidential" not in shown
    assert "Aunt &lt;b&gt;says&lt;/b&gt;" in shown
    assert "& names no words" not in shown


def test_same_evaluation_same_page(page, evaluation) -> None:
    assert render_report(evaluation) == page


def test_figure_says_where_it_is_not_defined() -> None:
    assert figure(None) == "not defined"
    assert figure(Estimate(value=0.5, low=0.25, high=0.75, count=4)) == "0.50 (0.25 to 0.75)"
