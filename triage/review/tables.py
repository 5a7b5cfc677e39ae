"""The tables: what is in the clear for queues and counts, and what is sealed because it holds words or names."""

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Date,
    Float,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    UniqueConstraint,
    text,
)

from triage.review.database import UtcDateTime

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)

_ID = String(32)
_NAME = String(200)
_CODE = String(60)
_DIGEST = String(64)
_FOLDED = text("folded_into IS NOT NULL")


def _sealed() -> tuple[Column[bytes], Column[str]]:
    """Return nonce and ciphertext, and the id of their key; both null once the content is erased."""
    return Column("sealed", LargeBinary), Column("key_id", String(20), index=True)


facts = Table("facts", metadata, Column("name", _CODE, primary_key=True), Column("value", String(200), nullable=False))

notes = Table(
    "notes",
    metadata,
    Column("id", _ID, primary_key=True),
    Column("note_hash", _DIGEST, nullable=False, unique=True),
    Column("source", _NAME, nullable=False),
    Column("latest", Integer, nullable=False),
    *_sealed(),
)

note_versions = Table(
    "note_versions",
    metadata,
    Column("id", _ID, primary_key=True),
    Column("note", _ID, ForeignKey("notes.id"), nullable=False),
    Column("version", Integer, nullable=False),
    Column("digest", _DIGEST, nullable=False),
    Column("received_at", UtcDateTime, nullable=False),
    Column("consent", Boolean, nullable=False),
    Column("fingerprint", BigInteger),
    *_sealed(),
    UniqueConstraint("note", "version"),
)

assessments = Table(
    "assessments",
    metadata,
    Column("id", _ID, ForeignKey("note_versions.id"), primary_key=True),
    Column("package", _CODE, nullable=False),
    Column("model", _NAME),
    Column("knowledge", _NAME, nullable=False),
    *_sealed(),
)

items = Table(
    "items",
    metadata,
    Column("id", _ID, ForeignKey("note_versions.id"), primary_key=True),
    Column("note", _ID, ForeignKey("notes.id"), nullable=False, index=True),
    Column("case_hash", _DIGEST, nullable=False),
    Column("source", _NAME, nullable=False),
    Column("team", _NAME),
    Column("restricted", Boolean, nullable=False),
    Column("kind", _CODE, nullable=False),
    Column("state", _CODE, nullable=False),
    Column("open", Boolean, nullable=False),
    Column("latest", Boolean, nullable=False),
    Column("band", _CODE, nullable=False),
    Column("rank", Integer, nullable=False),
    Column("queued_at", UtcDateTime, nullable=False),
    Column("week", Date, nullable=False),
    Column("blind", Boolean, nullable=False),
    Column("sampling_rate", Float),
    Column("lease_owner", _NAME),
    Column("lease_until", UtcDateTime),
    Column("claimed_at", UtcDateTime),
    Column("first_reviewer", _NAME),
    Column("second_reviewer", _NAME),
    Column("second_reason", _CODE),
    Column("skips", Integer, nullable=False),
    Column("folded_into", _ID),
    Column("settled_at", UtcDateTime),
    Column("version", Integer, nullable=False),
    # Ends with what else filters and notices ask for, so that the table itself is not read.
    Index("ix_items_queue", "open", "rank", "queued_at", "id", "restricted", "blind", "team", "state", "band", "skips"),
    Index("ix_items_case", "case_hash", "queued_at"),
    Index("ix_items_state", "state", "queued_at"),
    # Nearly all are null, which would make a planner think that the index finds nothing.
    Index("ix_items_folded_into", "folded_into", sqlite_where=_FOLDED, postgresql_where=_FOLDED),
    CheckConstraint("second_reviewer IS NULL OR second_reviewer <> first_reviewer", name="two_people"),
)

item_flags = Table(
    "item_flags",
    metadata,
    Column("item", _ID, ForeignKey("items.id"), primary_key=True),
    Column("indicator", _CODE, primary_key=True),
    Column("status", _CODE, nullable=False),
    Column("level", _CODE, nullable=False),
    # The item's own columns again, kept in step: one index finds and counts the notes with an indicator.
    Column("open", Boolean, nullable=False),
    Column("rank", Integer, nullable=False),
    Column("queued_at", UtcDateTime, nullable=False),
    Column("restricted", Boolean, nullable=False),
    Column("blind", Boolean, nullable=False),
    Column("team", _NAME),
    Index("ix_item_flags_queue", "indicator", "open", "rank", "queued_at", "item", "restricted", "blind", "team"),
)

skips = Table(
    "skips",
    metadata,
    Column("item", _ID, ForeignKey("items.id"), primary_key=True),
    Column("person", _NAME, primary_key=True),
    Column("reason", _CODE, nullable=False),
    Column("at", UtcDateTime, nullable=False),
)

readings = Table(
    "readings",
    metadata,
    Column("person", _NAME, primary_key=True),
    Column("day", Date, primary_key=True),
    Column("item", _ID, ForeignKey("items.id"), primary_key=True),
)

