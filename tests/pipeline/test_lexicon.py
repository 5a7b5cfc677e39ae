"""The tree of phrases finds what a search of every phrase at every place would find."""

from hypothesis import given
from hypothesis import strategies as st

from triage.pipeline.hits import Labels
from triage.pipeline.lexicon import Lexicon
from triage.pipeline.tokens import Tokens

WORDS = ("new", "phone", "second", "hidden", "handset")
phrases_of_words = st.lists(st.sampled_from(WORDS), min_size=1, max_size=4).map(" ".join)


def lexicon_of(phrases, choices=()):
    return Lexicon(phrases, choices, Tokens(frozenset(WORDS) | {"don't", "dont"}))


@given(
    phrases=st.lists(phrases_of_words, unique=True, max_size=12),
    words=st.lists(st.sampled_from((*WORDS, "other")), max_size=15),
)
def test_finds_every_phrase_in_text_order(phrases, words):
    labels = {phrase: Labels([number]) for number, phrase in enumerate(phrases)}
    found = lexicon_of(labels).find(words, 0, len(words))
    expected = [
        (labels[" ".join(words[start:end])], (start, end))
        for start in range(len(words))
        for end in range(start + 1, len(words) + 1)
        if " ".join(words[start:end]) in labels
    ]
    assert found == expected


def test_stays_within_the_words_asked_for():
    lexicon = lexicon_of({"second phone": Labels([1])})
    words = ["second", "phone", "second", "phone"]
    assert [span for _, span in lexicon.find(words, 1, 4)] == [(2, 4)]
    assert lexicon.find(words, 1, 3) == []


def test_choices_stand_for_every_phrase_that_they_make():
    labels = Labels([7])
    lexicon = lexicon_of({}, [((("new", "hidden second"), ("phone", "handset")), labels)])
    for phrase in ("new phone", "new handset", "hidden second phone", "hidden second handset"):
        words = phrase.split()
        assert lexicon.find(words, 0, len(words)) == [(labels, (0, len(words)))]
    assert lexicon.find(["hidden", "phone"], 0, 2) == []


def test_spellings_of_the_same_words_share_one_entry():
    lexicon = lexicon_of({"don't": Labels([1], ["one"]), "dont": Labels([2], ["two"])})
    words = Tokens(frozenset({"don't"})).of_phrase("don't")
    (labels, span), *more = lexicon.find(words, 0, len(words))
    assert (labels.members, labels.concepts, span, more) == ({1, 2}, ("one", "two"), (0, len(words)), [])
