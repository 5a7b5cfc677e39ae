from datetime import UTC, date, datetime
from html.parser import HTMLParser

from hypothesis import given
from hypothesis import strategies as st

from api.review.rendering import note_text, on_day


class Read(HTMLParser):
    def __init__(self, page: str) -> None:
        super().__init__()
        self.text, self.tags = "", 0
        self.feed(page)
        self.close()

    def handle_data(self, data: str) -> None:
        self.text += data

    def handle_starttag(self, tag: str, attrs: object) -> None:
        self.tags += 1


@given(st.text())
def test_note_text_keeps_every_character_and_no_markup(text: str) -> None:
    shown = str(note_text(text))
    assert "\r" not in shown
    read = Read(shown.encode().decode())
    assert (read.text, read.tags) == (text.replace("\x00", "\ufffd"), 0)


def test_characters_that_a_page_cannot_carry_keep_their_place() -> None:
    assert str(note_text("a\ud800b\x00c")) == "a\ufffdb\ufffdc"


def test_dates_are_written_as_people_write_them() -> None:
    assert on_day(date(2026, 3, 2)) == "2 Mar 2026"
    assert on_day(datetime(2026, 3, 2, 9, 5, tzinfo=UTC)) == "2 Mar 2026, 09:05"
