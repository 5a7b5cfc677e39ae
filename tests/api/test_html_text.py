"""The text of HTML notes, and the exact way back from every character to the original string."""

import html
from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.html_text import read_html

SPACE = " \t\n\f\r"


@pytest.mark.parametrize(
    ("source", "text"),
    [
        ("plain", "plain"),
        ("<p>One.</p><p>Two.</p>", "One.\n\nTwo."),
        ("One.<br>Two.<br/>Three.<BR >Four.", "One.\nTwo.\nThree.\nFour."),
        ("One.<br><br>Two.", "One.\n\nTwo."),
        ("<ul><li>phone</li><li>money</li></ul>", "phone\nmoney"),
        ("<table><tr><td>Who</td><td>Mum</td></tr><tr><td>When</td></tr></table>", "Who Mum\nWhen"),
        ("a sec<b>on</b>d p<i>h</i>one", "a second phone"),
        ("a second\n      phone", "a second phone"),
        ("<b>a </b> <i> b</i>", "a b"),
        (
            "Mum &amp; Dad&nbsp;said &lt;16&gt; &#163;50 &pound;5 &eacute;",
            "Mum & Dad\u00a0said <16> \u00a350 \u00a35 \u00e9",
        ),
        ("AT&T &unknown; & &notit;", "AT&T &unknown; & \u00acit;"),
        ("&#128241;&#x1F4F1;", "\U0001f4f1\U0001f4f1"),
        ("a&#10;b&Tab;c", "a b c"),
        ("x<!-- hidden > still --> y", "x y"),
        ("x<!--> y", "x y"),
        ("x<!-- never closed", "x<!-- never closed"),
        ("x<![if !supportLists]>y<![endif]><?xml v?>z<!DOCTYPE html>", "xyz"),
        ("<style>p{}</style><script>if (a<b) '</p>'</script>seen", "seen"),
        ("<title>t</title><template>t</template>seen", "seen"),
        ("<head><meta><title>t</title></head><body>seen</body>", "seen"),
        ("<script>never closed, so it is shown", "never closed, so it is shown"),
        ("before <template>shown", "before shown"),
        ("<a title=\"1 > 0\" href='>'>seen</a>", "seen"),
        ('<a title="unclosed>seen</a>', "seen"),
        ("<p class=a>seen</p >", "seen"),
        ("aged <16, i.e. < 16 and a<b <i>c</i>", "aged <16, i.e. < 16 and ac"),
        ("aged <16, i.e. < 16 and a<b", "aged <16, i.e. < 16 and a<b"),
        ("</>x</ y>z <3 </3", "xz <3 </3"),
        ("", ""),
        ("  <p> </p>\n", ""),
    ],
)
def test_text_is_what_a_reader_sees(source: str, text: str) -> None:
    assert read_html(source).text == text


def test_span_encloses_the_words_in_the_source() -> None:
    source = "<p>a sec<b>on</b>d &#112;hone</p>"
    read = read_html(source)
    start = read.text.index("second")
    first, last = read.source_span(start, start + len("second phone"))
    assert source[first:last] == "sec<b>on</b>d &#112;hone"
    with pytest.raises(IndexError):
        read.source_span(3, 3)
    with pytest.raises(IndexError):
        read.source_span(0, len(read.text) + 1)


TAGS = ["<p>", "</p>", "<br>", "<b>", "</b>", "<td>", "<title>", "<script>", "</script>", "<a b='"]
PIECES = ["<!--", "-->", "<!", "<?", "</", '="', ">", "<", "&", "&amp;", "&#65;", "&#x1F600;", "&notit;", "&fjlig;"]
MARKUP = st.sampled_from([*TAGS, *PIECES, "&lt", ";", "\n", "  ", "'"])
SOUND = st.sampled_from(["<b>", "</i>", "<a href='x'>", "&amp;", "&eacute;"]) | st.text("ab \U0001f600é.", max_size=6)
HOSTILE = [
    "<!--",
    "<",
    "<a ",
    "</a",
    "<![",
    "<!",
    "<?",
    "&",
    "&a",
    "<a b='",
    '<a b="',
    "<a b=",
    "<a/",
    "<script>",
    "</s",
]
HOSTILE += ["<title>", "<!-->", "<p", "-->", "<a b='>", "<a b='\"", "\n ", "&#", "<a =", "<template>", "&amp", "<p>"]


@given(st.lists(MARKUP | st.text(max_size=8), max_size=40).map("".join))
def test_every_character_comes_from_its_place(source: str) -> None:
    read = read_html(source)
    assert len(read.text) == len(read.starts) == len(read.ends)
    position = 0
    for character, start, end in zip(read.text, read.starts, read.ends, strict=True):
        assert position <= start < end <= len(source) or character in SPACE or "&" in source[start:end]
        written = source[start:end]
        if character in SPACE:
            assert written[0] in SPACE + "<&"
        elif written != character:
            assert character in html.unescape(written)
        position = start


@given(
    st.lists(
        st.sampled_from(["<b>", "</i>", "<a href='x'>", "&amp;", "&eacute;"]) | st.text("ab \U0001f600é.", max_size=6)
    )
)
def test_agrees_with_the_standard_library_on_sound_markup(parts: list[str]) -> None:
    class Words(HTMLParser):
        text = ""

        def handle_data(self, data: str) -> None:
            self.text += data

    source = "".join(parts)
    parser = Words(convert_charrefs=True)
    parser.feed(source)
    parser.close()
    assert read_html(source).text == " ".join(word for word in parser.text.split(" ") if word)


@pytest.mark.parametrize("unit", HOSTILE)
@pytest.mark.parametrize("ending", ["", ">", "-->", "'", '">'])
def test_hostile_repetition_is_read_in_passing(unit: str, ending: str) -> None:
    # Quadratic time would take minutes here.
    read = read_html(unit * (200_000 // len(unit)) + ending)
    assert len(read.text) <= 200_000 + len(ending)
