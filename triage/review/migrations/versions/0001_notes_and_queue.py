"""Notes, their versions and assessments, and the queue."""

import sqlalchemy as sa
from alembic import op

revision = "0001_notes_and_queue"
down_revision = None


def upgrade() -> None:
    op.create_table(
        "facts",
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column("value", sa.String(length=200), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_facts")),
    )
    op.create_table(
        "notes",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("note_hash", sa.String(length=64), nullable=False),
        sa.Column("source", sa.String(length=200), nullable=False),
        sa.Column("latest", sa.Integer(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=True),
        sa.Column("key_id", sa.String(length=20), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_notes")),
        sa.UniqueConstraint("note_hash", name=op.f("uq_notes_note_hash")),
    )
    op.create_index(op.f("ix_notes_key_id"), "notes", ["key_id"], unique=False)
    op.create_table(
        "note_versions",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("note", sa.String(length=32), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("consent", sa.Boolean(), nullable=False),
        sa.Column("fingerprint", sa.BigInteger(), nullable=True),
        sa.Column("sealed", sa.LargeBinary(), nullable=True),
        sa.Column("key_id", sa.String(length=20), nullable=True),
        sa.ForeignKeyConstraint(["note"], ["notes.id"], name=op.f("fk_note_versions_note")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_note_versions")),
        sa.UniqueConstraint("note", "version", name=op.f("uq_note_versions_note_version")),
    )
    op.create_index(op.f("ix_note_versions_key_id"), "note_versions", ["key_id"], unique=False)
    op.create_table(
        "assessments",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("package", sa.String(length=60), nullable=False),
        sa.Column("model", sa.String(length=200), nullable=True),
        sa.Column("knowledge", sa.String(length=200), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=True),
        sa.Column("key_id", sa.String(length=20), nullable=True),
        sa.ForeignKeyConstraint(["id"], ["note_versions.id"], name=op.f("fk_assessments_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_assessments")),
    )
    op.create_index(op.f("ix_assessments_key_id"), "assessments", ["key_id"], unique=False)
    op.create_table(
        "items",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("note", sa.String(length=32), nullable=False),
        sa.Column("case_hash", sa.String(length=64), nullable=False),
        sa.Column("source", sa.String(length=200), nullable=False),
        sa.Column("team", sa.String(length=200), nullable=True),
        sa.Column("restricted", sa.Boolean(), nullable=False),
        sa.Column("kind", sa.String(length=60), nullable=False),
        sa.Column("state", sa.String(length=60), nullable=False),
        sa.Column("open", sa.Boolean(), nullable=False),
        sa.Column("latest", sa.Boolean(), nullable=False),
        sa.Column("band", sa.String(length=60), nullable=False),
        sa.Column("rank", sa.Integer(), nullable=False),
        sa.Column("queued_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("week", sa.Date(), nullable=False),
        sa.Column("blind", sa.Boolean(), nullable=False),
        sa.Column("sampling_rate", sa.Float(), nullable=True),
        sa.Column("lease_owner", sa.String(length=200), nullable=True),
        sa.Column("lease_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("claimed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("first_reviewer", sa.String(length=200), nullable=True),
        sa.Column("second_reviewer", sa.String(length=200), nullable=True),
        sa.Column("second_reason", sa.String(length=60), nullable=True),
        sa.Column("skips", sa.Integer(), nullable=False),
        sa.Column("folded_into", sa.String(length=32), nullable=True),
        sa.Column("settled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "second_reviewer IS NULL OR second_reviewer <> first_reviewer", name=op.f("ck_items_two_people")
        ),
        sa.ForeignKeyConstraint(["id"], ["note_versions.id"], name=op.f("fk_items_id")),
        sa.ForeignKeyConstraint(["note"], ["notes.id"], name=op.f("fk_items_note")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_items")),
    )
    op.create_index("ix_items_case", "items", ["case_hash", "queued_at"], unique=False)
    op.create_index(
        "ix_items_folded_into",
        "items",
        ["folded_into"],
        unique=False,
        sqlite_where=sa.text("folded_into IS NOT NULL"),
        postgresql_where=sa.text("folded_into IS NOT NULL"),
    )
    op.create_index(op.f("ix_items_note"), "items", ["note"], unique=False)
    op.create_index(
        "ix_items_queue", "items", ["open", "rank", "queued_at", "id", "restricted", "blind", "team"], unique=False
    )
    op.create_index("ix_items_state", "items", ["state", "queued_at"], unique=False)
    op.create_table(
        "item_flags",
        sa.Column("item", sa.String(length=32), nullable=False),
        sa.Column("indicator", sa.String(length=60), nullable=False),
        sa.Column("status", sa.String(length=60), nullable=False),
        sa.Column("level", sa.String(length=60), nullable=False),
        sa.ForeignKeyConstraint(["item"], ["items.id"], name=op.f("fk_item_flags_item")),
        sa.PrimaryKeyConstraint("item", "indicator", name=op.f("pk_item_flags")),
    )
    op.create_index("ix_item_flags_indicator", "item_flags", ["indicator", "item"], unique=False)
    op.create_table(
        "skips",
        sa.Column("item", sa.String(length=32), nullable=False),
        sa.Column("person", sa.String(length=200), nullable=False),
        sa.Column("reason", sa.String(length=60), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["item"], ["items.id"], name=op.f("fk_skips_item")),
        sa.PrimaryKeyConstraint("item", "person", name=op.f("pk_skips")),
    )
    op.create_table(
        "readings",
        sa.Column("person", sa.String(length=200), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("item", sa.String(length=32), nullable=False),
        sa.ForeignKeyConstraint(["item"], ["items.id"], name=op.f("fk_readings_item")),
        sa.PrimaryKeyConstraint("person", "day", "item", name=op.f("pk_readings")),
    )
    op.create_table(
        "restricted_cases",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=True),
        sa.Column("key_id", sa.String(length=20), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_restricted_cases")),
    )
    op.create_index(op.f("ix_restricted_cases_key_id"), "restricted_cases", ["key_id"], unique=False)
    op.create_table(
        "case_access",
        sa.Column("case_hash", sa.String(length=64), nullable=False),
        sa.Column("person", sa.String(length=200), nullable=False),
        sa.PrimaryKeyConstraint("case_hash", "person", name=op.f("pk_case_access")),
    )


def downgrade() -> None:
    op.drop_table("case_access")
    op.drop_table("restricted_cases")
    op.drop_table("readings")
    op.drop_table("skips")
    op.drop_table("item_flags")
    op.drop_table("items")
    op.drop_table("assessments")
    op.drop_table("note_versions")
    op.drop_table("notes")
    op.drop_table("facts")
