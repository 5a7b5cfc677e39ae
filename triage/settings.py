"""Settings read from `TRIAGE_*` environment variables at the edges and passed down."""

from pathlib import Path

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict

from triage.note import MAX_CHARACTERS


class Settings(BaseSettings):
    """What the command line and the service need to know about their surroundings.

    Attributes:
        knowledge_dir: A council's own copy of the knowledge; the shipped one by default.
        models_dir: Where model versions are kept.
        encoder_dir: Where the encoder of a model that was trained with one is; where it was at training by default.
        max_characters: Size limit of one note, in Unicode code points.
    """

    model_config = SettingsConfigDict(env_prefix="TRIAGE_", frozen=True, extra="ignore", hide_input_in_errors=True)

    knowledge_dir: Path | None = None
    models_dir: Path = Path("models")
    encoder_dir: Path | None = None
    max_characters: int = Field(default=MAX_CHARACTERS, ge=1, le=10_000_000)
