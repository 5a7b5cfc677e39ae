"""Splits case notes into lines and sentences by character position; bounded patterns keep it linear in the length."""

import re
from collections.abc import Iterator
from itertools import pairwise

from spacy.lang.en.stop_words import STOP_WORDS

from triage.extraction import Span


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


_BREAKS = "\n\r\x0b\x0c\x85\u2028\u2029"
_ROUND_BULLETS = "\u2022\u25aa\u25cf\u25e6\u2023\uf0b7"
_BULLETS = _ROUND_BULLETS + "\u00b7"
_LINE = re.compile(rf"[^{_BREAKS}]++")

# A place where a sentence may end: end marks and what closes after them, up to the next word; or a mark between two
# words where the space was forgotten. It begins with a plain class, so that the scan skips from mark to mark; the
# look-behind and the possessive repeats make every run of marks one single attempt.
_PLACE = re.compile(
    r"[.!?\u2026](?<![.!?\u2026]{2})"
    r"(?:[.!?\u2026]{0,400}+(?P<close>[)\]}\"']{0,8}+)\s++|(?<=[a-z]{2}[.!?])(?P<tight>)(?=[A-Z][a-z]{1,20}+[\s,']))"
)
_BULLET = re.compile(rf"[{_ROUND_BULLETS}](?<=\s.)(?=\s)")

_TIME = re.compile(r"\d{1,2}[:.]\d\d(?!\d)")
_DAY = re.compile(r"(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun|Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)[a-z]*\b")
_INITIAL = re.compile(r"[A-Z]\.(?!\S)")
_DOTTED = re.compile(r"[A-Za-z](?:\.[A-Za-z])+")
_FIRST_WORD = re.compile(r"[A-Za-z]+")
# What a numbered or dated entry begins with; its full stop does not end a sentence.
_COUNTER = re.compile(
    rf"[-*({_BULLETS}]?\s?(?:[Qq]?\d{{1,3}}|[A-Za-z]|[ivx]{{1,4}}|\d{{1,2}}[:.]\d\d"
    r"|\d{1,2}[./]\d{1,2}(?:[./]\d{2,4})?|\d{1,2} [A-Z][a-z]{2,3})"
)
_LONGEST_COUNTER = 14
_ITEM = re.compile(rf"[-*+>({_BULLETS}]|[o\u00a7]\s|(?:\w{{1,2}}|[ivx]{{1,4}})[.)]\s|\d{{1,2}}[:.]\d\d\b")
_QUOTED_MAIL = re.compile(r"(?:>\s?){1,20}+")
_HANGING = re.compile(
    r"(?:,|(?<!\S)(?:a|about|an|and|at|by|called|for|from|her|his|in|into|is|my|of|on|or|our|that|the|their|to|was"
    r"|who|with|your|Miss|(?:Dr|Mr|Mrs|Ms)\.?))\Z"
)

_TITLES = _words("cllr dr insp messrs miss mr mrs ms prof rev sgt st")
_ADDRESSING = _words("cc: from: to:")
# The full stop belongs to the abbreviation, whatever follows.
_NEVER_LAST = _words("approx cf e.g eg esp excl i.e ie incl n.b nb poss prev prob re supt viz vs w/c w/e")
# The sentence goes on unless a capital letter or a time of day follows.
_SELDOM_LAST = _words(
    """adm appt appts apr assoc asst aug ave avg bldg co conf cont dept disch est etc ext feb fri govt hosp hr hrs inc
    info jan jul jun ltd max mins misc mon mtg mtgs mth mths nov obs oct orig pg ph pm rd ref resp sch secs sept temp
    tel thu thur thurs tue tues vol wed wk wkly wks yr yrs"""
)
_BEFORE_NUMBER = _words(
    "apr art aug c dec feb fig jan jul jun mar no nos nov oct p para paras pg pp reg s sec sect sept ss v vol"
)
_NUMBER = _words("no nos")
_ENDING = 5
_ENDINGS = frozenset(word[-_ENDING:] for word in _TITLES | _NEVER_LAST | _SELDOM_LAST if len(word) >= _ENDING)
# Words that begin a sentence rather than continue a name.
_STARTERS = STOP_WORDS | _words(
    "carer dad fc foster gran grandad grandma mother mum nan nil police school staff sw worker yp"
)

_CLOSING = ".!?:;\u2026\"')]"
_LONG_LINE = 40
_LONGEST_WRAPPED_LINE = 120
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
    return [
        sentence
        for stretch in _stretches(text)
        for start, end in _items(text, *stretch)
        for sentence in _split(text, start, end)
    ]


def _stretches(text: str) -> list[Span]:
    """Return the lines, with lines that wrap one text as one."""
    found = lines(text)
    if len(found) < 2:
        return found
    stretches = found[:1]
    for paragraph in _paragraphs(text, found):
        longest = max(end - start for start, end in paragraph)
        stretches.append(paragraph[0])
        for previous, line in pairwise(paragraph):
            if previous[1] - previous[0] >= _SHARE_OF_LONGEST * longest and _is_wrapped(text, previous, line):
                stretches[-1] = (stretches[-1][0], line[1])
            else:
                stretches.append(line)
    return stretches[1:]


