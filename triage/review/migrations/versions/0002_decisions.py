"""What people say: first judgements, votes, outcomes and what they come to."""

import sqlalchemy as sa
from alembic import op

revision = "0002_decisions"
down_revision = "0001_notes_and_queue"


def upgrade() -> None:
    op.create_table(
        "first_judgements",
        sa.Column("item", sa.String(length=32), nullable=False),
        sa.Column("reviewer", sa.String(length=200), nullable=False),
        sa.Column("marks", sa.JSON(), nullable=False),
        sa.Column("seconds", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["item"], ["items.id"], name=op.f("fk_first_judgements_item")),
        sa.PrimaryKeyConstraint("item", "reviewer", name=op.f("pk_first_judgements")),
    )
    op.create_table(
        "votes",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("item", sa.String(length=32), nullable=False),
        sa.Column("reviewer", sa.String(length=200), nullable=False),
        sa.Column("ruling", sa.Boolean(), nullable=False),
        sa.Column("indicator", sa.String(length=60), nullable=False),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.Column("verdict", sa.String(length=60), nullable=False),
        sa.Column("reason", sa.String(length=60), nullable=True),
        sa.Column("corrected_indicator", sa.String(length=60), nullable=True),
        sa.Column("corrected_status", sa.String(length=60), nullable=True),
        sa.Column("corrected_level", sa.String(length=60), nullable=True),
        sa.Column("start", sa.Integer(), nullable=True),
        sa.Column("end", sa.Integer(), nullable=True),
        sa.Column("blind", sa.Boolean(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=True),
        sa.Column("key_id", sa.String(length=20), nullable=True),
        sa.CheckConstraint("verdict <> 'disagree' OR reason IS NOT NULL", name=op.f("ck_votes_reason_to_disagree")),
        sa.ForeignKeyConstraint(["item"], ["items.id"], name=op.f("fk_votes_item")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_votes")),
        sa.UniqueConstraint(
            "item", "reviewer", "indicator", "sequence", name=op.f("uq_votes_item_reviewer_indicator_sequence")
        ),
    )
    op.create_index(op.f("ix_votes_key_id"), "votes", ["key_id"], unique=False)
    op.create_table(
        "outcomes",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("item", sa.String(length=32), nullable=False),
        sa.Column("reviewer", sa.String(length=200), nullable=False),
        sa.Column("ruling", sa.Boolean(), nullable=False),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.Column("withdrawn", sa.Boolean(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("outcome", sa.String(length=60), nullable=False),
        sa.Column("seconds", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=True),
        sa.Column("key_id", sa.String(length=20), nullable=True),
        sa.ForeignKeyConstraint(["item"], ["items.id"], name=op.f("fk_outcomes_item")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_outcomes")),
        sa.UniqueConstraint("item", "reviewer", "sequence", name=op.f("uq_outcomes_item_reviewer_sequence")),
    )
    op.create_index(op.f("ix_outcomes_key_id"), "outcomes", ["key_id"], unique=False)
    op.create_index("ix_outcomes_reviewer", "outcomes", ["reviewer", "at"], unique=False)
    op.create_table(
        "findings",
        sa.Column("item", sa.String(length=32), nullable=False),
        sa.Column("indicator", sa.String(length=60), nullable=False),
        sa.Column("flagged", sa.Boolean(), nullable=False),
        sa.Column("kept", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["item"], ["items.id"], name=op.f("fk_findings_item")),
        sa.PrimaryKeyConstraint("item", "indicator", name=op.f("pk_findings")),
    )
    op.create_index("ix_findings_indicator", "findings", ["indicator", "flagged", "kept"], unique=False)


def downgrade() -> None:
    op.drop_table("findings")
    op.drop_table("outcomes")
    op.drop_table("votes")
    op.drop_table("first_judgements")
