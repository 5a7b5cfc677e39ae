"""Inflections: irregular forms are data, regular ones follow British spelling."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from triage.knowledge.inflection import Inflector
from triage.knowledge.loading import load_knowledge


@pytest.mark.parametrize(
    ("word", "forms"),
    [
        ("message", ("message", "messages", "messaged", "messaging")),
        ("threaten", ("threaten", "threatens", "threatened", "threatening")),
        ("post", ("post", "posts", "posted", "posting")),
        ("block", ("block", "blocks", "blocked", "blocking")),
        ("harass", ("harass", "harasses", "harassed", "harassing")),
        ("watch", ("watch", "watches", "watched", "watching")),
        ("push", ("push", "pushes", "pushed", "pushing")),
        ("fix", ("fix", "fixes", "fixed", "fixing")),
        ("bully", ("bully", "bullies", "bullied", "bullying")),
        ("delay", ("delay", "delays", "delayed", "delaying")),
        ("beg", ("beg", "begs", "begged", "begging")),
        ("chat", ("chat", "chats", "chatted", "chatting")),
        ("travel", ("travel", "travels", "travelled", "travelling")),
        ("reveal", ("reveal", "reveals", "revealed", "revealing")),
        ("view", ("view", "views", "viewed", "viewing")),
        ("agree", ("agree", "agrees", "agreed", "agreeing")),
        ("tie", ("tie", "ties", "tied", "tying")),
        ("dare", ("dare", "dares", "dared", "daring")),
    ],
)
def test_regular_words(word: str, forms: tuple[str, ...]) -> None:
    assert Inflector({}).forms(word) == forms


def test_irregular_words_come_from_the_data() -> None:
    assert Inflector({"send": ["sends", "sent", "sending"]}).forms("send") == ("send", "sends", "sent", "sending")


def test_a_form_is_listed_once() -> None:
    assert Inflector({"cut": ["cuts", "cut", "cutting"]}).forms("cut") == ("cut", "cuts", "cutting")


@pytest.mark.parametrize(("word", "form"), [("buy", "bought"), ("meet", "met"), ("tell", "told"), ("give", "gave")])
def test_the_shipped_data_holds_common_irregular_words(word: str, form: str) -> None:
    assert form in Inflector(load_knowledge().inflections.irregular).forms(word)


@given(st.from_regex(r"[a-z]{1,12}", fullmatch=True))
def test_the_word_itself_comes_first_and_nothing_twice(word: str) -> None:
    forms = Inflector({}).forms(word)
    assert forms[0] == word
    assert len(set(forms)) == len(forms)
