import pytest

from triage.knowledge.inflection import Inflector
from triage.knowledge.loading import load_knowledge
from triage.training.evaluation.baselines import KeywordSearch, PlainTfidf, keywords, labelled_sentences


@pytest.fixture(scope="module")
def knowledge():
    return load_knowledge()


def test_keywords_are_plain_words_in_lower_case(knowledge) -> None:
    inflector = Inflector(knowledge.inflections.irregular)
    words = keywords(knowledge.indicator("sextortion"), inflector)
    assert {"sextortion", "blackmail", "blackmailed"} <= words
    assert not any(character in word for word in words for character in "{}<>&|")


def test_keyword_search_flags_whatever_the_sentence_says(knowledge, record) -> None:
    text = "There was no Sextortion."
    (found,) = KeywordSearch(knowledge).predict([record("1", text)])
    assert "sextortion" in found.flagged
    mention = next(mention for mention in found.mentions if mention.indicator == "sextortion")
    assert text[mention.start : mention.end] == "Sextortion"


def test_sentences_have_the_labels_of_their_current_marks(record) -> None:
    text = "A second phone was seen. No gifts. He has a new friend."
    note = record(
        "1", text, ("second phone", "p", "affirmed"), ("No gifts", "g", "negated"), ("new friend", "f", "possible")
    )
    texts, truth = labelled_sentences([note], ["f", "g", "p"])
    assert texts == ["A second phone was seen.", "No gifts.", "He has a new friend."]
    assert truth.tolist() == [[False, False, True], [False, False, False], [True, False, False]]


@pytest.fixture
def notes(record):
    """Phones, friends, and notes of neither, in a few wordings."""
    found = []
    for number, place in enumerate(("at home", "in class", "on the bus", "in town", "at the club")):
        found += [
            record(f"p{number}", f"A second phone was seen {place}.", ("second phone", "p", "affirmed")),
            record(f"f{number}", f"An online friend wrote {place}.", ("online friend", "f", "affirmed")),
            record(f"n{number}", f"Lunch was eaten {place}. All went well."),
        ]
    return found


def test_tfidf_learns_and_says_no_words(notes, record) -> None:
    fitted = PlainTfidf(["f", "p", "never"]).fit(notes)
    phone, nothing, both = fitted.predict(
        [
            record("1", "Second phone seen."),
            record("2", "Lunch was eaten."),
            record("3", "Second phone seen. All went well. Online friend wrote."),
        ]
    )
    assert (phone.flagged, nothing.flagged, both.flagged) == ({"p"}, frozenset(), {"f", "p"})
    assert phone.mentions is None
    assert "never" not in phone.probabilities
    assert fitted.predict([]) == []


def test_tfidf_with_one_learnable_indicator(notes, record) -> None:
    fitted = PlainTfidf(["p", "never"]).fit([note for note in notes if "f" not in note.labels])
    phone, nothing = fitted.predict([record("1", "Second phone seen."), record("2", "Lunch was eaten.")])
    assert phone.flagged == {"p"}
    assert nothing.flagged == frozenset()


def test_tfidf_without_anything_to_learn_flags_nothing(record) -> None:
    fitted = PlainTfidf(["p"]).fit([record("1", "Lunch was eaten.")])
    assert fitted.predict([record("2", "Second phone seen.")])[0].flagged == frozenset()