restricted_cases = Table(
    "restricted_cases",
    metadata,
    Column("id", _DIGEST, primary_key=True),
    *_sealed(),
)

case_access = Table(
    "case_access",
    metadata,
    Column("case_hash", _DIGEST, primary_key=True),
    Column("person", _NAME, primary_key=True),
)

first_judgements = Table(
    "first_judgements",
    metadata,
    Column("item", _ID, ForeignKey("items.id"), primary_key=True),
    Column("reviewer", _NAME, primary_key=True),
    Column("marks", JSON, nullable=False),
    Column("seconds", Integer, nullable=False),
    Column("at", UtcDateTime, nullable=False),
)

votes = Table(
    "votes",
    metadata,
    Column("id", _ID, primary_key=True),
    Column("item", _ID, ForeignKey("items.id"), nullable=False),
    Column("reviewer", _NAME, nullable=False),
    Column("ruling", Boolean, nullable=False),
    Column("indicator", _CODE, nullable=False),
    Column("sequence", Integer, nullable=False),
    Column("verdict", _CODE, nullable=False),
    Column("reason", _CODE),
    Column("corrected_indicator", _CODE),
    Column("corrected_status", _CODE),
    Column("corrected_level", _CODE),
    Column("start", Integer),
    Column("end", Integer),
    Column("blind", Boolean, nullable=False),
    Column("at", UtcDateTime, nullable=False),
    *_sealed(),
    UniqueConstraint("item", "reviewer", "indicator", "sequence"),
    CheckConstraint("verdict <> 'disagree' OR reason IS NOT NULL", name="reason_to_disagree"),
)

outcomes = Table(
    "outcomes",
    metadata,
    Column("id", _ID, primary_key=True),
    Column("item", _ID, ForeignKey("items.id"), nullable=False),
    Column("reviewer", _NAME, nullable=False),
    Column("ruling", Boolean, nullable=False),
    Column("sequence", Integer, nullable=False),
    Column("withdrawn", Boolean, nullable=False),
    Column("position", Integer, nullable=False),
    Column("outcome", _CODE, nullable=False),
    Column("seconds", Integer, nullable=False),
    Column("at", UtcDateTime, nullable=False),
    *_sealed(),
    UniqueConstraint("item", "reviewer", "sequence"),
    Index("ix_outcomes_reviewer", "reviewer", "at"),
)

findings = Table(
    "findings",
    metadata,
    Column("item", _ID, ForeignKey("items.id"), primary_key=True),
    Column("indicator", _CODE, primary_key=True),
    Column("flagged", Boolean, nullable=False),
    Column("kept", Boolean, nullable=False),
    Index("ix_findings_indicator", "indicator", "flagged", "kept"),
)

tallies = Table(
    "tallies",
    metadata,
    Column("week", Date, primary_key=True),
    Column("figure", _CODE, primary_key=True),
    Column("label", _NAME, primary_key=True),
    Column("total", Integer, nullable=False),
)

item_tallies = Table(
    "item_tallies",
    metadata,
    Column("item", _ID, ForeignKey("items.id"), primary_key=True),
    Column("lines", JSON, nullable=False),
)

replays = Table(
    "replays",
    metadata,
    Column("id", _DIGEST, primary_key=True),
    Column("request", _DIGEST, nullable=False),
    Column("item", _ID, ForeignKey("items.id"), nullable=False, index=True),
    Column("note_version", Integer, nullable=False),
    Column("created", Boolean, nullable=False),
    Column("state", _CODE, nullable=False),
    Column("at", UtcDateTime, nullable=False, index=True),
)

people = Table(
    "people",
    metadata,
    Column("id", _NAME, primary_key=True),
    Column("name", _NAME, nullable=False),
    Column("roles", JSON, nullable=False),
    Column("session", Integer, nullable=False),
)

audit = Table(
    "audit",
    metadata,
    Column("seq", BigInteger().with_variant(Integer, "sqlite"), primary_key=True, autoincrement=False),
    Column("at", String(40), nullable=False),
    Column("actor", _NAME, nullable=False),
    Column("action", _CODE, nullable=False),
    Column("subject", _DIGEST),
    Column("digest", _DIGEST, nullable=False),
    Column("hash", _DIGEST, nullable=False),
)

audit_payloads = Table(
    "audit_payloads",
    metadata,
    Column(
        "id",
        BigInteger().with_variant(Integer, "sqlite"),
        ForeignKey("audit.seq"),
        primary_key=True,
        autoincrement=False,
    ),
    Column("subject", _DIGEST, index=True),
    Column("at", UtcDateTime, nullable=False, index=True),
    *_sealed(),
)

audit_head = Table(
    "audit_head",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("seq", BigInteger, nullable=False),
    Column("hash", _DIGEST, nullable=False),
    Column("seal", _DIGEST, nullable=False),
)
