"""Settings of the review store, read from `TRIAGE_*` environment variables."""

from datetime import timedelta
from pathlib import Path

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict

from triage.flag import Band
from triage.review.retention import Retention
from triage.review.rules import ReviewRules, SecondReview


class ReviewSettings(BaseSettings):
    """Where the store is and how reviewing works.

    Attributes:
        database_url: `sqlite:///file` or `postgresql://user@host/database`.
        key_ring: File that `triage store key create` writes; keep it away from the database.
        lease_minutes: How long a claimed note stays with its reader without a sign of work.
        blind_share: Share of notes whose flags are hidden until the reader's own first judgement.
        sample_rate: Share of unflagged notes that are mixed into the queue, to measure misses.
        second_review_bands: Bands where two people read every flagged note.
        second_review_dismissals: Share of notes with every flag dismissed that a second person reads.
        second_review_unsure: Whether an unsure verdict asks for a second reader.
        retain_unflagged_days: After so many days an unflagged note's content is erased.
        retain_settled_days: The same for notes whose review is settled or that a newer version replaced.
        retain_readings_days: After so many days the record of who read a distressing note is deleted.
        retain_audit_payload_days: After so many days the details of audit entries are erased; the chain stays.
    """

    model_config = SettingsConfigDict(env_prefix="TRIAGE_", frozen=True, extra="ignore", hide_input_in_errors=True)

    database_url: str = "sqlite:///review.sqlite3"
    key_ring: Path = Path("review.sqlite3-keys.json")
    lease_minutes: int = Field(default=30, ge=1, le=1440)
    blind_share: float = Field(default=0.2, ge=0.0, le=1.0)
    sample_rate: float = Field(default=0.02, ge=0.0, le=1.0)
    second_review_bands: frozenset[Band] = frozenset({Band.SAME_DAY})
    second_review_dismissals: float = Field(default=0.1, ge=0.0, le=1.0)
    second_review_unsure: bool = True
    retain_unflagged_days: int = Field(default=90, ge=1)
    retain_settled_days: int = Field(default=365, ge=1)
    retain_readings_days: int = Field(default=90, ge=1)
    retain_audit_payload_days: int = Field(default=730, ge=1)

    def retention(self) -> Retention:
        """Return how long each class of record is kept."""
        return Retention(
            unflagged=timedelta(days=self.retain_unflagged_days),
            settled=timedelta(days=self.retain_settled_days),
            readings=timedelta(days=self.retain_readings_days),
            audit_payloads=timedelta(days=self.retain_audit_payload_days),
        )

    def rules(self) -> ReviewRules:
        """Return how reviewing works."""
        return ReviewRules(
            lease=timedelta(minutes=self.lease_minutes),
            blind_share=self.blind_share,
            sample_rate=self.sample_rate,
            second=SecondReview(
                bands=self.second_review_bands,
                dismissals=self.second_review_dismissals,
                unsure=self.second_review_unsure,
            ),
        )
