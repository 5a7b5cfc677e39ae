"""Writes the model card from the manifest, so that no figure in it is typed by hand."""

from typing import Any

from triage.knowledge.schemas import Knowledge
from triage.scoring.encoder import STATIC


def model_card(manifest: dict[str, Any], knowledge: Knowledge) -> str:
    """Return the card in Markdown."""
    metrics = manifest["metrics"]
    names = {indicator.id: indicator.name for indicator in knowledge.indicators}
    rows = [
        f"| {names[name]} | {figure['positives']} | {_number(figure['precision'])} | {_number(figure['recall'])} "
        f"| {_number(figure['average_precision'])} | {_threshold(manifest, name)} |"
        for name, figure in metrics["indicators"].items()
    ]
    weak = ", ".join(names[name] for name in manifest["not_validated"]) or "none"
    return "\n".join(
        [
            f"# Model {manifest['version']}",
            "",
            "A linear model over the sentences of a case note, combined with the cues of the knowledge. It says which",
            "online-harm indicators a reader would flag, with the words, for a person to review.",
            "",
            "## Not to be used for",
            "",
            "- scoring, ranking or profiling a child, a family or a worker",
            "- deciding anything without a person who has read the note",
            "- concluding that nothing is there: a note without flags is only a note in which nothing was found",
            "- texts other than case notes in English",
            "",
            "## Data",
            "",
            f"{manifest['data']['notes']} invented notes and snippets of {len(manifest['data']['sources'])} authors;",
            "no real child, worker or case. Real notes will differ: measure on your own before relying on any figure.",
            "",
            "## Quality",
            "",
            f"Measured on {metrics['basis']}.",
            "",
            f"Mean average precision {metrics['mean_average_precision']:.3f}, micro-F1 {metrics['micro_f1']:.3f}, "
            f"macro-F1 {metrics['macro_f1']:.3f}, any flag: recall {_number(metrics['any_flag_recall'])}, precision "
            f"{_number(metrics['any_flag_precision'])}; calibration error {metrics['calibration_error']:.3f}.",
            "",
            "| indicator | notes | precision | recall | average precision | threshold |",
            "|---|---|---|---|---|---|",
            *rows,
            "",
            f"Not validated, since too few notes have them: {weak}.",
            "The cues of such an indicator alone raise it, without a probability.",
            *_encoder(manifest),
            "",
        ]
    )


def _number(value: float | None) -> str:
    return "-" if value is None else f"{value:.2f}"


def _threshold(manifest: dict[str, Any], name: str) -> str:
    threshold = manifest["thresholds"].get(name)
    return "rules" if threshold is None else f"{threshold:.2f}"


def _encoder(manifest: dict[str, Any]) -> list[str]:
    found = manifest["encoder"]
    if found is None:
        return []
    shared = (
        "and the words that carry a score are exact"
        if found["kind"] == STATIC
        else "and the words shown as evidence leave out its part of the score, which no words can be given"
    )
    return ["", f"Sentences are also read by a local encoder ({found['kind']}, `{found['digest'][:19]}`), {shared}."]
