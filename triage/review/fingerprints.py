"""Keyed draws and fingerprints: fixed places in [0, 1), and near-identity of texts that reveals nothing."""

import hashlib
import re

import numpy as np

from triage.review.keys import KeyRing

NEAR = 6
"""Near-identical texts differ in at most so many of 64 bits: a word or two in a note of 200 words."""

_WORDS_IN_SHINGLE = 3
_WORD = re.compile(r"\w+")


def fraction(keys: KeyRing, purpose: str, subject: str) -> float:
    """Return the subject's place in [0, 1): the same for ever, and not to be guessed without the key.

    Args:
        keys: The key ring.
        purpose: Draws for different purposes are independent.
        subject: What is drawn, such as a note's keyed digest: a changed text does not draw again.
    """
    return int(keys.digest("draw", purpose, subject)[:13], 16) / 16**13


def fingerprint(keys: KeyRing, text: str) -> int:
    """Return a simhash of the text's three-word shingles as a signed 64-bit number.

    Source: Charikar, Similarity estimation techniques from rounding algorithms (STOC 2002); shingles are hashed
    with the index key, so that nobody can test a guess at the text without it.
    """
    words = _WORD.findall(text.casefold())
    shingles = {
        " ".join(words[start : start + _WORDS_IN_SHINGLE])
        for start in range(max(1, len(words) - _WORDS_IN_SHINGLE + 1))
    }
    hashes = b"".join(
        hashlib.blake2b(shingle.encode("utf-8", "surrogatepass"), digest_size=8, key=keys.index).digest()
        for shingle in shingles
    )
    bits = np.unpackbits(np.frombuffer(hashes, dtype=np.uint8).reshape(-1, 8), axis=1)
    majority = 2 * bits.sum(axis=0, dtype=np.int64) > len(bits)
    return int.from_bytes(np.packbits(majority).tobytes(), "big", signed=True)


def near(one: int, other: int) -> bool:
    """Return whether two fingerprints are those of near-identical texts."""
    return ((one ^ other) & (2**64 - 1)).bit_count() <= NEAR
