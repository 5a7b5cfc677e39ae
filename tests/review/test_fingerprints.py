import pytest
from hypothesis import given
from hypothesis import strategies as st

from triage.review.fingerprints import fingerprint, fraction, near
from triage.review.keys import KeyRing

KEYS = KeyRing(current="k1", sealing={"k1": b"1" * 32}, index=b"3" * 32, audit=b"4" * 32)
OTHER = KeyRing(current="k1", sealing={"k1": b"1" * 32}, index=b"5" * 32, audit=b"4" * 32)
NOTE = " ".join(f"word{number}" for number in range(200))


@given(st.text(max_size=300))
def test_a_fingerprint_fits_its_column_and_repeats(text):
    mark = fingerprint(KEYS, text)
    assert -(2**63) <= mark < 2**63
    assert near(mark, fingerprint(KEYS, text))


def test_near_identical_and_different_texts():
    mark = fingerprint(KEYS, NOTE)
    assert near(mark, fingerprint(KEYS, NOTE.replace("word150", "other")))
    assert near(mark, fingerprint(KEYS, "  " + NOTE.upper() + "\r\n"))
    assert not near(mark, fingerprint(KEYS, NOTE.replace("word1", "other")))
    assert not near(mark, fingerprint(KEYS, "Another note altogether, of a school visit."))


def test_without_the_key_a_guess_cannot_be_tested():
    assert not near(fingerprint(KEYS, NOTE), fingerprint(OTHER, NOTE))
    assert fraction(KEYS, "blind", "note") != fraction(OTHER, "blind", "note")


@given(st.text(max_size=20))
def test_a_draw_is_fixed_and_within_bounds(subject):
    assert 0.0 <= fraction(KEYS, "blind", subject) < 1.0
    assert fraction(KEYS, "blind", subject) == fraction(KEYS, "blind", subject)
    assert fraction(KEYS, "blind", subject) != fraction(KEYS, "sample", subject)


@pytest.mark.parametrize("share", [0.02, 0.2, 0.5])
def test_draws_reach_their_share(share):
    drawn = sum(fraction(KEYS, "blind", str(number)) < share for number in range(4000))
    assert drawn == pytest.approx(4000 * share, abs=4 * (4000 * share * (1 - share)) ** 0.5)
