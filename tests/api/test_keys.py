"""API keys: shown once, kept hashed, checked by whoever holds the file, revoked at once."""

import threading
from pathlib import Path

import pytest

from api.keys import KeyRing, Scope, create_key, read_keys, revoke_key
from triage.errors import SettingsError


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "kept" / "keys.json"


def test_key_is_accepted_with_its_scopes_and_only_its_hash_is_kept(path: Path) -> None:
    presented, kept = create_key(path, name="case system", scopes=(Scope.ASSESS, Scope.ASSESS, Scope.AUDIT))
    found = KeyRing(path).check(presented)
    assert found == kept
    assert found is not None and found.scopes == (Scope.ASSESS, Scope.AUDIT)
    assert presented.split("_", 2)[2] not in path.read_text()
    assert path.stat().st_mode & 0o077 == 0


@pytest.mark.parametrize("spoil", [lambda key: key[:-1], lambda key: key + "x", lambda key: "", lambda key: "cnt__"])
def test_other_keys_are_refused(path: Path, spoil) -> None:
    presented, _ = create_key(path, name="case system", scopes=(Scope.ASSESS,))
    assert KeyRing(path).check(spoil(presented)) is None


@pytest.mark.parametrize("presented", ["\ud800", "cnt_\u00e9_\u00e9", "_" * 5000])
def test_odd_keys_are_refused(path: Path, presented: str) -> None:
    create_key(path, name="case system", scopes=(Scope.ASSESS,))
    assert KeyRing(path).check(presented) is None


def test_running_ring_sees_new_and_revoked_keys(path: Path) -> None:
    ring = KeyRing(path)
    assert not ring
    presented, kept = create_key(path, name="case system", scopes=(Scope.ASSESS,))
    assert ring and ring.check(presented) is not None
    revoked = revoke_key(path, kept.id)
    assert ring.check(presented) is None
    assert ring, "a file of revoked keys must not open the service"
    assert revoke_key(path, kept.id).revoked == revoked.revoked


def test_unknown_id_cannot_be_revoked(path: Path) -> None:
    with pytest.raises(SettingsError, match="no key has this id"):
        revoke_key(path, "0123")


def test_damaged_file_lets_nobody_in(path: Path) -> None:
    ring = KeyRing(path)
    presented, _ = create_key(path, name="case system", scopes=(Scope.ASSESS,))
    path.write_text(path.read_text()[:-20])
    with pytest.raises(SettingsError, match="not a readable key file"):
        ring.check(presented)
    with pytest.raises(SettingsError, match="not a readable key file"):
        create_key(path, name="another", scopes=(Scope.ASSESS,))
    assert path.read_text(), "the damaged file is kept for the operator"


def test_no_key_is_lost_when_several_are_created_at_once(path: Path) -> None:
    threads = [
        threading.Thread(target=create_key, args=(path,), kwargs={"name": str(n), "scopes": (Scope.ASSESS,)})
        for n in range(16)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert {key.name for key in read_keys(path)} == {str(n) for n in range(16)}
    assert {item.name for item in path.parent.iterdir()} == {"keys.json", ".keys.json.lock"}
