"""API keys in one file: created, listed and revoked by the command line, checked by every worker."""

import contextlib
import hashlib
import hmac
import secrets
from collections.abc import Iterator
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path

from pydantic import ValidationError

from triage.errors import SettingsError
from triage.files import write_whole
from triage.flag import Frozen

_PREFIX = "cnt"
_SECRET_BYTES = 32


class Scope(StrEnum):
    """What a key may be used for."""

    ASSESS = "assess"
    REVIEW = "review"
    TRAIN = "train"
    AUDIT = "audit"


class ApiKey(Frozen):
    """What is kept of a key; the key itself is shown once and not kept.

    Attributes:
        id: The part of the key that may be logged.
        name: Who uses it, for a person to recognise.
        sha256: Hexadecimal digest; the secret has 256 random bits, so a slow hash would add nothing.
    """

    id: str
    name: str
    scopes: tuple[Scope, ...]
    created: datetime
    revoked: datetime | None = None
    sha256: str


class KeyFile(Frozen):
    """Content of the key file."""

    version: int = 1
    keys: tuple[ApiKey, ...] = ()


class KeyRing:
    """The keys of one file, read again when it has changed.

    Args:
        path: The key file; it need not exist.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._stamp: tuple[int, ...] | None = None
        self._keys: dict[str, ApiKey] = {}

    def __bool__(self) -> bool:
        """Whether there are keys at all, revoked ones included: then nobody is let in without one."""
        self._refresh()
        return bool(self._keys)

    def check(self, presented: str) -> ApiKey | None:
        """Return the key that was presented, or None if it is unknown or revoked.

        Raises:
            SettingsError: The key file is not readable.
        """
        self._refresh()
        key = self._keys.get(_id_of(presented))
        # An unknown id takes the same comparison, so that the time tells nothing.
        expected = key.sha256 if key else _digest("")
        same = hmac.compare_digest(_digest(presented), expected)
        return key if key and same and key.revoked is None else None

    def _refresh(self) -> None:
        stamp = _stamp(self._path)
        if stamp != self._stamp:
            self._keys = {key.id: key for key in read_keys(self._path)}
            self._stamp = stamp


def read_keys(path: Path) -> tuple[ApiKey, ...]:
    """Return all keys of a file; none if there is no file.

    Raises:
        SettingsError: The file cannot be read or is not a key file.
    """
    try:
        return KeyFile.model_validate_json(path.read_bytes()).keys
    except FileNotFoundError:
        return ()
    except (OSError, ValidationError):
        raise SettingsError(
            "not a readable key file; restore it from a copy, or remove it and create new keys",
            code="keys_unreadable",
            where=str(path),
        ) from None


def create_key(path: Path, *, name: str, scopes: tuple[Scope, ...]) -> tuple[str, ApiKey]:
    """Add a key to the file.

    Returns:
        The key, which is shown once, and what is kept of it.
    """
    key_id = secrets.token_hex(6)
    presented = f"{_PREFIX}_{key_id}_{secrets.token_urlsafe(_SECRET_BYTES)}"
    kept = ApiKey(
        id=key_id,
        name=name,
        scopes=tuple(dict.fromkeys(scopes)),
        created=datetime.now(UTC).replace(microsecond=0),
        sha256=_digest(presented),
    )
    with _locked(path):
        _write(path, (*read_keys(path), kept))
    return presented, kept


def revoke_key(path: Path, key_id: str) -> ApiKey:
    """Revoke a key; running workers refuse it from their next request on.

    Raises:
        SettingsError: No such key.
    """
    with _locked(path):
        keys = read_keys(path)
        for key in keys:
            if key.id == key_id:
                revoked = key.model_copy(update={"revoked": key.revoked or datetime.now(UTC).replace(microsecond=0)})
                _write(path, tuple(revoked if other is key else other for other in keys))
                return revoked
    raise SettingsError("no key has this id; see `triage keys list`", code="no_key", where=key_id)


def _id_of(presented: str) -> str:
    parts = presented.split("_", 2)
    return parts[1] if len(parts) == 3 and parts[0] == _PREFIX else ""


def _digest(presented: str) -> str:
    return hashlib.sha256(presented.encode("utf-8", "surrogatepass")).hexdigest()


def _stamp(path: Path) -> tuple[int, ...] | None:
    try:
        status = path.stat()
    except OSError:
        return ()
    return status.st_mtime_ns, status.st_size, status.st_ino


@contextlib.contextmanager
def _locked(path: Path) -> Iterator[None]:
    """Let one writer at a time read, change and replace the file."""
    import fcntl

    path.parent.mkdir(parents=True, exist_ok=True)
    with path.with_name(f".{path.name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _write(path: Path, keys: tuple[ApiKey, ...]) -> None:
    write_whole(path, KeyFile(keys=keys).model_dump_json(indent=1) + "\n", private=True)
