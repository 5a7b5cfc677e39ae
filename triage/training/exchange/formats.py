"""The formats by name: labels in from a file's bytes, labels out to bytes."""

from collections.abc import Callable, Iterable, Mapping
from typing import NamedTuple

from triage.training.exchange import docbin, doccano, label_studio, marked, prodigy
from triage.training.exchange.drafts import Drafts, Imported
from triage.training.exchange.offsets import Unit
from triage.training.exchange.settle import Options, settle
from triage.training.exchange.tools import Source, Target
from triage.training.records import Record


class _Reader(NamedTuple):
    read: Callable[[bytes, str], Drafts]
    unit: Unit


_READERS: Mapping[Source, _Reader] = {
    Source.DOCCANO: _Reader(doccano.read_doccano, doccano.UNIT),
    Source.LABEL_STUDIO: _Reader(label_studio.read_label_studio, label_studio.UNIT),
    Source.PRODIGY: _Reader(prodigy.read_prodigy, prodigy.UNIT),
    Source.SPACY: _Reader(docbin.read_docbin, docbin.UNIT),
    Source.MARKED: _Reader(marked.read_marked, marked.UNIT),
}
_WRITERS: Mapping[Target, Callable[[Iterable[Record]], bytes]] = {
    Target.DOCCANO: doccano.write_doccano,
    Target.DOCCANO_ENTITIES: doccano.write_doccano_entities,
    Target.DOCCANO_CLASSES: doccano.write_doccano_classes,
    Target.LABEL_STUDIO: label_studio.write_label_studio,
    Target.PRODIGY: prodigy.write_prodigy,
    Target.SPACY: docbin.write_docbin,
    Target.MARKED: marked.write_marked,
}


def import_labels(raw: bytes, *, format: Source, name: str, options: Options) -> Imported:
    """Read a tool's file.

    Args:
        raw: The file's bytes.
        format: The tool.
        name: The file's name for messages.
        options: How to settle what is doubtful.

    Raises:
        DatasetError: The file as a whole cannot be read; single notes that cannot be used are in the result.
    """
    reader = _READERS[format]
    return settle(reader.read(raw, name), unit=reader.unit, options=options)


def export_labels(records: Iterable[Record], *, format: Target) -> bytes:
    """Write records with their marks for a tool."""
    return _WRITERS[format](records)


def export_notes(records: Iterable[Record], *, format: Target) -> bytes:
    """Write records without their marks, to be labelled from the beginning."""
    bare = (record.model_copy(update={"spans": (), "labels": (), "history": ()}) for record in records)
    if format is Target.LABEL_STUDIO:
        return label_studio.write_label_studio_tasks(bare)
    return _WRITERS[format](bare)
