"""An optional local encoder: vectors of sentences as one more block of features; nothing is ever downloaded."""

import hashlib
import json
import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from importlib import import_module
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from triage.errors import ArtefactError, DigestMismatch
from triage.extraction import Extraction, Sentence
from triage.scoring.identity import IDENTITY, Folding

WEIGHT = 1.0
"""Weight of the block; like each other block it is scaled to unit length first."""
STATIC, CONTEXTUAL = "model2vec", "sentence-transformers"
_MODULES = {STATIC: "model2vec", CONTEXTUAL: "sentence_transformers"}
_OFFLINE = ("HF_HUB_OFFLINE", "TRANSFORMERS_OFFLINE", "HF_DATASETS_OFFLINE")
_STATIC_FILES = ("config.json", "model.safetensors", "tokenizer.json")
_DESCRIPTION = ".md"
"""Files that say what an encoder is; no vector depends on them."""
_CACHED_WORDS = 20_000
_BATCH = 64

Vectors = NDArray[np.float32]


class Vectoriser(Protocol):
    """Turns sentences, as words, into vectors."""

    @property
    def size(self) -> int:
        """Length of a vector."""

    def sentences(self, sentences: Sequence[Sequence[str]]) -> Vectors:
        """Return one vector a sentence; zeros where it knows no word of it."""

    def shares(self, words: Sequence[str]) -> Vectors | None:
        """Return what each word adds to the vector of its sentence; None where that is no sum over words."""


@dataclass(frozen=True)
class EncoderFiles:
    """The directory of an encoder, as a model version records it.

    Attributes:
        directory: Where it was found.
        digest: `sha256:...` over the names and bytes of its files, descriptions left out.
        kind: The library that reads it.
    """

    directory: str
    digest: str
    kind: str

    @property
    def is_static(self) -> bool:
        """Whether the vector of a sentence is a sum over its words, so that evidence can be attributed exactly."""
        return self.kind == STATIC


@dataclass(frozen=True)
class EncoderBlock:
    """A block of features made by a local encoder.

    Attributes:
        files: What makes the vectors.
        folding: How words are read; words of identity are left out, and names are a placeholder.
    """

    files: EncoderFiles
    folding: Folding

    @cached_property
    def vectoriser(self) -> Vectoriser:
        """What makes the vectors, loaded when first asked for."""
        return _load(self.files)

    def encode(self, notes: Iterable[Extraction]) -> Vectors:
        """Return one row a sentence, of all notes in order, each of the block's weight as length, or zeros."""
        return self.vectoriser.sentences([self._words(sentence) for note in notes for sentence in note.sentences])

    def shares(self, sentence: Sentence) -> Vectors | None:
        """Return what each token adds to the row of its sentence, shape `(tokens, size)`; None where there are none."""
        words = [self.folding[word] for word in sentence.words]
        read = [word for word in words if word != IDENTITY]
        shares = self.vectoriser.shares(read)
        if shares is None:
            return None
        spread = np.zeros((len(words), self.vectoriser.size), dtype=np.float32)
        spread[[word != IDENTITY for word in words]] = shares
        return spread

    def __getstate__(self) -> dict[str, Any]:
        return {"files": self.files, "folding": self.folding}

    def _words(self, sentence: Sentence) -> list[str]:
        return [word for word in map(self.folding.__getitem__, sentence.words) if word != IDENTITY]


def find_encoder(directory: Path) -> EncoderFiles:
    """Return what stands in a directory.

    Raises:
        ArtefactError: It is no directory, or holds no encoder that this release can read.
    """
    if not directory.is_dir():
        raise ArtefactError(
            "is not a directory on this machine; nothing is downloaded, so copy the encoder's files here and give "
            "the path of their directory",
            code="encoder_missing",
            where=str(directory),
        )
    return EncoderFiles(str(directory.resolve()), _digest(directory), _kind(directory))


def find_again(recorded: EncoderFiles, directory: Path | None) -> EncoderFiles:
    """Return the encoder that a model was trained with.

    Args:
        recorded: What the version says of it.
        directory: Where it is now; where it was by default.

    Raises:
        ArtefactError: It is not there.
        DigestMismatch: The files are others.
    """
    found = find_encoder(directory or Path(recorded.directory))
    if found.digest != recorded.digest:
        raise DigestMismatch(
            "the encoder's files are not those that the model was trained with; set TRIAGE_ENCODER_DIR to the right "
            "directory, or train again",
            code="digest_mismatch",
            where=found.directory,
        )
    return found


