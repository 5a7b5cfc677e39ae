"""Misspelt lexicon words are found; names, English words and British spellings are left alone."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from triage.pipeline.spelling import Slip, Speller, is_english, known_words, slip_between

LEXICON = frozenset(
    {
        "whatsapp",
        "snapchat",
        "snapchats",
        "discord",
        "grooming",
        "groomed",
        "inappropriate",
        "unexplained",
        "obsessive",
        "pornographic",
        "sextortion",
        "instagram",
        "telegram",
        "tiktok",
        "threatened",
        "messages",
        "picture",
        "pictures",
        "suicide",
        "bullied",
        "account",
        "accounts",
        "nudes",
        "meeting",
        "exploitation",
    }
)


@pytest.fixture(scope="module")
def speller() -> Speller:
    return Speller(LEXICON)


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("whatsap", "whatsapp"),
        ("snapchatt", "snapchat"),
        ("dischord", "discord"),
        ("groming", "grooming"),
        ("inapropriate", "inappropriate"),
        ("unexplaned", "unexplained"),
        ("obsesive", "obsessive"),
        ("pornagraphic", "pornographic"),
        ("sextorsion", "sextortion"),
        ("instgram", "instagram"),
        ("telegarm", "telegram"),
        ("threatend", "threatened"),
        ("sucide", "suicide"),
        ("exploytashun", "exploytashun"),
        ("exploitaion", "exploitation"),
        ("inaproprate", "inappropriate"),
        ("Tiktock", "tiktok"),
        ("Dischord", "discord"),
        ("INSTGRAM", "instagram"),
        ("snápchat", "snapchat"),
    ],
)
def test_misspelt_lexicon_words(speller: Speller, written: str, meant: str) -> None:
    assert speller.correct(written) == meant


@pytest.mark.parametrize(
    "word",
    [
        *("Reece", "Kayleigh", "Stacey", "Ayesha", "Siobhan", "Telford", "Groome", "Meeta", "Ghosh"),
        *("picked", "growing", "messing", "discard", "count", "booming", "received", "threaten"),
        *("behaviour", "organise", "organisation", "traumatised", "sexualised", "neighbour", "travelled"),
        *("nude", "snap", "app", "nan", "paeds", "alloc", "hasnt", "wouldnt"),
        *("snapchat", "Snapchat", "SNAPCHAT"),
        *("whats-ap", "tik tok", "123456", "", "k"),
        "groming" * 4,
    ],
)
def test_other_words_stay(speller: Speller, word: str) -> None:
    assert speller.correct(word) == word


def test_two_equally_likely_words_leave_it_open() -> None:
    assert Speller(frozenset({"blockers", "blockets"})).correct("blockes") == "blockes"


def test_a_likelier_english_word_outside_the_lexicon_wins() -> None:
    assert Speller(frozenset({"conceal"})).correct("concels") == "concels"
    assert Speller(frozenset({"exploitations"})).correct("exploration") == "exploration"


def test_short_words_need_a_letter_missing_doubled_or_swapped() -> None:
    speller = Speller(frozenset({"rabbit", "paper", "ghost"}))
    assert [speller.correct(word) for word in ("rabit", "papre", "papier", "ghosh")] == [
        *("rabbit", "paper", "papier", "ghosh")
    ]


def test_answers_do_not_depend_on_the_order_of_the_lexicon() -> None:
    words = [f"{stem}{end}" for stem in ("groom", "block", "message") for end in ("", "s", "ed", "ing", "er")]
    probes = ("messge", "grooomed", "blockng", "bloking", "gromer", "messagess")
    forwards, backwards = Speller(frozenset(words)), Speller(frozenset(reversed(words)))
    assert [forwards.correct(probe) for probe in probes] == [backwards.correct(probe) for probe in probes]


@pytest.mark.parametrize(
    ("written", "meant", "slip"),
    [
        ("groming", "grooming", Slip.DOUBLING),
        ("snapchatt", "snapchat", Slip.DOUBLING),
        ("telegarm", "telegram", Slip.LIKE_SOUND),
        ("pornagraphic", "pornographic", Slip.LIKE_SOUND),
        ("unexplaned", "unexplained", Slip.LIKE_SOUND),
        ("dischord", "discord", Slip.LEFT_OUT_OR_ADDED),
        ("pixture", "picture", Slip.LIKE_SOUND),
        ("pidture", "picture", Slip.OTHER_LETTER),
        ("pictured", "pictures", None),
    ],
)
def test_kinds_of_slips(written: str, meant: str, slip: Slip | None) -> None:
    assert slip_between(written, meant) is slip


@pytest.mark.parametrize("word", ["colour", "analysed", "catalyse", "paediatric", "didnt", "phone"])
def test_british_words_and_contractions_are_english(word: str) -> None:
    assert is_english(word)


def test_known_words_are_read_once_and_cannot_be_changed() -> None:
    assert known_words() is known_words()
    assert known_words()["phone"] > known_words()["discord"] > 0
    with pytest.raises(TypeError):
        known_words()["groming"] = 1  # type: ignore[index]


@given(st.text(alphabet=st.characters(), max_size=40))
def test_any_string_stays_or_becomes_a_lexicon_word(text: str) -> None:
    corrected = Speller(LEXICON).correct(text)
    assert corrected == text or corrected in LEXICON