def _paragraphs(text: str, found: list[Span]) -> Iterator[list[Span]]:
    """Yield the lines between blank lines."""
    first = 0
    for index in range(1, len(found)):
        gap = text[found[index - 1][1] : found[index][0]].replace("\r\n", "\n")
        if sum(map(_BREAKS.__contains__, gap)) > 1:
            yield found[first:index]
            first = index
    yield found[first:]


def _is_wrapped(text: str, previous: Span, line: Span) -> bool:
    """Whether a line goes on in the next: it is long, nothing ends it, and the next is no item of a list."""
    start, end = previous
    if not _LONG_LINE <= end - start <= _LONGEST_WRAPPED_LINE:
        return False
    begin = _behind_marks(text, line) if text[start] == ">" else line[0]
    following = text[begin : begin + 6]
    if not following or _ITEM.match(following):
        return False
    if _HANGING.search(text[end - _LOOK_BACK : end]):
        return True
    return text[end - 1] not in _CLOSING and following[0].islower()


def _behind_marks(text: str, line: Span) -> int:
    """Return where the words of a quoted line of an e-mail begin."""
    marks = _QUOTED_MAIL.match(text, *line)
    return marks.end() if marks else line[0]


def _items(text: str, start: int, end: int) -> Iterator[Span]:
    """Cut a stretch in front of each round bullet."""
    for bullet in _BULLET.finditer(text, start + 1, end):
        yield start, start + len(text[start : bullet.start()].rstrip())
        start = bullet.start()
    yield start, end


def _split(text: str, start: int, end: int) -> Iterator[Span]:
    begin = start
    for place in _PLACE.finditer(text, start, end):
        if place.lastgroup == "tight" or _ends(text, begin, place):
            yield begin, place.end(place.lastgroup or 0)
            begin = place.end()
    yield begin, end


def _ends(text: str, begin: int, place: re.Match[str]) -> bool:
    """Whether end marks end the sentence that began at `begin`."""
    at, after = place.start(), place.end()
    closing, closed = place.span("close")
    mark = text[at:closing]
    following = text[after]
    if following in ".!\u2026" or (following == "[" and "?" in mark):
        # Dots with spaces between, and a box to tick behind its question.
        return False
    if following in "\"'([":
        following = text[after + 1 : after + 2]
    if following.islower() and (closed > closing or mark[:2] == ".." or mark[0] == "\u2026"):
        return False
    if mark != ".":
        return mark[0] != "?" or not _is_query(text, begin, at) or _begins_sentence(text, after)
    return closed > closing or _full_stop_ends(text, begin, at, after, following)


def _is_query(text: str, begin: int, at: int) -> bool:
    """Whether a question mark stands by itself, as in "friend ? older male"."""
    return at == begin or text[at - 1].isspace()


def _begins_sentence(text: str, after: int) -> bool:
    word = _FIRST_WORD.match(text, after, after + _LOOK_BACK)
    return word is not None and word.group()[0].isupper() and word.group().lower() in _STARTERS


def _full_stop_ends(text: str, begin: int, at: int, after: int, following: str) -> bool:
    ending = text[max(begin, at - _ENDING) : at]
    if len(ending) == _ENDING and ending.isalpha() and ending.lower() not in _ENDINGS:
        # A whole word, as before most full stops, and no abbreviation.
        return True
    words = text[max(begin, at - _LOOK_BACK) : at].split()
    if not words or text[at - 1].isspace():
        return True
    if at - begin <= _LONGEST_COUNTER and _COUNTER.fullmatch(text, begin, at):
        return False
    word = words[-1].lstrip("\"'([")
    lower = word.lower()
    if lower in _TITLES:
        # "MS" is an illness, "Ms" a title.
        return word.isupper()
    if lower in _NEVER_LAST:
        return False
    if following.isdigit() and (lower in _BEFORE_NUMBER or lower in _SELDOM_LAST):
        return _TIME.match(text, after) is not None
    if lower in _SELDOM_LAST or _DOTTED.fullmatch(word):
        return not (following.islower() or _DAY.match(text, after))
    if lower in _NUMBER:
        return not text.startswith("of ", after)
    if len(word) == 1 and word.isalpha():
        return _initial_ends(text, after, word, words[-2] if len(words) > 1 else "", following)
    return True


def _initial_ends(text: str, after: int, initial: str, before: str, following: str) -> bool:
    """Whether a single letter ends a sentence, as in "spoke to K. She said", and not in "Mr K. Brown" or "K. B."."""
    if initial.islower() and following.islower():
        return False
    if _INITIAL.match(text, after):
        return False
    if before.lower() in _ADDRESSING or before.rstrip(".").lower() in _TITLES or _INITIAL.fullmatch(before):
        return _begins_sentence(text, after)
    return True