def _kind(directory: Path) -> str:
    modules = directory / "modules.json"
    if modules.is_file():
        try:
            kinds = [module["type"] for module in json.loads(modules.read_text(encoding="utf-8"))]
        except (OSError, ValueError, KeyError, TypeError):
            kinds = []
        if kinds:
            return STATIC if kinds[0].endswith(".StaticEmbedding") else CONTEXTUAL
    elif all((directory / name).is_file() for name in _STATIC_FILES):
        return STATIC
    raise ArtefactError(
        "holds no encoder that can be read: one of sentence-transformers has a modules.json, one of model2vec that or "
        f"{', '.join(_STATIC_FILES)}",
        code="encoder_unknown",
        where=str(directory),
    )


def _digest(directory: Path) -> str:
    total = hashlib.sha256()
    for path in sorted(path for path in directory.rglob("*") if path.is_file() and path.suffix != _DESCRIPTION):
        name = path.relative_to(directory).as_posix().encode()
        with path.open("rb") as file:
            content = hashlib.file_digest(file, "sha256").digest()
        total.update(len(name).to_bytes(4) + name + content)
    return f"sha256:{total.hexdigest()}"


def _load(files: EncoderFiles) -> Vectoriser:
    # Both libraries ask the network for names that they do not find; a directory that exists and this keep them off it.
    for name in _OFFLINE:
        os.environ[name] = "1"
    try:
        library = import_module(_MODULES[files.kind])
    except ModuleNotFoundError:
        extra = (
            "; install the extra: pip install 'case-note-triage[encoder]'"
            if files.is_static
            else ", which is not installed"
        )
        raise ArtefactError(f"needs {files.kind}{extra}", code="encoder_library", where=files.directory) from None
    if files.is_static:
        return StaticVectors(library.StaticModel.from_pretrained(files.directory, force_download=False))
    return ContextualVectors(library.SentenceTransformer(files.directory, local_files_only=True, device="cpu"))


class StaticVectors:
    """Sums of the vectors of word pieces, each word cut by itself, scaled to unit length.

    Args:
        model: A `model2vec.StaticModel`.
    """

    def __init__(self, model: Any) -> None:
        self._model = model
        self._known: dict[str, Vectors] = {}

    @property
    def size(self) -> int:
        """Length of a vector."""
        return int(self._model.dim)

    def sentences(self, sentences: Sequence[Sequence[str]]) -> Vectors:
        """Return one vector a sentence."""
        rows = np.zeros((len(sentences), self.size), dtype=np.float32)
        for row, words in zip(rows, sentences, strict=True):
            row[:] = self.shares(words).sum(axis=0)
        return rows

    def shares(self, words: Sequence[str]) -> Vectors:
        """Return what each word adds to the vector of its sentence."""
        vectors = np.array([self._word(word) for word in words], dtype=np.float32).reshape(-1, self.size)
        length = np.linalg.norm(vectors.sum(axis=0))
        return vectors * np.float32(WEIGHT / length) if length else vectors

    def _word(self, word: str) -> Vectors:
        vector = self._known.get(word)
        if vector is None:
            (pieces,) = self._model.encode_as_sequence([word])
            vector = np.asarray(pieces, dtype=np.float32).sum(axis=0)
            if len(self._known) < _CACHED_WORDS:
                self._known[word] = vector
        return vector


class ContextualVectors:
    """Vectors in which every word depends on its neighbours; they cannot be shared out to words.

    Args:
        model: A `sentence_transformers.SentenceTransformer`.
    """

    def __init__(self, model: Any) -> None:
        self._model = model

    @property
    def size(self) -> int:
        """Length of a vector."""
        return int(self._model.get_sentence_embedding_dimension())

    def sentences(self, sentences: Sequence[Sequence[str]]) -> Vectors:
        """Return one vector a sentence."""
        texts = [" ".join(words) for words in sentences]
        found = self._model.encode(texts, batch_size=_BATCH, normalize_embeddings=True, show_progress_bar=False)
        return np.asarray(found, dtype=np.float32).reshape(-1, self.size) * np.float32(WEIGHT)

    def shares(self, words: Sequence[str]) -> None:
        """Return None."""
