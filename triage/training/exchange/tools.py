"""The names of the formats."""

from enum import StrEnum


class Source(StrEnum):
    """Formats that labels come from."""

    DOCCANO = "doccano"
    LABEL_STUDIO = "label-studio"
    PRODIGY = "prodigy"
    SPACY = "spacy"
    MARKED = "marked"


class Target(StrEnum):
    """Formats that labels go to. `doccano-classes` keeps no marked words; all others keep everything."""

    DOCCANO = "doccano"
    DOCCANO_ENTITIES = "doccano-entities"
    DOCCANO_CLASSES = "doccano-classes"
    LABEL_STUDIO = "label-studio"
    PRODIGY = "prodigy"
    SPACY = "spacy"
    MARKED = "marked"
