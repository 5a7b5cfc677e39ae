"""Sentence splitting on invented notes: every habit of case notes, a small gold file, and adversarial texts."""

from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from triage.pipeline import sentences
from triage.pipeline.sentences import lines, split_sentences
from triage.pipeline.text import normalise

GOLD = Path(__file__).parent / "data" / "sentences.txt"
MARK = "\u00a6"
"""Stands in front of every sentence but the first."""

CASES = {
    # Plain prose
    "two sentences": "Seen at home.¦ Mum was well.",
    "question and exclamation": "Who bought it?¦ He would not say!¦ Mum sighed.",
    "no end mark": "Seen at home, all well",
    "double space": "Seen at home.  ¦Mum was well.",
    "lower-case writer": "bed at ten.¦ up twice.¦ phone in the kitchen",
    "lower case after a question": "Bricks?¦ none so far",
    "semicolons stay": "Mum calm; J tearful; nan in the kitchen.",
    "colon stays": "He was clear: nobody has asked him for money.",
    "dash stays": "He said it was a friend - he has never met him.",
    "space forgotten": "He was seen.¦Mum was out.",
    "space forgotten after a question": "Is he safe?¦Mum thinks so.",
    "space before the full stop": "He was fine .¦ Mum was not.",
    # Numbers, dates and times
    "dotted date": "Visit on 12.05.21 went well.¦ Next visit in June.",
    "date with spaces kept": "Review 3/4/24.¦ Next 5/7/24.",
    "decimal": "BMI 20.4 and stable.",
    "money": "He owes £6.20.¦ Mum paid it.",
    "time with full stop": "Back at 14.30.¦ Tea at five.",
    "time at the beginning": "14:30 - Mum rang.¦ No message left.",
    "time with colon behind": "14.30: Mum rang.¦ No message left.",
    "time and full stop at the beginning": "14:30. Mum rang.¦ No message left.",
    "times on lines": "09:10 woken\n¦09.40 school run\n¦1015 quiet",
    "age at the end": "J is 12.¦ Mum is 34.",
    "year group": "K is in Year 5.¦ Police came on Friday.",
    "dated entry": "12.05.21. Seen at school.¦ Settled.",
    "day and month entry": "4 Nov. Phone returned.¦ No new messages.",
    "percentage": "Attendance is 61%.¦ Late on Mondays.",
    # Abbreviations
    "section with capital": "S.47 started.¦ Strategy meeting at 2.",
    "section with space": "Child is s. 20 with grandparents.¦ No change.",
    "capital section with space": "Threshold for S. 47 met.¦ Police told.",
    "eg": "He plays shooters, e.g. the one on the tablet.",
    "ie": "Only family, i.e. Mum and Nan.",
    "approx": "Met approx. 3 weeks ago.",
    "approx before a capital": "Lives approx. Junction 9.",
    "doctor": "Seen by Dr. Osei today.¦ Bloods taken.",
    "mister": "Mr. Lund rang.¦ He will call back.",
    "illness, not title": "Dad has MS.¦ He rests a lot.",
    "saint": "He attends St. Mark's school.",
    "hours goes on": "Missing for 2 hrs. before he rang.",
    "hours ends": "Missing for 2 hrs.¦ Police were told.",
    "minutes then time": "Spoke for 20 mins.¦ 14:50 rang school.",
    "etc goes on": "Games, clips etc. on the tablet.",
    "etc ends": "Games, clips etc.¦ Mum checks it.",
    "am goes on": "Up until 3 a.m. most nights.",
    "am ends": "Up until 3 a.m.¦ Tired in class.",
    "am before a day": "Visit a.m. Monday with police.",
    "number of": "No. of followers is high.",
    "number": "Crime no. 4471 given.",
    "No as an answer": "Any worries?¦ No.¦ Mum agreed.",
    "no in lower case as an answer": "asked if he was ok.¦ he said no.¦ went to bed",
    "month": "Since Sept. 2023 he has been home schooled.",
    "re": "Rang nan re. contact.",
    "versus": "His word vs. hers.",
    "possibly": "Poss. older male in the group chat.",
    "page": "See p. 4 of the report.¦ Signed copy to follow.",
    "year old": "Her 11 y.o. brother has a phone.",
    "app shorthand": "He is on w/app.¦ She is on the same group.",
    "shortened with": "Shared w. consent.",
    "nota bene": "N.B. Mum does not know.",
    "contacts": "Tel. 0161 496 0000 on file.",
    # Initials
    "initial ends": "I spoke to K.¦ She was calm.",
    "initial ends before a noun": "Home with S.¦ Mum rang at six.",
    "initials": "K. B. was seen at school.",
    "initials behind a title": "Mrs K. B. Obi was seen.",
    "title and initial": "Mr K. Brown rang.",
    "initial then name at the beginning": "D. Pugh, head of year.",
    "initials without spaces": "Signed off by M.D. today.",
    "initial then lower case": "phone is with t.¦ Mum has the charger.",
    "initial in the middle": "K said hello.¦ K. showed me the phone.",
    # Lists and forms
    "hyphens": "Worries\n¦- new phone\n¦- late nights",
    "stars": "* new phone\n¦* late nights",
    "round bullets": "• new phone\n¦• late nights",
    "round bullets in a line": "Worries: ¦• new phone ¦• late nights",
    "numbers": "1. Call Mum.\n¦2. Email school.",
    "number and words in one line": "1. Call Mum.¦ 2. Email school.",
    "letters": "a) phone removed\n¦b) router changed",
    "letters with full stop": "a. Phone removed\n¦b. Router changed",
    "romans": "i. Phone removed\n¦ii. Router changed",
    "heading": "Child's views:\n¦I like it here.",
    "form lines": "Online safety: N\n¦Substance use: N\n¦Mental health: see above",
    "form line with a sentence": "Online safety: no concerns.¦ Health: asthma.",
    "heading in capitals": "ANALYSIS\n¦Things are calmer.",
    "missing full stop at line end": "Mum rang at nine\n¦School rang at ten",
    "missing full stop, lower case": "mum rang at nine\n¦school rang at ten",
    "blank line": "Mum rang.\n\n¦School rang.",
    "question and answer": "Q. Who are they?\n¦A. Friends from the game.",
    "tick boxes": "Seen alone? [x] Y [ ] N",
    # Wrapped prose and e-mail
    "wrapped": "She said that she had been talking to someone she met in a\ngame and that he is 19.¦ She is not sure.",
    "wrapped before a name": "He told us that the messages all came from a man called\nRowan who lives near the coast.",
    "wrapped, CRLF": "She said that she had been talking to someone she met in a\r\ngame and that he wants to meet.",
    "not wrapped over a list": "He told us about the things that he had been given lately\n¦- a phone\n¦- trainers",
    "not wrapped over a blank line": "He told the worker about the things that he had been given and\n\n¦nothing else.",
    "very long line does not wrap": "settled " * 16 + "by nine\n¦nan rang",
    "short line does not wrap": "Mum worried\n¦he is out late",
    "quoted mail": "> Has he been seen?\n¦> Thanks",
    "wrapped quoted mail": "> We have not been able to reach the family lately and would\n> be glad of news.¦ Thanks",
    "mail head": "From: A. Khan\n¦Sent: 3 May 2024 10:02\n¦To: Duty",
    # Quotes, brackets, dots and queries
    "quote behind the full stop": 'He said "stop it." ¦Then he left.',
    "quote goes on": 'He said "stop it." and left.',
    "question in quotes goes on": '"Where are you?" she asked him.',
    "bracket": "(He was out.) ¦Mum was in.",
    "bracket goes on": "He (she is not sure.) came home.",
    "exclamation in brackets": "Sleep hygiene (!) deferred.",
    "quote begins": 'He left. ¦"Good," said Mum.',
    "dots go on": "He said... nothing much.",
    "dots end": "He said nothing... ¦Mum left.",
    "ellipsis character goes on": "He said\u2026 nothing much.",
    "ellipsis character ends": "He said nothing\u2026 ¦Mum left.",
    "query before a word": "Out again.¦ ?county lines",
    "query inside": "Phone from ?boyfriend, new trainers.",
    "query with spaces": "Phone from a friend ? older male, not known.",
    "query at the beginning": "? older male in the car.",
    "question with a space": "Is he safe ?¦ She thinks so.",
    "doubled question": "17 hrs straight??¦ Mum agreed.",
    "query at the end": "Met at the park ?",
    "web address": "He found it on www.example.org and told Mum.",
    "file name": "Saved as visit.docx on the system.",
}


