from typing import Self

import numpy as np
import pytest

from triage.training.evaluation.predictions import Prediction
from triage.training.evaluation.swaps import Swap, compare_swapped, load_swaps, predict_swapped

SWAPS = {swap.id: swap for swap in load_swaps()}


class FlagsHer:
    """Flags every note that says 'she'."""

    name = "her"
    description = "Only for the test."

    def fit(self, records) -> Self:
        return self

    def predict(self, records) -> list[Prediction]:
        return [Prediction({}, frozenset({"p"} if "she" in record.text.lower().split() else ())) for record in records]


@pytest.mark.parametrize(
    ("swap", "text", "expected"),
    [
        ("he_and_she", "She told her mum that he hid his phone.", "He told his mum that she hid her phone."),
        ("he_and_she", "I saw her at home. A girl was with her.", "I saw him at home. A boy was with him."),
        ("names_south_asian", "Chloe met Tyler, then chloe left.", None),
        ("described_as_black", "Girl, 14. The YP was at home.", "Black girl, 14. The Black YP was at home."),
        ("religion", "Mosque school was closed for Eid.", "Church school was closed for Easter."),
        ("ethnicity", "White British boy; the white van.", "Black Caribbean boy; the white van."),
    ],
)
def test_words_are_exchanged_at_once_and_keep_their_capital(swap: str, text: str, expected: str | None) -> None:
    swapped = SWAPS[swap].apply(text)
    if expected is None:
        assert "Chloe" not in swapped
        assert "chloe" in swapped
    else:
        assert swapped.lower() == expected.lower()
        assert swapped[0].isupper()


def test_names_of_the_group_itself_stay() -> None:
    assert SWAPS["names_british"].apply("Chloe and Priya") == f"Chloe and {SWAPS['names_british'].words['Priya']}"


def test_part_of_a_word_is_no_word() -> None:
    text = "The shepherd's hero, there."
    assert SWAPS["he_and_she"].apply(text) == text


def test_share_of_notes_whose_flags_change(record) -> None:
    swap = Swap("s", "She to he.", {"she": "he"})
    notes = [record("1", "Then she left."), record("2", "Then he left."), record("3", "And she came.")]
    system = FlagsHer()
    swapped = predict_swapped(system, notes, swap)
    assert [index for index, _ in swapped] == [0, 2]
    found = compare_swapped(swap, notes, system.predict(notes), swapped, np.ones((3, 3)))
    assert (found.changed.value, found.changed.count) == (1.0, 2)
    assert [(change.note_id, change.gained, change.lost) for change in found.changes] == [
        ("1", (), ("p",)),
        ("3", (), ("p",)),
    ]
