"""The key ring: a file apart from the database that holds the keys of sealed columns, the index and the audit log."""

import base64
import binascii
import hashlib
import hmac
import json
import secrets
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from triage.errors import KeyRingError
from triage.files import write_whole

_KEY_BYTES = 32
_NONCE_BYTES = 12
_HOW = "make one with `triage store key create` and keep it, with a copy, apart from the database"


@dataclass(frozen=True, slots=True)
class KeyRing:
    """Keys by use.

    Attributes:
        current: Id of the key that seals new rows.
        sealing: Key id to AES-256 key; older ones open older rows.
        index: Makes keyed digests of ids and texts; never changes.
        audit: Chains the audit log; never changes.
    """

    current: str
    sealing: dict[str, bytes] = field(repr=False)
    index: bytes = field(repr=False)
    audit: bytes = field(repr=False)

    def seal(self, plain: bytes, place: str) -> tuple[str, bytes]:
        """Encrypt a value for one place in the database.

        Args:
            plain: The value.
            place: Table, row, version and column; the value opens nowhere else.

        Returns:
            The id of the key, and nonce and ciphertext.
        """
        nonce = secrets.token_bytes(_NONCE_BYTES)
        return self.current, nonce + AESGCM(self.sealing[self.current]).encrypt(nonce, plain, place.encode())

    def unseal(self, key_id: str, sealed: bytes, place: str) -> bytes:
        """Decrypt what `seal` made for the same place.

        Raises:
            KeyRingError: The key is not in the ring (`unknown_key`), or the row was altered or moved (`not_authentic`).
        """
        key = self.sealing.get(key_id)
        if key is None:
            raise KeyRingError(
                "the key ring does not hold the key that sealed this row; use the ring that belongs to this database",
                code="unknown_key",
                where=f"key {key_id}",
            )
        try:
            return AESGCM(key).decrypt(sealed[:_NONCE_BYTES], sealed[_NONCE_BYTES:], place.encode())
        except InvalidTag:
            raise KeyRingError(
                "the row does not open with its key: it was altered, or the key ring is another database's",
                code="not_authentic",
                where=place,
            ) from None

    def digest(self, *parts: str) -> str:
        """Return a keyed digest of ids or texts: equal for equal parts, and telling nothing without the key."""
        joined = "\x1f".join(parts).encode("utf-8", "surrogatepass")
        return hmac.new(self.index, joined, hashlib.sha256).hexdigest()

    def chain(self, message: str) -> str:
        """Return the audit log's keyed digest of a message."""
        return hmac.new(self.audit, message.encode(), hashlib.sha256).hexdigest()


def load_key_ring(path: Path) -> KeyRing:
    """Read a key ring.

    Raises:
        KeyRingError: Missing, readable by everybody, or malformed; says what to do.
    """
    try:
        mode = path.stat().st_mode
        document = json.loads(path.read_text(encoding="ascii"))
    except FileNotFoundError:
        raise KeyRingError(f"there is no key ring; {_HOW}", code="no_key_ring", where=str(path)) from None
    except (OSError, ValueError) as error:
        raise _malformed(path) from (error if isinstance(error, OSError) else None)
    if mode & 0o007:
        raise KeyRingError(
            f"everybody on this machine may read the key ring; run: chmod 600 {path}",
            code="open_key_ring",
            where=str(path),
        )
    return _parse(document, path)


def create_key_ring(path: Path) -> KeyRing:
    """Write a new key ring.

    Raises:
        KeyRingError: There is a file already; it is never overwritten.
    """
    ring = KeyRing(current="k1", sealing={"k1": _new()}, index=_new(), audit=_new())
    _write(ring, path, overwrite=False)
    return ring


def add_key(path: Path) -> KeyRing:
    """Add a sealing key and make it current; then `triage store rekey` moves the rows to it."""
    ring = load_key_ring(path)
    number = 1 + max(int(key_id[1:]) for key_id in ring.sealing)
    ring = replace(ring, current=f"k{number}", sealing={**ring.sealing, f"k{number}": _new()})
    _write(ring, path, overwrite=True)
    return ring


def retire_keys(path: Path, *, in_use: set[str]) -> tuple[str, ...]:
    """Remove the sealing keys that are neither current nor in use; return their ids."""
    ring = load_key_ring(path)
    kept = {key_id: key for key_id, key in ring.sealing.items() if key_id == ring.current or key_id in in_use}
    retired = tuple(sorted(ring.sealing.keys() - kept.keys()))
    if retired:
        _write(replace(ring, sealing=kept), path, overwrite=True)
    return retired


def _new() -> bytes:
    return secrets.token_bytes(_KEY_BYTES)


def _write(ring: KeyRing, path: Path, *, overwrite: bool) -> None:
    document = {
        "format": 1,
        "current": ring.current,
        "sealing": {key_id: base64.b64encode(key).decode() for key_id, key in ring.sealing.items()},
        "index": base64.b64encode(ring.index).decode(),
        "audit": base64.b64encode(ring.audit).decode(),
    }
    try:
        write_whole(path, json.dumps(document, indent=1), private=True, overwrite=overwrite)
    except FileExistsError:
        raise KeyRingError(
            "there is a key ring already; it was left alone", code="key_ring_exists", where=str(path)
        ) from None
    except OSError as error:
        raise KeyRingError(
            f"cannot be written: {error.strerror}", code="key_ring_unwritable", where=str(path)
        ) from None


def _parse(document: Any, path: Path) -> KeyRing:
    try:
        ring = KeyRing(
            current=document["current"],
            sealing={key_id: _decode(text) for key_id, text in document["sealing"].items()},
            index=_decode(document["index"]),
            audit=_decode(document["audit"]),
        )
    except (KeyError, TypeError, AttributeError, ValueError, binascii.Error):
        raise _malformed(path) from None
    numbered = all(key_id[:1] == "k" and key_id[1:].isdecimal() for key_id in ring.sealing)
    if document.get("format") != 1 or ring.current not in ring.sealing or not numbered:
        raise _malformed(path)
    return ring


def _decode(text: str) -> bytes:
    key = base64.b64decode(text, validate=True)
    if len(key) != _KEY_BYTES:
        raise ValueError("wrong length")
    return key


def _malformed(path: Path) -> KeyRingError:
    return KeyRingError(
        "is not a readable key ring; restore the copy that belongs to this database",
        code="malformed_key_ring",
        where=str(path),
    )
