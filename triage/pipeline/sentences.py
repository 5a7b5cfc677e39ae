"""Splits case notes into lines and sentences by character position; bounded patterns keep it linear in the length."""

import re

from spacy.lang.en.stop_words import STOP_WORDS

Span = tuple[int, int]
"""Code points, end exclusive."""

_BREAKS = r"\n\r\x0b\x0c\x85\u2028\u2029"
_LINE = re.compile(rf"[^{_BREAKS}]++")

# A place where a sentence may end: end marks and what closes after them, up to the next word; or marks between two
# words where the space was forgotten; or a round bullet. The look-behinds make each run of marks one attempt.
_PLACE = re.compile(
    r"(?<![.!?\u2026])(?P<mark>[.!?\u2026]{1,400}+)(?P<close>[)\]}\"']{0,8}+)(?P<space>\s++)"
    r"|(?<=[a-z]{3})(?P<tight>[.!?])(?=[A-Z][a-z]{2})"
    r"|(?<=\S)\s++(?=[\u2022\u25aa\u25cf\u25e6\u2023\uf0b7]\s)"
)
_BULLET = re.compile(
    r"(?:[-*+>\u2022\u25aa\u25cf\u25e6\u2023\u00b7\uf0b7]|[o\u00a7]\s|\(?\w{1,2}[.)]\s|\(?[ivx]{1,4}[.)]\s|\d{1,2}[:.]\d\d\b)"
)
_QUOTED_MAIL = re.compile(r"(?:> ?)+")
_COUNTER = re.compile(r"[-*(\"']?(?:\d{1,2}|[a-z]|[ivx]{1,4}|\d{1,2}[:.]\d\d|\d{1,2}[./]\d{1,2}[./]\d{2,4})")
_TIME = re.compile(r"\d{1,2}[:.]\d\d(?!\d)")
_DOTTED = re.compile(r"[A-Za-z](?:\.[A-Za-z])+")
_HANGING = re.compile(r"(?:,|\b(?:a|an|and|for|from|her|his|my|of|or|our|the|their|to|with|your|Dr|Miss|Mr|Mrs|Ms))$")
_HEADING = re.compile(r"(?:[-*\u2022] ?)?(?P<name>[A-Z][\w'&/,() ?-]{0,58}[\w')?]):(?=\s|$)")

# The full stop belongs to the abbreviation, whatever follows.
_NEVER_LAST = frozenset(
    """approx cf cllr col dr e.g eg esp excl fr hon i.e ie incl insp lt messrs mr mrs ms mt n.b nb poss prev prob prof
    re ref rev sgt st supt viz vs v""".split()
)
# The sentence goes on unless a capital letter or a time follows.
_SELDOM_LAST = frozenset(
    """a.m adm am apr appt apt assoc asst aug ave avg bldg co conf cont dec dept disch ed est etc exam ext feb fri gov
    govt hosp hr hrs inc info jan jul jun ltd mar max min mins misc mon mtg mth mths no nov obs oct orig p.m p pg pm pp
    para rd resp sat sch sec secs sect sep sept soc sq sun tel temp thu thur thurs tue tues vol wed wk wkr wks wkly
    yr yrs""".split()
)
# Words that stand before a number and need their full stop for it.
_BEFORE_NUMBER = frozenset(
    "art cl fig no nos p para pg pp reg s sch sec sect ss vol apr aug dec feb jan jul jun mar nov oct sep sept".split()
)
_WRITERS = frozenset(
    """aunt aunty brother carer carers child children class dad dsl ed fc foster gp gran grandad grandma head ht iro
    mat mgf mgm mother father mum nan nanny nana nil ot parents pgf pgm pgm police pp pupil school sister staff stepdad
    stepmum sw teacher uncle worker yp said says asked told spoke seen""".split()
)
_STARTERS = STOP_WORDS | _WRITERS

_LONG_LINE = 40
_SHARE_OF_LONGEST = 0.6
_LOOK_BACK = 24


def lines(text: str) -> list[Span]:
    """Return `[start, end)` of each line that is not blank, without the space around it."""
    spans = []
    for match in _LINE.finditer(text):
        line = match.group()
        bare = line.strip()
        if bare:
            start = match.start() + len(line) - len(line.lstrip())
            spans.append((start, start + len(bare)))
    return spans


def split_sentences(text: str) -> list[Span]:
    """Return `[start, end)` of each sentence, in text order; together they hold every character but space."""
    return [sentence for start, end in _stretches(text) for sentence in _split(text, start, end)]


def heading_of(text: str, sentence: Span) -> Span | None:
    """Return `[start, end)` of the label that a form line begins with, such as "Online safety" in "Online safety: N".

    Args:
        text: The text that the sentence is from.
        sentence: One span of `split_sentences`.
    """
    match = _HEADING.match(text, *sentence)
    return None if match is None else match.span("name")


def _stretches(text: str) -> list[Span]:
    """Return the lines, with the lines of wrapped prose as one."""
    found = lines(text)
    if len(found) < 2:
        return found
    stretches = [found[0]]
    longest = _longest_around(text, found)
    for previous, line, limit in zip(found, found[1:], longest[1:], strict=False):
        if _is_wrapped(text, previous, line, limit):
            stretches[-1] = (stretches[-1][0], line[1])
        else:
            stretches.append(line)
    return stretches


def _longest_around(text: str, found: list[Span]) -> list[int]:
    """Return for each line the length of the longest line in its paragraph."""
    longest = [0] * len(found)
    first = 0
    for index in range(len(found)):
        last = index == len(found) - 1
        if last or _is_blank_between(text, found[index][1], found[index + 1][0]):
            longest[first : index + 1] = [max(end - start for start, end in found[first : index + 1])] * (
                index + 1 - first
            )
            first = index + 1
    return longest


def _is_blank_between(text: str, end: int, start: int) -> bool:
    between = text[end:start].replace("\r\n", "\n")
    return sum(map(between.count, "\n\r\x0b\x0c\x85\u2028\u2029")) > 1
