"""Reads the text of an HTML note, with an exact map from every character back to the original string.

The tokenisation follows the WHATWG standard where it matters to text: quoted attribute values, comments, raw text. The
standard library's parser is not used: it needs quadratic time for unclosed tags (a minute for 100,000 characters on
Python 3.11.7), and what it makes of faulty markup differs between patch releases.
"""

import html
import re
from dataclasses import dataclass

_TEXT = r"""
    (?P<reference> &(?:\#[0-9]+;?|\#[xX][0-9a-fA-F]+;?|[a-zA-Z][a-zA-Z0-9]{1,31};?) )
  | (?P<space> [\t\n\f\r\ ]++ )
  | (?P<text> [^<&\t\n\f\r\ ]++ | [<&] )
"""
_MARKUP = r"""
    (?P<comment> <!--(?:-?>|.*?--!?>) )
  | (?P<other> <(?:[!?]|/(?![a-zA-Z]))[^>]*+> )
  | <(?P<slash>/?+)(?P<tag>[a-zA-Z][^\t\n\f\r\ />]*+)
    (?:[^>="']++|["']|=[\t\n\f\r\ ]*+(?:"[^"]*+"|'[^']*+')?+)*+>
  | (?P<unclosed> <(?=[a-zA-Z/!?]) )
"""
_TOKEN = re.compile(f"{_MARKUP} | {_TEXT}", re.VERBOSE | re.DOTALL)
_TEXT_ONLY = re.compile(_TEXT, re.VERBOSE)

_HIDDEN = frozenset({"script", "style", "template", "title", "head"})
_HEADINGS = frozenset({"h1", "h2", "h3", "h4", "h5", "h6"})
_PARAGRAPHS = _HEADINGS | {"article", "aside", "blockquote", "dl", "form", "ol", "p", "pre", "section", "table", "ul"}
_LINES = frozenset(
    {"address", "caption", "dd", "div", "dt", "figure", "footer", "header", "hr", "li", "main", "nav", "tr"}
)
_CELLS = frozenset({"td", "th"})
_WEIGHTS = ("", " ", "\n", "\n\n")


@dataclass(frozen=True, slots=True)
class HtmlText:
    """The text that a reader of the HTML sees.

    Attributes:
        text: Lines and paragraphs are separated by one and two line breaks.
        starts: For each character of `text`, where its source begins, in code points of the HTML.
        ends: Where its source ends.
    """

    text: str
    starts: tuple[int, ...]
    ends: tuple[int, ...]

    def source_span(self, start: int, end: int) -> tuple[int, int]:
        """Return where `text[start:end]` stands in the HTML; tags at its edges are left out.

        Raises:
            IndexError: The span is empty or off the text.
        """
        if not 0 <= start < end <= len(self.text):
            raise IndexError(f"span {start}-{end} is empty or off a text of {len(self.text)} characters")
        return self.starts[start], self.ends[end - 1]


def read_html(source: str) -> HtmlText:
    """Return the text of an HTML document or fragment."""
    reader = _Reader(source)
    reader.read()
    return HtmlText("".join(reader.characters), tuple(reader.starts), tuple(reader.ends))


class _Reader:
    """Walks the tokens once; white space waits until a visible character follows it."""

    def __init__(self, source: str) -> None:
        self.characters: list[str] = []
        self.starts: list[int] = []
        self.ends: list[int] = []
        self._source = source
        self._waiting = ""
        self._waiting_start = 0
        self._closing: dict[str, re.Match[str] | None] = {}

    def read(self) -> None:
        position, tokens = 0, _TOKEN
        while (token := tokens.match(self._source, position)) is not None:
            position = token.end()
            found = token.groupdict()
            if found.get("unclosed"):
                # Read on as text from here: what is never closed hides nothing, and is searched for only once.
                position, tokens = token.start(), _TEXT_ONLY
            elif found.get("tag"):
                position = self._tag(token)
            elif found["space"]:
                self._wait(" ", token.start())
            elif found["reference"]:
                self._reference(found["reference"], token.start())
            elif found["text"]:
                self._text(found["text"], token.start())

    def _tag(self, token: re.Match[str]) -> int:
        """Return where reading goes on: behind the tag, or behind an element that is not shown."""
        name = token["tag"].lower()
        if name in _PARAGRAPHS:
            self._wait("\n\n", token.start())
        elif name == "br":
            self._wait("\n\n" if "\n" in self._waiting else "\n", token.start())
        elif name in _LINES:
            self._wait("\n", token.start())
        elif name in _CELLS:
            self._wait(" ", token.start())
        elif name in _HIDDEN and not token["slash"]:
            closing = self._closing_tag(name, token.end())
            return closing.end() if closing else token.end()
        return token.end()

    def _closing_tag(self, name: str, position: int) -> re.Match[str] | None:
        """Return the next closing tag; an element that is never closed hides nothing. Each is searched for once."""
        known = name in self._closing
        closing = self._closing.get(name)
        if not known or (closing is not None and closing.start() < position):
            closing = re.compile(rf"</{name}(?=[\t\n\f\r />])[^>]*+>", re.IGNORECASE).search(self._source, position)
            self._closing[name] = closing
        return closing

    def _wait(self, white: str, start: int) -> None:
        """Remember white space; a paragraph break outweighs a line break, and that a space."""
        if not self._waiting:
            self._waiting_start = start
        self._waiting = max(self._waiting, white, key=_WEIGHTS.index)

    def _text(self, text: str, start: int) -> None:
        self._flush(start)
        self.characters += text
        self.starts += range(start, start + len(text))
        self.ends += range(start + 1, start + len(text) + 1)

    def _reference(self, written: str, start: int) -> None:
        meant = html.unescape(written)
        # `&notit;` means `¬it;`: the tail that stays as written is mapped character by character.
        tail = 0
        while tail < len(meant) - 1 and meant[-1 - tail] == written[-1 - tail]:
            tail += 1
        if meant == written:
            tail = len(written)
        head, split = meant[: len(meant) - tail], start + len(written) - tail
        if head.isspace() and head != "\u00a0":
            self._wait(" ", start)
        elif head:
            self._flush(start)
            self.characters += head
            self.starts += [start] * len(head)
            self.ends += [split] * len(head)
        if tail:
            self._text(written[len(written) - tail :], split)

    def _flush(self, end: int) -> None:
        if self._waiting and self.characters:
            self.characters += self._waiting
            self.starts += [self._waiting_start] * len(self._waiting)
            self.ends += [end] * len(self._waiting)
        self._waiting = ""
