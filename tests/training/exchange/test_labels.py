"""The spelling of labels."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from triage.flag import Status
from triage.training.exchange.labels import Label, parse_label, spell
from triage.training.records import Mark


@given(st.sampled_from(["sextortion", "new_phones"]), st.sampled_from(Status), st.booleans())
def test_what_is_spelt_is_read_back(indicator, status, harm):
    mark = Mark(start=0, end=1, indicator=indicator, status=status, harm=harm)
    assert parse_label(spell(mark)) == Label(indicator, status, harm)


@pytest.mark.parametrize(
    ("text", "label"),
    [
        ("sextortion", Label("sextortion", Status.AFFIRMED, False)),
        ("sextortion|harm", Label("sextortion", Status.AFFIRMED, True)),
        (" sextortion | denied ", Label("sextortion", Status.DENIED, False)),
        ("sextortion|afirmed", None),
        ("sextortion|denied|harm|x", None),
        ("sextortion|denied|possible", None),
        ("|denied", None),
        ("", None),
    ],
)
def test_labels_of_other_hands(text, label):
    assert parse_label(text) == label
