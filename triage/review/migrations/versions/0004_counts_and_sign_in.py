"""Counts for the overview, flags that find their place in the queue, replayed requests, and who is signed in."""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0004_counts_and_sign_in"
down_revision = "0003_audit"

_KEPT = "item_flags_kept"
_FLAG = "item, indicator, status, level"
_QUEUE = ["open", "rank", "queued_at", "id", "restricted", "blind", "team"]


def upgrade() -> None:
    _replace_queue_index([*_QUEUE, "state", "band", "skips"])
    _replace_flags(
        sa.Column("open", sa.Boolean(), nullable=False),
        sa.Column("rank", sa.Integer(), nullable=False),
        sa.Column("queued_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("restricted", sa.Boolean(), nullable=False),
        sa.Column("blind", sa.Boolean(), nullable=False),
        sa.Column("team", sa.String(length=200), nullable=True),
        fill=f"""
            INSERT INTO item_flags ({_FLAG}, open, rank, queued_at, restricted, blind, team)
            SELECT k.item, k.indicator, k.status, k.level, i.open, i.rank, i.queued_at, i.restricted, i.blind, i.team
            FROM {_KEPT} k JOIN items i ON i.id = k.item
        """,  # noqa: S608
    )
    op.create_index(
        "ix_item_flags_queue",
        "item_flags",
        ["indicator", "open", "rank", "queued_at", "item", "restricted", "blind", "team"],
        unique=False,
    )
    op.create_table(
        "tallies",
        sa.Column("week", sa.Date(), nullable=False),
        sa.Column("figure", sa.String(length=60), nullable=False),
        sa.Column("label", sa.String(length=200), nullable=False),
        sa.Column("total", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("week", "figure", "label", name=op.f("pk_tallies")),
    )
    op.create_table(
        "item_tallies",
        sa.Column("item", sa.String(length=32), nullable=False),
        sa.Column("lines", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["item"], ["items.id"], name=op.f("fk_item_tallies_item")),
        sa.PrimaryKeyConstraint("item", name=op.f("pk_item_tallies")),
    )
    op.create_table(
        "replays",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("request", sa.String(length=64), nullable=False),
        sa.Column("item", sa.String(length=32), nullable=False),
        sa.Column("note_version", sa.Integer(), nullable=False),
        sa.Column("created", sa.Boolean(), nullable=False),
        sa.Column("state", sa.String(length=60), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["item"], ["items.id"], name=op.f("fk_replays_item")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_replays")),
    )
    op.create_index(op.f("ix_replays_at"), "replays", ["at"], unique=False)
    op.create_index(op.f("ix_replays_item"), "replays", ["item"], unique=False)
    op.create_table(
        "people",
        sa.Column("id", sa.String(length=200), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("roles", sa.JSON(), nullable=False),
        sa.Column("session", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_people")),
    )


def downgrade() -> None:
    for table in ("people", "replays", "item_tallies", "tallies"):
        op.drop_table(table)
    _replace_flags(fill=f"INSERT INTO item_flags ({_FLAG}) SELECT {_FLAG} FROM {_KEPT}")  # noqa: S608
    op.create_index("ix_item_flags_indicator", "item_flags", ["indicator", "item"], unique=False)
    _replace_queue_index(_QUEUE)


def _replace_queue_index(columns: list[str]) -> None:
    op.drop_index("ix_items_queue", table_name="items")
    op.create_index("ix_items_queue", "items", columns, unique=False)


def _replace_flags(*columns: sa.Column[Any], fill: str) -> None:
    """Make the table anew: SQLite adds no column without a default."""
    op.execute(f"CREATE TABLE {_KEPT} AS SELECT {_FLAG} FROM item_flags")  # noqa: S608
    op.drop_table("item_flags")
    op.create_table(
        "item_flags",
        sa.Column("item", sa.String(length=32), nullable=False),
        sa.Column("indicator", sa.String(length=60), nullable=False),
        sa.Column("status", sa.String(length=60), nullable=False),
        sa.Column("level", sa.String(length=60), nullable=False),
        *columns,
        sa.ForeignKeyConstraint(["item"], ["items.id"], name=op.f("fk_item_flags_item")),
        sa.PrimaryKeyConstraint("item", "indicator", name=op.f("pk_item_flags")),
    )
    op.execute(fill)
    op.drop_table(_KEPT)
