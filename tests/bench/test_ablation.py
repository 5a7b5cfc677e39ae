from dataclasses import replace

import typer
from typer.testing import CliRunner

from bench.ablation import PLAIN, SHIPPED, SHIPPED_ROW, VARIANTS, Row, main, measure, to_markdown
from triage.scoring.features import BLOCKS


def test_each_variant_differs_from_what_is_shipped_and_names_every_block():
    assert VARIANTS[SHIPPED_ROW] == SHIPPED
    others = [parameters for name, parameters in VARIANTS.items() if name != SHIPPED_ROW]
    assert SHIPPED not in others
    assert all(set(parameters.block_weights) == set(BLOCKS) for parameters in others)
    assert len({str(parameters.as_dict()) for parameters in VARIANTS.values()}) == len(VARIANTS)


def test_a_variant_and_plain_tfidf_are_measured_on_the_same_notes(small_training, monkeypatch):
    variant = replace(SHIPPED, min_positives=5)
    monkeypatch.setitem(VARIANTS, SHIPPED_ROW, variant)
    rows = [measure(small_training, name, folds=2) for name in (PLAIN, SHIPPED_ROW)]
    assert [row.name for row in rows] == [PLAIN, SHIPPED_ROW]
    assert all(0.1 < row.mean_average_precision < 1 and 0 < row.micro_f1 < 1 for row in rows)
    assert rows[1].mean_average_precision > rows[0].mean_average_precision


def test_the_page_holds_the_table_and_what_it_rests_on(small_training):
    rows = [Row(PLAIN, 0.7, 0.6, 0.5, 1.0), Row(SHIPPED_ROW, 0.8123, 0.7, 0.6, 2.4)]
    page = to_markdown(rows, small_training, folds=2)
    assert f"| {PLAIN} | 0.700 | -0.112 | 0.600 | 0.500 | 1 |" in page
    assert f"| {SHIPPED_ROW} | 0.812 | +0.000 | 0.700 | 0.600 | 2 |" in page
    assert "160 whole notes of 2 authors" in page
    assert small_training.corpus.digest[:19] in page


def test_without_the_shipped_row_there_is_nothing_to_compare_with(small_training):
    assert f"| {PLAIN} | 0.700 |  | 0.600" in to_markdown([Row(PLAIN, 0.7, 0.6, 0.5, 1.0)], small_training, folds=2)


def test_a_row_that_does_not_exist_is_refused(tmp_path):
    app = typer.Typer()
    app.command()(main)
    result = CliRunner().invoke(app, ["--only", "nonsense", "--corpus", str(tmp_path)])
    assert result.exit_code == 2
    assert "no row has such a name" in result.output