@pytest.mark.parametrize("marked", CASES.values(), ids=CASES)
def test_cuts_as_a_reader_would(marked: str) -> None:
    text = marked.replace(MARK, "")
    assert [text[start:end] for start, end in split_sentences(text)] == [part.strip() for part in marked.split(MARK)]


def test_agrees_with_the_gold_notes() -> None:
    found = right = wanted = 0
    for marked in GOLD.read_text(encoding="utf-8").split("\n=====\n"):
        text = marked.replace(MARK, "")
        starts = {start for start, _ in split_sentences(text)}
        gold = _starts(marked)
        found, right, wanted = found + len(starts), right + len(starts & gold), wanted + len(gold)
    assert 2 * right / (found + wanted) >= 0.97


def _starts(marked: str) -> set[int]:
    starts, offset = set(), 0
    for part in marked.split(MARK):
        starts.add(offset + len(part) - len(part.lstrip()))
        offset += len(part)
    return starts


@pytest.mark.parametrize("text", ["", " ", "\n\n", "\t\r\n "])
def test_nothing_to_split(text: str) -> None:
    assert split_sentences(text) == []
    assert lines(text) == []


def test_lines_are_trimmed_and_never_blank() -> None:
    text = " Mum rang \r\n\r\n\t- two\x0bthree\u2028four"
    assert [text[start:end] for start, end in lines(text)] == ["Mum rang", "- two", "three", "four"]


