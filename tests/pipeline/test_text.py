"""Normalisation that keeps every offset, and the causes for which a text goes to a person unassessed."""

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from triage.flag import Cause
from triage.pipeline.text import cause_not_assessed, normalise

LIMIT = 100_000
LABELLED = Path(__file__).parents[2] / "training_data"
HELD_OUT = ("notes_7.jsonl", "notes_9.jsonl", "notes_10.jsonl")


@pytest.mark.parametrize(
    ("written", "plain"),
    [
        ("second-hand phone", "second hand phone"),
        ("9-year-old", "9-year old"),
        ("a-b-c", "a b c"),
        ("- new phone", "- new phone"),
        ("home\u2013school", "home school"),
        ("14:30 \u2014 Mum", "14:30 - Mum"),
        ("group\u00a0chat", "group chat"),
        ("group\tchat", "group chat"),
        ("group\u200bchat", "group chat"),
        ("group\u00adchat", "group chat"),
        ("\ufeffSeen", " Seen"),
        ("didn\u2019t", "didn't"),
        ("\u201cno\u201d", '"no"'),
        ("\uff33\uff2e\uff21\uff30", "SNAP"),
        ("\U0001d42c\U0001d427\U0001d41a\U0001d429", "snap"),
        ("one\u2028two\x0bthree", "one\ntwo\nthree"),
        ("one\r\ntwo", "one\r\ntwo"),
        ("it`s", "it's"),
        ("cafe\u0301", "cafe\u0301"),
        ("\U0001f468\U0001f3fb\u200d\U0001f692", "\U0001f468\U0001f3fb\u200d\U0001f692"),
    ],
)
def test_normalises_one_to_one(written: str, plain: str) -> None:
    assert normalise(written) == plain


@given(st.text(alphabet=st.characters(), max_size=200))
def test_normalising_keeps_the_length(text: str) -> None:
    assert len(normalise(text)) == len(text)


@given(st.text(max_size=200))
def test_normalising_twice_changes_nothing_more(text: str) -> None:
    assert normalise(normalise(text)) == normalise(text)


@given(st.text(alphabet=st.characters(max_codepoint=127), max_size=100))
def test_the_short_way_for_ascii_gives_the_same(text: str) -> None:
    # The euro sign is left alone and makes the text take the long way.
    assert normalise(text) == normalise(text + " \u20ac")[: len(text)]


WELSH = (
    "Gwelais y plentyn yn yr ysgol heddiw gyda'i fam. Dywedodd ei fod yn treulio llawer o amser ar ei ffôn ac nad "
    "oedd yn cysgu yn dda. Mae ei fam yn poeni am bwy mae'n siarad â nhw ar-lein."
)
POLISH = (
    "Odwiedziłam rodzinę w domu. Matka powiedziała, że syn przez całą noc siedzi z telefonem i nie chce chodzić do "
    "szkoły. Martwi się, z kim rozmawia w internecie i skąd ma nowe buty."
)
ROMANIAN = (
    "Am vizitat familia acasă. Mama mi-a spus că băiatul stă toată noaptea pe telefon și nu vrea să meargă la școală. "
    "Este îngrijorată de persoanele cu care vorbește pe internet."
)
GERMAN = (
    "Hausbesuch bei der Familie. Die Mutter sagt, dass der Junge die ganze Nacht am Handy ist und nicht mehr in die "
    "Schule gehen will. Sie macht sich Sorgen, mit wem er im Internet schreibt."
)
SPANISH = (
    "Visita a la familia en casa. La madre dice que el niño pasa toda la noche con el teléfono y que no quiere ir al "
    "colegio. Le preocupa con quién habla por internet."
)
SOMALI = (
    "Maanta waxaan booqday guriga qoyska. Hooyada ayaa ii sheegtay in wiilku uu telefoonka ku jiro habeenkii oo dhan "
    "isla markaana uusan dugsiga aadin. Waxay ka welwelsan tahay cidda uu la hadlo."
)
UKRAINIAN = "Відвідала родину вдома. Мати каже, що син цілу ніч дивиться телефон."
ARABIC = "زرت العائلة في المنزل اليوم وقالت الأم إن ابنها لا ينام."


@pytest.mark.parametrize("text", [WELSH, POLISH, ROMANIAN, GERMAN, SPANISH, SOMALI, UKRAINIAN, ARABIC, POLISH.upper()])
def test_another_language_is_not_english(text: str) -> None:
    assert cause_not_assessed(text, max_characters=LIMIT) is Cause.NOT_ENGLISH


