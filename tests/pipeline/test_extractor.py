"""Reading texts: the same answers in any company, failures handed back, statuses of any words of a text read before."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from triage.flag import Status
from triage.knowledge.loading import load_knowledge
from triage.pipeline import extractor as module
from triage.pipeline.extractor import NAME, Extractor, ReadText

TEXTS = [
    "Amelia has a second phone. Mum denies that she bought it.",
    "Online safety: N\nHe was told not to tell anyone that a man from the game sends him credit.",
    "No concerns 😀.  Someone  threatened to post her picture.",
    "",
]


@pytest.fixture(scope="module")
def extractor() -> Extractor:
    return Extractor(load_knowledge())


@given(order=st.permutations(range(len(TEXTS))))
@settings(max_examples=10, deadline=None)
def test_a_text_reads_the_same_in_any_company(extractor: Extractor, order: list[int]) -> None:
    alone = [extractor.extract(TEXTS[index]) for index in order]
    assert list(extractor.extract_many(TEXTS[index] for index in order)) == alone


def test_what_cannot_be_read_is_handed_back_and_the_others_are_read(
    extractor: Extractor, monkeypatch: pytest.MonkeyPatch
) -> None:
    read = module.read

    def fail_at_one(text, *rest):
        if text == TEXTS[1]:
            raise RuntimeError("planted")
        return read(text, *rest)

    monkeypatch.setattr(module, "read", fail_at_one)
    results = list(extractor.read_many(TEXTS))
    assert [isinstance(result, ReadText) for result in results] == [True, False, True, True]
    with pytest.raises(RuntimeError, match="planted"):
        list(extractor.extract_many(TEXTS))


def test_statuses_of_a_text_that_was_read_are_those_of_the_text(extractor: Extractor) -> None:
    text = "He denies having a second phone. In 2023 he was sent gifts. His brother has a second phone."
    (read_text,) = extractor.read_many([text])
    words = ("a second phone", "sent gifts", "brother has a second phone")
    spans = [(text.index(part), text.index(part) + len(part), None) for part in words]
    contexts = extractor.statuses_in(read_text, spans)
    assert contexts == extractor.statuses_of(text, spans)
    assert [context.status for context in contexts][:2] == [Status.DENIED, Status.HISTORICAL]


def test_a_name_is_only_a_name(extractor: Extractor) -> None:
    one, other = (extractor.extract(f"Yesterday {name} was sent a phone.") for name in ("Kayleigh", "Oluwaseun"))
    assert one.sentences[0].words == other.sentences[0].words
    assert NAME in one.sentences[0].words


@given(st.text(alphabet="ab .\n\r\t!?😀é'-:", max_size=120))
@settings(max_examples=60, deadline=None)
def test_words_lie_in_their_sentences_and_sentences_in_the_text(extractor: Extractor, text: str) -> None:
    last = 0
    for sentence in extractor.extract(text).sentences:
        assert last <= sentence.start <= sentence.end <= len(text)
        last = sentence.end
        assert len(sentence.words) == len(sentence.offsets)
        assert all(start < end for start, end in sentence.offsets)
