"""A text that a tool changed is laid onto the original."""

from hypothesis import given
from hypothesis import strategies as st

from triage.training.exchange.alignment import align

texts = st.text(alphabet=st.sampled_from("ab 😀\r\n\t"))


@given(texts)
def test_every_character_but_a_line_end_keeps_its_place(original):
    changed = original.replace("\r\n", "\n").replace("\r", "\n").strip()
    places = align(changed, original)
    assert places is not None
    for index, character in enumerate(changed):
        assert original[places[index]] == (character if character != "\n" else original[places[index]])
        assert character != "\n" or original[places[index]] in "\r\n"
    if changed:
        assert original[places[0] : places[len(changed)]].replace("\r\n", "\n").replace("\r", "\n") == changed


@given(texts)
def test_line_ends_may_have_become_longer_too(text):
    places = align(text.replace("\r\n", "\n").replace("\n", "\r\n"), text)
    assert places is not None


def test_another_text_is_not_aligned():
    assert align("A second phone", "A third phone") is None
