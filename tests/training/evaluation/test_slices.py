import numpy as np
import pytest

from triage.training.evaluation.matrices import make_matrices
from triage.training.evaluation.slices import NOT_RECORDED, age_band, length_band, slices


@pytest.mark.parametrize(("words", "band"), [(3, "0-49 words"), (50, "50-99 words"), (900, "200 words or more")])
def test_length_band(record, words: int, band: str) -> None:
    assert length_band(record("1", "word " * words)) == band


@pytest.mark.parametrize(
    ("age", "band"), [("9", "0-9 years"), ("13", "13-15 years"), ("18", "18 years or more"), ("unborn", NOT_RECORDED)]
)
def test_age_band(record, age: str, band: str) -> None:
    assert age_band(record("1", "Visit.", meta={"age": age})) == band


def test_few_labelled_notes_give_no_figure_and_no_number(record, said) -> None:
    many = [record(f"m{n}", "A phone.", ("phone", "p", "affirmed"), meta={"sex": "F"}) for n in range(25)]
    few = [record(f"f{n}", "A phone.", ("phone", "p", "affirmed"), meta={"sex": "M"}) for n in range(19)]
    notes = many + few
    predictions = [said(["p"] if index % 2 else []) for index in range(len(notes))]
    found = slices(notes, make_matrices(notes, predictions, ["p"]), np.ones((2, len(notes))))
    by_sex = {item.value: item for item in found if item.dimension == "sex"}
    assert by_sex["F"].recall is not None
    assert by_sex["F"].recall.value == pytest.approx(12 / 25)
    assert by_sex["F"].notes == 25
    assert by_sex["M"].suppressed
    assert (by_sex["M"].notes, by_sex["M"].recall) == (None, None)
