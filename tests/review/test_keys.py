import json
import stat

import pytest
from hypothesis import given
from hypothesis import strategies as st

from triage.errors import KeyRingError
from triage.review.keys import KeyRing, add_key, create_key_ring, load_key_ring, retire_keys

RING = KeyRing(current="k2", sealing={"k1": b"1" * 32, "k2": b"2" * 32}, index=b"3" * 32, audit=b"4" * 32)


@given(st.binary(max_size=500), st.text(max_size=50))
def test_what_is_sealed_opens_in_its_place_only(plain, place):
    key_id, sealed = RING.seal(plain, place)
    assert key_id == "k2" and RING.unseal(key_id, sealed, place) == plain
    with pytest.raises(KeyRingError) as refusal:
        RING.unseal(key_id, sealed, place + "/other")
    assert refusal.value.code == "not_authentic"


def test_two_seals_of_one_value_differ():
    assert RING.seal(b"same", "place") != RING.seal(b"same", "place")


@pytest.mark.parametrize("position", [0, 12, -1])
def test_an_altered_row_does_not_open(position):
    key_id, sealed = RING.seal(b"note", "place")
    altered = bytearray(sealed)
    altered[position] ^= 1
    with pytest.raises(KeyRingError):
        RING.unseal(key_id, bytes(altered), "place")


def test_a_missing_key_is_named():
    with pytest.raises(KeyRingError, match="k9"):
        RING.unseal("k9", b"x" * 40, "place")


def test_digests_keep_their_parts_apart():
    assert RING.digest("note", "ab", "c") != RING.digest("note", "a", "bc")
    assert RING.digest("\ud800") == RING.digest("\ud800")


def test_a_ring_is_written_for_its_owner_only_and_never_overwritten(tmp_path):
    path = tmp_path / "ring.json"
    ring = create_key_ring(path)
    assert load_key_ring(path) == ring
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    with pytest.raises(KeyRingError, match="left alone"):
        create_key_ring(path)
    assert load_key_ring(path) == ring
    assert [file.name for file in tmp_path.iterdir()] == ["ring.json"]


def test_keys_are_added_and_retired(tmp_path):
    path = tmp_path / "ring.json"
    first = create_key_ring(path)
    second = add_key(path)
    assert (second.current, second.sealing["k1"]) == ("k2", first.sealing["k1"])
    assert (second.index, second.audit) == (first.index, first.audit)
    assert retire_keys(path, in_use={"k1"}) == ()
    assert retire_keys(path, in_use={"k2"}) == ("k1",)
    assert set(load_key_ring(path).sealing) == {"k2"}
    assert add_key(path).current == "k3"


def test_a_missing_ring_says_how_to_make_one(tmp_path):
    with pytest.raises(KeyRingError, match="triage store key create"):
        load_key_ring(tmp_path / "none.json")
    with pytest.raises(KeyRingError, match="cannot be written"):
        create_key_ring(tmp_path / "none" / "ring.json")


def test_a_ring_that_everybody_may_read_is_refused(tmp_path):
    path = tmp_path / "ring.json"
    create_key_ring(path)
    path.chmod(0o644)
    with pytest.raises(KeyRingError, match="chmod 600"):
        load_key_ring(path)


@pytest.mark.parametrize(
    "change",
    [
        {"format": 2},
        {"current": "k7"},
        {"sealing": {"k1": "short"}},
        {"sealing": []},
        {"index": None},
        {"sealing": {"first": "MTExMTExMTExMTExMTExMTExMTExMTExMTExMTExMTE="}, "current": "first"},
    ],
)
def test_a_malformed_ring_is_refused(tmp_path, change):
    path = tmp_path / "ring.json"
    create_key_ring(path)
    path.write_text(json.dumps({**json.loads(path.read_text()), **change}))
    with pytest.raises(KeyRingError, match="restore the copy"):
        load_key_ring(path)


@pytest.mark.parametrize("content", [b"", b"[]", b"\xff", b"{"])
def test_a_file_that_is_no_ring_is_refused(tmp_path, content):
    path = tmp_path / "ring.json"
    path.write_bytes(content)
    path.chmod(0o600)
    with pytest.raises(KeyRingError, match="restore the copy"):
        load_key_ring(path)


def test_keys_are_not_shown():
    assert "1111" not in repr(RING)
