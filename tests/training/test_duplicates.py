"""Near-duplicates are found among many texts."""

import pytest

from triage.training.duplicates import near_duplicates, normalise

BASE = "Mum rang at ten past four to say that a second phone had been found under the mattress."


@pytest.mark.parametrize(
    ("other", "alike"),
    [
        (BASE, True),
        (BASE.upper().replace(" ", "  "), True),
        (BASE.replace("four", "five"), True),
        (BASE.replace("second", "secnd").replace("mattress", "matress"), True),
        (BASE.replace("Mum rang at ten past four to say that a", "No"), False),
        ("Mum rang at noon to ask about the school trip.", False),
    ],
)
def test_pairs(other, alike):
    assert list(near_duplicates(["Nothing like it.", BASE, other])) == ([(1, 2)] if alike else [])


def test_very_short_texts_have_duplicates_too():
    assert list(near_duplicates(["Home.", "home", "Away."])) == [(0, 1)]


def test_text_that_hundreds_share_makes_no_pair():
    heading = "Date of visit, seen alone, sleeping arrangements, views of the child, plan"
    texts = [f"{heading} {word}{number}" for number, word in enumerate(["alpha", "beta"] * 150)]
    assert list(near_duplicates(texts)) == []


def test_no_texts_have_no_pairs():
    assert list(near_duplicates([])) == []


def test_normalised_text_keeps_letters_and_digits_only():
    assert normalise(" A 2nd PHONE?!\r\n(hidden) ") == "a 2nd phone hidden"