NOTE_LIKE = st.text(st.sampled_from("aB1 .?!…,:;-•*>()\"'\n\r\t\u00a0"), max_size=80)


@given(st.one_of(NOTE_LIKE, st.text(max_size=80)))
def test_spans_are_ordered_and_hold_every_word(text: str) -> None:
    spans = split_sentences(text)
    assert all(start < end for start, end in spans)
    assert all(before[1] <= after[0] for before, after in pairwise(spans))
    held = {index for start, end in spans for index in range(start, end)}
    assert all(character.isspace() for index, character in enumerate(text) if index not in held)


@given(st.one_of(NOTE_LIKE, st.text(max_size=80)))
def test_spans_begin_and_end_with_a_word(text: str) -> None:
    assert all(text[start:end] == text[start:end].strip() for start, end in split_sentences(text))


@given(NOTE_LIKE)
def test_normalising_keeps_the_spans_valid(text: str) -> None:
    plain = normalise(text)
    assert all(0 <= start < end <= len(text) for start, end in split_sentences(plain))


ADVERSARIAL = {
    "full stops": ".",
    "full stops and brackets": ".)",
    "spaced full stops": ". ",
    "abbreviations": "e.g. ",
    "initials": "K. ",
    "queries": "? ",
    "tight sentences": "ab.Cd",
    "letters": "a",
    "spaces": " ",
    "line breaks": "\n",
    "spaces and line breaks": " \n",
    "quoted lines": "> a\n",
    "bullets": "• ",
    "numbers": "1. ",
    "long lines": "word " * 12 + "\n",
}


@pytest.mark.parametrize("unit", ADVERSARIAL.values(), ids=ADVERSARIAL)
def test_decisions_grow_no_faster_than_the_text(unit: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A quadratic pattern would not come back from texts of this size; the count bounds the decisions."""
    decisions = 0
    decide = sentences._ends

    def counted(*arguments: Any) -> bool:
        nonlocal decisions
        decisions += 1
        return decide(*arguments)

    monkeypatch.setattr(sentences, "_ends", counted)
    for ending in ("", "a", " a"):
        text = unit * (200_000 // len(unit)) + ending
        decisions = 0
        spans = split_sentences(text)
        assert decisions <= len(text) / 2
        assert sum(end - start for start, end in spans) <= len(text)
