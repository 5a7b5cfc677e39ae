"""`triage train` and `triage models`: new versions, and which one is served."""

import sys
from pathlib import Path
from typing import Annotated

import typer

app = typer.Typer(no_args_is_help=True, help="List, check and promote model versions.")


def train(
    data: Annotated[Path, typer.Option(help="Labelled notes.")] = Path("training_data"),
    promote: Annotated[bool, typer.Option(help="Serve the new version, unless it is worse where it matters.")] = True,
    encoder: Annotated[
        Path | None, typer.Option(help="Directory of a local encoder, for one more block of features.")
    ] = None,
    if_missing: Annotated[bool, typer.Option("--if-missing", help="Only when no version is promoted.")] = False,
) -> None:
    """Train a new model version from the labelled notes and the knowledge.

    With --encoder, nothing is downloaded: the directory must be there, and again where notes are scored
    (TRIAGE_ENCODER_DIR, where it is another one).
    """
    from triage.scoring.artefact import promoted_version
    from triage.scoring.estimator import Parameters
    from triage.settings import Settings
    from triage.training.train import prepare, train_version
    from triage.training.versions import promote as promote_version

    settings = Settings()
    if if_missing and promoted_version(settings.models_dir) is not None:
        return
    training = prepare(
        data_dir=data,
        knowledge_dir=settings.knowledge_dir,
        parameters=Parameters(),
        encoder_dir=encoder,
        progress=_progress,
    )
    version = train_version(training, models_dir=settings.models_dir, progress=_progress)
    _progress(f"Wrote model {version}")
    if promote:
        promote_version(settings.models_dir, version, training.knowledge, encoder_dir=encoder)
        _progress(f"Promoted model {version}")


@app.command("list")
def list_all() -> None:
    """List the versions with their main figures; the promoted one is marked with *."""
    from triage.settings import Settings
    from triage.training.versions import list_versions

    for version in list_versions(Settings().models_dir):
        figures = version.metrics
        typer.echo(
            f"{'*' if version.promoted else ' '} {version.name}  {version.created}  "
            f"mAP {figures['mean_average_precision']:.3f}  micro-F1 {figures['micro_f1']:.3f}  "
            f"macro-F1 {figures['macro_f1']:.3f}  ECE {figures['calibration_error']:.3f}"
        )


@app.command()
def verify(version: str) -> None:
    """Check the digests and library versions of a version."""
    from triage.scoring.artefact import verify_files, verify_libraries
    from triage.settings import Settings

    manifest = verify_files(Settings().models_dir / version)
    verify_libraries(manifest, where=version)
    typer.echo(f"{version}: all {len(manifest['files'])} files are those of the manifest")


@app.command()
def promote(version: str) -> None:
    """Serve a version, unless it is worse where it matters."""
    from triage.knowledge.loading import load_knowledge
    from triage.settings import Settings
    from triage.training.versions import promote as promote_version

    settings = Settings()
    knowledge = load_knowledge(settings.knowledge_dir)
    promote_version(settings.models_dir, version, knowledge, encoder_dir=settings.encoder_dir)
    typer.echo(f"promoted {version}")


@app.command()
def rollback() -> None:
    """Serve the version that was served before."""
    from triage.knowledge.loading import load_knowledge
    from triage.settings import Settings
    from triage.training.versions import rollback as go_back

    settings = Settings()
    knowledge = load_knowledge(settings.knowledge_dir)
    typer.echo(f"promoted {go_back(settings.models_dir, knowledge, encoder_dir=settings.encoder_dir)}")


def _progress(step: str) -> None:
    print(f"triage: {step}", file=sys.stderr, flush=True)  # noqa: T201