@pytest.mark.parametrize(
    "text",
    [
        "YP seen 14:30, nil of note, RHI declined",
        "DNA x2. NFA. Case closed.",
        "T/C DSL. FTE 2 days, RI mtg Mon 0900. CIN visit due w/c 4/11. CPOMS updated, MASH ref sent, EH declined.",
        "Obs stable. HR 72, BP 110/70, sats 98%, RR 16, temp 36.8, BM 5.2, GCS 15. Analgesia given 1400. Wt 41kg.",
        "Present: Agnieszka Kowalczyk, Abdirahman Warsame, Siobhan Quirke, Oluwaseun Adeyemi, Zofia Nowak, "
        "Krzysztof Mazur, Ifeoma Okonkwo, Rhys Llewellyn, Hamza Chaudhry",
        'Mum read out the message, "nie mów nikomu, bo będziesz miała problem", and said that it means that she should '
        "tell nobody or there would be trouble. She was upset and asked what the school will do about it.",
        "Seen in a café with her fiancé.",
        "👍",
        "?",
    ],
)
def test_terse_and_mixed_notes_stay_assessed(text: str) -> None:
    assert cause_not_assessed(text, max_characters=LIMIT) is None


@pytest.mark.parametrize("text", ["", " ", "\r\n\t", "\u200b\u200d\ufeff\u00a0", "\u2060\u00ad"])
def test_nothing_visible_is_empty(text: str) -> None:
    assert cause_not_assessed(text, max_characters=LIMIT) is Cause.EMPTY


def test_the_limit_is_inclusive() -> None:
    assert cause_not_assessed("seen " * 2, max_characters=10) is None
    assert cause_not_assessed("seen " * 2 + "x", max_characters=10) is Cause.TOO_LONG


@pytest.mark.parametrize("text", ["Seen at home \ud83d", "\udc00 seen", "Seen at home \udfff\udc00."])
def test_half_of_a_surrogate_pair(text: str) -> None:
    assert cause_not_assessed(text, max_characters=LIMIT) is Cause.LONE_SURROGATE


@pytest.mark.parametrize(
    "text",
    [
        "Seen at home\x00",
        "\x89PNG\r\n\x1a\n\x02\x03\x04\x05IHDR",
        "\ufffd\ufffd\ufffd\ufffd abc \ufffd\ufffd",
        "iVBORw0KGgoAAAANSUhEUgAAAAUA" * 20,
        "\n".join(["JVBERi0xLjQKJcfsj6IKNSAwIG9iago8PC9MZW5ndGggNiAwIFIvRmlsdGVyIC9G"] * 5),
        "x\x07\x07\x07",
    ],
)
def test_what_is_no_text_is_binary(text: str) -> None:
    assert cause_not_assessed(text, max_characters=LIMIT) is Cause.BINARY


@pytest.mark.parametrize(
    "text",
    [
        "\uf0b7 Phone removed by carer\n\uf0b7 School told this morning\n\uf0b7 Police ref given to Mum",
        "Caf\ufffd visit with Mum, all well at home today.",
        "Link: https://example.org/" + "a1B2" * 10 + "?next=home",
    ],
)
def test_traces_of_copying_are_no_binary(text: str) -> None:
    assert cause_not_assessed(text, max_characters=LIMIT) is None


def test_every_labelled_note_is_assessed() -> None:
    files = [
        path
        for folder in ("notes", "snippets")
        for path in sorted((LABELLED / folder).glob("*.jsonl"))
        if path.name not in HELD_OUT
    ]
    texts = [json.loads(line)["text"] for path in files for line in path.read_text(encoding="utf-8").splitlines()]
    assert len(texts) > 1_000
    assert [text for text in texts if cause_not_assessed(text, max_characters=LIMIT) is not None] == []


@given(st.text(alphabet=st.characters(), max_size=200))
def test_any_text_gets_an_answer(text: str) -> None:
    assert cause_not_assessed(text, max_characters=LIMIT) in (None, *Cause)


@pytest.mark.parametrize("unit", ["A", "a1", "\x01", "\u0416", "\u200b", "-a", "\U0001f600", "A" * 59 + " "])
def test_long_monotonous_texts_get_an_answer(unit: str) -> None:
    """A quadratic pattern would not come back from texts of this size."""
    text = unit * (400_000 // len(unit))
    assert len(normalise(text)) == len(text)
    assert cause_not_assessed(text, max_characters=len(text)) in (None, *Cause)
