"""Builds the spaCy language object: a blank English tokeniser (interim)."""

import spacy
from spacy.language import Language


def make_language(lexicon: frozenset[str]) -> Language:
    """Return a blank English pipeline."""
    return spacy.blank("en")
